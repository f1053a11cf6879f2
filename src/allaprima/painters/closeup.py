"""A part of the canvas by itself, seen more closely than the whole can be: where people look."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from ..strokes import PlacedStrokes

BRIGHT = 0.75  # a focus is at least, where it is seen more closely: eyes and mouths are, faces alone are not
AROUND = 0.05  # of its longer side, there is so much more on each
LEAST = 1 / 8  # of the canvas' long side, each of its sides is at least, if the canvas is as large
SEEN_AT = 384  # px of its longer side, at most


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
        """All that is bright in a ``focus`` ``(1, H, W)`` of a canvas of so many px, if anything is."""
        if focus is None or not (bright := focus[0] >= BRIGHT).any():
            return None
        found = []
        for side, along in ((width, bright.any(0)), (height, bright.any(1))):
            places = along.nonzero()
            found.append((float(places[0]) * side / len(along), (float(places[-1]) + 1) * side / len(along)))
        more = AROUND * max(high - low for low, high in found)
        least = LEAST * max(width, height)
        (left, right), (top, bottom) = (
            _within(low - more, high + more, least, side)
            for (low, high), side in zip(found, (width, height), strict=True)
        )
        return cls(left, top, right, bottom, width, height)

    @property
    def longer(self) -> float:
        """Its longer side."""
        return max(self.right - self.left, self.bottom - self.top)

    @property
    def size(self) -> int:
        """How many px the long side of the canvas has then: not more than its own."""
        long_side = max(self.width, self.height)
        return min(long_side, round(SEEN_AT * long_side / self.longer))

    @property
    def share(self) -> float:
        """Of the canvas, 0 to 1."""
        return (self.right - self.left) * (self.bottom - self.top) / (self.width * self.height)

    def crop(self, picture: Tensor, scale: float) -> Tensor:
        """What a picture ``(C, H, W)`` of the canvas, with ``scale`` pixels for each of its own, shows there."""
        left, top, right, bottom = (round(side * scale) for side in self[:4])
        return picture[:, top:bottom, left:right].contiguous()

    def placed(self, strokes: PlacedStrokes, scale: float) -> PlacedStrokes:
        """All strokes, as they lie on that crop."""
        x, y = (round(side * scale) / scale for side in self[:2])
        return strokes.change(window_x=strokes.window_x - x, window_y=strokes.window_y - y)

    def free(self, strokes: PlacedStrokes) -> Tensor:
        """Which of the strokes may move ``(N,)``: those whose windows have their middle there, and are not larger."""
        corner, side = strokes.places[:, :2], strokes.places[:, 2:]
        middle = corner + side / 2
        inside = (middle > middle.new_tensor(self[:2])) & (middle < middle.new_tensor(self[2:4]))
        return (inside & (side <= self.longer)).all(1)


def _within(low: float, high: float, least: float, side: float) -> tuple[float, float]:
    """Both at least so far apart, and within 0 and ``side``."""
    half = min(max(high - low, least), side) / 2
    middle = min(max((low + high) / 2, half), side - half)
    return middle - half, middle + half


def cropped(picture: Tensor, part: CloseUp | None, scale: float) -> Tensor:
    """A picture of the canvas, or what it shows in a ``part``."""
    return picture if part is None else part.crop(picture, scale)
