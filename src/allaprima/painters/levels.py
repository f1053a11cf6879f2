"""Coarse to fine: how many strokes on windows of which size."""

from __future__ import annotations

import math
from typing import NamedTuple

from .bounds import StrokeBounds

SMALLEST_WINDOW = 16  # canvas pixels
SHARE = 3.5  # there is one level more for so many times the strokes
FEW = 8  # strokes for each one of the ground, at least
GROUND_WINDOW = 13.0  # side of their windows, in their distances
FIRST = 12  # strokes on the coarsest level, about


class Level(NamedTuple):
    """So many ``strokes`` on windows with sides of ``window`` canvas pixels; in so many ``rows``, if they are the
    ground; ``late``, if they begin when those of the other levels have been refined together; along ``lines``.
    """

    strokes: int
    window: int
    rows: int = 0
    late: bool = False
    lines: bool = False


def levels(strokes: int, width: int, height: int, bounds: StrokeBounds) -> list[Level]:
    """The levels of a painting: ``strokes`` in all, exactly; each level has so many times the strokes of the one before
    as the bounds say, on windows half as wide, as far as they allow.
    """
    ground = ground_level(strokes, width, height, bounds)
    strokes -= sum(level.strokes for level in ground)
    late = int(strokes * bounds.late)
    strokes -= late
    smallest = max(SMALLEST_WINDOW, bounds.smallest_window)
    first = min(max(width, height), 2 * min(width, height), bounds.largest_window)
    number = 1
    while FIRST * (SHARE ** (number + 1) - 1) / (SHARE - 1) <= strokes * 1.5:
        number += 1
    weights = [bounds.finer**level for level in range(number)]
    counts = [int(strokes * weight / sum(weights)) for weight in weights]
    counts[-1] += strokes - sum(counts)
    windows = [round(max(smallest, first / 2**level)) for level in range(number + 1)]
    begun = [Level(count, window) for count, window in zip(counts, windows, strict=False) if count]
    return ground + begun + ([Level(late, windows[-1], late=True)] if late else [])


def with_lines(levels: list[Level], found: int, bounds: StrokeBounds) -> list[Level]:
    """The levels with some of the late strokes along lines, over all others, where so many were ``found``."""
    late = [level for level in levels[-1:] if level.late]
    count = sum(min(found, int(level.strokes * bounds.lines)) for level in late)
    if not count:
        return levels
    last = levels[-1]
    return [*levels[:-1], last._replace(strokes=last.strokes - count), last._replace(strokes=count, lines=True)]


def ground_level(strokes: int, width: int, height: int, bounds: StrokeBounds) -> list[Level]:
    """The strokes that cover the canvas first, if there are enough to spare."""
    count = min(bounds.ground, strokes // FEW)
    if count < 4:
        return []
    step = math.sqrt(width * height / count)
    rows, columns = (max(1, min(count, round(side / step))) for side in (height, width))  # of a narrow one a single row
    step = max(height / rows, width / columns)
    window = min(max(GROUND_WINDOW * step, bounds.smallest_window), bounds.largest_window)
    return [Level(rows * columns, round(max(SMALLEST_WINDOW, window)), rows)]


def more_levels(there: int, more: int, width: int, height: int, bounds: StrokeBounds) -> list[Level]:
    """The levels of ``more`` strokes on a painting that has some: the finest ones of a painting with all of them. What
    is left of a ground is none, as there is one.
    """
    kept: list[Level] = []
    for level in reversed(levels(there + more, width, height, bounds)):
        count = min(level.strokes, more - sum(one.strokes for one in kept))
        part = level if count == level.strokes else level._replace(strokes=count, rows=0)
        kept += [part] if count else []
    return kept[::-1]
