"""What strokes keep to besides their bounds: a few colours, greys, one chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ..image.color import to_gray
from ..image.palette import nearest
from ..strokes import PlacedStrokes
from .connected import chain_ends
from .parameters import StrokeParameters


@dataclass(frozen=True, eq=False)
class Constraints:
    """``palette`` ``(K, 3)`` holds the only colours, if there is one; ``grayscale``: greys alone; ``connected``: each
    stroke begins where the last ended.
    """

    palette: Tensor | None = None
    grayscale: bool = False
    connected: bool = False

    def strokes(self, levels: Sequence[StrokeParameters], begin: Tensor | None = None) -> PlacedStrokes:
        """All strokes of these levels, in order; a chain starts at ``begin`` ``(2,)``, in canvas pixels."""
        strokes = PlacedStrokes.cat([level.strokes() for level in levels])
        return self.colored(chain_ends(strokes, begin) if self.connected else strokes)

    def colored(self, strokes: PlacedStrokes) -> PlacedStrokes:
        """Strokes in the colours that they may have; differentiable."""
        color = strokes.color
        if self.grayscale:
            color = to_gray(color.T)[0, :, None].expand(-1, 3)
        if self.palette is not None:
            held = nearest(color.detach(), self.palette)
            color = held + (color - color.detach())  # the gradient goes to the free one, until another is nearer
        red, green, blue = color.unbind(1)
        return strokes.change(color_r=red, color_g=green, color_b=blue)

    def mend(self, levels: Sequence[StrokeParameters]) -> None:
        """Draw out, in place, what a step has made too short; a chain's strokes are as long as their way."""
        if not self.connected:
            for level in levels:
                level.lengthen()
