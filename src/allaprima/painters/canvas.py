"""The canvas that is painted on, and the photo as it is to look on it, at any size."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..brush.neural import NeuralBrush
from ..errors import AllaprimaWarning
from ..image.color import colors_to_hex, to_gray
from ..image.color_transfer import transfer_color
from ..image.palette import nearest
from ..image.photo import fit
from ..image.planes import in_planes
from ..painting.pictures import PlainColor
from ..painting.settings import Settings
from ..rendering.background import Background
from ..rendering.compositing import composite_one
from ..strokes import PlacedStrokes
from .inputs import Inputs, as_tensor
from .losses import resized

COLORS_AT = 96  # px: the long side of the photo at which its colours are looked at
BLACK = 0.16  # of white: on average a picture that is darker is nearly black
PLANES_AT = 768  # px: and at which it is seen in planes


class Subject:
    """The photo as it is to be painted: toned by a picture of style, grey, or in planes; with the ``palette`` ``(K,
    3)`` in [0,1] of the only colours, if they are few: named, or found in the photo.
    """

    def __init__(self, inputs: Inputs, settings: Settings, device: torch.device) -> None:
        self._photo, self._style, self._device = inputs.photo, as_tensor(inputs.style), device
        self._style_weight, self._grayscale = settings.style_weight, settings.grayscale
        self._planes: Tensor | None = None
        shape = self._photo.canvas(settings.size)
        if self._style is not None:
            self._warn_of_dark(*fit(*shape, min(COLORS_AT, settings.size)))
        self.palette: Tensor | None = None
        if inputs.palette is not None:
            seen = self.at(*fit(*shape, min(COLORS_AT, settings.size))).cpu()
            colors = inputs.palette.find(seen, settings.seed)
            self.palette = ((to_gray(colors.T).T * 255).round() / 255 if self._grayscale else colors).to(device)
        if settings.planes and self.palette is not None:
            self._planes = in_planes(self.at(*fit(*shape, PLANES_AT)), self.palette)

    def _warn_of_dark(self, width: int, height: int) -> None:
        """Where a style that is far from the photo would leave hardly anything to be seen."""
        photo, toned = self._photo.at(width, height).mean(), self.at(width, height).mean()
        if toned < BLACK < photo / 2:
            warnings.warn(
                f"in the colours of this style the painting will be nearly black ({100 * float(toned):.0f} % of white, "
                f"and the photo has {100 * float(photo):.0f} %): choose a smaller style_weight than "
                f"{self._style_weight:g}, or a brighter style",
                AllaprimaWarning,
                stacklevel=2,
            )

    def at(self, width: int, height: int) -> Tensor:
        """``(3, height, width)`` float in [0,1] on the device."""
        if self._planes is not None:
            return resized(self._planes, height, width)
        picture = self._photo.at(width, height)
        if self._style is not None:
            picture = transfer_color(picture, self._style, self._style_weight / (1 + self._style_weight))
        return (to_gray(picture).contiguous() if self._grayscale else picture).to(self._device)


@dataclass(frozen=True, eq=False)
class Canvas:
    """``width x height`` px, a ``background``, and strokes that are there already and stay, ``base``, on the device."""

    width: int
    height: int
    background: Background
    base: PlacedStrokes | None

    @property
    def long_side(self) -> int:
        return max(self.width, self.height)

    def shape(self, size: int) -> tuple[int, int]:
        """Width and height with so many px on the long side."""
        return fit(self.width, self.height, size)

    def scale(self, picture: Tensor) -> float:
        """Pixels of a picture ``(3, H, W)`` of the canvas for each canvas pixel."""
        return max(picture.shape) / self.long_side

    def under(self, like: Tensor, strokes: PlacedStrokes | None, brushes: Sequence[NeuralBrush]) -> Tensor:
        """What lies under the strokes that move, as large as a picture ``(3, H, W)`` and where that is: the background,
        ``base``, and some ``strokes`` more.
        """
        below = self.background.at(like.shape[2], like.shape[1], like.device)
        with torch.no_grad():
            for part in (self.base, strokes):
                if part is not None:
                    below = composite_one(below, part, brushes, self.scale(like))
        return below.contiguous()


def canvas_of(inputs: Inputs, settings: Settings, subject: Subject, device: torch.device) -> Canvas:
    """The canvas of a painting. Its paper has the colour that was asked for, or the mean one of the photo, or of the
    picture that is painted on.
    """
    width, height = inputs.photo.canvas(settings.size)
    background = inputs.painted_on
    if background is None:
        picture = as_tensor(inputs.background)
        if isinstance(settings.background, PlainColor):
            color = settings.background.hex
        else:
            mean = (subject.at(width, height) if picture is None else picture).mean((1, 2)).cpu()
            if subject.palette is not None and picture is None:
                mean = nearest(mean[None], subject.palette.cpu())[0]
            color = colors_to_hex(mean[None].double())[0]  # in float32 a half may come to be one that is none
        background = Background(color, inputs.background)
    base = None if inputs.base is None else inputs.base.to(device).to(torch.float32)
    return Canvas(width, height, background, base)
