"""The strips of rows in which a stroke's fields are summed, and where in them its Gaussians count; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import LEFT, SIDE, TOP, VARIANCE, WEIGHT, X, Y
from .compiler import exp, log, private

F32 = np.float32
ZERO, HALF, ONE, TWO = F32(0), F32(0.5), F32(1), F32(2)
REACH = 4  # of Gaussians in pixels (5, Q), after X, Y, WEIGHT and VARIANCE: how far each one counts
CUT = F32(3e-6)  # less than this of a field is nothing
LANES = 8  # pixels: rows of fields begin and end at multiples
STRIP = 1 << 15  # numbers in the fields of a strip: they stay in the cache
ROWS = 16  # in a strip at least


@private
def place(gaussians: Any, place: Any, left: Any, up: Any, at: Any) -> None:
    """A field's Gaussians in pixels from ``left, up``: ``at`` ``(5, Q)`` gets X, Y, WEIGHT, VARIANCE and REACH. Some
    more of no weight fill up the last group.
    """
    x, y, weight, variance, reach = at[X], at[Y], at[WEIGHT], at[VARIANCE], at[REACH]
    side, shift_x, shift_y = place[SIDE], place[LEFT] - F32(left) - HALF, place[TOP] - F32(up) - HALF
    many = gaussians.shape[1]
    for q in range(many):
        x[q] = gaussians[X, q] * side + shift_x
        y[q] = gaussians[Y, q] * side + shift_y
    for q in range(many):
        weight[q] = gaussians[WEIGHT, q]
        variance[q] = gaussians[VARIANCE, q] * side * side
        reach[q] = np.sqrt(TWO * variance[q] * log(max(weight[q] / CUT, ONE)))
    for q in range(many, len(x)):
        x[q], y[q], weight[q], variance[q], reach[q] = x[0], y[0], ZERO, ONE, ZERO


@private
def near(at: Any, q: Any, west: Any, east: Any, north: Any, south: Any, ramp: Any, along_x: Any, along_y: Any) -> Any:
    """The columns and rows where one of a group of Gaussians counts, that from ``q`` on, of those from ``west`` to
    ``east`` and ``north`` to ``south``; ``along_x`` ``(K, W)`` and, with the weight, ``along_y`` ``(K, H)`` get the
    factors there, from their first number on.
    """
    many = len(along_x)
    x0, x1, y0, y1 = F32(east), F32(west), F32(south), F32(north)
    for k in range(q, q + many):
        if at[REACH, k] > ZERO:
            x0, x1 = min(x0, at[X, k] - at[REACH, k]), max(x1, at[X, k] + at[REACH, k])
            y0, y1 = min(y0, at[Y, k] - at[REACH, k]), max(y1, at[Y, k] + at[REACH, k])
    left, right = int(max(x0, F32(west))), int(min(x1 + ONE, F32(east)))
    top, bottom = int(max(y0, F32(north))), int(min(y1 + ONE, F32(south)))
    if left >= right or top >= bottom:
        return 0, 0, 0, 0
    right = left + (right - left + LANES - 1) // LANES * LANES
    columns, lines = ramp[left:right], ramp[top:bottom]  # loops from 0 on: what may be negative indexes no vector
    for k in range(many):
        x, y, weight, scale = at[X, q + k], at[Y, q + k], at[WEIGHT, q + k], -HALF / at[VARIANCE, q + k]
        factor_x, factor_y = along_x[k], along_y[k]
        for i in range(len(columns)):
            gap = columns[i] - x
            factor_x[i] = exp(gap * gap * scale)
        for i in range(len(lines)):
            gap = lines[i] - y
            factor_y[i] = weight * exp(gap * gap * scale)
    return left, right, top, bottom


@private
def strip(width: Any, fields_count: Any) -> Any:
    """How long the rows are in memory, with room for a group that ends beyond, and how many make a strip."""
    stride = (width + LANES - 1) // LANES * LANES + LANES
    return stride, max(ROWS, STRIP // (fields_count * stride))


@private
def scratch(stride: Any, rows: Any, samples: Any, many: Any) -> Any:
    """Room for ``place`` and ``near``."""
    ramp = np.empty(max(stride, rows), F32)
    for i in range(len(ramp)):
        ramp[i] = F32(i)
    at = np.empty((REACH + 1, (samples + many - 1) // many * many), F32)
    return ramp, at, np.empty((many, stride), F32), np.empty((many, rows), F32)
