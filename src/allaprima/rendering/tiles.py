"""A canvas as tiles, each looked at by itself: only those that something happened on are looked at again.

The tiles lie where they lie: one is worked on in the same way whether it is alone or all are, and gives the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Tile(NamedTuple):
    """A part of a canvas, in its pixels."""

    top: int
    bottom: int
    left: int
    right: int

    def grown(self, around: int, rows: int, columns: int) -> Tile:
        """With so many pixels more on each side, where there are any."""
        return Tile(
            max(0, self.top - around),
            min(rows, self.bottom + around),
            max(0, self.left - around),
            min(columns, self.right + around),
        )


class Tiles:
    """Tiles of ``side`` px on a canvas of ``width x height`` px; and which of them are ``stale``: all, at first."""

    def __init__(self, width: int, height: int, side: int) -> None:
        self.width, self.height, self.side = width, height, side
        self.stale = np.ones((-(-height // side), -(-width // side)), bool)

    def among(self, chosen: NDArray[np.bool_]) -> Iterator[Tile]:
        """Those that are ``chosen``."""
        for row, column in np.argwhere(chosen).tolist():
            top, left = row * self.side, column * self.side
            yield Tile(top, min(top + self.side, self.height), left, min(left + self.side, self.width))

    def under(self, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which tiles lie under ``boxes`` ``(N, 4)``: left, top, right and bottom, anywhere."""
        under = np.zeros_like(self.stale)
        rows, columns = under.shape
        at = np.clip(np.floor(boxes / self.side), -1, [columns, rows, columns, rows]).astype(int)
        for left, top, right, bottom in at.tolist():
            under[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = True
        return under
