"""Where a ribbon's brush passes pixels of a row, and how these places move with the curve, compiled; as branchless
loops over rows of float32, like ``ribbon_paint``.

Most strokes pass each pixel once, and the way along them is as good as a polynomial of the fourth degree: such a smooth
curve is searched by Newton's method for a whole row at once. Any other is looked at pixel by pixel (``passages``).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..columns import CONTROL_X, CONTROL_Y, END_X, END_Y, ENTRY, PRESSURE, SIDE, SIZE, START_X, START_Y
from ..ribbon_columns import SPRING, STEEP
from .bristle_curve import (
    AT,
    AX,
    AY,
    BESIDE,
    BX,
    BY,
    EX,
    EY,
    FADE,
    FIRST,
    LAST,
    LENGTH,
    MILD,
    STEPS,
    TX,
    TY,
    UX,
    UY,
    WAY,
    R,
    passages,
)
from .compiler import F32, private
from .ribbon_paint import (
    AT_ROW,
    BESIDE_ROW,
    BY_AFTER,
    BY_AT_ROW,
    BY_BEFORE,
    BY_BESIDE_ROW,
    BY_LENGTH,
    BY_RADIUS,
    BY_WAY_ROW,
    FADE_ROW,
    ONE,
    TWO,
    WAY_ROW,
    ZERO,
)

W1, W2, W3, W4, SMOOTH = range(5)  # of a way: w1 t + w2 t^2 + ..., and whether that is near enough to it
WAYS = 5
NEAR = 0.02  # px
SEARCH = 6  # steps of Newton's method at most; SEARCH_STRAIGHT for a curve that is nearly straight
SEARCH_STRAIGHT = 3
SLOPE_X, SLOPE_Y, BEND_X, BEND_Y, FROM_X, FROM_Y, TO_X, TO_Y, TURN_FIRST, TURN_LAST = range(10)  # gradients of a curve
BY_W = 10  # and of the ways' four numbers, or
FROM_WAY = 14  # of the way to each step along it
OF_CURVE = FROM_WAY + STEPS + 1


@private
def measure_way(geometry: Any, arcs: Any, ways: Any) -> None:
    """The polynomial that has the length, and the speed at both ends, and is right halfway."""
    first, last = arcs[1, 0] * STEPS, arcs[1, STEPS] * STEPS
    length, half = arcs[0, STEPS], arcs[0, STEPS // 2]
    ways[W1] = first
    ways[W4] = 16 * half - 8 * length + 2 * last - 2 * first
    ways[W3] = last + first - 2 * length - 2 * ways[W4]
    ways[W2] = length - first - ways[W3] - ways[W4]
    worst = 0.0
    for k in range(STEPS):
        t = k / STEPS
        worst = max(worst, abs(t * (ways[W1] + t * (ways[W2] + t * (ways[W3] + t * ways[W4]))) - arcs[0, k]))
    ways[SMOOTH] = 1.0 if geometry[MILD] and worst < NEAR else 0.0


@private
def find(
    geometry: Any, arcs: Any, ways: Any, ramp: Any, px: Any, py: Any, count: Any, rows: Any, owners: Any, found: Any
) -> Any:
    """All passages of ``count`` pixels of a row, the first of them at ``px, py`` from the stroke's start: their
    rows get way, place beside it, parameter and share; ``owners`` which pixel each belongs to. How many there are.
    """
    if ways[SMOOTH] and _find_smooth(geometry, ways, ramp, px, py, count, rows):
        for i in range(count):
            owners[i] = i
        return count
    many, guess = 0, F32(0.5)
    for i in range(count):
        for k in range(passages(geometry, arcs, px + F32(i), py, guess, found)):
            guess = found[k, AT]
            rows[WAY_ROW, many], rows[BESIDE_ROW, many] = found[k, WAY], found[k, BESIDE]
            rows[AT_ROW, many], rows[FADE_ROW, many] = found[k, AT], found[k, FADE]
            owners[many] = i
            many += 1
    return many


@private
def _find_smooth(geometry: Any, ways: Any, ramp: Any, px: Any, py: Any, count: Any, rows: Any) -> Any:
    """The only passage of each pixel by a smooth curve; whether all of them were found."""
    ats, way_row, besides, fades = rows[AT_ROW], rows[WAY_ROW], rows[BESIDE_ROW], rows[FADE_ROW]
    bx, by, ax, ay = geometry[BX], geometry[BY], geometry[AX], geometry[AY]
    ex, ey, tx, ty, ux, uy = geometry[EX], geometry[EY], geometry[TX], geometry[TY], geometry[UX], geometry[UY]
    length, w1, w2, w3, w4 = geometry[LENGTH], ways[W1], ways[W2], ways[W3], ways[W4]
    chord = ex * ex + ey * ey
    for i in range(count):
        ats[i] = min(max(((px + ramp[i]) * ex + py * ey) / chord, ZERO), ONE)
    straight = F32(16) * (ax * ax + ay * ay) < chord
    for _ in range(SEARCH_STRAIGHT if straight else SEARCH):
        for i in range(count):
            x, t = px + ramp[i], ats[i]
            cx, cy = t * (bx + ax * t) - x, t * (by + ay * t) - py
            dx, dy = bx + TWO * ax * t, by + TWO * ay * t
            square = dx * dx + dy * dy
            slope = max(square + TWO * (cx * ax + cy * ay), F32(0.05) * square)
            ats[i] = min(max(t - (cx * dx + cy * dy) / slope, ZERO), ONE)
    worst = ZERO
    for i in range(count):
        x, t = px + ramp[i], ats[i]
        before, after = x * tx + py * ty, (x - ex) * ux + (py - ey) * uy
        cx, cy = t * (bx + ax * t) - x, t * (by + ay * t) - py
        dx, dy = bx + TWO * ax * t, by + TWO * ay * t
        square = dx * dx + dy * dy
        value = cx * dx + cy * dy
        apart = value * value - F32(1e-4) * square  # within a hundredth of a pixel
        way, beside = t * (w1 + t * (w2 + t * (w3 + t * w4))), (dy * cx - dx * cy) / math.sqrt(square)
        way, beside, t = (before, tx * py - ty * x, ZERO) if before < ZERO else (way, beside, t)
        beyond = after > ZERO
        way, beside = (length + after, ux * (py - ey) - uy * (x - ex)) if beyond else (way, beside)
        t = ONE if beyond else t
        apart = ZERO if before < ZERO or beyond else apart
        way_row[i], besides[i], ats[i], fades[i] = way, beside, t, ONE
        worst = max(worst, apart)
    return worst <= ZERO


@private
def place_backward(geometry: Any, ways: Any, count: Any, rows: Any, of_curve: Any) -> None:
    """From the gradients of passages to those of their curve: a place along the curve moves with it so that its pixel
    stays straight beside it.
    """
    ats, way_row, besides = rows[AT_ROW], rows[WAY_ROW], rows[BESIDE_ROW]
    by_ways, by_besides, by_ats = rows[BY_WAY_ROW], rows[BY_BESIDE_ROW], rows[BY_AT_ROW]
    bx, by, ax, ay = geometry[BX], geometry[BY], geometry[AX], geometry[AY]
    tx, ty, ux, uy, length = geometry[TX], geometry[TY], geometry[UX], geometry[UY], geometry[LENGTH]
    slope_x = slope_y = bend_x = bend_y = from_x = from_y = to_x = to_y = turn_first = turn_last = ZERO
    v1 = v2 = v3 = v4 = more = ZERO
    smooth = ways[SMOOTH] > ZERO
    for i in range(count):
        t, way, beside, by_way, by_beside = ats[i], way_row[i], besides[i], by_ways[i], by_besides[i]
        before = ONE if way < ZERO else ZERO
        beyond = ONE if t == ONE and way > length else ZERO
        between = ONE - before - beyond
        from_x += before * (by_beside * ty - by_way * tx)
        from_y -= before * (by_beside * tx + by_way * ty)
        turn_first += before * (by_way * beside - by_beside * way)
        to_x += beyond * (by_beside * uy - by_way * ux)
        to_y -= beyond * (by_beside * ux + by_way * uy)
        turn_last += beyond * (by_way * beside - by_beside * (way - length))
        more += beyond * by_way
        # between: the gap from the pixel is straight beside the curve
        dx, dy = bx + TWO * ax * t, by + TWO * ay * t
        square = dx * dx + dy * dy + F32(1e-12)
        speed = math.sqrt(square)
        gap_x, gap_y = dy / speed * beside, -dx / speed * beside
        slope = square + TWO * (gap_x * ax + gap_y * ay)
        step = -(by_ats[i] + by_way * speed) / slope if abs(slope) > F32(STEEP) * square else ZERO
        step, by_beside, by_way = step * between, by_beside * between, by_way * between
        by_x, by_y = step * dx + by_beside * dy / speed, step * dy - by_beside * dx / speed
        by_dx, by_dy = step * gap_x, step * gap_y
        from_x += by_x
        from_y += by_y
        slope_x += by_x * t + by_dx
        slope_y += by_y * t + by_dy
        bend_x += t * (by_x * t + TWO * by_dx)
        bend_y += t * (by_y * t + TWO * by_dy)
        v1 += by_way * t
        v2 += by_way * t * t
        v3 += by_way * t * t * t
        v4 += by_way * t * t * t * t
    if smooth:
        of_curve[BY_W + W1] += v1
        of_curve[BY_W + W2] += v2
        of_curve[BY_W + W3] += v3
        of_curve[BY_W + W4] += v4
    else:
        for i in range(count):
            if lies_on_curve(way_row[i], ats[i], length):
                at = ats[i] * F32(STEPS)
                k = min(np.int64(at), STEPS - 1)
                of_curve[FROM_WAY + k] += by_ways[i] * (F32(k + 1) - at)
                of_curve[FROM_WAY + k + 1] += by_ways[i] * (at - F32(k))
    of_curve[FROM_WAY + STEPS] += more
    of_curve[SLOPE_X] += slope_x
    of_curve[SLOPE_Y] += slope_y
    of_curve[BEND_X] += bend_x
    of_curve[BEND_Y] += bend_y
    of_curve[FROM_X] += from_x
    of_curve[FROM_Y] += from_y
    of_curve[TO_X] += to_x
    of_curve[TO_Y] += to_y
    of_curve[TURN_FIRST] += turn_first
    of_curve[TURN_LAST] += turn_last


@private
def lies_on_curve(way: Any, t: Any, length: Any) -> Any:
    """Whether a passage lies on the curve itself."""
    return way >= ZERO and not (t == ONE and way > length)


@private
def stroke_backward(
    numbers: Any, place: Any, like: Any, geometry: Any, grad: Any, of_curve: Any, grad_numbers: Any
) -> None:
    """From the gradients of a stroke's geometry to those of its numbers."""
    bx, by, ax, ay = F32(geometry[BX]), F32(geometry[BY]), F32(geometry[AX]), F32(geometry[AY])
    slope_x, slope_y, bend_x, bend_y = of_curve[SLOPE_X], of_curve[SLOPE_Y], of_curve[BEND_X], of_curve[BEND_Y]
    # the ways' four numbers: see measure_way
    w1, w2, w3, w4 = of_curve[BY_W + W1], of_curve[BY_W + W2], of_curve[BY_W + W3], of_curve[BY_W + W4]
    w3 -= w2
    w4 -= w2 + TWO * w3
    by_first, by_last = w1 - w2 + w3 - TWO * w4, w3 + TWO * w4
    of_curve[FROM_WAY + STEPS] += grad[BY_LENGTH] + w2 - TWO * w3 - F32(8) * w4
    of_curve[FROM_WAY + STEPS // 2] += F32(16) * w4
    # how the way to a place grows with slope and bend: all that lies further along grows with it
    rest = ZERO
    for k in range(STEPS, 0, -1):
        rest += of_curve[FROM_WAY + k]
        t = (F32(k) - F32(0.5)) / F32(STEPS)
        dx, dy = bx + TWO * ax * t, by + TWO * ay * t
        share = rest / (F32(STEPS) * math.sqrt(dx * dx + dy * dy + F32(1e-12)))
        slope_x += share * dx
        slope_y += share * dy
        bend_x += TWO * t * share * dx
        bend_y += TWO * t * share * dy
    # speed and direction at both ends
    square = bx * bx + by * by
    if square > F32(1e-6):
        speed = by_first / math.sqrt(square)
        slope_x += speed * bx - of_curve[TURN_FIRST] * by / square
        slope_y += speed * by + of_curve[TURN_FIRST] * bx / square
    dx, dy = bx + TWO * ax, by + TWO * ay
    square = dx * dx + dy * dy
    if square > F32(1e-6):
        speed = by_last / math.sqrt(square)
        turn_x, turn_y = (
            speed * dx - of_curve[TURN_LAST] * dy / square,
            speed * dy + of_curve[TURN_LAST] * dx / square,
        )
        slope_x += turn_x
        slope_y += turn_y
        bend_x += TWO * turn_x
        bend_y += TWO * turn_y
    # slope = 4 through - end - 3 start, bend = end - start - slope
    slope_x, slope_y = slope_x - bend_x, slope_y - bend_y
    side = place[SIDE]
    grad_numbers[CONTROL_X] += side * F32(4) * slope_x
    grad_numbers[CONTROL_Y] += side * F32(4) * slope_y
    grad_numbers[END_X] += side * (bend_x - slope_x + of_curve[TO_X])
    grad_numbers[END_Y] += side * (bend_y - slope_y + of_curve[TO_Y])
    grad_numbers[START_X] += side * (of_curve[FROM_X] - bend_x - F32(3) * slope_x)
    grad_numbers[START_Y] += side * (of_curve[FROM_Y] - bend_y - F32(3) * slope_y)
    radius = geometry[R]
    grad_numbers[ENTRY] += grad[BY_BEFORE] * radius * like[SPRING]
    grad_numbers[PRESSURE] += grad[BY_AFTER] * radius * like[SPRING]
    by_radius = grad[BY_RADIUS] + grad[BY_BEFORE] * geometry[FIRST] + grad[BY_AFTER] * geometry[LAST]
    grad_numbers[SIZE] += TWO * radius * by_radius
