"""Bristle oil paint, compiled: strokes laid in order onto a canvas of colour and height.

Bands of rows are worked on side by side, each by all strokes in order, and no pixel asks its neighbours: the same bits
whatever the number of threads. What a brush picks up on its way is found before, on a small canvas
(``bristle_pickup.py``), so that it is the same at any size.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bristle_columns import (
    BLEND,
    BODY,
    DRY,
    GAPS,
    HEEL,
    LIP,
    PARTING,
    RIDGE,
    START_X,
    START_Y,
    STREAKS,
    TONE,
    UNIT,
    BristleStrokes,
)
from ..bristle_columns import WAY as FAR
from .bristle_chance import between, on_grid
from .bristle_curve import (
    AHEAD,
    AT,
    BESIDE,
    FADE,
    FIRST,
    LAST,
    LENGTH,
    PASSAGES,
    WAY,
    R,
    dots_of,
    passages,
    rows_of,
    span,
)  # fmt: skip
from .bristle_tables import (
    ACROSS,
    BEGIN,
    BEYOND,
    BRISTLES,
    COARSE,
    COARSE_ALONG,
    COARSE_COLUMNS,
    COARSE_ROWS,
    END,
    FINE,
    FINE_ALONG,
    FINE_COLUMNS,
    FINE_ROWS,
    FINER,
    LEFT,
    MARGIN,
    PER_RADIUS,
    RIGHT,
    WET,
    prepare,
)
from .compiler import F32, compiled, inlined, private
from .threads import share

BANDS = 48
CHUNK = 512  # strokes whose tables are there at a time
LANES, STOPS = 5, 8  # across and along a stroke: where its brush picks up paint
BROAD = F32(18)  # units of radius: a broader stroke is seen as a plane
KEEP = F32(0.35)  # of the height below, under paint that covers it
SLIT = F32(0.5)  # of a gap stays open over quite another colour: what is left of paint there is a film
LEVEL = F32(0.6)  # of its own is lost in paint that is just like it
OPACITY, BARE, SHADE, HEIGHT, WETNESS, GONE, BESIDE_AT, EDGE, PAINT = range(9)  # what a passage leaves in a pixel
LEFT_BEHIND = PAINT + 3  # PAINT is three numbers


def paint_on(
    canvas: NDArray[np.float32], height: NDArray[np.float32], strokes: BristleStrokes, carried: NDArray[np.float32]
) -> None:
    """Strokes over a ``canvas`` ``(C, H, W)`` and its ``height`` ``(H, W)``, in place. ``carried``
    ``(N, STOPS, LANES, 3)`` are the colours that each brush has picked up. Of seven channels the last four are a layer,
    premultiplied; of one, that one is opacity.
    """
    rows = canvas.shape[1]
    bounds = [rows * band // BANDS for band in range(BANDS + 1)]
    bands = [(top, bottom) for top, bottom in pairwise(bounds) if bottom > top]
    for first in range(0, len(carried), CHUNK):
        part = slice(first, first + CHUNK)
        some = strokes.part(part)
        given = canvas, height, some.numbers, some.colors, some.shape, carried[part], *prepare(some)
        share(lambda top, bottom, given=given: _paint_on(*given, *scratch(), top, bottom), bands)


def scratch() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a thread needs for a pixel: its passages, and what they leave."""
    return np.empty((PASSAGES, 4), np.float32), np.empty(LEFT_BEHIND, np.float32)


@compiled(_nrt=False)
def _paint_on(
    canvas: Any, height: Any, strokes: Any, colors: Any, shape: Any, carried: Any, geometry: Any, arcs: Any,
    offsets: Any, tables: Any, found: Any, left: Any, top: Any, bottom: Any,
) -> None:  # fmt: skip
    for n in range(len(strokes)):
        paint_stroke(
            canvas, height, strokes[n], colors[n], shape, carried[n], geometry[n], arcs[n], offsets[n],
            tables, found, left, top, bottom,
        )  # fmt: skip


@private
def paint_stroke(
    canvas: Any, height: Any, stroke: Any, color: Any, shape: Any, carried: Any, geometry: Any, arcs: Any, at: Any,
    tables: Any, found: Any, left: Any, top: Any, bottom: Any,
) -> None:  # fmt: skip
    """One stroke over the rows ``top`` to ``bottom``."""
    across = geometry[R] * max(geometry[FIRST], geometry[LAST])
    beyond = geometry[R] * geometry[AHEAD]
    wide = across * BEYOND + 1
    long = math.sqrt(wide * wide + beyond * beyond) + 1.5
    dots = dots_of(geometry)
    low, high = rows_of(geometry, dots, long)
    y0, y1 = max(int(stroke[START_Y] + low), top), min(int(stroke[START_Y] + high) + 2, bottom)
    for y in range(y0, y1):
        py = F32(y + 0.5 - stroke[START_Y])
        x0, x1 = span(geometry, dots, wide, long, py)
        if x1 < x0:
            continue
        begin, end = max(int(x0 + stroke[START_X]), 0), min(int(x1 + stroke[START_X]) + 2, canvas.shape[2])
        guess = F32(0.5)
        for x in range(begin, end):
            count = passages(geometry, arcs, F32(x + 0.5 - stroke[START_X]), py, guess, found)
            for k in range(count):
                guess = found[k, AT]
                if leave(stroke, shape, geometry, at, tables, found[k], left):
                    mix(canvas, height, color, shape, carried, left, y, x)


@inlined
def leave(stroke: Any, shape: Any, geometry: Any, at: Any, tables: Any, passage: Any, left: Any) -> Any:
    """What a passage of the brush leaves in a pixel; whether that is anything."""
    radius = geometry[R]
    local = radius * (geometry[FIRST] + (geometry[LAST] - geometry[FIRST]) * passage[AT])
    v = passage[BESIDE] / local
    if abs(v) > F32(1.0) + F32(0.6) / local:
        return False
    way = passage[WAY]
    # where this bristle touches down and lifts
    place = (v + F32(BEYOND)) * F32(0.5 / BEYOND) * F32(at[ACROSS] - 1)
    begin = between(tables, at[BEGIN], at[END], place) * radius
    end = geometry[LENGTH] + between(tables, at[END], at[WET], place) * radius
    if way < begin - F32(2) or way > end + F32(2):
        return False
    step = F32(at[ACROSS] - 1) * F32(0.5 / BEYOND)
    after = slanted(tables, at[BEGIN], at[END], place, step, way - begin)
    before = slanted(tables, at[END], at[WET], place, step, end - way)
    # the sides
    along = (way / radius + F32(MARGIN)) * F32(PER_RADIUS)
    table = RIGHT if v > 0 else LEFT
    side = (between(tables, at[table], at[table + 1], along) - abs(v)) * local
    thin = min(F32(0), side + F32(2) * abs(passage[BESIDE]) - F32(0.5))  # the other side lies within this pixel, too
    opacity = max(F32(0), covered(side) + thin) * covered(after) * covered(before) * passage[FADE]
    if opacity <= F32(0):
        return False
    # streaks, and paint that runs out
    b, far = (v + F32(BEYOND)) * F32(0.5) * F32(at[BRISTLES]) * F32(1 / 1024), way / radius + F32(MARGIN)
    streak = on_grid(tables, at[COARSE], at[COARSE_COLUMNS], at[COARSE_ROWS], b, far * F32(COARSE_ALONG))
    fine = on_grid(tables, at[FINE], at[FINE_COLUMNS], at[FINE_ROWS], b * F32(FINER), far * F32(FINE_ALONG))
    ridge = F32(0.68) * streak + F32(0.32) * fine
    gone = min(max((way - begin) / (end - begin + F32(1e-3)), F32(0)), F32(1))
    dry = shape[DRY] * min(F32(1), (end - begin) / (radius * shape[FAR]))
    load = F32(1) - dry * gone * gone
    bare = min(max((ridge - shape[PARTING] - F32(0.75) * load) * F32(8) + F32(0.5), F32(0)), F32(1))
    # relief, with a lip at the sides and at the end
    lip, heel = max(F32(0), F32(1) - side / (F32(0.34) * radius)), max(F32(0), F32(1) - before / (F32(0.45) * radius))
    plane = min(F32(1), BROAD * F32(stroke[UNIT]) / radius)
    body = (F32(1) - shape[RIDGE] * (F32(0.5) + (ridge - F32(0.5)) * plane)) * load
    pushed = shape[LIP] * lip * lip * (F32(0.4) + fine) + shape[HEEL] * heel * heel * (F32(0.4) + streak)
    body += plane * plane * pushed
    left[OPACITY], left[BARE] = opacity, shape[GAPS] * bare
    left[HEIGHT] = body * F32(stroke[BODY] * math.sqrt(geometry[R] / stroke[UNIT]))
    seen = plane * F32(stroke[STREAKS])
    left[SHADE] = seen * ((streak - F32(0.5)) * F32(1.2) + (fine - F32(0.5)) * F32(0.8)) * shape[TONE]
    left[WETNESS] = between(tables, at[WET], at[LEFT], place) * (F32(0.45) + F32(0.55) * gone)
    left[GONE], left[BESIDE_AT], left[EDGE] = gone, v, min(side, before, after) / radius
    return True


@inlined
def covered(inside: Any) -> Any:
    """How much of a pixel is covered that lies so many pixels ``inside`` an edge."""
    return min(F32(1), max(F32(0), inside + F32(0.5)))


@inlined
def slanted(tables: Any, first: Any, after: Any, place: Any, step: Any, inside: Any) -> Any:
    """The distance to a ragged end, of which the way along the curve is ``inside``."""
    steep = between(tables, first, after, place + F32(0.5)) - between(tables, first, after, place - F32(0.5))
    steep *= step
    return inside / math.sqrt(F32(1) + min(steep * steep, F32(16)))


@inlined
def mix(canvas: Any, height: Any, color: Any, shape: Any, carried: Any, left: Any, y: Any, x: Any) -> None:
    """Lays what was left over a pixel."""
    opacity = left[OPACITY]
    if len(canvas) == 1:
        canvas[0, y, x] += opacity * (F32(1) - left[BARE]) * (F32(1) - canvas[0, y, x])
        return
    lane = min(max((left[BESIDE_AT] + F32(1)) * F32(0.5 * (LANES - 1)), F32(0)), F32(LANES) - F32(1.001))
    stop = min(left[GONE] * F32(STOPS - 1), F32(STOPS) - F32(1.001))
    i, j = np.int64(lane), np.int64(stop)
    across, down = lane - F32(i), stop - F32(j)
    wet = left[WETNESS]
    apart = F32(0)
    for c in range(3):
        upper = carried[j, i, c] + (carried[j, i + 1, c] - carried[j, i, c]) * across
        lower = carried[j + 1, i, c] + (carried[j + 1, i + 1, c] - carried[j + 1, i, c]) * across
        paint = color[c] + (upper + (lower - upper) * down - color[c]) * wet + left[SHADE]
        left[PAINT + c] = min(max(paint, F32(0)), F32(1))
        apart += abs(left[PAINT + c] - canvas[c, y, x])
    # wet in wet: where paint is much like what lies there, its sides and ends are lost in it
    alike = max(F32(0), F32(1) - F32(4) * apart)
    soft = shape[BLEND] * alike
    opacity *= F32(1) - left[BARE] * max(alike, F32(SLIT))
    opacity *= F32(1) - soft * (F32(1) - min(left[EDGE] * F32(2.5), F32(1)))
    for c in range(3):
        canvas[c, y, x] += opacity * (left[PAINT + c] - canvas[c, y, x])
        if len(canvas) > 3:
            canvas[3 + c, y, x] += opacity * (left[PAINT + c] - canvas[3 + c, y, x])
    if len(canvas) > 3:
        canvas[6, y, x] += opacity * (F32(1) - canvas[6, y, x])
    height[y, x] += opacity * (height[y, x] * (KEEP - F32(1)) + left[HEIGHT] * (F32(1) - LEVEL * alike))
