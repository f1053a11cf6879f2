"""``SplatBrush``'s network compiled: a few dozen samples of a stroke at a time, each number of them in a row.

Rows follow one another in flat arrays. As their length is a constant, the compiler turns loops over a row into vector
instructions without asking whether rows overlap, or end early.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ..jit import compiled, exp, log, tanh
from .splat import SplatBrush

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


class Network(NamedTuple):
    """A brush's network as arrays, for H hidden units, O answers, B bristles and G Gaussians; H and O are rounded up
    to fours with zeros. ``back`` are the weights the other way.
    """

    varying: NDArray[np.float32]  # (H, 12), the first layer
    steady: NDArray[np.float32]  # (H, 5)
    first: NDArray[np.float32]  # (H,), its bias
    second: NDArray[np.float32]  # (H, H)
    second_bias: NDArray[np.float32]  # (H,)
    last: NDArray[np.float32]  # (O, H)
    last_bias: NDArray[np.float32]  # (O,)
    varying_back: NDArray[np.float32]  # (12, H)
    second_back: NDArray[np.float32]  # (H, H)
    last_back: NDArray[np.float32]  # (H, O)
    none: NDArray[np.float32]  # (max(12, H),) zeros
    log_sigma: NDArray[np.float32]  # (G,)
    fixed: NDArray[np.float32]  # (B, G, 2): where bristles are, in radii, whatever the direction
    along: NDArray[np.float32]  # (B, G, 2): along and across the stroke
    samples: int

    @classmethod
    def of(cls, brush: SplatBrush) -> Network:
        layers = [layer for layer in brush.net if isinstance(layer, nn.Linear)]
        (w1, b1), (w2, b2), (w3, b3) = ((_padded(layer.weight), _padded(layer.bias)) for layer in layers)
        none = np.zeros((1, brush.gaussians, 2), F32)
        round = brush.bristles == 1
        return cls(
            np.ascontiguousarray(w1[:, VARYING]), np.ascontiguousarray(w1[:, STEADY]), b1, w2, b2, w3, b3,
            np.ascontiguousarray(w1[:, VARYING].T), np.ascontiguousarray(w2.T), np.ascontiguousarray(w3.T),
            np.zeros(max(len(VARYING), len(w1)), F32), brush.log_sigma.detach().numpy(),
            none if round else (brush.offset + brush.line[:, None, None] * brush.axis).detach().numpy(),
            none if round else brush.along.detach().numpy(),
            brush.samples,
        )  # fmt: skip


def _padded(weights: Tensor) -> NDArray[np.float32]:
    """With zeros up to fours."""
    padded = np.zeros([-(-length // 4) * 4 for length in weights.shape], F32)
    padded[tuple(map(slice, weights.shape))] = weights.detach().numpy()
    return padded


@compiled()
def think(
    numbers: Any, radius: Any, length: Any, cross: Any, coarse: Any, lie: Any, net: Any, told: Any, one: Any, two: Any,
    answers: Any, slopes: Any,
) -> None:  # fmt: skip
    """The network on a block of samples: what it is ``told``, as ``tell`` in ``splat.py`` says, its hidden units
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
    bias = np.empty(len(net.first), F32)
    long = log(length / radius + F32(0.3)) - TWO
    for h in range(len(bias)):
        weights = net.steady[h]
        bias[h] = net.first[h] + weights[0] * (FOUR * numbers[SIZE] - TWO) + weights[1] * long + weights[4] * coarse
        bias[h] += F32(2.4) * (weights[2] * (numbers[ENTRY] - HALF) + weights[3] * (numbers[PRESSURE] - HALF))
    _layer(net.varying, bias, told, one)
    _gate(one, slopes[0])
    _layer(net.second, net.second_bias, one, two)
    _gate(two, slopes[1])
    _layer(net.last, net.last_bias, two, answers)


@compiled()
def rethink(
    numbers: Any, radius: Any, length: Any, cross: Any, lie: Any, net: Any, told: Any, one: Any, two: Any, slopes: Any,
    by_answers: Any, by_told: Any, by: Any, by_numbers: Any,
) -> Any:  # fmt: skip
    """``think`` backward: adds to the gradients ``by`` of the samples' rows and ``by_numbers`` ``(9,)`` of the stroke.
    Returns those of radius, length and cross product. The hidden units are lost.
    """
    _layer(net.last_back, net.none, by_answers, two)
    for i in range(len(two)):
        two[i] *= slopes[1, i]
    _layer(net.second_back, net.none, two, one)
    for i in range(len(one)):
        one[i] *= slopes[0, i]
    _layer(net.varying_back, net.none, one, by_told)
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
    by_steady = np.zeros(len(STEADY), F32)
    for h in range(len(net.steady)):
        row, total = one[h * ROW : (h + 1) * ROW], ZERO
        for j in range(ROW):
            total += row[j]
        for i in range(len(STEADY)):
            by_steady[i] += net.steady[h, i] * total
    by_long = by_steady[1] / (length + F32(0.3) * radius)
    by_numbers[PRESSURE] += F32(0.8) * by_end + F32(2.4) * by_steady[3]
    by_numbers[SIZE] += FOUR * by_steady[0]
    by_numbers[ENTRY] += F32(0.8) * by_entry + F32(2.4) * by_steady[2]
    return by_radius - by_long * length / radius, by_length + by_long, by_cross * np.sign(cross)


@compiled()
def _layer(weights: Any, bias: Any, given: Any, found: Any) -> None:
    """A layer on a block of samples: weights ``(O, I)``, from ``(I * ROW,)`` to ``(O * ROW,)``; O and I are fours."""
    for o in range(0, len(weights), 4):
        out = found[o * ROW : (o + 4) * ROW]
        for j in range(ROW):
            out[j] = bias[o]
            out[ROW + j] = bias[o + 1]
            out[2 * ROW + j] = bias[o + 2]
            out[3 * ROW + j] = bias[o + 3]
        for i in range(0, weights.shape[1], 4):  # four by four, each number is read and written less often
            some = given[i * ROW : (i + 4) * ROW]
            a0, a1, a2, a3 = weights[o, i], weights[o, i + 1], weights[o, i + 2], weights[o, i + 3]
            b0, b1, b2, b3 = weights[o + 1, i], weights[o + 1, i + 1], weights[o + 1, i + 2], weights[o + 1, i + 3]
            c0, c1, c2, c3 = weights[o + 2, i], weights[o + 2, i + 1], weights[o + 2, i + 2], weights[o + 2, i + 3]
            d0, d1, d2, d3 = weights[o + 3, i], weights[o + 3, i + 1], weights[o + 3, i + 2], weights[o + 3, i + 3]
            for j in range(ROW):
                v0, v1, v2, v3 = some[j], some[ROW + j], some[2 * ROW + j], some[3 * ROW + j]
                out[j] = out[j] + a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
                out[ROW + j] = out[ROW + j] + b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
                out[2 * ROW + j] = out[2 * ROW + j] + c0 * v0 + c1 * v1 + c2 * v2 + c3 * v3
                out[3 * ROW + j] = out[3 * ROW + j] + d0 * v0 + d1 * v1 + d2 * v2 + d3 * v3


@compiled()
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
