"""How far one picture is from another: pixels, activations and Gram matrices, with named parts.

The feature (perceptual) loss is that of *The Joy of Neural Painting*, notebook 01: a pixel loss, plus the distance of
a network's activations before max-pool 3, 4 and 5 with the weights 5, 15 and 2, plus that of their Gram matrices with
the squares of these weights times 5,000. Pure functions first, then the loss that keeps its settings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import InputError

Features = Callable[[Tensor], dict[str, Tensor]]
"""A network: ``(N, 1 or 3, H, W)`` in [0,1] to activations ``(N, C, H, W)`` by the name of their layer."""

WEIGHTS = {"relu3_3": 5.0, "relu4_3": 15.0, "relu5_3": 2.0}
GRAM = 5e3
DISTANCES = {"l1": F.l1_loss, "mse": F.mse_loss}


def psnr(error: float) -> float:
    """Peak signal-to-noise ratio in dB of a mean squared error between pictures in [0,1]; at most 120."""
    return -10 * math.log10(max(1e-12, error))


def gram_matrix(activations: Tensor) -> Tensor:
    """Which channels go together, wherever in the picture: ``(N, C, H, W)`` to ``(N, C, C)``, over C H W."""
    flat = activations.flatten(2)
    return flat @ flat.transpose(1, 2) / flat[0].numel()


def feature_parts(
    features: Mapping[str, Tensor],
    target: Mapping[str, Tensor],
    weights: Mapping[str, float] = WEIGHTS,
    gram: float = GRAM,
    distance: str = "l1",
) -> dict[str, Tensor]:
    """The parts of the feature loss between two pictures' activations, weighted, by name: a layer's own, and
    ``gram LAYER``. Raises InputError for a distance that is neither ``l1`` nor ``mse``.
    """
    measure = measure_of(distance)
    parts = {layer: weight * measure(features[layer], target[layer]) for layer, weight in weights.items()}
    for layer, weight in weights.items():
        if gram:
            apart = measure(gram_matrix(features[layer]), gram_matrix(target[layer]))
            parts[f"gram {layer}"] = gram * weight**2 * apart
    return parts


def measure_of(distance: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The pixelwise distance by its name. Raises InputError for an unknown one."""
    if distance not in DISTANCES:
        raise InputError(f"there is no distance {distance!r}: choose from {', '.join(DISTANCES)}")
    return DISTANCES[distance]


@dataclass(frozen=True)
class Encoded:
    """A target, seen once: the picture itself and its activations."""

    picture: Tensor
    features: dict[str, Tensor]


@dataclass(frozen=True)
class FeatureLoss:
    """``loss(picture, target)`` with pictures ``(N, 1 or 3, H, W)`` in [0,1]; ``target`` may be encoded before.

    ``features`` is a network (none: the pixel loss alone), ``weights`` those of its layers, ``gram`` and ``pixel``
    weigh the other parts, ``distance`` is ``l1`` or ``mse``. The network looks at each ``every``-th picture of a batch.
    """

    features: Features | None = None
    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    gram: float = GRAM
    pixel: float = 1.0
    distance: str = "l1"
    every: int = 1

    @torch.no_grad()
    def encode(self, target: Tensor) -> Encoded:
        """Look at a target once, outside of the loop. Raises InputError for a network that does not tell all layers."""
        if not self.features:
            return Encoded(target, {})
        seen = self.features(target[:: self.every])
        if missing := [layer for layer in self.weights if not isinstance(seen, Mapping) or layer not in seen]:
            raise InputError(f"the features tell nothing of {missing[0]}: give activations by the layers' names")
        return Encoded(target, seen)

    def parts(self, picture: Tensor, target: Encoded) -> dict[str, Tensor]:
        """The weighted parts by name; their sum is the loss. Raises InputError for pictures of two shapes."""
        if picture.shape != target.picture.shape:
            raise InputError(
                f"the picture is {tuple(picture.shape)} and the target {tuple(target.picture.shape)}: give one shape"
            )
        parts = {"pixel": self.pixel * measure_of(self.distance)(picture, target.picture)}
        if self.features:
            seen = self.features(picture[:: self.every])
            parts |= feature_parts(seen, target.features, self.weights, self.gram, self.distance)
        return parts

    def __call__(self, picture: Tensor, target: Tensor | Encoded) -> Tensor:
        encoded = target if isinstance(target, Encoded) else self.encode(target)
        return torch.stack(list(self.parts(picture, encoded).values())).sum()
