"""What a ribbon leaves at passages of the brush, and the gradient of that, compiled; ``..reference.ribbons`` says it
more plainly.

Passages stand in rows of float32, one for each of their numbers, and loops over them have no branches: so they become
vector instructions. What is the same for all of them is read before, as the compiler cannot know that nothing written
in the loop changes it.
"""

from __future__ import annotations

import math
from typing import Any

from ..ribbon_columns import (
    ACROSS,
    BEGIN,
    BOW,
    BOW_MORE,
    DRY,
    EDGE,
    END,
    FAR,
    FLATTEST,
    GAPS,
    LEAST,
    LIFT,
    MOST,
    PARTED,
    PARTING,
    PIXEL_END,
    PIXEL_SIDE,
    SIDE,
    TOUCH,
)
from .bristle_curve import AX, AY, BX, BY, FIRST, LAST, LENGTH, R
from .compiler import F32, inlined, private

BEFORE, AFTER, SOFT_TOUCH, SOFT_LIFT, LONG = range(5)  # of a stroke, in pixels: half the breadth at both ends, how
ENDS = 5  # softly paint begins and ends there, and the way on which it runs out
WAY_ROW, BESIDE_ROW, AT_ROW, FADE_ROW, OPACITY_ROW, GIVEN_ROW, BY_WAY_ROW, BY_BESIDE_ROW, BY_AT_ROW = range(9)
PASSAGE_ROWS = 9  # of passages; the last ones are gradients
BY_LENGTH, BY_RADIUS, BY_BEFORE, BY_AFTER = range(4)  # gradients of a stroke
GRADIENTS = 4
ZERO, HALF, ONE, TWO = F32(0), F32(0.5), F32(1), F32(2)
WIDEST = F32(math.sqrt(6))  # how far the softest edge reaches, in its standard deviations


@private
def measure(geometry: Any, like: Any, ends: Any) -> None:
    """Of a stroke's ``ends``."""
    ends[BEFORE], ends[AFTER] = geometry[R] * geometry[FIRST], geometry[R] * geometry[LAST]
    ends[SOFT_TOUCH] = math.sqrt((like[TOUCH] * ends[BEFORE]) ** 2 + like[PIXEL_END] ** 2)
    ends[SOFT_LIFT] = math.sqrt((like[LIFT] * ends[AFTER]) ** 2 + like[PIXEL_END] ** 2)
    ends[LONG] = geometry[R] * like[FAR]


@inlined
def level(dx: Any, dy: Any) -> Any:
    """How far a curve runs along rows or columns of pixels, 0 to 1: an edge then crosses a pixel at once."""
    dx, dy = abs(dx), abs(dy)
    return min(abs(dx - dy) / (dx + dy + F32(1e-9)), F32(FLATTEST))


@inlined
def sharpness(flat: Any, soft: Any) -> Any:
    """By what to multiply the distance to an edge that is so ``soft``, before its rise is asked for."""
    return math.sqrt((ONE + flat * flat) * F32(1 / 6)) / soft


@inlined
def rise(x: Any, flat: Any) -> Any:
    """From 0 at -1 to 1 at 1: straight between ``-flat`` and ``flat``, and round beyond."""
    far = min(abs(x), ONE)
    straight, round_ = far / (ONE + flat), HALF - HALF * (ONE - far) * (ONE - far) / (ONE - flat * flat)
    share = straight if far <= flat else round_
    return HALF + share if x > ZERO else HALF - share


@inlined
def slope(x: Any, flat: Any) -> Any:
    """The same backward."""
    far = min(abs(x), ONE)
    straight, round_ = ONE / (ONE + flat), (ONE - far) / (ONE - flat * flat)
    return straight if far <= flat else round_


@private
def paint(geometry: Any, ends: Any, like: Any, rows: Any, count: Any) -> None:
    """The opacity that each of ``count`` passages leaves, to their row of it."""
    ways, besides, ats, fades, opacities = (
        rows[WAY_ROW], rows[BESIDE_ROW], rows[AT_ROW], rows[FADE_ROW], rows[OPACITY_ROW]
    )  # fmt: skip
    bx, by, ax, ay, length = geometry[BX], geometry[BY], geometry[AX], geometry[AY], geometry[LENGTH]
    before, after, soft_touch, soft_lift, long = (
        ends[BEFORE],
        ends[AFTER],
        ends[SOFT_TOUCH],
        ends[SOFT_LIFT],
        ends[LONG],
    )
    inner, side, pixel, pixel_end = ONE - like[EDGE], like[SIDE], like[PIXEL_SIDE], like[PIXEL_END]
    begin, end, bow, more = like[BEGIN], like[END], like[BOW], like[BOW_MORE]
    dry_most, parting, parted, gaps, most = like[DRY], like[PARTING], like[PARTED], like[GAPS], like[MOST]
    for i in range(count):
        t, way, beside = ats[i], ways[i], besides[i]
        breadth = before + (after - before) * t
        inside, far, soft = breadth * inner, abs(beside), math.sqrt(side * side * breadth * breadth + pixel * pixel)
        across = min(beside * beside / (breadth * breadth), F32(ACROSS))
        bent = across * (bow + more * across)
        from_begin, to_end = way + before * (begin - bent), length + after * (end - bent) - way
        flat = level(bx + TWO * ax * t, by + TWO * ay * t)
        at_touch, at_lift, at_side = flat * pixel_end / soft_touch, flat * pixel_end / soft_lift, flat * pixel / soft
        sharp = sharpness(at_side, soft)
        opacity = rise((inside - far) * sharp, at_side) - rise((-inside - far) * sharp, at_side)
        opacity *= rise(from_begin * sharpness(at_touch, soft_touch), at_touch)
        opacity *= rise(to_end * sharpness(at_lift, soft_lift), at_lift)
        gone = min(max(from_begin / max(from_begin + to_end, F32(LEAST)), ZERO), ONE)
        dry = dry_most * min(max((from_begin + to_end) / long, ZERO), ONE)
        bare = rise((parting - (ONE - dry * gone * gone)) / parted, ZERO)
        opacities[i] = most * fades[i] * opacity * (ONE - gaps * bare)


@private
def paint_backward(geometry: Any, ends: Any, like: Any, rows: Any, count: Any, grad: Any) -> None:
    """The same backward, from the row of given gradients: the last three rows get those of the passages, ``grad``
    ``(GRADIENTS,)`` gets more of those of their stroke.
    """
    ways, besides, ats, fades, givens = (
        rows[WAY_ROW], rows[BESIDE_ROW], rows[AT_ROW], rows[FADE_ROW], rows[GIVEN_ROW]
    )  # fmt: skip
    by_ways, by_besides, by_ats = rows[BY_WAY_ROW], rows[BY_BESIDE_ROW], rows[BY_AT_ROW]
    bx, by, ax, ay, length, radius = (
        geometry[BX], geometry[BY], geometry[AX], geometry[AY], geometry[LENGTH], geometry[R]
    )  # fmt: skip
    before, after, soft_touch, soft_lift, long = (
        ends[BEFORE],
        ends[AFTER],
        ends[SOFT_TOUCH],
        ends[SOFT_LIFT],
        ends[LONG],
    )
    inner, side, pixel, pixel_end = ONE - like[EDGE], like[SIDE], like[PIXEL_SIDE], like[PIXEL_END]
    begin, end, bow, more = like[BEGIN], like[END], like[BOW], like[BOW_MORE]
    dry_most, parting, parted, gaps, most = like[DRY], like[PARTING], like[PARTED], like[GAPS], like[MOST]
    touch_grows = like[TOUCH] * like[TOUCH] * before / (soft_touch * soft_touch)
    lift_grows = like[LIFT] * like[LIFT] * after / (soft_lift * soft_lift)
    all_length = all_radius = all_before = all_after = ZERO
    for i in range(count):
        t, way, beside = ats[i], ways[i], besides[i]
        breadth = before + (after - before) * t
        inside, far, soft = breadth * inner, abs(beside), math.sqrt(side * side * breadth * breadth + pixel * pixel)
        v = beside / breadth
        across = min(v * v, F32(ACROSS))
        bent = across * (bow + more * across)
        from_begin, to_end = way + before * (begin - bent), length + after * (end - bent) - way
        flat = level(bx + TWO * ax * t, by + TWO * ay * t)
        at_touch, at_lift, at_side = flat * pixel_end / soft_touch, flat * pixel_end / soft_lift, flat * pixel / soft
        sharp, sharp_touch = sharpness(at_side, soft), sharpness(at_touch, soft_touch)
        sharp_lift = sharpness(at_lift, soft_lift)
        touching, lifting = from_begin * sharp_touch, to_end * sharp_lift
        near, beyond = (inside - far) * sharp, (-inside - far) * sharp
        touched, lifted = rise(touching, at_touch), rise(lifting, at_lift)
        sides = rise(near, at_side) - rise(beyond, at_side)
        path = from_begin + to_end
        whole = max(path, F32(LEAST))
        gone = min(max(from_begin / whole, ZERO), ONE)
        share = min(max(path / long, ZERO), ONE)
        dry = dry_most * share
        parts = (parting - (ONE - dry * gone * gone)) / parted
        left = ONE - gaps * rise(parts, ZERO)
        given = givens[i] * most * fades[i]
        # paint that runs out
        by_spent = -gaps * given * touched * lifted * sides * slope(parts, ZERO) / parted
        by_share = by_spent * gone * gone * dry_most if ZERO < share < ONE else ZERO
        by_gone = TWO * by_spent * dry * gone / whole if ZERO < gone < ONE else ZERO
        by_whole = by_gone * gone if path > F32(LEAST) else ZERO
        # the ends
        by_touch = given * left * sides * lifted * slope(touching, at_touch)
        by_lift = given * left * sides * touched * slope(lifting, at_lift)
        by_begin = by_share / long + by_gone - by_whole + by_touch * sharp_touch
        by_end = by_share / long - by_whole + by_lift * sharp_lift
        # the sides
        by_near = given * left * touched * lifted * slope(near, at_side)
        by_beyond = given * left * touched * lifted * slope(beyond, at_side)
        by_breadth = (by_near + by_beyond) * inner * sharp
        by_breadth -= (by_near * near - by_beyond * beyond) * side * side * breadth / (soft * soft)
        by_beside = (by_beyond - by_near) * sharp
        by_beside = -by_beside if beside < ZERO else by_beside
        by_across = -(by_begin * before + by_end * after) * (bow + TWO * more * across)
        by_across = by_across if v * v < F32(ACROSS) else ZERO
        by_breadth -= by_across * TWO * across / breadth
        by_ways[i], by_besides[i] = by_begin - by_end, by_beside + by_across * TWO * v / breadth
        by_ats[i] = by_breadth * (after - before)
        all_length += by_end
        all_radius -= by_share * share / radius
        all_before += by_begin * (begin - bent) - by_touch * touching * touch_grows + by_breadth * (ONE - t)
        all_after += by_end * (end - bent) - by_lift * lifting * lift_grows + by_breadth * t
    grad[BY_LENGTH] += all_length
    grad[BY_RADIUS] += all_radius
    grad[BY_BEFORE] += all_before
    grad[BY_AFTER] += all_after
