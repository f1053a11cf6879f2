"""The quick way from a stroke's numbers to its Gaussians on a CPU, and back: ``SplatBrush.splats`` compiled.

``splat.py`` says what is computed, in torch; this is the same in float32. All that belongs to a stroke stays in the
processor's cache: its samples stand side by side in rows, a row for each number that is known of them, and go through
the network ``ROW`` at a time. Rows follow one another in flat arrays: as their length is a constant, the compiler
turns the loops over a row into vector instructions without asking whether rows overlap. Numbers of another type than
float32 among them would prevent that.

For the gradient nothing is kept but the stroke's numbers: the network is so small that asking it again is quicker
than reading its answers from memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..jit import compiled, exp, log, tanh
from .network import LOW, ROW, STEADY, VARYING, gate_, layer
from .strokes import WINDOW

NUMBERS = (
    "pressure", "size", "control_x", "control_y", "end_x", "end_y", "start_x", "start_y", "entry_pressure"
)  # fmt: skip
"""The numbers of a stroke that its Gaussians depend on, in the order of this file's arrays ``(N, 9)``."""

X, Y, WEIGHT, VARIANCE = range(4)  # of a Gaussian
T, DT, SHARE, SPEED, COS, SIN, DS, ARC = range(0, 8 * ROW, ROW)
"""The rows of a block of samples: parameter and share of the curve, how far the pressure has come from its first
value to its last (0 to 1), speed, direction, arc length of the sample, and up to its middle."""
BY_SPEED, BY_COS, BY_SIN, BY_DS, BY_ARC, BY_X, BY_Y = range(0, 7 * ROW, ROW)  # their gradients

F32 = np.float32
ZERO, QUARTER, HALF, ONE, TWO, FOUR = F32(0), F32(0.25), F32(0.5), F32(1), F32(2), F32(4)


@compiled()
def lay(first: Any, last: Any, numbers: Any, pixels: Any, net: Any) -> Any:
    """The Gaussians of the strokes ``first`` to ``last``, ``(last - first, G, 4, Q)``: x, y, weight and variance as
    ``SplatBrush.splats`` gives them, but one bristle after the other. ``numbers`` ``(N, 9)``; ``pixels`` ``(N, 2)``: what a pixel's area
    adds to variances, and its ``coarseness``.
    """
    bristles, fields_count = net.fixed.shape[:2]
    blocks, told, one, two, answers = _room(net)
    slopes = np.empty((2, 0), F32)
    found = np.empty(4 * ROW, F32)
    splats = np.empty((last - first, fields_count, 4, bristles * net.samples), F32)
    for n in range(first, last):
        start_x, start_y, control_x, control_y, end_x, end_y, radius = _curve(numbers[n])
        area, coarse = pixels[n, 0], pixels[n, 1]
        length = _follow(numbers[n], net.samples, blocks)
        for block in range(len(blocks)):
            lie = blocks[block]
            _think(numbers[n], length, coarse, lie, net, told, one, two, answers, slopes)
            begin = block * ROW
            some = min(ROW, net.samples - begin)
            for b in range(bristles):
                for g in range(fields_count):
                    _gaussians(answers, b, g, net, lie, radius, area, found)
                    for j in range(ROW):
                        u, away = lie[T + j], ONE - lie[T + j]
                        found[X * ROW + j] += away * away * start_x + TWO * u * away * control_x + u * u * end_x
                        found[Y * ROW + j] += away * away * start_y + TWO * u * away * control_y + u * u * end_y
                    q = b * net.samples + begin
                    for part in range(4):
                        put, row = splats[n - first, g, part, q : q + some], found[part * ROW : part * ROW + some]
                        for j in range(some):
                            put[j] = row[j]
    return splats


@compiled()
def _gaussians(answers: Any, b: Any, g: Any, net: Any, lie: Any, radius: Any, area: Any, found: Any) -> None:
    """Weight, variance and distance to the curve: ``found`` ``(4 ROW,)``."""
    bristles, fields_count = net.fixed.shape[:2]
    log_weight = answers[(b * fields_count + g) * ROW :]
    log_width = answers[((bristles + b) * fields_count + g) * ROW :]
    near, most = F32(net.widest - net.log_sigma[g]), radius * radius * exp(TWO * net.widest)
    for j in range(ROW):  # exp(-softplus(-x)) is sigmoid(x)
        share = ONE / (ONE + exp(-max(log_weight[j], LOW)))
        found[WEIGHT * ROW + j] = net.heaviest * share * share * (lie[DS + j] / radius + TWO * lie[DT + j])
        narrow = exp(FOUR * (near - tanh(log_width[j])))
        step = lie[DS + j] * QUARTER
        found[VARIANCE * ROW + j] = most / np.sqrt(ONE + narrow) + step * step + area
        found[X * ROW + j] = found[Y * ROW + j] = ZERO
    if bristles > 1:
        log_far = answers[((2 * bristles + b) * fields_count + g) * ROW :]
        x, y, along, across = net.fixed[b, g, 0], net.fixed[b, g, 1], net.along[b, g, 0], net.along[b, g, 1]
        for j in range(ROW):
            far, cos, sin = radius * exp(log_far[j]), lie[COS + j], lie[SIN + j]
            found[X * ROW + j] = far * (x + cos * along - sin * across)
            found[Y * ROW + j] = far * (y + sin * along + cos * across)


@compiled()
def derive(first: Any, last: Any, numbers: Any, pixels: Any, net: Any, by_splats: Any, by_numbers: Any) -> None:
    """``lay`` backward: from the gradient ``by_splats`` of what it gave; adds to ``by_numbers`` ``(N, 9)``."""
    bristles, fields_count = net.fixed.shape[:2]
    blocks, told, one, two, answers = _room(net)
    slopes = np.empty((2, len(one)), F32)
    by_blocks = np.empty((len(blocks), 7 * ROW), F32)
    by_told, by_answers, by_steady = np.empty_like(told), np.zeros_like(answers), np.empty(len(STEADY), F32)
    given = np.empty(4 * ROW, F32)
    for n in range(first, last):
        start_x, start_y, control_x, control_y, end_x, end_y, radius = _curve(numbers[n])
        coarse = pixels[n, 1]
        length = _follow(numbers[n], net.samples, blocks)
        entry, end = F32(0.8) * numbers[n, 8], F32(0.8) * numbers[n, 0]
        from_x, from_y, to_x, to_y = control_x - start_x, control_y - start_y, end_x - control_x, end_y - control_y
        cross = FOUR * (from_x * to_y - from_y * to_x)
        by_radius = by_length = by_cross = by_entry = by_end = ZERO
        by_steady[:] = ZERO
        for block in range(len(blocks)):
            lie, by = blocks[block], by_blocks[block]
            _think(numbers[n], length, coarse, lie, net, told, one, two, answers, slopes)
            by[:], given[:] = ZERO, ZERO
            begin = block * ROW
            some = min(ROW, net.samples - begin)
            for b in range(bristles):
                for g in range(fields_count):
                    q = b * net.samples + begin
                    for part in range(4):
                        put, row = given[part * ROW : part * ROW + some], by_splats[n - first, g, part, q : q + some]
                        for j in range(some):
                            put[j] = row[j]
                    by_radius += _from_gaussians(given, answers, b, g, net, lie, radius, by, by_answers)
            layer(net.last_back, net.none, by_answers, two)
            two *= slopes[1]
            layer(net.second_back, net.none, two, one)
            one *= slopes[0]
            layer(net.varying_back, net.none, one, by_told)
            for h in range(len(net.steady)):
                total = ZERO
                for j in range(ROW):
                    total += one[h * ROW + j]
                for i in range(len(STEADY)):
                    by_steady[i] += net.steady[h, i] * total
            for j in range(ROW):  # see _think
                pressure = entry + (end - entry) * lie[SHARE + j]
                by_pressure = FOUR * by_told[j] + by_told[ROW + j] / (pressure + F32(0.02))
                by_pressure += HALF * by_told[2 * ROW + j] / (pressure + F32(0.003))
                by_entry += by_pressure * (ONE - lie[SHARE + j])
                by_end += by_pressure * lie[SHARE + j]
                speed, arc, cos, sin = lie[SPEED + j], lie[ARC + j], lie[COS + j], lie[SIN + j]
                by_pace = by_told[3 * ROW + j] / (speed / radius + F32(0.3))
                by_done = by_told[4 * ROW + j] * (ONE - told[4 * ROW + j] * told[4 * ROW + j]) * HALF / radius
                by_left = by_told[5 * ROW + j] * (ONE - told[5 * ROW + j] * told[5 * ROW + j]) * HALF / radius
                by[BY_ARC + j] = by_done - by_left
                by_length += by_left
                cos_2, sin_2 = TWO * by_told[8 * ROW + j], TWO * by_told[9 * ROW + j]
                by[BY_COS + j] += by_told[6 * ROW + j] + cos * cos_2 + sin * sin_2
                by[BY_SIN + j] += by_told[7 * ROW + j] - sin * cos_2 + cos * sin_2
                turn = by_told[10 * ROW + j] * (ONE - told[10 * ROW + j] * told[10 * ROW + j])
                cube = ONE / (speed * speed * speed)
                by_cross += turn * radius * cube
                by[BY_SPEED + j] = by_pace / radius - F32(3) * turn * radius * abs(cross) * cube / speed
                by_radius -= by_pace * speed / (radius * radius)
                by_radius -= (by_done * arc + by_left * (length - arc)) / radius
                by_radius += turn * abs(cross) * cube
        by_long = by_steady[1] / (length / radius + F32(0.3)) / radius
        by_radius -= by_long * length / radius
        by_rest = by_length + by_long  # by the lengths of this sample and of all that follow
        for block in range(len(blocks) - 1, -1, -1):
            by = by_blocks[block]
            for j in range(ROW - 1, -1, -1):
                by[BY_DS + j] += by_rest + HALF * by[BY_ARC + j]
                by_rest += by[BY_ARC + j]
        by_cross *= FOUR * np.sign(cross)
        by_from_x, by_from_y, by_to_x, by_to_y = (
            by_cross * to_y,
            -by_cross * to_x,
            -by_cross * from_y,
            by_cross * from_x,
        )
        by_start_x = by_start_y = by_control_x = by_control_y = by_end_x = by_end_y = ZERO
        for block in range(len(blocks)):
            lie, by = blocks[block], by_blocks[block]
            for j in range(ROW):
                u, away, speed, cos, sin = lie[T + j], ONE - lie[T + j], lie[SPEED + j], lie[COS + j], lie[SIN + j]
                by_cos, by_sin = by[BY_COS + j] / speed, by[BY_SIN + j] / speed
                by_speed = by[BY_SPEED + j] + by[BY_DS + j] * lie[DT + j] - by_cos * cos - by_sin * sin
                by_x, by_y = by_cos + by_speed * cos, by_sin + by_speed * sin
                by_from_x += TWO * away * by_x
                by_from_y += TWO * away * by_y
                by_to_x += TWO * u * by_x
                by_to_y += TWO * u * by_y
                by_start_x += away * away * by[BY_X + j]
                by_start_y += away * away * by[BY_Y + j]
                by_control_x += TWO * u * away * by[BY_X + j]
                by_control_y += TWO * u * away * by[BY_Y + j]
                by_end_x += u * u * by[BY_X + j]
                by_end_y += u * u * by[BY_Y + j]
        by_control_x += by_from_x - by_to_x
        by_control_y += by_from_y - by_to_y
        found = by_numbers[n]
        found[0] += F32(0.8) * by_end + F32(2.4) * by_steady[3]
        found[1] += FOUR * by_steady[0] + TWO * radius * by_radius
        found[2] += TWO * by_control_x
        found[3] += TWO * by_control_y
        found[4] += by_end_x + by_to_x - HALF * by_control_x
        found[5] += by_end_y + by_to_y - HALF * by_control_y
        found[6] += by_start_x - by_from_x - HALF * by_control_x
        found[7] += by_start_y - by_from_y - HALF * by_control_y
        found[8] += F32(0.8) * by_entry + F32(2.4) * by_steady[2]


@compiled()
def _from_gaussians(
    given: Any, answers: Any, b: Any, g: Any, net: Any, lie: Any, radius: Any, by: Any, by_answers: Any
) -> Any:
    """``_gaussians`` backward: from ``given`` ``(4 ROW,)``. Returns the gradient of the radius, times the radius."""
    bristles, fields_count = net.fixed.shape[:2]
    at, wide = (b * fields_count + g) * ROW, ((bristles + b) * fields_count + g) * ROW
    log_weight, log_width, by_log_weight, by_log_width = (
        answers[at:],
        answers[wide:],
        by_answers[at:],
        by_answers[wide:],
    )
    near, most = F32(net.widest - net.log_sigma[g]), radius * radius * exp(TWO * net.widest)
    by_radius = ZERO
    for j in range(ROW):
        rest = exp(-max(log_weight[j], LOW))
        share = ONE / (ONE + rest)
        per_length = given[WEIGHT * ROW + j] * net.heaviest * share * share
        by_log_weight[j] = TWO * per_length * (lie[DS + j] / radius + TWO * lie[DT + j]) * rest * share
        answer = tanh(log_width[j])
        narrow = exp(FOUR * (near - answer))
        by_spread = TWO * given[VARIANCE * ROW + j] * most / np.sqrt(ONE + narrow)
        by_log_width[j] = by_spread * narrow / (ONE + narrow) * (ONE - answer * answer)
        by[BY_DS + j] += per_length / radius + given[VARIANCE * ROW + j] * lie[DS + j] * F32(1 / 8)
        by_radius += by_spread - per_length * lie[DS + j] / radius
        by[BY_X + j] += given[X * ROW + j]
        by[BY_Y + j] += given[Y * ROW + j]
    if bristles > 1:
        at = ((2 * bristles + b) * fields_count + g) * ROW
        log_far, by_log_far = answers[at:], by_answers[at:]
        x, y, along, across = net.fixed[b, g, 0], net.fixed[b, g, 1], net.along[b, g, 0], net.along[b, g, 1]
        for j in range(ROW):
            far, cos, sin = radius * exp(log_far[j]), lie[COS + j], lie[SIN + j]
            by_x, by_y = far * given[X * ROW + j], far * given[Y * ROW + j]
            by_log_far[j] = by_x * (x + cos * along - sin * across) + by_y * (y + sin * along + cos * across)
            by_radius += by_log_far[j]
            by[BY_COS + j] += by_x * along + by_y * across
            by[BY_SIN + j] += by_y * along - by_x * across
    return by_radius / radius


@compiled()
def _think(
    numbers: Any, length: Any, coarse: Any, lie: Any, net: Any, told: Any, one: Any, two: Any, answers: Any,
    slopes: Any,
) -> None:  # fmt: skip
    """The network on a block of samples: what it is ``told``, as ``tell`` in ``splat.py`` says, its hidden units
    ``one`` and ``two`` and their ``slopes``, if there is room for them, and its ``answers``.
    """
    start_x, start_y, control_x, control_y, end_x, end_y, radius = _curve(numbers)
    entry, end = F32(0.8) * numbers[8], F32(0.8) * numbers[0]
    cross = (control_x - start_x) * (end_y - control_y) - (control_y - start_y) * (end_x - control_x)
    turn = FOUR * abs(cross) * radius  # velocity x acceleration is the same all along the curve
    for j in range(ROW):
        pressure = entry + (end - entry) * lie[SHARE + j]
        told[j] = FOUR * pressure - F32(1.6)
        told[ROW + j] = log(pressure + F32(0.02)) + ONE
        told[2 * ROW + j] = HALF * log(pressure + F32(0.003)) + ONE
        speed, arc, cos, sin = lie[SPEED + j], lie[ARC + j], lie[COS + j], lie[SIN + j]
        told[3 * ROW + j] = log(speed / radius + F32(0.3)) - TWO
        told[4 * ROW + j] = tanh(HALF * arc / radius)
        told[5 * ROW + j] = tanh(HALF * (length - arc) / radius)
        told[6 * ROW + j] = cos
        told[7 * ROW + j] = sin
        told[8 * ROW + j] = cos * cos - sin * sin
        told[9 * ROW + j] = TWO * cos * sin
        told[10 * ROW + j] = tanh(turn / (speed * speed * speed))
        told[11 * ROW + j] = FOUR * lie[T + j] - TWO
    bias = np.empty(len(net.first), F32)
    long = log(length / radius + F32(0.3)) - TWO
    for h in range(len(bias)):
        weights = net.steady[h]
        bias[h] = net.first[h] + weights[0] * (FOUR * numbers[1] - TWO) + weights[1] * long + weights[4] * coarse
        bias[h] += weights[2] * F32(2.4) * (numbers[8] - HALF) + weights[3] * F32(2.4) * (numbers[0] - HALF)
    layer(net.varying, bias, told, one)
    gate_(one, slopes[0])
    layer(net.second, net.second_bias, one, two)
    gate_(two, slopes[1])
    layer(net.last, net.last_bias, two, answers)


@compiled()
def _follow(numbers: Any, samples: Any, blocks: Any) -> Any:
    """Where the samples are, as ``SplatBrush._spacing`` says: fills in their rows. Returns the curve's length."""
    start_x, start_y, control_x, control_y, end_x, end_y, _ = _curve(numbers)
    from_x, from_y = TWO * (control_x - start_x), TWO * (control_y - start_y)  # the first velocity, and
    to_x, to_y = TWO * (end_x - control_x), TWO * (end_y - control_y)  # the last
    count = F32(samples)
    way = np.empty(samples + 1, F32)
    total = ZERO
    for k in range(samples):  # the chord of a piece is the velocity at its middle
        u = (F32(k) + HALF) / count
        x, y = (ONE - u) * from_x + u * to_x, (ONE - u) * from_y + u * to_y
        way[k + 1] = np.sqrt(x * x + y * y) / count
        total += way[k + 1]
    way[0] = ZERO
    for k in range(samples):
        way[k + 1] = way[k] + way[k + 1] / (total + F32(1e-6)) + QUARTER / count
    for k in range(samples):
        way[k + 1] /= way[samples]
    piece, before = 1, ZERO
    blocks[:, :SHARE] = ZERO  # samples that fill up a block are of no length
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
            x, y = (ONE - u) * from_x + u * to_x, (ONE - u) * from_y + u * to_y
            speed = np.sqrt(x * x + y * y + F32(1e-8))
            lie[SPEED + j], lie[COS + j], lie[SIN + j], lie[DS + j] = speed, x / speed, y / speed, speed * lie[DT + j]
        for j in range(ROW):
            lie[ARC + j] = length + HALF * lie[DS + j]
            length += lie[DS + j]
    return length


@compiled()
def _at(way: Any, share: Any, piece: Any) -> Any:
    """Which piece of the curve, not before ``piece``, has this share of the way, and the parameter there."""
    while piece < len(way) - 1 and way[piece] < share:
        piece += 1
    part = (share - way[piece - 1]) / (way[piece] - way[piece - 1])
    return piece, (F32(piece - 1) + part) / F32(len(way) - 1)


@compiled()
def _curve(numbers: Any) -> Any:
    """The three control points of the Bezier, and the radius."""
    x, y = TWO * numbers[2] - HALF * (numbers[6] + numbers[4]), TWO * numbers[3] - HALF * (numbers[7] + numbers[5])
    return numbers[6], numbers[7], x, y, numbers[4], numbers[5], exp(TWO * numbers[1]) / F32(WINDOW)


@compiled()
def _room(net: Any) -> Any:
    """For the rows of a stroke's samples, what the network is told of a block, hidden units and answers."""
    blocks = np.empty(((net.samples + ROW - 1) // ROW, 8 * ROW), F32)
    told, one = np.empty(len(VARYING) * ROW, F32), np.empty(len(net.second) * ROW, F32)
    return blocks, told, one, np.empty_like(one), np.empty(len(net.last) * ROW, F32)
