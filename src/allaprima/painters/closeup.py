"""A part of the canvas by itself, seen more closely than the whole can be: where people look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from ..strokes import PlacedStrokes
from .parameters import StrokeParameters

BRIGHT = 0.75  # a focus is at least, where it is seen more closely: eyes and mouths are, faces alone are not
AROUND = 0.05  # of its longer side, there is so much more on each
LEAST = 1 / 8  # of the canvas' long side, each of its sides is at least
SEEN_AT = 384  # px of its longer side


class CloseUp(NamedTuple):
    """A part of a canvas of ``width x height`` px, from ``left`` to ``right`` and from ``top`` to ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float
    width: int
    height: int

    @classmethod
    def of(cls, focus: Tensor | None, width: int, height: int) -> CloseUp | None:
        """Where a ``focus`` ``(1, H, W)`` is bright, if it is anywhere, on a canvas of so many px."""
        if focus is None or not (bright := focus[0] >= BRIGHT).any():
            return None
        found = [side.nonzero() for side in (bright.any(0), bright.any(1))]
        shape = width, height
        units = [side / many for side, many in zip(shape, bright.shape[::-1], strict=True)]
        ends = [(float(at[0]) * unit, (float(at[-1]) + 1) * unit) for at, unit in zip(found, units, strict=True)]
        more = AROUND * max(high - low for low, high in ends)
        least = LEAST * max(shape) / 2
        (left, right), (top, bottom) = (
            (max(0.0, (low + high) / 2 - half), min(float(side), (low + high) / 2 + half))
            for (low, high), side in zip(ends, shape, strict=True)
            for half in [max((high - low) / 2 + more, least)]
        )
        return cls(left, top, right, bottom, *shape)

    @property
    def size(self) -> int:
        """How many px the long side of the canvas has then: not more than its own."""
        long_side = max(self.width, self.height)
        return min(long_side, round(SEEN_AT * long_side / max(self.right - self.left, self.bottom - self.top)))

    @property
    def share(self) -> float:
        """Of the canvas, 0 to 1."""
        return (self.right - self.left) * (self.bottom - self.top) / (self.width * self.height)

    def crop(self, picture: Tensor, scale: float) -> Tensor:
        """What a picture ``(C, H, W)`` of the canvas, with ``scale`` pixels for each of its own, shows there."""
        left, top, right, bottom = (round(side * scale) for side in self[:4])
        return picture[:, top:bottom, left:right].contiguous()

    def strokes(self, strokes: PlacedStrokes, scale: float) -> PlacedStrokes:
        """Those whose windows reach there, as they lie on that crop."""
        x, y = (round(side * scale) / scale for side in self[:2])
        low, high = strokes.places[:, :2], strokes.places[:, :2] + strokes.places[:, 2:]
        first, last = low.new_tensor(self[:2]), low.new_tensor(self[2:4])
        there = strokes[((high > first) & (low < last)).all(1)]
        return there.change(window_x=there.window_x - x, window_y=there.window_y - y)

    def hold(self, levels: Sequence[StrokeParameters]) -> None:
        """Take the gradient from strokes whose windows have their middle elsewhere: they stay as they are (but one that
        a chain ties to another that moves).
        """
        for level in levels:
            places = level.place.places
            middle = places[:, :2] + places[:, 2:] / 2
            inside = (middle > middle.new_tensor(self[:2])) & (middle < middle.new_tensor(self[2:4]))
            for value in level.unbounded.values():
                if value.grad is not None:
                    value.grad.mul_(inside.all(1))


def seen(picture: Tensor, part: CloseUp | None, scale: float) -> Tensor:
    """A picture of the canvas, or what it shows in a ``part``."""
    return picture if part is None else part.crop(picture, scale)
