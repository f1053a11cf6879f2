"""``SplatBrush``'s network compiled: a few dozen samples of a stroke at a time, each number of them in a row.

Rows follow one another in flat arrays. As their length is a constant, the compiler turns loops over a row into vector
instructions without asking whether rows overlap, or end early.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ...brush.splat import SplatBrush
from .compiler import compiled, exp, fill, log, private, tanh

NUMBERS = (
    "pressure", "size", "control_x", "control_y", "end_x", "end_y", "start_x", "start_y", "entry_pressure"
)  # fmt: skip
"""The numbers of a stroke that its Gaussians depend on, in the order of arrays ``(N, 9)``."""

PRESSURE, SIZE, CONTROL_X, CONTROL_Y, END_X, END_Y, START_X, START_Y, ENTRY = range(len(NUMBERS))

ROW = 48  # samples
VARYING = (0, 1, 2, 4, 5, 6, 11, 12, 13, 14, 15, 7)  # what ``tell`` tells of each sample, the parameter last, and
STEADY = (3, 8, 9, 10, 16)  # what is the same for all samples of a stroke

ROWS = 10
T, DT, SHARE, AT_X, AT_Y, SPEED, COS, SIN, DS, ARC = range(0, ROWS * ROW, ROW)
"""What is known of each sample, in rows: parameter and share of the curve, how far the pressure has come from its first
value to its last (0 to 1), place, speed, direction, arc length, and arc length of the curve up to its middle."""

F32 = np.float32
ZERO, HALF, ONE, TWO, FOUR = F32(0), F32(0.5), F32(1), F32(2), F32(4)
LOW = F32(-80)  # the least that a sigmoid can tell from less


(
    SAMPLES, VARYING_IN, STEADY_IN, FIRST, SECOND_IN, SECOND, LAST_IN, LAST, VARYING_BACK, SECOND_BACK, LAST_BACK, NONE,
    LOG_SIGMA, FIXED, ALONG, END
) = range(16)  # fmt: skip
"""The parts of a brush's network: see ``network_of``."""


def network_of(brush: SplatBrush) -> NDArray[np.float32]:
    """All numbers of a brush's network in one array, as many arrays take long to hand over, and to compile: first where
    each part begins, and then the parts.

    For H hidden units, O answers, B bristles and G Gaussians, H and O rounded up to fours with zeros: the samples along
    the curve (1); the first layer's weights for what varies (H, 12), for what is steady (H, 5), and bias (H); the
    second's (H, H) and (H), the last's (O, H) and (O); the weights the other way (12, H), (H, H), (H, O), and as many
    zeros as a bias can be long; log sigma (G); where bristles are whatever the direction (B, G, 2), and along and
    across the stroke (B, G, 2), in radii.
    """
    layers = [layer for layer in brush.net if isinstance(layer, nn.Linear)]
    (w1, b1), (w2, b2), (w3, b3) = ((_padded(layer.weight), _padded(layer.bias)) for layer in layers)
    round, nothing = brush.bristles == 1, np.zeros((brush.gaussians, 2), F32)
    parts = [
        np.array([brush.samples]), w1[:, VARYING], w1[:, STEADY], b1, w2, b2, w3, b3, w1[:, VARYING].T, w2.T, w3.T,
        np.zeros(max(len(VARYING), len(w1))), brush.log_sigma.detach().numpy(),
        nothing if round else (brush.offset + brush.line[:, None, None] * brush.axis).detach().numpy(),
        nothing if round else brush.along.detach().numpy(),
    ]  # fmt: skip
    starts = np.cumsum([len(parts) + 1, *(part.size for part in parts)])
    return np.concatenate([starts, *(part.ravel() for part in parts)], dtype=F32)


def _padded(weights: Tensor) -> NDArray[np.float32]:
    """With zeros up to fours."""
    padded = np.zeros([-(-length // 4) * 4 for length in weights.shape], F32)
    padded[tuple(map(slice, weights.shape))] = weights.detach().numpy()
    return padded


@compiled(inline="always")
def part(net: Any, name: Any) -> Any:
    """A part of the network, in a row."""
    return net[int(net[name]) : int(net[name + 1])]


@private
def think(
    numbers: Any, radius: Any, length: Any, cross: Any, coarse: Any, lie: Any, net: Any, told: Any, one: Any, two: Any,
    answers: Any, slopes: Any,
) -> None:  # fmt: skip
    """The network on a block of samples: what it is ``told``, as ``tell`` in ``curve.py`` says, its hidden units
    ``one`` and ``two`` and their ``slopes``, if there is room for them, and its ``answers``.

    ``cross`` is the cross product of velocity and acceleration, which is the same all along a stroke's curve.
    """
    entry, end, turn = F32(0.8) * numbers[ENTRY], F32(0.8) * numbers[PRESSURE], abs(cross) * radius
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
    first, steady = part(net, FIRST), part(net, STEADY_IN)
    bias = np.empty(len(first), F32)
    long = log(length / radius + F32(0.3)) - TWO
    for h in range(len(bias)):
        weights = steady[h * len(STEADY) : (h + 1) * len(STEADY)]
        bias[h] = first[h] + weights[0] * (FOUR * numbers[SIZE] - TWO) + weights[1] * long + weights[4] * coarse
        bias[h] += F32(2.4) * (weights[2] * (numbers[ENTRY] - HALF) + weights[3] * (numbers[PRESSURE] - HALF))
    _layer(part(net, VARYING_IN), bias, told, one)
    _gate(one, slopes[0])
    _layer(part(net, SECOND_IN), part(net, SECOND), one, two)
    _gate(two, slopes[1])
    _layer(part(net, LAST_IN), part(net, LAST), two, answers)


@private
def rethink(
    numbers: Any, radius: Any, length: Any, cross: Any, lie: Any, net: Any, told: Any, one: Any, two: Any, slopes: Any,
    by_answers: Any, by_told: Any, by: Any, by_numbers: Any,
) -> Any:  # fmt: skip
    """``think`` backward: adds to the gradients ``by`` of the samples' rows and ``by_numbers`` ``(9,)`` of the stroke.
    Returns those of radius, length and cross product. The hidden units are lost.
    """
    none = part(net, NONE)
    _layer(part(net, LAST_BACK), none, by_answers, two)
    for i in range(len(two)):
        two[i] *= slopes[1, i]
    _layer(part(net, SECOND_BACK), none, two, one)
    for i in range(len(one)):
        one[i] *= slopes[0, i]
    _layer(part(net, VARYING_BACK), none, one, by_told)
    entry, end, turn = F32(0.8) * numbers[ENTRY], F32(0.8) * numbers[PRESSURE], abs(cross)
    by_entry = by_end = by_radius = by_length = by_cross = ZERO
    for j in range(ROW):
        share = lie[SHARE + j]
        pressure = entry + (end - entry) * share
        by_pressure = FOUR * by_told[j] + by_told[ROW + j] / (pressure + F32(0.02))
        by_pressure += HALF * by_told[2 * ROW + j] / (pressure + F32(0.003))
        by_entry += by_pressure * (ONE - share)
        by_end += by_pressure * share
        speed, arc, cos, sin = lie[SPEED + j], lie[ARC + j], lie[COS + j], lie[SIN + j]
        by_pace = by_told[3 * ROW + j] / (speed + F32(0.3) * radius)
        by_done = HALF * by_told[4 * ROW + j] * (ONE - told[4 * ROW + j] * told[4 * ROW + j]) / radius
        by_left = HALF * by_told[5 * ROW + j] * (ONE - told[5 * ROW + j] * told[5 * ROW + j]) / radius
        by_cos_2, by_sin_2 = TWO * by_told[8 * ROW + j], TWO * by_told[9 * ROW + j]
        by_turn = by_told[10 * ROW + j] * (ONE - told[10 * ROW + j] * told[10 * ROW + j]) / (speed * speed * speed)
        by[SPEED + j] += by_pace - F32(3) * by_turn * turn * radius / speed
        by[COS + j] += by_told[6 * ROW + j] + cos * by_cos_2 + sin * by_sin_2
        by[SIN + j] += by_told[7 * ROW + j] - sin * by_cos_2 + cos * by_sin_2
        by[ARC + j] += by_done - by_left
        by_radius += by_turn * turn - (by_pace * speed + by_done * arc + by_left * (length - arc)) / radius
        by_length += by_left
        by_cross += by_turn * radius
    steady, by_steady = part(net, STEADY_IN), np.empty(len(STEADY), F32)
    fill(by_steady, ZERO)
    for h in range(len(part(net, FIRST))):
        row, total = one[h * ROW : (h + 1) * ROW], ZERO
        for j in range(ROW):
            total += row[j]
        for i in range(len(STEADY)):
            by_steady[i] += steady[h * len(STEADY) + i] * total
    by_long = by_steady[1] / (length + F32(0.3) * radius)
    by_numbers[PRESSURE] += F32(0.8) * by_end + F32(2.4) * by_steady[3]
    by_numbers[SIZE] += FOUR * by_steady[0]
    by_numbers[ENTRY] += F32(0.8) * by_entry + F32(2.4) * by_steady[2]
    return by_radius - by_long * length / radius, by_length + by_long, by_cross * np.sign(cross)


@private
def _layer(weights: Any, bias: Any, given: Any, found: Any) -> None:
    """A layer on a block of samples: weights ``(O, I)`` in a row, from ``(I * ROW,)`` to ``(O * ROW,)``; O and I are
    fours.
    """
    many = len(given) // ROW
    for o in range(0, len(found) // ROW, 4):
        out = found[o * ROW : (o + 4) * ROW]
        a, b = weights[o * many : (o + 1) * many], weights[(o + 1) * many : (o + 2) * many]
        c, d = weights[(o + 2) * many : (o + 3) * many], weights[(o + 3) * many : (o + 4) * many]
        for j in range(ROW):
            out[j] = bias[o]
            out[ROW + j] = bias[o + 1]
            out[2 * ROW + j] = bias[o + 2]
            out[3 * ROW + j] = bias[o + 3]
        for i in range(0, many, 4):  # four by four, each number is read and written less often
            some = given[i * ROW : (i + 4) * ROW]
            a0, a1, a2, a3 = a[i], a[i + 1], a[i + 2], a[i + 3]
            b0, b1, b2, b3 = b[i], b[i + 1], b[i + 2], b[i + 3]
            c0, c1, c2, c3 = c[i], c[i + 1], c[i + 2], c[i + 3]
            d0, d1, d2, d3 = d[i], d[i + 1], d[i + 2], d[i + 3]
            for j in range(ROW):
                v0, v1, v2, v3 = some[j], some[ROW + j], some[2 * ROW + j], some[3 * ROW + j]
                out[j] = out[j] + a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
                out[ROW + j] = out[ROW + j] + b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
                out[2 * ROW + j] = out[2 * ROW + j] + c0 * v0 + c1 * v1 + c2 * v2 + c3 * v3
                out[3 * ROW + j] = out[3 * ROW + j] + d0 * v0 + d1 * v1 + d2 * v2 + d3 * v3


@private
def _gate(values: Any, slopes: Any) -> None:
    """SiLU, and its slopes if there is room for them."""
    if len(slopes):
        for i in range(len(values)):
            gate = ONE / (ONE + exp(-max(values[i], LOW)))
            slopes[i] = gate * (ONE + values[i] * (ONE - gate))
            values[i] *= gate
    else:
        for i in range(len(values)):
            values[i] /= ONE + exp(-max(values[i], LOW))
