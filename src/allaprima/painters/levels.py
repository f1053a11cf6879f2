"""Coarse to fine: how many strokes on windows of which size."""

from __future__ import annotations

from typing import NamedTuple

from .bounds import StrokeBounds

SMALLEST_WINDOW = 16  # canvas pixels
SHARE = 3.5  # each level has so many times the strokes of the one before
FIRST = 12  # strokes on the coarsest level, about


class Level(NamedTuple):
    """So many ``strokes`` on windows with sides of ``window`` canvas pixels."""

    strokes: int
    window: int


def levels(strokes: int, width: int, height: int, bounds: StrokeBounds) -> list[Level]:
    """The levels of a painting: ``strokes`` in all, exactly; each level's windows are half as wide as the last's, as
    far as the bounds allow.
    """
    smallest = max(SMALLEST_WINDOW, bounds.smallest_window)
    first = min(max(width, height), 2 * min(width, height), bounds.largest_window)
    number = 1
    while FIRST * (SHARE ** (number + 1) - 1) / (SHARE - 1) <= strokes * 1.5:
        number += 1
    weights = [SHARE**level for level in range(number)]
    counts = [int(strokes * weight / sum(weights)) for weight in weights]
    counts[-1] += strokes - sum(counts)
    windows = [round(max(smallest, first / 2**level)) for level in range(number)]
    return [Level(count, window) for count, window in zip(counts, windows, strict=True) if count]


def more_levels(there: int, more: int, width: int, height: int, bounds: StrokeBounds) -> list[Level]:
    """The levels of ``more`` strokes on a painting that has some: the finest ones of a painting with all of them."""
    kept: list[Level] = []
    for level in reversed(levels(there + more, width, height, bounds)):
        count = min(level.strokes, more - sum(one.strokes for one in kept))
        kept += [Level(count, level.window)] if count else []
    return kept[::-1]
