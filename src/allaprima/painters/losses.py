"""What the canvas is to be like: the photo's pixels, what a network sees in it, another picture's textures.

The feature loss without a style picture is the reference's *intrinsic style transfer*: the canvas gets the photo's
features, and the medium makes the style. With a style picture, the Gram matrices of its activations are added (L. Gatys
et al., *A Neural Algorithm of Artistic Style*, arXiv 1508.06576).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import InputError
from ..painting.settings import Settings
from ..perception.feature_network import LAYERS
from ..perception.features import load_features
from ..perception.losses import GRAM, WEIGHTS, Features, feature_parts, gram_matrix

DEEPEST = 16  # px: what the networks' deepest layer needs
FEATURE_WEIGHT = 4e-4  # brings the feature loss of a finished painting to about the pixel loss
GRAM_SHARE = 0.02  # of the Gram matrices' weight in training: with all of it, strokes curl, and the picture falls apart
STYLE_WEIGHT = 5e-2
QUIET = 0.2  # how much the darkest parts of a focus mask still count


@dataclass(frozen=True)
class Seen:
    """A target at one size, looked at once: the picture ``(3, H, W)``, how much each pixel counts ``(1, H, W)``, its
    activations, and the Gram matrices of the style.
    """

    picture: Tensor
    weight: Tensor | None
    features: dict[str, Tensor]
    style: dict[str, Tensor]


class Objective:
    """``parts(canvas, seen)`` are what a painting's steps bring down. ``style`` ``(3, H, W)`` and ``focus``
    ``(1, H, W)`` are in [0,1]. Raises InputError where a network's weights are missing.
    """

    def __init__(self, settings: Settings, style: Tensor | None, focus: Tensor | None, device: torch.device) -> None:
        self.loss, self.style_weight = settings.loss, settings.style_weight
        self.style, self.focus = (None if picture is None else picture.to(device) for picture in (style, focus))
        self.network: Features | None = None
        if self.looks:
            weights = Path(settings.vgg_weights) if settings.vgg_weights else None
            layers = LAYERS if style is not None else tuple(WEIGHTS)
            self.network = load_features(settings.features, layers, weights).to(device)

    @property
    def looks(self) -> bool:
        """Whether a network looks at the canvas."""
        return self.loss != "pixel" or self.style is not None

    def check(self, sizes: Iterable[tuple[int, int]]) -> None:
        """Raise InputError if a canvas of one of these widths and heights is too small for the network."""
        for width, height in sizes:
            if self.looks and min(width, height) < DEEPEST:
                raise InputError(
                    f"a network cannot see a canvas of {width}x{height} px, each side needs {DEEPEST} px: paint with "
                    f"--loss pixel and no style, or on a larger canvas"
                )

    @torch.no_grad()
    def see(self, picture: Tensor, closely: bool = True) -> Seen:
        """Look at the photo at one size, once; if not ``closely``, only its pixels count."""
        weight = None
        if self.focus is not None:
            weight = QUIET + (1 - QUIET) * resized(self.focus, picture.shape[1], picture.shape[2])
            weight = weight / weight.mean()
        features: dict[str, Tensor] = {}
        style: dict[str, Tensor] = {}
        if self.network and closely:
            if self.loss != "pixel":
                features = self.network(picture[None])
            if self.style is not None:
                side = max(picture.shape)
                height, width = (max(DEEPEST, round(n * side / max(self.style.shape))) for n in self.style.shape[1:])
                seen = self.network(resized(self.style, height, width)[None])
                style = {layer: gram_matrix(value) for layer, value in seen.items()}
        return Seen(picture, weight, features, style)

    def parts(self, canvas: Tensor, seen: Seen) -> dict[str, Tensor]:
        """The weighted parts by name, of a canvas ``(3, H, W)``; their sum is the loss."""
        parts: dict[str, Tensor] = {}
        if self.loss != "features" or not seen.features:
            error = (canvas - seen.picture).square()
            parts["pixel"] = (error if seen.weight is None else error * seen.weight).mean()
        if not (seen.features or seen.style):
            return parts
        assert self.network is not None
        looked = self.network(canvas[None])
        if seen.features:
            apart = feature_parts(looked, seen.features, gram=GRAM_SHARE * GRAM)
            parts["features"] = FEATURE_WEIGHT * torch.stack(list(apart.values())).sum()
        if seen.style:
            apart = {layer: F.mse_loss(gram_matrix(looked[layer]), gram) / gram.square().mean()
                     for layer, gram in seen.style.items()}  # fmt: skip
            parts["style"] = STYLE_WEIGHT * self.style_weight * torch.stack(list(apart.values())).mean()
        return parts


def resized(picture: Tensor, height: int, width: int) -> Tensor:
    """``(C, H, W)`` at another size, averaged or between pixels."""
    return F.interpolate(picture[None], (height, width), mode="bilinear", antialias=True)[0].clamp(0, 1)
