"""The quick way from a stroke's numbers to its Gaussians on a CPU, and back: ``SplatBrush.splats`` compiled.

``splat.py`` says what is computed, in torch; this is the same in float32, stroke by stroke, so that all that belongs to
a stroke stays in the processor's cache. Its samples stand in rows (``network.py``), and numbers of another type than
float32 among them would keep the loops from becoming vector instructions.

For the gradient a stroke's way to its Gaussians is gone once more: it is quicker than to read what was kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...brush.curve import WIDEST
from ...brush.splat import FARTHEST, HEAVIEST
from ...strokes import WINDOW
from .compiler import compiled, copy, exp, fill, private, tanh
from .mlp import (
    ALONG,
    ARC,
    AT_X,
    AT_Y,
    CONTROL_X,
    CONTROL_Y,
    COS,
    DS,
    DT,
    END_X,
    END_Y,
    FIRST,
    FIXED,
    LAST,
    LOG_SIGMA,
    LOW,
    ROW,
    ROWS,
    SAMPLES,
    SHARE,
    SIN,
    SIZE,
    SPEED,
    START_X,
    START_Y,
    VARYING,
    T,
    part,
    rethink,
    think,
)

X, Y, WEIGHT, VARIANCE = range(4)  # of a Gaussian
F32 = np.float32
ZERO, QUARTER, HALF, ONE, TWO, FOUR = F32(0), F32(0.25), F32(0.5), F32(1), F32(2), F32(4)
MOST = F32(np.exp(2 * HEAVIEST))  # of a Gaussian's weight per radius of the curve
SPREAD = F32(np.exp(2 * WIDEST))  # the largest variance, in squared radii


@compiled()
def lay(first: Any, last: Any, numbers: Any, pixels: Any, net: Any) -> Any:
    """The Gaussians of the strokes ``first`` to ``last``, ``(last - first, G, 4, Q)``: x, y, weight and variance as
    ``SplatBrush.splats`` gives them, but one bristle after the other.

    ``numbers`` ``(N, 9)``; ``pixels`` ``(N, 2)``: what a pixel's area adds to variances, and its ``coarseness``.
    """
    samples, bristles, fields_count = _counts(net)
    blocks, told, one, two, answers = _room(net)
    slopes, found = np.empty((2, 0), F32), np.empty(4 * ROW, F32)
    splats = np.empty((last - first, fields_count, 4, bristles * samples), F32)
    for n in range(first, last):
        radius = exp(TWO * numbers[n, SIZE]) / F32(WINDOW)
        length, cross = _follow(numbers[n], samples, blocks)
        for begin in range(0, samples, ROW):
            lie, some = blocks[begin // ROW], min(ROW, samples - begin)
            think(numbers[n], radius, length, cross, pixels[n, 1], lie, net, told, one, two, answers, slopes)
            for b in range(bristles):
                q = b * samples + begin
                for g in range(fields_count):
                    _gaussians(answers, b, g, net, lie, radius, pixels[n, 0], found)
                    for value in range(4):
                        copy(found[value * ROW : value * ROW + some], splats[n - first, g, value, q:])
    return splats


@compiled()
def derive(first: Any, last: Any, numbers: Any, pixels: Any, net: Any, by_splats: Any, by_numbers: Any) -> None:
    """``lay`` backward: from the gradient ``by_splats`` of what it gave; adds to ``by_numbers`` ``(N, 9)``."""
    samples, bristles, fields_count = _counts(net)
    blocks, told, one, two, answers = _room(net)
    by_blocks, by_told, by_answers = np.empty(blocks.shape, F32), np.empty(len(told), F32), np.empty(len(answers), F32)
    fill(by_answers, ZERO)
    slopes, given = np.empty((2, len(one)), F32), np.empty(4 * ROW, F32)
    for n in range(first, last):
        radius = exp(TWO * numbers[n, SIZE]) / F32(WINDOW)
        length, cross = _follow(numbers[n], samples, blocks)
        by_radius = by_length = by_cross = ZERO
        for block in range(len(by_blocks)):
            fill(by_blocks[block], ZERO)
        for begin in range(0, samples, ROW):
            block, some = begin // ROW, min(ROW, samples - begin)
            lie, by = blocks[block], by_blocks[block]
            think(numbers[n], radius, length, cross, pixels[n, 1], lie, net, told, one, two, answers, slopes)
            fill(given, ZERO)
            for b in range(bristles):
                q = b * samples + begin
                for g in range(fields_count):
                    for value in range(4):
                        copy(by_splats[n - first, g, value, q : q + some], given[value * ROW :])
                    by_radius += _from_gaussians(given, answers, b, g, net, lie, radius, by, by_answers)
            more = rethink(
                numbers[n], radius, length, cross, lie, net, told, one, two, slopes, by_answers, by_told, by,
                by_numbers[n],
            )  # fmt: skip
            by_radius, by_length, by_cross = by_radius + more[0], by_length + more[1], by_cross + more[2]
        by_numbers[n, SIZE] += TWO * radius * by_radius
        _unfollow(numbers[n], blocks, by_blocks, by_length, by_cross, by_numbers[n])


@private
def _gaussians(answers: Any, b: Any, g: Any, net: Any, lie: Any, radius: Any, area: Any, found: Any) -> None:
    """The Gaussians of a block of samples, of one bristle and field: ``found`` ``(4 ROW,)``."""
    _, bristles, fields_count = _counts(net)
    log_weight = answers[(b * fields_count + g) * ROW :]
    log_width = answers[((bristles + b) * fields_count + g) * ROW :]
    near, most = F32(WIDEST) - part(net, LOG_SIGMA)[g], SPREAD * radius * radius
    for j in range(ROW):  # exp(-softplus(-x)) is sigmoid(x)
        share = ONE / (ONE + exp(-max(log_weight[j], LOW)))
        found[WEIGHT * ROW + j] = MOST * share * share * (lie[DS + j] / radius + TWO * lie[DT + j])
        narrow = exp(FOUR * (near - tanh(log_width[j])))
        step = lie[DS + j] * QUARTER
        found[VARIANCE * ROW + j] = most / np.sqrt(ONE + narrow) + step * step + area
        found[X * ROW + j], found[Y * ROW + j] = lie[AT_X + j], lie[AT_Y + j]
    if bristles > 1:
        log_far = answers[((2 * bristles + b) * fields_count + g) * ROW :]
        x, y, along, across = _bristle(net, b, g)
        for j in range(ROW):
            far, cos, sin = radius * exp(min(log_far[j], F32(FARTHEST))), lie[COS + j], lie[SIN + j]
            found[X * ROW + j] += far * (x + cos * along - sin * across)
            found[Y * ROW + j] += far * (y + sin * along + cos * across)


@private
def _from_gaussians(
    given: Any, answers: Any, b: Any, g: Any, net: Any, lie: Any, radius: Any, by: Any, by_answers: Any
) -> Any:
    """``_gaussians`` backward: from ``given`` ``(4 ROW,)``; adds to ``by``. Returns the gradient of the radius."""
    _, bristles, fields_count = _counts(net)
    at, wide = (b * fields_count + g) * ROW, ((bristles + b) * fields_count + g) * ROW
    log_weight, log_width = answers[at:], answers[wide:]
    by_log_weight, by_log_width = by_answers[at:], by_answers[wide:]
    near, most = F32(WIDEST) - part(net, LOG_SIGMA)[g], SPREAD * radius * radius
    by_radius = ZERO
    for j in range(ROW):
        rest = exp(-max(log_weight[j], LOW))
        share = ONE / (ONE + rest)
        per_length = given[WEIGHT * ROW + j] * MOST * share * share
        by_log_weight[j] = TWO * per_length * (lie[DS + j] / radius + TWO * lie[DT + j]) * rest * share
        answer = tanh(log_width[j])
        narrow = exp(FOUR * (near - answer))
        by_spread = TWO * given[VARIANCE * ROW + j] * most / np.sqrt(ONE + narrow)
        by_log_width[j] = by_spread * narrow / (ONE + narrow) * (ONE - answer * answer)
        by[DS + j] += per_length / radius + given[VARIANCE * ROW + j] * lie[DS + j] * F32(1 / 8)
        by_radius += by_spread - per_length * lie[DS + j] / radius
        by[AT_X + j] += given[X * ROW + j]
        by[AT_Y + j] += given[Y * ROW + j]
    if bristles > 1:
        at = ((2 * bristles + b) * fields_count + g) * ROW
        log_far, by_log_far = answers[at:], by_answers[at:]
        x, y, along, across = _bristle(net, b, g)
        for j in range(ROW):
            far, cos, sin = radius * exp(min(log_far[j], F32(FARTHEST))), lie[COS + j], lie[SIN + j]
            by_x, by_y = far * given[X * ROW + j], far * given[Y * ROW + j]
            by_far = by_x * (x + cos * along - sin * across) + by_y * (y + sin * along + cos * across)
            by_log_far[j] = by_far if log_far[j] < F32(FARTHEST) else ZERO
            by_radius += by_far
            by[COS + j] += by_x * along + by_y * across
            by[SIN + j] += by_y * along - by_x * across
    return by_radius / radius


@private
def _follow(numbers: Any, samples: Any, blocks: Any) -> Any:
    """Where the samples are, as ``SplatBrush._spacing`` says: fills in their rows. Returns the curve's length, and the
    cross product of its velocity and acceleration.
    """
    across_x, across_y, arch_x, arch_y = _shape(numbers)
    count = F32(samples)
    way = np.empty(samples + 1, F32)
    total = ZERO
    for k in range(samples):  # the chord of a piece is the velocity at its middle
        u = (F32(k) + HALF) / count
        x, y = across_x + (ONE - TWO * u) * arch_x, across_y + (ONE - TWO * u) * arch_y
        way[k + 1] = np.sqrt(x * x + y * y) / count
        total += way[k + 1]
    way[0] = ZERO
    for k in range(samples):
        way[k + 1] = way[k] + way[k + 1] / (total + F32(1e-6)) + QUARTER / count
    for k in range(samples):
        way[k + 1] /= way[samples]
    piece, before = 1, ZERO
    for block in range(len(blocks)):
        fill(blocks[block, :SHARE], ZERO)  # samples that fill up a block are of no length
    for k in range(samples):
        lie, j = blocks[k // ROW], k % ROW
        piece, lie[T + j] = _at(way, (F32(k) + HALF) / count, piece)
        piece, edge = _at(way, F32(k + 1) / count, piece)
        lie[DT + j] = edge - before
        before = edge
    length = ZERO
    for block in range(len(blocks)):
        lie = blocks[block]
        for j in range(ROW):
            u = lie[T + j]
            lie[SHARE + j] = HALF * (min(FOUR * u, ONE) + max(FOUR * u - F32(3), ZERO))
            lie[AT_X + j] = numbers[START_X] + u * across_x + u * (ONE - u) * arch_x
            lie[AT_Y + j] = numbers[START_Y] + u * across_y + u * (ONE - u) * arch_y
            x, y = across_x + (ONE - TWO * u) * arch_x, across_y + (ONE - TWO * u) * arch_y
            speed = np.sqrt(x * x + y * y + F32(1e-8))
            lie[SPEED + j], lie[COS + j], lie[SIN + j], lie[DS + j] = speed, x / speed, y / speed, speed * lie[DT + j]
        for j in range(ROW):
            lie[ARC + j] = length + HALF * lie[DS + j]
            length += lie[DS + j]
    return length, TWO * (arch_x * across_y - arch_y * across_x)


@private
def _unfollow(numbers: Any, blocks: Any, by_blocks: Any, by_length: Any, by_cross: Any, by_numbers: Any) -> None:
    """``_follow`` backward; the spacing is given. Adds to ``by_numbers`` ``(9,)``."""
    across_x, across_y, arch_x, arch_y = _shape(numbers)
    by_across_x, by_across_y = -TWO * by_cross * arch_y, TWO * by_cross * arch_x
    by_arch_x, by_arch_y = TWO * by_cross * across_y, -TWO * by_cross * across_x
    by_start_x = by_start_y = ZERO
    for block in range(len(blocks) - 1, -1, -1):
        lie, by = blocks[block], by_blocks[block]
        for i in range(ROW):  # from the last sample on: each one's length adds to the way to all that follow
            j = ROW - 1 - i
            by[DS + j] += by_length + HALF * by[ARC + j]
            by_length += by[ARC + j]
        for j in range(ROW):
            u, speed, cos, sin = lie[T + j], lie[SPEED + j], lie[COS + j], lie[SIN + j]
            by_cos, by_sin = by[COS + j] / speed, by[SIN + j] / speed
            by_speed = by[SPEED + j] + by[DS + j] * lie[DT + j] - by_cos * cos - by_sin * sin
            by_x, by_y = by_cos + by_speed * cos, by_sin + by_speed * sin
            by_across_x += by_x + u * by[AT_X + j]
            by_across_y += by_y + u * by[AT_Y + j]
            by_arch_x += (ONE - TWO * u) * by_x + u * (ONE - u) * by[AT_X + j]
            by_arch_y += (ONE - TWO * u) * by_y + u * (ONE - u) * by[AT_Y + j]
            by_start_x += by[AT_X + j]
            by_start_y += by[AT_Y + j]
    by_numbers[CONTROL_X] += FOUR * by_arch_x
    by_numbers[CONTROL_Y] += FOUR * by_arch_y
    by_numbers[END_X] += by_across_x - TWO * by_arch_x
    by_numbers[END_Y] += by_across_y - TWO * by_arch_y
    by_numbers[START_X] += by_start_x - by_across_x - TWO * by_arch_x
    by_numbers[START_Y] += by_start_y - by_across_y - TWO * by_arch_y


@private
def _at(way: Any, share: Any, piece: Any) -> Any:
    """Which piece of the curve, not before ``piece``, has this share of the way, and the parameter there."""
    while piece < len(way) - 1 and way[piece] < share:
        piece += 1
    part = (share - way[piece - 1]) / (way[piece] - way[piece - 1])
    return piece, (F32(piece - 1) + part) / F32(len(way) - 1)


@private
def _shape(numbers: Any) -> Any:
    """The curve is start + u across + u (1 - u) arch; across and arch, x and y of each."""
    x, y = (
        numbers[CONTROL_X] - HALF * (numbers[END_X] + numbers[START_X]),
        numbers[CONTROL_Y] - HALF * (numbers[END_Y] + numbers[START_Y]),
    )
    return numbers[END_X] - numbers[START_X], numbers[END_Y] - numbers[START_Y], FOUR * x, FOUR * y


@private
def _counts(net: Any) -> Any:
    """Samples, bristles and Gaussians of each bristle at a sample."""
    fields_count = len(part(net, LOG_SIGMA))
    return int(part(net, SAMPLES)[0]), len(part(net, FIXED)) // (2 * fields_count), fields_count


@private
def _bristle(net: Any, b: Any, g: Any) -> Any:
    """Where a bristle is in radii: x and y whatever the direction, along and across the stroke."""
    fixed, along, at = part(net, FIXED), part(net, ALONG), 2 * (b * len(part(net, LOG_SIGMA)) + g)
    return fixed[at], fixed[at + 1], along[at], along[at + 1]


@private
def _room(net: Any) -> Any:
    """For the rows of a stroke's samples, what the network is told of a block, hidden units and answers."""
    blocks = np.empty(((int(part(net, SAMPLES)[0]) + ROW - 1) // ROW, ROWS * ROW), F32)
    hidden, answers = len(part(net, FIRST)), len(part(net, LAST))
    told, one, two = np.empty(len(VARYING) * ROW, F32), np.empty(hidden * ROW, F32), np.empty(hidden * ROW, F32)
    return blocks, told, one, two, np.empty(answers * ROW, F32)
