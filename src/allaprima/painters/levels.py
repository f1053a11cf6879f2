"""Coarse to fine: how many strokes on windows of which size."""

from __future__ import annotations

import math
from typing import NamedTuple

from .bounds import StrokeBounds
from .retouching import DABS, OF, window_of

SMALLEST_WINDOW = 16  # canvas pixels
SHARE = 3.5  # there is one level more for so many times the strokes
FEW = 8  # strokes for each one of the ground, at least
GROUND_WINDOW = 13.0  # side of their windows, in their distances
FIRST = 12  # strokes on the coarsest level, about
SKETCHED = 60  # strokes of a sketch, at least


class Level(NamedTuple):
    """So many ``strokes`` on windows with sides of ``window`` canvas pixels; in so many ``rows``, if they are the
    ground; ``late``, if they begin when those of the other levels have been refined together; along ``lines``; of the
    ``sketch``, the first strokes, which are a painting by themselves, and stay as they are under all that follow; or to
    ``retouch`` the canvas, when all else is done.
    """

    strokes: int
    window: int
    rows: int = 0
    late: bool = False
    lines: bool = False
    sketch: bool = False
    retouch: bool = False


def levels(strokes: int, width: int, height: int, bounds: StrokeBounds) -> list[Level]:
    """The levels of a painting: ``strokes`` in all, exactly; each level has so many times the strokes of the one before
    as the bounds say, on windows half as wide, as far as they allow. The first ones are the sketch, if there are enough
    strokes for one.
    """
    smallest = max(SMALLEST_WINDOW, bounds.smallest_window)
    widest = min(max(width, height), 2 * min(width, height), bounds.largest_window)

    def cascade(strokes: int, first: int, last: int) -> list[Level]:
        """On the windows from the ``first`` to the ``last``, and late ones on the next."""
        late = int(strokes * bounds.late)
        weights = [bounds.finer**number for number in range(last - first + 1)]
        counts = [int((strokes - late) * weight / sum(weights)) for weight in weights]
        counts[-1] += strokes - late - sum(counts)
        windows = [round(max(smallest, widest / 2**number)) for number in range(first, last + 2)]
        found = [Level(*level) for level in zip([*counts, late], windows, strict=True)]
        return [level._replace(late=level is found[-1]) for level in found if level.strokes]

    sketch = int(strokes * bounds.sketch)
    sketch = sketch if sketch >= SKETCHED else 0
    ground = ground_level(sketch or strokes, width, height, bounds)
    there = sum(level.strokes for level in ground)
    last = _depth(strokes - there, bounds)
    if not sketch or not last:
        return ground + cascade(strokes - there, 0, last)
    begun = min(_depth(sketch - there, bounds), last - 1)
    first = [level._replace(sketch=True) for level in [*ground, *cascade(sketch - there, 0, begun)]]
    return first + cascade(strokes - sketch, begun + 1, last)


def _depth(strokes: int, bounds: StrokeBounds) -> int:
    """How many times the windows are halved, for so many strokes."""
    strokes -= int(strokes * bounds.late)
    number = 1
    while FIRST * (SHARE ** (number + 1) - 1) / (SHARE - 1) <= strokes * 1.5:
        number += 1
    return number - 1


def with_lines(levels: list[Level], found: int, bounds: StrokeBounds) -> list[Level]:
    """The levels with some of the late strokes along lines, over all others, where so many were ``found``."""
    late = [level for level in levels[-1:] if level.late]
    count = sum(min(found, int(level.strokes * bounds.lines)) for level in late)
    if not count:
        return levels
    last = levels[-1]
    return [*levels[:-1], last._replace(strokes=last.strokes - count), last._replace(strokes=count, lines=True)]


def with_retouching(levels: list[Level], bounds: StrokeBounds) -> list[Level]:
    """The levels with some of the last strokes to retouch the canvas, where there are enough."""
    count = min(DABS, sum(level.strokes for level in levels) // OF)
    if not 0 < count < levels[-1].strokes:
        return levels
    last = levels[-1]._replace(strokes=levels[-1].strokes - count)
    return [*levels[:-1], last, Level(count, window_of(bounds), late=True, retouch=True)]


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
        part = level._replace(
            sketch=level.sketch and not there, strokes=count, rows=level.rows if count == level.strokes else 0
        )
        kept += [part] if count else []
    return kept[::-1]
