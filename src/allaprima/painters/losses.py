"""What the canvas is to be like: a list of terms that add up. A new one is a class here, and a line in ``terms_of``.

The feature loss without a style picture is the reference's *intrinsic style transfer*: the canvas gets the photo's
features, and the medium makes the style. With a style picture, the Gram matrices of its activations are added (L. Gatys
et al., *A Neural Algorithm of Artistic Style*, arXiv 1508.06576).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import InputError
from ..painting.settings import Settings
from ..perception.feature_network import LAYERS
from ..perception.features import load_features
from ..perception.losses import GRAM, WEIGHTS, Features, feature_parts, gram_matrix
from ..strokes import PlacedStrokes
from .closeup import CloseUp, cropped
from .flow import direction_of, flow

DEEPEST = 16  # px: what the networks' deepest layer needs
FEATURE_WEIGHT = 4e-4  # brings the feature loss of a finished painting to about the pixel loss
GRAM_SHARE = 0.02  # of the Gram matrices' weight in training: with all of it, strokes curl, and the picture falls apart
STYLE_WEIGHT = 5e-2
QUIET = 0.2  # how much the darkest parts of a focus mask still count


class Attempt:
    """What strokes make at a step: the ``canvas`` ``(3, H, W)``, and what a network sees in it."""

    def __init__(self, canvas: Tensor, strokes: PlacedStrokes, network: Features | None) -> None:
        self.canvas, self.strokes, self._network = canvas, strokes, network

    @cached_property
    def features(self) -> dict[str, Tensor]:
        """The canvas' activations by layer, looked at once for all terms that ask."""
        assert self._network is not None
        return self._network(self.canvas[None])


class LossTerm(ABC):
    """A part of the loss: what is wrong with an attempt, weighted. What it compares with is encoded once, before."""

    name: str

    @abstractmethod
    def __call__(self, attempt: Attempt) -> Tensor:
        """A number ``()``, differentiable in the attempt's canvas and strokes."""


@dataclass(frozen=True)
class PixelTerm(LossTerm):
    """The squared error against the ``picture`` ``(3, H, W)``, each pixel counting ``weight`` ``(1, H, W)``."""

    picture: Tensor
    weight: Tensor | None
    name = "pixel"

    def __call__(self, attempt: Attempt) -> Tensor:
        error = (attempt.canvas - self.picture).square()
        return (error if self.weight is None else error * self.weight).mean()


@dataclass(frozen=True)
class FeatureTerm(LossTerm):
    """The feature loss against the photo's ``activations``."""

    activations: dict[str, Tensor]
    name = "features"

    def __call__(self, attempt: Attempt) -> Tensor:
        apart = feature_parts(attempt.features, self.activations, gram=GRAM_SHARE * GRAM)
        return FEATURE_WEIGHT * torch.stack(list(apart.values())).sum()


@dataclass(frozen=True)
class StyleTerm(LossTerm):
    """How far the Gram matrices are from a style's, each layer in shares of its ``grams``."""

    grams: dict[str, Tensor]
    weight: float
    name = "style"

    def __call__(self, attempt: Attempt) -> Tensor:
        apart = [
            F.mse_loss(gram_matrix(attempt.features[layer]), gram) / gram.square().mean()
            for layer, gram in self.grams.items()
        ]
        return STYLE_WEIGHT * self.weight * torch.stack(apart).mean()


@dataclass(frozen=True)
class ColorTerm(LossTerm):
    """How far the strokes' colours are from the ``picture``'s ``(3, H, W)`` under them, squared: without this, strokes
    that are hardly seen take any colour, since Adam moves all numbers alike, and it shows at their edges when they are
    drawn large. The picture has ``scale`` pixels for each canvas pixel.
    """

    picture: Tensor
    scale: float
    weight: float
    name = "color"

    def __call__(self, attempt: Attempt) -> Tensor:
        photo = under(self.picture, attempt.strokes, self.scale)
        return self.weight * (attempt.strokes.color - photo).square().mean()


@dataclass(frozen=True)
class FlowTerm(LossTerm):
    """How far strokes lie across the form: ``flow`` ``(2, H, W)`` is the cosine and the sine of twice the direction in
    which the picture runs, times how surely it does. The picture has ``scale`` pixels for each canvas pixel.
    """

    flow: Tensor
    scale: float
    weight: float
    name = "flow"

    def __call__(self, attempt: Attempt) -> Tensor:
        strokes = attempt.strokes
        runs = under(self.flow, strokes, self.scale)
        chord = strokes.end - strokes.start
        x, y = chord.unbind(1)
        length = chord.square().sum(1) + 1e-6
        apart: Tensor = runs.norm(dim=1) - (runs[:, 0] * (x * x - y * y) + runs[:, 1] * 2 * x * y) / length
        apart = apart.mean()
        return self.weight * apart


@torch.no_grad()
def under(picture: Tensor, strokes: PlacedStrokes, scale: float) -> Tensor:
    """The mean ``(N, C)`` of a picture ``(C, H, W)`` along each stroke."""
    points = strokes.curve(torch.linspace(0.1, 0.9, 5, device=picture.device)) * strokes.places[:, None, 2:]
    shape = points.new_tensor(picture.shape[:0:-1])
    points = (points + strokes.places[:, None, :2]) * (2 * scale / shape) - 1
    found = F.grid_sample(picture[None], points[None], padding_mode="border", align_corners=False)[0]
    return torch.as_tensor(found.mean(2).T)


@dataclass(frozen=True)
class Target:
    """The photo at one size, or a part of it, encoded once: the ``picture`` ``(3, H, W)``, which has ``scale`` pixels
    for each canvas pixel, and the terms that hold a canvas to it.
    """

    picture: Tensor
    scale: float
    losses: Sequence[LossTerm]
    network: Features | None

    def terms(self, canvas: Tensor, strokes: PlacedStrokes) -> dict[str, Tensor]:
        """The weighted terms by name, of a canvas ``(3, H, W)`` with these strokes; their sum is the loss."""
        attempt = Attempt(canvas, strokes, self.network)
        return {term.name: term(attempt) for term in self.losses}


class PaintingLoss:
    """What a painting's steps bring down, by its settings. ``style`` ``(3, H, W)`` and ``focus`` ``(1, H, W)`` are in
    [0,1]; ``color_weight`` says how strongly colours hold to the photo's, ``flow_weight`` how strongly strokes to its
    forms. Raises InputError where a network's weights are missing.
    """

    def __init__(
        self,
        settings: Settings,
        color_weight: float,
        flow_weight: float,
        style: Tensor | None,
        focus: Tensor | None,
        device: torch.device,
        vgg_weights: str = "",
    ) -> None:
        self.loss, self.style_weight = settings.loss, settings.style_weight
        self.color_weight, self.flow_weight = color_weight, flow_weight
        self.style, self.focus = (None if picture is None else picture.to(device) for picture in (style, focus))
        self.network: Features | None = None
        if settings.loss != "pixel" or style is not None:
            weights = Path(vgg_weights) if vgg_weights else None
            layers = LAYERS if style is not None else tuple(WEIGHTS)
            self.network = load_features(settings.features, layers, weights).to(device)
        self.large = self.network is not None and settings.features != "pocket"  # what looks

    def check(self, sizes: Iterable[tuple[int, int]]) -> None:
        """Raise InputError if a canvas of one of these widths and heights is too small for the network."""
        for width, height in sizes:
            if self.network and min(width, height) < DEEPEST:
                raise InputError(
                    f"a network cannot see a canvas of {width}x{height} px, each side needs {DEEPEST} px: paint with "
                    f"--loss pixel and no style, or on a larger canvas"
                )

    @torch.no_grad()
    def encode(self, picture: Tensor, scale: float, closely: bool = True, part: CloseUp | None = None) -> Target:
        """Look at the photo ``(3, H, W)`` at one size, with ``scale`` pixels for each canvas pixel, or at a ``part`` of
        it; if not ``closely``, no network looks, only pixels and colours count.
        """
        weight, picture = self.weight_of(picture, part, scale), cropped(picture, part, scale)
        return Target(picture, scale, list(self.terms_of(picture, weight, scale, closely)), self.network)

    def terms_of(self, picture: Tensor, weight: Tensor | None, scale: float, closely: bool) -> Iterable[LossTerm]:
        """All that can be wrong with a canvas, in the order in which it is added up."""
        if self.loss != "features" or not closely:
            yield PixelTerm(picture, weight)
        if self.network and self.loss != "pixel" and closely:
            yield FeatureTerm(self.network(picture[None]))
        if self.network and self.style is not None and closely:
            yield StyleTerm(self.grams_of(self.style, max(picture.shape)), self.style_weight)
        if self.color_weight:
            yield ColorTerm(picture, scale, self.color_weight)
        if self.flow_weight:
            yield FlowTerm(direction_of(flow(picture, max(picture.shape) / 128)), scale, self.flow_weight)

    def weight_of(self, picture: Tensor, part: CloseUp | None, scale: float) -> Tensor | None:
        """How much each pixel of a picture, or of a part of it, counts ``(1, H, W)``, if there is a focus; 1 in the
        mean.
        """
        if self.focus is None:
            return None
        focus = cropped(resized(self.focus, picture.shape[1], picture.shape[2]), part, scale)
        weight = QUIET + (1 - QUIET) * focus
        return weight / weight.mean()

    def grams_of(self, style: Tensor, side: int) -> dict[str, Tensor]:
        """The Gram matrices of a style with about so many px on its long side, by layer."""
        assert self.network is not None
        height, width = (max(DEEPEST, round(n * side / max(style.shape))) for n in style.shape[1:])
        return {layer: gram_matrix(value) for layer, value in self.network(resized(style, height, width)[None]).items()}


def resized(picture: Tensor, height: int, width: int) -> Tensor:
    """``(C, H, W)`` at another size, averaged or between pixels."""
    return F.interpolate(picture[None], (height, width), mode="bilinear", antialias=True)[0].clamp(0, 1)
