"""From strokes' numbers to the opacity of ribbons and back, compiled: stroke by stroke, and of each only the pixels
that its paint can reach. Nothing is kept for the gradient: a pixel's place in the stroke is looked up once more.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...strokes import WINDOW
from .. import bristle_columns as laid
from ..columns import (
    COLUMN,
    CONTROL_X,
    CONTROL_Y,
    END_X,
    END_Y,
    ENTRY,
    HEIGHT,
    LEFT,
    LENGTH,
    PRESSURE,
    ROW,
    SIDE,
    SIZE,
    START,
    START_X,
    START_Y,
    STROKE,
    TOP,
    WIDTH,
)
from ..networks import Ribbon
from ..ribbon_columns import ACROSS, BEGIN, BOW, BOW_MORE, EDGE, END, LIFT, PIXEL_END, PIXEL_SIDE, TOUCH
from ..ribbon_columns import SIDE as SOFT
from .bristle_curve import GEOMETRY, PASSAGES, STEPS, describe, dots_of, rows_of, span
from .compiler import F32, compiled, copy, fill, private
from .ribbon_curve import OF_CURVE, WAYS, find, measure_way, place_backward, stroke_backward
from .ribbon_paint import (
    AFTER,
    BEFORE,
    ENDS,
    GIVEN_ROW,
    GRADIENTS,
    ONE,
    OPACITY_ROW,
    PASSAGE_ROWS,
    WIDEST,
    ZERO,
    measure,
    paint,
    paint_backward,
)
from .runs import joined
from .threads import arrays, chunks, share

CHUNK = 1 << 16  # pixels of boxes by a thread at a time, about


def ribbons_forward(numbers: Tensor, boxes: Tensor, places: Tensor, ribbon: Ribbon) -> tuple[Tensor, Tensor]:
    given = arrays(numbers, boxes, places, ribbon.numbers)
    rows = given[1][:, HEIGHT].astype(np.int64)
    areas = given[1][:, WIDTH] * rows

    def draw(first: int, last: int) -> tuple[NDArray[Any], NDArray[Any]]:
        room = int(areas[first:last].sum())
        opacity, runs = np.empty(room, F32), np.empty((room // 2 + int(rows[first:last].sum()), 5), np.int32)
        painted, count = _forward(first, last, *given, *_scratch(int(given[1][first:last, WIDTH].max())), opacity, runs)
        return opacity[:painted].copy(), runs[:count].copy()

    return joined(*zip(*share(draw, chunks(areas, CHUNK)), strict=True))


def ribbons_backward(
    numbers: Tensor, boxes: Tensor, places: Tensor, ribbon: Ribbon, runs: Tensor, grad_opacity: Tensor
) -> Tensor:
    given, found = arrays(numbers, places, ribbon.numbers), arrays(runs, grad_opacity)
    firsts = np.searchsorted(found[0][:, STROKE], np.arange(len(numbers) + 1))
    lengths = np.concatenate([[0], np.cumsum(found[0][:, LENGTH])])
    grad_numbers, wide = np.zeros(numbers.shape, F32), int(found[0][:, LENGTH].max(initial=1))

    def backward(first: int, last: int) -> None:
        room = *_scratch(wide), np.empty(GRADIENTS, F32), np.empty(OF_CURVE, F32)
        _backward(first, last, *given, firsts, *found, *room, grad_numbers)

    share(backward, chunks(np.diff(lengths[firsts]), CHUNK))
    return torch.from_numpy(grad_numbers)


def _scratch(wide: int) -> tuple[NDArray[Any], ...]:
    """What a thread needs for strokes on boxes so ``wide``: a stroke's numbers as bristles have them, geometry, arc
    lengths, their polynomial, and ends; pixels' numbers, a pixel's passages, rows of passages and whose they are.
    """
    many = PASSAGES * wide
    return (
        np.zeros(laid.STROKE_COLUMNS), np.empty(GEOMETRY, F32), np.empty((2, STEPS + 1), F32), np.empty(WAYS, F32),
        np.empty(ENDS, F32), np.arange(wide, dtype=F32), np.empty((PASSAGES, 4), F32),
        np.empty((PASSAGE_ROWS, many), F32), np.empty(many, np.int32),
    )  # fmt: skip


@private
def _lay(numbers: Any, place: Any, like: Any, stroke: Any, geometry: Any, arcs: Any, ways: Any, ends: Any) -> None:
    """A stroke of these ``numbers`` ``(9,)`` in pixels."""
    side, left, top = np.float64(place[SIDE]), np.float64(place[LEFT]), np.float64(place[TOP])
    stroke[laid.START_X], stroke[laid.START_Y] = numbers[START_X] * side + left, numbers[START_Y] * side + top
    stroke[laid.END_X], stroke[laid.END_Y] = numbers[END_X] * side + left, numbers[END_Y] * side + top
    x, y = numbers[CONTROL_X] * side + left, numbers[CONTROL_Y] * side + top
    stroke[laid.CONTROL_X] = 2 * x - (stroke[laid.START_X] + stroke[laid.END_X]) / 2
    stroke[laid.CONTROL_Y] = 2 * y - (stroke[laid.START_Y] + stroke[laid.END_Y]) / 2
    stroke[laid.RADIUS] = math.exp(2 * numbers[SIZE]) / WINDOW * side
    stroke[laid.ENTRY], stroke[laid.PRESSURE] = numbers[ENTRY], numbers[PRESSURE]
    describe(stroke, 0, like, geometry, arcs)
    measure_way(geometry, arcs, ways)
    measure(geometry, like, ends)


@private
def _reach(ends: Any, like: Any) -> Any:
    """How far paint lies from a curve at most, and from its ends."""
    broad = max(ends[BEFORE], ends[AFTER])
    wide = broad * (1 - like[EDGE]) + WIDEST * math.sqrt((like[SOFT] * broad) ** 2 + like[PIXEL_SIDE] ** 2)
    bow = max(-ACROSS * like[BOW], 0.0) + max(-ACROSS * ACROSS * like[BOW_MORE], 0.0)
    soft = WIDEST * math.sqrt((max(like[TOUCH], like[LIFT]) * broad) ** 2 + like[PIXEL_END] ** 2)
    ahead = max(broad * (max(like[BEGIN], like[END]) + bow) + soft, 0.0)
    return wide, math.hypot(wide, ahead)


@compiled(_nrt=False)
def _forward(
    first: Any, last: Any, numbers: Any, boxes: Any, places: Any, like: Any, stroke: Any, geometry: Any, arcs: Any,
    ways: Any, ends: Any, ramp: Any, found: Any, rows: Any, owners: Any, opacity: Any, runs: Any,
) -> Any:  # fmt: skip
    """Draws the strokes ``first`` to ``last``. Returns how many pixels and runs there are."""
    pixels, count = 0, 0
    for n in range(first, last):
        _lay(numbers[n], places[n], like, stroke, geometry, arcs, ways, ends)
        wide, long = _reach(ends, like)
        dots = dots_of(geometry)
        low, high = rows_of(geometry, dots, long)
        x_of, y_of = stroke[laid.START_X], stroke[laid.START_Y]
        y0 = max(math.floor(y_of + low), boxes[n, TOP])
        y1 = min(math.floor(y_of + high) + 2, boxes[n, TOP] + boxes[n, HEIGHT])
        for y in range(y0, y1):
            py = F32(y + 0.5 - y_of)
            x0, x1 = span(geometry, dots, wide, long, py)
            if x1 < x0:
                continue
            begin = max(math.floor(x_of + x0), boxes[n, LEFT])
            some = min(math.floor(x_of + x1) + 2, boxes[n, LEFT] + boxes[n, WIDTH]) - begin
            if some <= 0:
                continue
            many = find(geometry, arcs, ways, ramp, F32(begin + 0.5 - x_of), py, some, rows, owners, found)
            paint(geometry, ends, like, rows, many)
            start, k = pixels, 0
            for i in range(some):
                bare = ONE
                while k < many and owners[k] == i:
                    bare *= ONE - rows[OPACITY_ROW, k]
                    k += 1
                if bare < ONE:
                    opacity[pixels] = ONE - bare
                    pixels += 1
                if pixels > start and (bare == ONE or i == some - 1):
                    after = begin + i if bare == ONE else begin + i + 1
                    runs[count, STROKE], runs[count, ROW], runs[count, COLUMN] = n, y, after - (pixels - start)
                    runs[count, LENGTH], runs[count, START] = pixels - start, start
                    count += 1
                    start = pixels
    return pixels, count


@compiled(_nrt=False)
def _backward(
    first: Any, last: Any, numbers: Any, places: Any, like: Any, firsts: Any, runs: Any, grad_opacity: Any,
    stroke: Any, geometry: Any, arcs: Any, ways: Any, ends: Any, ramp: Any, found: Any, rows: Any, owners: Any,
    grad: Any, of_curve: Any, grad_numbers: Any,
) -> None:  # fmt: skip
    """The same backward; adds to ``grad_numbers`` ``(N, 9)``. The runs of stroke n begin at ``firsts[n]``."""
    for n in range(first, last):
        if firsts[n] == firsts[n + 1]:
            continue
        _lay(numbers[n], places[n], like, stroke, geometry, arcs, ways, ends)
        fill(grad, ZERO)
        fill(of_curve, ZERO)
        for r in range(firsts[n], firsts[n + 1]):
            some = runs[r, LENGTH]
            px, py = F32(runs[r, COLUMN] + 0.5 - stroke[laid.START_X]), F32(runs[r, ROW] + 0.5 - stroke[laid.START_Y])
            given = grad_opacity[runs[r, START] : runs[r, START] + some]
            many = find(geometry, arcs, ways, ramp, px, py, some, rows, owners, found)
            if many == some:
                copy(given, rows[GIVEN_ROW])
            else:
                paint(geometry, ends, like, rows, many)
                for k in range(many):
                    rows[GIVEN_ROW, k] = given[owners[k]]
                    for other in range(max(k - PASSAGES, 0), min(k + PASSAGES, many)):
                        if other != k and owners[other] == owners[k]:
                            rows[GIVEN_ROW, k] *= ONE - rows[OPACITY_ROW, other]
            paint_backward(geometry, ends, like, rows, many, grad)
            place_backward(geometry, ways, many, rows, of_curve)
        stroke_backward(numbers[n], places[n], like, geometry, grad, of_curve, grad_numbers[n])
