"""Strokes cut off where they leave the page, for machines that must not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np

from .outline import Points

TINY = 1e-9  # of the page: so far outside is on its edge, and so little bent is straight


class Piece(NamedTuple):
    """A part of a stroke, ``begin`` to ``end`` of its way, 0 to 1: the Bezier ``points`` ``(3, 2)`` along it."""

    begin: float
    end: float
    points: Points


def pieces(bezier: Points, width: float, height: float, clip: bool = True) -> Iterator[Piece]:
    """The parts of a Bezier ``(3, 2)`` that lie on a page of ``width x height``, in order; all of it, if there is
    nothing to ``clip``. A Bezier of degree two meets each edge twice at most.
    """
    if not clip:
        yield Piece(0.0, 1.0, bezier)
        return
    start, control, end = bezier
    cuts = {0.0, 1.0}
    for axis, side in enumerate((width, height)):
        for edge in (0.0, side):
            bent, straight = (start - 2 * control + end)[axis], 2 * (control - start)[axis]
            moves = [way if abs(way) > TINY * side else 0.0 for way in (bent, straight)]
            roots = np.roots([*moves, start[axis] - edge])
            cuts |= {float(root.real) for root in roots if abs(root.imag) < TINY and 0 < root.real < 1}
    ways = sorted(cuts)
    page = np.array([width, height])

    def inside(part: tuple[float, float]) -> bool:
        point = along(bezier, sum(part) / 2, sum(part) / 2)
        return bool((point >= -TINY * page).all() and (point <= (1 + TINY) * page).all())

    for there, parts in groupby(pairwise(ways), inside):
        if there:
            run = list(parts)
            first, last = run[0][0], run[-1][1]
            points = [along(bezier, *at) for at in ((first, first), (first, last), (last, last))]
            yield Piece(first, last, np.stack(points))


def along(bezier: Points, one: float, other: float) -> Points:
    """The Bezier's blossom: its point at ``one`` where both are the same; between two points, their control point."""
    start, control, end = bezier
    mixed = one * (1 - other) + other * (1 - one)
    point: Points = (1 - one) * (1 - other) * start + mixed * control + one * other * end
    return point
