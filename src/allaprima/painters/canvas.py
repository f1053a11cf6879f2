"""The canvas that is painted on, and the photo as it is to look on it, at any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..brush.neural import NeuralBrush
from ..image.color import colors_to_hex, to_gray
from ..image.color_transfer import transfer_color
from ..image.palette import nearest
from ..image.photo import fit
from ..painting.pictures import PlainColor
from ..painting.settings import Settings
from ..rendering.background import Background
from ..rendering.compositing import composite
from ..strokes import PlacedStrokes
from .inputs import Inputs, as_tensor

COLORS_AT = 96  # px: the long side of the photo at which its colours are looked at


class Subject:
    """The photo as it is to be painted: toned by a picture of style, or grey."""

    def __init__(self, inputs: Inputs, settings: Settings, device: torch.device) -> None:
        self._photo, self._style, self._device = inputs.photo, as_tensor(inputs.style), device
        self._style_weight, self._grayscale = settings.style_weight, settings.grayscale

    def at(self, width: int, height: int) -> Tensor:
        """``(3, height, width)`` float in [0,1] on the device."""
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
                    below = composite(below, part, brushes, self.scale(like))
        return below.contiguous()


def canvas_of(
    inputs: Inputs, settings: Settings, subject: Subject, palette: Tensor | None, device: torch.device
) -> Canvas:
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
            if palette is not None and picture is None:
                mean = nearest(mean[None], palette.cpu())[0]
            color = colors_to_hex(mean[None].double())[0]  # in float32 a half may come to be one that is none
        background = Background(color, inputs.background)
    base = None if inputs.base is None else inputs.base.to(device).to(torch.float32)
    return Canvas(width, height, background, base)


def palette_of(inputs: Inputs, settings: Settings, subject: Subject, device: torch.device) -> Tensor | None:
    """The only colours ``(K, 3)`` in [0,1], if they are few: named, or found in the photo."""
    if inputs.palette is None:
        return None
    size = fit(*inputs.photo.canvas(settings.size), min(COLORS_AT, settings.size))
    colors: Tensor = inputs.palette.find(subject.at(*size).cpu(), settings.seed)
    if settings.grayscale:
        colors = (to_gray(colors.T).T * 255).round() / 255
    return colors.to(device)
