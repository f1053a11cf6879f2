"""What the canvas is to be like: a list of terms that add up, ours and somebody's own, which are of one kind
(:class:`~allaprima.LossTerm`). A new one of ours is a class here, and a line in ``terms_of``.

The feature loss without a style picture is the reference's *intrinsic style transfer*: the canvas gets the photo's
features, and the medium makes the style. With a style picture, the Gram matrices of its activations are added (L. Gatys
et al., *A Neural Algorithm of Artistic Style*, arXiv 1508.06576).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import InputError
from ..options import OWN, name_of
from ..painting.settings import Settings
from ..perception.feature_network import LAYERS
from ..perception.features import load_features
from ..perception.losses import GRAM, WEIGHTS, Features, feature_parts, gram_matrix
from ..perception.own_loss import loss_value
from ..perception.term import LossTerm
from ..strokes import PlacedStrokes
from .closeup import CloseUp, cropped
from .flow import direction_of, flow

DEEPEST = 16  # px: what the networks' deepest layer needs
FEATURE_WEIGHT = 4e-4  # brings the feature loss of a finished painting to about the pixel loss
GRAM_SHARE = 0.02  # of the Gram matrices' weight in training: with all of it, strokes curl, and the picture falls apart
STYLE_WEIGHT = 5e-2
FOLLOWED = "the canvas or the strokes, which is what strokes follow: compute it with torch from these"
QUIET = 0.2  # how much the darkest parts of a focus mask still count


class Looking:
    """A network that looks at a canvas ``(3, H, W)`` once for all terms that ask what it sees: activations by layer."""

    def __init__(self, network: Features) -> None:
        self._network = network
        self._seen: tuple[Tensor, dict[str, Tensor]] | None = None

    def __call__(self, canvas: Tensor) -> dict[str, Tensor]:
        if self._seen is None or self._seen[0] is not canvas:
            self._seen = canvas, self._network(canvas[None])
        return self._seen[1]

    def forget(self) -> None:
        """What was seen last, which is large."""
        self._seen = None


@dataclass(frozen=True)
class PixelTerm:
    """The squared error, each pixel counting ``weight`` ``(1, H, W)``."""

    weight: Tensor | None
    name = "pixel"

    def __call__(self, canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        error = (canvas - picture).square()
        return (error if self.weight is None else error * self.weight).mean()


@dataclass(frozen=True)
class FeatureTerm:
    """The feature loss against the ``activations`` of the picture, which were looked at before."""

    looking: Looking
    activations: dict[str, Tensor]
    name = "features"

    def __call__(self, canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        apart = feature_parts(self.looking(canvas), self.activations, gram=GRAM_SHARE * GRAM)
        return FEATURE_WEIGHT * torch.stack(list(apart.values())).sum()


@dataclass(frozen=True)
class StyleTerm:
    """How far the Gram matrices are from a style's, each layer in shares of its ``grams``."""

    looking: Looking
    grams: dict[str, Tensor]
    weight: float
    name = "style"

    def __call__(self, canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        features = self.looking(canvas)
        apart = [
            F.mse_loss(gram_matrix(features[layer]), gram) / gram.square().mean() for layer, gram in self.grams.items()
        ]
        return STYLE_WEIGHT * self.weight * torch.stack(apart).mean()


@dataclass(frozen=True)
class ColorTerm:
    """How far the strokes' colours are from the picture's under them, squared: without this, strokes that are hardly
    seen take any colour, since Adam moves all numbers alike, and it shows at their edges when they are drawn large.
    """

    weight: float
    name = "color"

    def __call__(self, canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        return self.weight * (strokes.color - under(picture, strokes)).square().mean()


@dataclass(frozen=True)
class FlowTerm:
    """How far strokes lie across the form: ``flow`` ``(2, H, W)`` is the cosine and the sine of twice the direction in
    which the picture runs, times how surely it does.
    """

    flow: Tensor
    weight: float
    name = "flow"

    def __call__(self, canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        runs = under(self.flow, strokes)
        chord = strokes.end - strokes.start
        x, y = chord.unbind(1)
        length = chord.square().sum(1) + 1e-6
        apart: Tensor = runs.norm(dim=1) - (runs[:, 0] * (x * x - y * y) + runs[:, 1] * 2 * x * y) / length
        apart = apart.mean()
        return self.weight * apart


@dataclass(frozen=True)
class OwnTerm:
    """A ``term`` of somebody's own: what it gives is looked at. Raises InputError if that is no loss."""

    term: LossTerm
    name: str

    def __call__(self, canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        return loss_value(self.term(canvas, picture, strokes), self.name, FOLLOWED).to(canvas)


def named_terms(terms: Iterable[LossTerm]) -> dict[str, LossTerm]:
    """Terms by their names; of several with one name the later ones have a number."""
    found: dict[str, LossTerm] = {}
    for term in terms:
        name, count = name_of(term), 2
        while name in found:
            name, count = f"{name_of(term)} {count}", count + 1
        found[name] = term
    return found


@torch.no_grad()
def under(picture: Tensor, strokes: PlacedStrokes) -> Tensor:
    """The mean ``(N, C)`` of a picture ``(C, H, W)`` along each stroke, whose windows are in its pixels."""
    points = strokes.curve(torch.linspace(0.1, 0.9, 5, device=picture.device)) * strokes.places[:, None, 2:]
    shape = points.new_tensor(picture.shape[:0:-1])
    points = (points + strokes.places[:, None, :2]) * (2 / shape) - 1
    found = F.grid_sample(picture[None], points[None], padding_mode="border", align_corners=False)[0]
    return torch.as_tensor(found.mean(2).T)


@dataclass(frozen=True)
class Target:
    """The photo at one size, or a part of it, encoded once: the ``picture`` ``(3, H, W)``, which has ``scale`` pixels
    for each canvas pixel, and the terms by name that hold a canvas to it.
    """

    picture: Tensor
    scale: float
    losses: Mapping[str, LossTerm]
    looking: Looking | None

    def terms(self, canvas: Tensor, strokes: PlacedStrokes) -> dict[str, Tensor]:
        """The weighted terms by name, of a canvas ``(3, H, W)`` with these strokes; their sum is the loss."""
        x, y, side = strokes.window_x * self.scale, strokes.window_y * self.scale, strokes.window * self.scale
        strokes = strokes.change(window_x=x, window_y=y, window=side)
        found = {name: term(canvas, self.picture, strokes) for name, term in self.losses.items()}
        if self.looking:
            self.looking.forget()
        return found


class PaintingLoss:
    """What a painting's steps bring down, by its settings; with terms of somebody's ``own``, names of ours among them,
    in place of the loss that is named there. ``style`` ``(3, H, W)`` and ``focus`` ``(1, H, W)`` are in [0,1];
    ``color_weight`` says how strongly colours hold to the photo's, ``flow_weight`` how strongly strokes to its forms.
    Raises InputError where a network's weights are missing.
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
        own: Sequence[str | LossTerm] = (),
    ) -> None:
        parts = own if settings.loss == OWN else [settings.loss]
        self.loss, self.style_weight = {part for part in parts if isinstance(part, str)}, settings.style_weight
        self.own = [OwnTerm(part, name_of(part)) for part in parts if not isinstance(part, str)]
        self.color_weight, self.flow_weight = color_weight, flow_weight
        self.style, self.focus = (None if picture is None else picture.to(device) for picture in (style, focus))
        self.network: Features | None = None
        self.looking: Looking | None = None
        if self.loss & {"features", "both"} or style is not None:
            weights = Path(vgg_weights) if vgg_weights else None
            layers = LAYERS if style is not None else tuple(WEIGHTS)
            self.network = load_features(settings.features, layers, weights).to(device)
            self.looking = Looking(self.network)
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
        it; if not ``closely``, no network of ours looks, and pixels count in its place.
        """
        weight, picture = self.weight_of(picture, part, scale), cropped(picture, part, scale)
        return Target(picture, scale, named_terms(self.terms_of(picture, weight, closely)), self.looking)

    def terms_of(self, picture: Tensor, weight: Tensor | None, closely: bool) -> Iterable[LossTerm]:
        """All that can be wrong with a canvas, in the order in which it is added up."""
        looks = bool(self.loss & {"features", "both"})
        if self.loss & {"pixel", "both"} or (looks and not closely):
            yield PixelTerm(weight)
        yield from self.own
        if self.network and self.looking and looks and closely:
            yield FeatureTerm(self.looking, self.network(picture[None]))
        if self.network and self.looking and self.style is not None and closely:
            yield StyleTerm(self.looking, self.grams_of(self.style, max(picture.shape)), self.style_weight)
        if self.color_weight:
            yield ColorTerm(self.color_weight)
        if self.flow_weight:
            yield FlowTerm(direction_of(flow(picture, max(picture.shape) / 128)), self.flow_weight)

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


def check_gradient(moving: Iterable[Tensor], own: Sequence[OwnTerm]) -> None:
    """Raise InputError unless what moves may follow its gradient; it names the losses of somebody's ``own``."""
    gradients = [value.grad for value in moving if value.grad is not None]
    if gradients and not torch.cat(gradients).isfinite().all():
        whose = f"the loss {' or '.join(named_terms(own))}" if own else "the brush"
        raise InputError(f"{whose} has a gradient that is not finite (a root or a division at 0?): add 1e-8 there")


def resized(picture: Tensor, height: int, width: int) -> Tensor:
    """``(C, H, W)`` at another size, averaged or between pixels."""
    return F.interpolate(picture[None], (height, width), mode="bilinear", antialias=True)[0].clamp(0, 1)
