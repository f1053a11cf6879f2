"""What the strokes of a painting may be: a mood's bounds, a few colours, greys, one chain."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..image.palette import nearest
from ..painting.settings import Settings
from ..strokes import PlacedStrokes
from .bounds import Mood
from .connected import chained

LUMA = (0.299, 0.587, 0.114)  # shares of red, green and blue in a grey (ITU-R BT.601)


class Form:
    """From numbers without bounds, which a gradient may move, to strokes that keep to the settings, and back.
    ``palette`` ``(K, 3)`` holds the only colours, if there is one.
    """

    def __init__(self, settings: Settings, mood: Mood, palette: Tensor | None = None) -> None:
        self.mood, self.palette = mood, palette
        self.long_side, self.grayscale, self.connected = settings.size, settings.grayscale, settings.connected

    def free(self, strokes: PlacedStrokes) -> PlacedStrokes:
        """The 12 numbers as logits, leaves of a graph."""
        return self.mood.free(strokes, self.long_side)

    def bound(self, free: Sequence[PlacedStrokes], begin: Tensor | None = None) -> PlacedStrokes:
        """All strokes that the logits of these levels stand for, in order; a chain starts at ``begin`` ``(2,)``, in
        canvas pixels.
        """
        strokes = PlacedStrokes.cat([self.mood.bound(level, self.long_side) for level in free])
        if self.connected:
            strokes = chained(strokes, begin)
        color = strokes.color
        if self.grayscale:
            color = gray(color.T)[0, :, None].expand(-1, 3)
        if self.palette is not None:
            with torch.no_grad():
                held = nearest(color, self.palette) - color
            color = color + held  # the gradient goes to the free colour, until another one is nearer
        red, green, blue = color.unbind(1)
        return strokes.change(color_r=red, color_g=green, color_b=blue)

    def keep(self, free: Sequence[PlacedStrokes]) -> None:
        """Mend, in place, what a step has made too short; a chain's strokes are as long as their way."""
        if not self.connected:
            for level in free:
                self.mood.lengthen(level, self.long_side)


def gray(picture: Tensor) -> Tensor:
    """``(3, ...)`` as greys, in three channels."""
    weights = picture.new_tensor(LUMA).view(3, *[1] * (picture.ndim - 1))
    return (picture * weights).sum(0, keepdim=True).expand_as(picture)
