"""The network of a brush compiled: a few dozen samples of a stroke at a time, each number of them in a row.

Rows follow one another in flat arrays. As their length is a constant, the compiler turns loops over a row into vector
instructions without asking whether rows overlap, or end early. ``T`` and its like are where a row begins: number j of
the block has the parameter ``samples[T + j]``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..columns import ENTRY, PRESSURE, SIZE
from ..networks import FEATURES, SplatNetwork
from .compiler import compiled, exp, fill, log, private, tanh

BLOCK = 48  # samples

SAMPLE_ROWS = 10
T, DT, SHARE, AT_X, AT_Y, SPEED, COS, SIN, DS, ARC = range(0, SAMPLE_ROWS * BLOCK, BLOCK)
"""What is known of each sample: parameter and share of the curve, how far the pressure has come from its first value to
its last (0 to 1), place, speed, direction, arc length, and arc length of the curve up to its middle."""

VARYING = (
    "pressure", "log_pressure", "log_light_pressure", "pace", "from_start", "to_end", "cos", "sin", "cos_double",
    "sin_double", "bend", "parameter",
)  # fmt: skip
"""The features that each sample has of its own, in rows in this order."""

(
    IS_PRESSURE, IS_LOG_PRESSURE, IS_LOG_LIGHT_PRESSURE, IS_PACE, IS_FROM_START, IS_TO_END, IS_COS, IS_SIN,
    IS_COS_DOUBLE, IS_SIN_DOUBLE, IS_BEND, IS_PARAMETER,
) = range(0, len(VARYING) * BLOCK, BLOCK)  # fmt: skip

STEADY = ("size", "length", "entry_pressure", "end_pressure", "coarseness")
"""The features that are the same for all samples of a stroke: weights and gradients of them stand in this order."""

OF_SIZE, OF_LENGTH, OF_ENTRY, OF_END, OF_COARSENESS = range(len(STEADY))

(
    SAMPLES, VARYING_IN, STEADY_IN, FIRST, SECOND_IN, SECOND, LAST_IN, LAST, VARYING_BACK, SECOND_BACK, LAST_BACK, NONE,
    LOG_SIGMA, FIXED, ALONG, END
) = range(16)  # fmt: skip
"""The parts of a packed network: see ``packed``."""

IN_FIRST, IN_SECOND = range(2)
"""The hidden layers, in arrays of both layers' slopes."""

F32 = np.float32
ZERO, HALF, ONE, TWO, FOUR = F32(0), F32(0.5), F32(1), F32(2), F32(4)
LOW = F32(-80)  # the least that a sigmoid can tell from less


def packed(network: SplatNetwork) -> NDArray[np.float32]:
    """All numbers of a network in one array, as many arrays take long to hand over, and to compile: first where each
    part begins, and then the parts.

    For H hidden units, O answers, B bristles and G Gaussians, H and O rounded up to fours with zeros: the samples along
    the curve (1); the first layer's weights for what varies (H, 12), for what is steady (H, 5), and bias (H); the
    second's (H, H) and (H), the last's (O, H) and (O); the weights the other way (12, H), (H, H), (H, O), and as many
    zeros as a bias can be long; log sigma (G); where bristles are whatever the direction (B, G, 2), and along and
    across the stroke (B, G, 2), in radii.
    """
    layers = (network.first, network.second, network.last)
    (w1, b1), (w2, b2), (w3, b3) = ((_padded(layer.weight), _padded(layer.bias)) for layer in layers)
    told = (*FEATURES, "coarseness")
    varying, steady = (w1[:, [told.index(name) for name in names]] for names in (VARYING, STEADY))
    parts = [
        np.array([network.samples]), varying, steady, b1, w2, b2, w3, b3, varying.T, w2.T, w3.T,
        np.zeros(max(len(VARYING), len(w1))), network.log_sigma.detach().numpy(), network.fixed.detach().numpy(),
        network.along.detach().numpy(),
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
def mlp_forward(
    numbers: Any, radius: Any, length: Any, cross: Any, coarse: Any, samples: Any, net: Any, features: Any, one: Any,
    two: Any, answers: Any, slopes: Any,
) -> None:  # fmt: skip
    """The network on a block of ``samples``: fills in the features that vary, as ``features.stroke_features`` tells
    them, the hidden units ``one`` and ``two`` and their ``slopes``, if there is room for them, and the ``answers``.

    ``cross`` is the cross product of velocity and acceleration, which is the same all along a stroke's curve.
    """
    entry, end, turn = F32(0.8) * numbers[ENTRY], F32(0.8) * numbers[PRESSURE], abs(cross) * radius
    for j in range(BLOCK):
        pressure = entry + (end - entry) * samples[SHARE + j]
        features[IS_PRESSURE + j] = FOUR * pressure - F32(1.6)
        features[IS_LOG_PRESSURE + j] = log(pressure + F32(0.02)) + ONE
        features[IS_LOG_LIGHT_PRESSURE + j] = HALF * log(pressure + F32(0.003)) + ONE
        speed, arc, cos, sin = samples[SPEED + j], samples[ARC + j], samples[COS + j], samples[SIN + j]
        features[IS_PACE + j] = log(speed / radius + F32(0.3)) - TWO
        features[IS_FROM_START + j] = tanh(HALF * arc / radius)
        features[IS_TO_END + j] = tanh(HALF * (length - arc) / radius)
        features[IS_COS + j] = cos
        features[IS_SIN + j] = sin
        features[IS_COS_DOUBLE + j] = cos * cos - sin * sin
        features[IS_SIN_DOUBLE + j] = TWO * cos * sin
        features[IS_BEND + j] = tanh(turn / (speed * speed * speed))
        features[IS_PARAMETER + j] = FOUR * samples[T + j] - TWO
    first, steady = part(net, FIRST), part(net, STEADY_IN)
    bias = np.empty(len(first), F32)
    long = log(length / radius + F32(0.3)) - TWO
    for h in range(len(bias)):
        weights = steady[h * len(STEADY) : (h + 1) * len(STEADY)]
        bias[h] = (
            first[h]
            + weights[OF_SIZE] * (FOUR * numbers[SIZE] - TWO)
            + weights[OF_LENGTH] * long
            + weights[OF_COARSENESS] * coarse
        )
        bias[h] += F32(2.4) * (
            weights[OF_ENTRY] * (numbers[ENTRY] - HALF) + weights[OF_END] * (numbers[PRESSURE] - HALF)
        )
    _layer(part(net, VARYING_IN), bias, features, one)
    _gate(one, slopes[IN_FIRST])
    _layer(part(net, SECOND_IN), part(net, SECOND), one, two)
    _gate(two, slopes[IN_SECOND])
    _layer(part(net, LAST_IN), part(net, LAST), two, answers)


@private
def mlp_backward(
    numbers: Any, radius: Any, length: Any, cross: Any, samples: Any, net: Any, features: Any, one: Any, two: Any,
    slopes: Any, grad_answers: Any, grad_features: Any, grad_samples: Any, grad_numbers: Any,
) -> Any:  # fmt: skip
    """The same backward: adds to the gradients of the samples' rows and ``grad_numbers`` ``(9,)`` of the stroke.
    Returns those of radius, length and cross product. The hidden units are lost.
    """
    none = part(net, NONE)
    _layer(part(net, LAST_BACK), none, grad_answers, two)
    for i in range(len(two)):
        two[i] *= slopes[IN_SECOND, i]
    _layer(part(net, SECOND_BACK), none, two, one)
    for i in range(len(one)):
        one[i] *= slopes[IN_FIRST, i]
    _layer(part(net, VARYING_BACK), none, one, grad_features)
    entry, end, turn = F32(0.8) * numbers[ENTRY], F32(0.8) * numbers[PRESSURE], abs(cross)
    grad_entry = grad_end = grad_radius = grad_length = grad_cross = ZERO
    for j in range(BLOCK):
        share = samples[SHARE + j]
        pressure = entry + (end - entry) * share
        grad_pressure = FOUR * grad_features[IS_PRESSURE + j]
        grad_pressure += grad_features[IS_LOG_PRESSURE + j] / (pressure + F32(0.02))
        grad_pressure += HALF * grad_features[IS_LOG_LIGHT_PRESSURE + j] / (pressure + F32(0.003))
        grad_entry += grad_pressure * (ONE - share)
        grad_end += grad_pressure * share
        speed, arc, cos, sin = samples[SPEED + j], samples[ARC + j], samples[COS + j], samples[SIN + j]
        grad_pace = grad_features[IS_PACE + j] / (speed + F32(0.3) * radius)
        grad_done = HALF * grad_features[IS_FROM_START + j] * _tanh_slope(features[IS_FROM_START + j]) / radius
        grad_left = HALF * grad_features[IS_TO_END + j] * _tanh_slope(features[IS_TO_END + j]) / radius
        grad_cos_2, grad_sin_2 = TWO * grad_features[IS_COS_DOUBLE + j], TWO * grad_features[IS_SIN_DOUBLE + j]
        grad_turn = grad_features[IS_BEND + j] * _tanh_slope(features[IS_BEND + j]) / (speed * speed * speed)
        grad_samples[SPEED + j] += grad_pace - F32(3) * grad_turn * turn * radius / speed
        grad_samples[COS + j] += grad_features[IS_COS + j] + cos * grad_cos_2 + sin * grad_sin_2
        grad_samples[SIN + j] += grad_features[IS_SIN + j] - sin * grad_cos_2 + cos * grad_sin_2
        grad_samples[ARC + j] += grad_done - grad_left
        grad_radius += grad_turn * turn - (grad_pace * speed + grad_done * arc + grad_left * (length - arc)) / radius
        grad_length += grad_left
        grad_cross += grad_turn * radius
    steady, grad_steady = part(net, STEADY_IN), np.empty(len(STEADY), F32)
    fill(grad_steady, ZERO)
    for h in range(len(part(net, FIRST))):
        row, total = one[h * BLOCK : (h + 1) * BLOCK], ZERO
        for j in range(BLOCK):
            total += row[j]
        for i in range(len(STEADY)):
            grad_steady[i] += steady[h * len(STEADY) + i] * total
    grad_long = grad_steady[OF_LENGTH] / (length + F32(0.3) * radius)
    grad_numbers[PRESSURE] += F32(0.8) * grad_end + F32(2.4) * grad_steady[OF_END]
    grad_numbers[SIZE] += FOUR * grad_steady[OF_SIZE]
    grad_numbers[ENTRY] += F32(0.8) * grad_entry + F32(2.4) * grad_steady[OF_ENTRY]
    return grad_radius - grad_long * length / radius, grad_length + grad_long, grad_cross * np.sign(cross)


@private
def _tanh_slope(value: Any) -> Any:
    """Where tanh has this value."""
    return ONE - value * value


@private
def _layer(weights: Any, bias: Any, given: Any, found: Any) -> None:
    """A layer on a block of samples: weights ``(O, I)`` in a row, from ``(I * BLOCK,)`` to ``(O * BLOCK,)``; O and I
    are fours.
    """
    many = len(given) // BLOCK
    for o in range(0, len(found) // BLOCK, 4):
        out = found[o * BLOCK : (o + 4) * BLOCK]
        a, b = weights[o * many : (o + 1) * many], weights[(o + 1) * many : (o + 2) * many]
        c, d = weights[(o + 2) * many : (o + 3) * many], weights[(o + 3) * many : (o + 4) * many]
        for j in range(BLOCK):
            out[j] = bias[o]
            out[BLOCK + j] = bias[o + 1]
            out[2 * BLOCK + j] = bias[o + 2]
            out[3 * BLOCK + j] = bias[o + 3]
        for i in range(0, many, 4):  # four by four, each number is read and written less often
            some = given[i * BLOCK : (i + 4) * BLOCK]
            a0, a1, a2, a3 = a[i], a[i + 1], a[i + 2], a[i + 3]
            b0, b1, b2, b3 = b[i], b[i + 1], b[i + 2], b[i + 3]
            c0, c1, c2, c3 = c[i], c[i + 1], c[i + 2], c[i + 3]
            d0, d1, d2, d3 = d[i], d[i + 1], d[i + 2], d[i + 3]
            for j in range(BLOCK):
                v0, v1, v2, v3 = some[j], some[BLOCK + j], some[2 * BLOCK + j], some[3 * BLOCK + j]
                out[j] = out[j] + a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
                out[BLOCK + j] = out[BLOCK + j] + b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
                out[2 * BLOCK + j] = out[2 * BLOCK + j] + c0 * v0 + c1 * v1 + c2 * v2 + c3 * v3
                out[3 * BLOCK + j] = out[3 * BLOCK + j] + d0 * v0 + d1 * v1 + d2 * v2 + d3 * v3


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
