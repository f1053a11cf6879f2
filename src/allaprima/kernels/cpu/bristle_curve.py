"""A stroke's own coordinates: the way along its curve, and how far beside it a pixel lies.

A pixel belongs to the places of a quadratic Bezier ``C(t)`` where ``(C(t) - p) . C'(t) = 0``: a cubic in ``t``, solved
here exactly, so that no curve has facets. Beyond both ends the curve goes straight on. Where a curve turns more tightly
than the brush is wide, a pixel is passed several times, and all of these are found: paint then lies over paint, as a
brush would leave it, without seam, hole or notch.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..bristle_columns import (
    CONTROL_X,
    CONTROL_Y,
    END_X,
    END_Y,
    ENTRY,
    PRESSURE,
    RADIUS,
    SPRING,
    START_X,
    START_Y,
    WIDTH,
)
from .bristle_chance import chance
from .compiler import F32, inlined, private

F64 = np.float64

# of a stroke's geometry, float32: C(t) = B t + A t^2 from the start; the tangents and the end; length and radius in
# pixels; how wide it is at both ends, in radii; whether no pixel is passed twice; C' x C'', the same everywhere; how
# far paint reaches beyond the ends, in radii
BX, BY, AX, AY, TX, TY, EX, EY, UX, UY, LENGTH, R, FIRST, LAST, MILD, TURN, AHEAD = range(17)
GEOMETRY = 17
STEPS = 32  # of the table of arc lengths
WAY, BESIDE, AT, FADE = range(4)  # of a passage: arc length, distance to the right, t, how far it counts
EDGE = 1e-5  # of t: a root so near an end lies on it
PASSAGES = 5  # at most: both ends, and three roots


@private
def describe(stroke: Any, sample: Any, shape: Any, geometry: Any, arcs: Any) -> None:
    """The geometry of a stroke, and its table of arc lengths and speeds ``(2, STEPS + 1)``."""
    bx, by = 2 * (stroke[CONTROL_X] - stroke[START_X]), 2 * (stroke[CONTROL_Y] - stroke[START_Y])
    ex, ey = stroke[END_X] - stroke[START_X], stroke[END_Y] - stroke[START_Y]
    ax, ay = ex - bx, ey - by
    least = 1e-6 * stroke[RADIUS]
    tx, ty = bx, by
    if math.hypot(tx, ty) <= least:  # the curve begins with its point of return
        tx, ty = ax, ay
    if math.hypot(tx, ty) <= least:  # a dab has any direction
        angle = 2 * math.pi * chance(0, sample, 30)
        tx, ty = math.cos(angle), math.sin(angle)
    ux, uy = bx + 2 * ax, by + 2 * ay
    if math.hypot(ux, uy) <= least:
        ux, uy = -ax, -ay
    if math.hypot(ux, uy) <= least:
        ux, uy = tx, ty
    long, last = math.hypot(tx, ty), math.hypot(ux, uy)
    tx, ty, ux, uy = tx / long, ty / long, ux / last, uy / last
    arcs[0, 0] = 0
    for k in range(STEPS + 1):
        dx, dy = bx + 2 * ax * k / STEPS, by + 2 * ay * k / STEPS
        arcs[1, k] = math.sqrt(dx * dx + dy * dy) / STEPS  # hypot takes many times as long
    for k in range(STEPS):
        total = 0.0
        for node, weight in ((0.112701665, 5 / 18), (0.5, 8 / 18), (0.887298335, 5 / 18)):
            t = (k + node) / STEPS
            dx, dy = bx + 2 * ax * t, by + 2 * ay * t
            total += weight * math.sqrt(dx * dx + dy * dy)
        arcs[0, k + 1] = arcs[0, k] + total / STEPS
    geometry[BX], geometry[BY], geometry[AX], geometry[AY] = bx, by, ax, ay
    geometry[TX], geometry[TY], geometry[EX], geometry[EY], geometry[UX], geometry[UY] = tx, ty, ex, ey, ux, uy
    geometry[LENGTH], geometry[R] = arcs[0, STEPS], stroke[RADIUS] * shape[WIDTH]
    geometry[FIRST] = 1 - shape[SPRING] * (1 - stroke[ENTRY])
    geometry[LAST] = 1 - shape[SPRING] * (1 - stroke[PRESSURE])
    geometry[TURN] = abs(2 * (bx * ay - by * ax))
    geometry[MILD] = 1.0 if _is_mild(geometry) else 0.0


@private
def _is_mild(geometry: Any) -> Any:
    """Whether the curve turns by less than a right angle, and nowhere more tightly than the brush is wide."""
    bx, by, ax, ay = F64(geometry[BX]), F64(geometry[BY]), F64(geometry[AX]), F64(geometry[AY])
    if bx * (bx + 2 * ax) + by * (by + 2 * ay) <= 0:
        return False
    square = ax * ax + ay * ay
    t = 0.0 if square < 1e-12 else min(max(-(ax * bx + ay * by) / (2 * square), 0.0), 1.0)
    slowest = math.hypot(bx + 2 * ax * t, by + 2 * ay * t)
    widest = geometry[R] * max(geometry[FIRST], geometry[LAST])
    return slowest**3 > 1.2 * (widest + 2) * geometry[TURN]


@private
def dots_of(geometry: Any) -> Any:
    """How many points of a curve stand for it where its pixels are looked for."""
    return min(max(int(2 * geometry[LENGTH] / geometry[R]), 2), 96)


@private
def rows_of(geometry: Any, dots: Any, long: Any) -> Any:
    """Above and below which no pixel is nearer than ``long`` to the curve, from its start."""
    low = high = 0.0
    for k in range(dots):
        t = k / (dots - 1)
        y = t * (geometry[BY] + geometry[AY] * t)
        low, high = min(low, y), max(high, y)
    reach = long + geometry[LENGTH] / (dots - 1) * 0.75
    return low - reach, high + reach


@private
def span(geometry: Any, dots: Any, wide: Any, long: Any, y: Any) -> Any:
    """In the row ``y`` from the start: before and behind which no pixel is nearer than ``wide`` to the curve, or
    ``long`` to its ends. The second is less if there is none.
    """
    x0, x1, gap = 1e9, -1e9, geometry[LENGTH] / (dots - 1) * 0.75
    for k in range(dots):
        t = k / (dots - 1)
        cy = t * (geometry[BY] + geometry[AY] * t)
        near = long if k == 0 or k == dots - 1 else wide
        square = near * near + gap * gap - (y - cy) * (y - cy)
        if square > 0:
            cx, half = t * (geometry[BX] + geometry[AX] * t), math.sqrt(square)
            x0, x1 = min(x0, cx - half), max(x1, cx + half)
    return x0, x1


@inlined
def way(arcs: Any, t: Any) -> Any:
    """The arc length up to ``t`` in [0,1], smoothly between the table's."""
    x = t * F32(STEPS)
    k = min(np.int64(x), STEPS - 1)
    f = x - F32(k)
    begin, first, second = F32(arcs[0, k]), F32(arcs[1, k]), F32(arcs[1, k + 1])
    span = F32(arcs[0, k + 1]) - begin
    return begin + f * (first + f * (F32(3) * span - F32(2) * first - second + f * (first + second - F32(2) * span)))


@inlined
def passages(geometry: Any, arcs: Any, x: Any, y: Any, guess: Any, found: Any) -> Any:
    """How often the brush passes a pixel that lies at ``x, y`` from the stroke's start; ``found`` ``(PASSAGES, 4)``
    gets each passage, in order. ``guess`` is where its neighbour was passed.
    """
    if geometry[MILD] and _one(geometry, arcs, x, y, guess, found):
        return 1
    return _all(geometry, arcs, x, y, found)


@inlined
def _ends(geometry: Any, x: Any, y: Any, found: Any, count: Any, last: Any) -> Any:
    """The passage before the start, or beyond the end, if there is one; how many there are then."""
    if last:
        x, y = x - geometry[EX], y - geometry[EY]
        ahead = x * geometry[UX] + y * geometry[UY]
        if ahead <= 0:
            return count
        found[count, WAY], found[count, AT] = geometry[LENGTH] + ahead, F32(1)
        found[count, BESIDE] = geometry[UX] * y - geometry[UY] * x
    else:
        ahead = x * geometry[TX] + y * geometry[TY]
        if ahead >= 0:
            return count
        found[count, WAY], found[count, AT] = ahead, F32(0)
        found[count, BESIDE] = geometry[TX] * y - geometry[TY] * x
    found[count, FADE] = F32(1)
    return count + 1


@inlined
def _one(geometry: Any, arcs: Any, x: Any, y: Any, guess: Any, found: Any) -> Any:
    """The only passage of a mild curve by Newton's method from a ``guess``; whether it was found."""
    if _ends(geometry, x, y, found, 0, False) or _ends(geometry, x, y, found, 0, True):
        return True
    bx, by, ax, ay = geometry[BX], geometry[BY], geometry[AX], geometry[AY]
    px, py, t = x, y, guess
    for _ in range(6):
        cx, cy = t * (bx + ax * t) - px, t * (by + ay * t) - py
        dx, dy = bx + F32(2) * ax * t, by + F32(2) * ay * t
        speed = dx * dx + dy * dy
        value, slope = cx * dx + cy * dy, speed + F32(2) * (cx * ax + cy * ay)
        if value * value < F32(1e-4) * speed and slope > 0:  # within a hundredth of a pixel
            found[0, WAY], found[0, AT], found[0, FADE] = way(arcs, t), t, F32(1)
            found[0, BESIDE] = (dy * cx - dx * cy) / math.sqrt(speed)
            return True
        if slope <= F32(0.05) * speed:
            return False
        t = min(max(t - value / slope, F32(0)), F32(1))
    return False


@private
def _all(geometry: Any, arcs: Any, x: Any, y: Any, found: Any) -> Any:
    """Every passage, in order."""
    count = _ends(geometry, x, y, found, 0, False)
    before, beyond = count, _ends(geometry, x, y, found, count, True) - count
    bx, by, ax, ay = F64(geometry[BX]), F64(geometry[BY]), F64(geometry[AX]), F64(geometry[AY])
    x, y = F64(x), F64(y)
    cubic, square = 2 * (ax * ax + ay * ay), 3 * (ax * bx + ay * by)
    linear, constant = bx * bx + by * by - 2 * (ax * x + ay * y), -(bx * x + by * y)
    for t in _roots(cubic, square, linear, constant):
        if t < (0 if before else -EDGE) or t > (1 if beyond else 1 + EDGE):
            continue
        t = min(max(t, 0.0), 1.0)
        cx, cy = t * (bx + ax * t) - x, t * (by + ay * t) - y
        dx, dy = bx + 2 * ax * t, by + 2 * ay * t
        speed = math.hypot(dx, dy)
        side = dy * cx - dx * cy
        found[count, WAY], found[count, AT] = way(arcs, F32(t)), t
        found[count, BESIDE] = math.copysign(math.hypot(cx, cy), side)
        slope = abs(speed * speed + 2 * (cx * ax + cy * ay))
        found[count, FADE] = min(1.0, slope * speed / (geometry[TURN] + 1e-9))  # it ends softly where two of them meet
        count += 1
    count = _ends(geometry, F32(x), F32(y), found, count, True)
    nearest = 0
    for k in range(count):
        if abs(found[k, BESIDE]) < abs(found[nearest, BESIDE]):
            nearest = k
    if count:
        found[nearest, FADE] = 1
    return count


@private
def _roots(cubic: Any, square: Any, linear: Any, constant: Any) -> Any:
    """The real roots in rising order; what is missing is 9."""
    first = second = third = 9.0
    if cubic <= 1e-7 * (abs(linear) + abs(square)):
        if abs(square) > 1e-9 * abs(linear):
            root = linear * linear - 4 * square * constant
            if root >= 0:
                q = -0.5 * (linear + math.copysign(math.sqrt(root), linear))
                one, other = q / square, (constant / q if q != 0 else 0.0)
                first, second = min(one, other), max(one, other)
        elif linear != 0:
            first = -constant / linear
        return first, second, third
    b, c, d = square / cubic, linear / cubic, constant / cubic
    p, q = c - b * b / 3, (2 * b * b * b - 9 * b * c) / 27 + d
    inner = q * q / 4 + p * p * p / 27
    if inner > 0:
        u = math.copysign((abs(q) / 2 + math.sqrt(inner)) ** (1 / 3), -q)
        first = u - (p / (3 * u) if u != 0 else 0.0) - b / 3
    else:
        long = math.sqrt(max(-p / 3, 0.0))
        angle = math.acos(min(max(-q / 2 / max(long * long * long, 1e-300), -1.0), 1.0)) / 3
        third = 2 * long * math.cos(angle) - b / 3
        first = 2 * long * math.cos(angle + 2 * math.pi / 3) - b / 3
        second = 2 * long * math.cos(angle - 2 * math.pi / 3) - b / 3
        second, third = _polish(b, c, d, second), _polish(b, c, d, third)
    return _polish(b, c, d, first), second, third


@private
def _polish(b: Any, c: Any, d: Any, t: Any) -> Any:
    """A root of ``t^3 + b t^2 + c t + d``, once more by Newton's method."""
    value, slope = ((t + b) * t + c) * t + d, (3 * t + 2 * b) * t + c
    if slope == 0 or abs(value) > abs(slope):
        return t
    return t - value / slope
