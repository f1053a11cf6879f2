"""From strokes' numbers to Gaussians and back, compiled: stroke by stroke, so that all that belongs to one stays in the
processor's cache.

A stroke's samples stand in rows (``mlp.py``), and numbers of another type than float32 among them would keep the loops
from becoming vector instructions. For the gradient a stroke's way to its Gaussians is gone once more: it is quicker
than to read what was kept.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...strokes import WINDOW
from ..columns import SIZE, VARIANCE, WEIGHT, X, Y
from ..features import coarseness, pixel_variance
from ..networks import FARTHEST, HEAVIEST, WIDEST, SplatNetwork
from .compiler import compiled, copy, exp, fill, private, tanh
from .curve import follow, follow_backward
from .mlp import (
    ALONG,
    AT_X,
    AT_Y,
    BLOCK,
    COS,
    DS,
    DT,
    FIRST,
    FIXED,
    LAST,
    LOG_SIGMA,
    LOW,
    SAMPLE_ROWS,
    SAMPLES,
    SIN,
    VARYING,
    mlp_backward,
    mlp_forward,
    packed,
    part,
)
from .threads import arrays, share

STROKES = 16  # by a thread at a time
AREA, COARSENESS = range(2)  # of pixels (N, 2): what their area adds to variances, and how coarse they are
F32 = np.float32
ZERO, QUARTER, ONE, TWO, FOUR = F32(0), F32(0.25), F32(1), F32(2), F32(4)
MOST = F32(np.exp(2 * HEAVIEST))  # of a Gaussian's weight per radius of the curve
SPREAD = F32(np.exp(2 * WIDEST))  # the largest variance, in squared radii


def gaussians_forward(numbers: Tensor, pixel: Tensor, network: SplatNetwork) -> Tensor:
    given, net = arrays(numbers, _pixels(pixel)), packed(network)
    done = share(lambda first, last: _forward(first, last, *given, net), _chunks(len(numbers)))
    return torch.from_numpy(np.concatenate(done))


def gaussians_backward(numbers: Tensor, pixel: Tensor, network: SplatNetwork, grad_gaussians: Tensor) -> Tensor:
    given, net, (grad,) = arrays(numbers, _pixels(pixel)), packed(network), arrays(grad_gaussians)
    grad_numbers = torch.zeros_like(numbers, memory_format=torch.contiguous_format)
    into = grad_numbers.numpy()
    share(lambda first, last: _backward(first, last, *given, net, grad[first:last], into), _chunks(len(numbers)))
    return grad_numbers


def _pixels(pixel: Tensor) -> Tensor:
    """Their AREA and COARSENESS ``(N, 2)``."""
    return torch.stack([pixel_variance(pixel), coarseness(pixel)], 1)


def _chunks(count: int) -> list[tuple[int, int]]:
    return list(pairwise([*range(0, count, STROKES), count]))


@compiled()
def _forward(first: Any, last: Any, numbers: Any, pixels: Any, net: Any) -> Any:
    """The Gaussians ``(last - first, G, 4, Q)`` of the strokes ``first`` to ``last``."""
    many, bristles, fields_count = _counts(net)
    blocks, features, one, two, answers = _room(net)
    slopes, found = np.empty((2, 0), F32), np.empty(4 * BLOCK, F32)
    gaussians = np.empty((last - first, fields_count, 4, bristles * many), F32)
    for n in range(first, last):
        radius = exp(TWO * numbers[n, SIZE]) / F32(WINDOW)
        length, cross = follow(numbers[n], many, blocks)
        for begin in range(0, many, BLOCK):
            samples, some = blocks[begin // BLOCK], min(BLOCK, many - begin)
            mlp_forward(
                numbers[n], radius, length, cross, pixels[n, COARSENESS], samples, net, features, one, two, answers,
                slopes,
            )  # fmt: skip
            for b in range(bristles):
                q = b * many + begin
                for g in range(fields_count):
                    _of_block(answers, b, g, net, samples, radius, pixels[n, AREA], found)
                    for value in range(4):
                        copy(found[value * BLOCK : value * BLOCK + some], gaussians[n - first, g, value, q:])
    return gaussians


@compiled()
def _backward(
    first: Any, last: Any, numbers: Any, pixels: Any, net: Any, grad_gaussians: Any, grad_numbers: Any
) -> None:
    """The same backward, from the gradient of those strokes' Gaussians; adds to ``grad_numbers`` ``(N, 9)``."""
    many, bristles, fields_count = _counts(net)
    blocks, features, one, two, answers = _room(net)
    grad_blocks, grad_features = np.empty(blocks.shape, F32), np.empty(len(features), F32)
    grad_answers = np.empty(len(answers), F32)
    fill(grad_answers, ZERO)
    slopes, given = np.empty((2, len(one)), F32), np.empty(4 * BLOCK, F32)
    for n in range(first, last):
        radius = exp(TWO * numbers[n, SIZE]) / F32(WINDOW)
        length, cross = follow(numbers[n], many, blocks)
        grad_radius = grad_length = grad_cross = ZERO
        for block in range(len(grad_blocks)):
            fill(grad_blocks[block], ZERO)
        for begin in range(0, many, BLOCK):
            block, some = begin // BLOCK, min(BLOCK, many - begin)
            samples, grad_samples = blocks[block], grad_blocks[block]
            mlp_forward(
                numbers[n], radius, length, cross, pixels[n, COARSENESS], samples, net, features, one, two, answers,
                slopes,
            )  # fmt: skip
            fill(given, ZERO)
            for b in range(bristles):
                q = b * many + begin
                for g in range(fields_count):
                    for value in range(4):
                        copy(grad_gaussians[n - first, g, value, q : q + some], given[value * BLOCK :])
                    grad_radius += _of_block_backward(
                        given, answers, b, g, net, samples, radius, grad_samples, grad_answers
                    )
            more_radius, more_length, more_cross = mlp_backward(
                numbers[n], radius, length, cross, samples, net, features, one, two, slopes, grad_answers,
                grad_features, grad_samples, grad_numbers[n],
            )  # fmt: skip
            grad_radius += more_radius
            grad_length += more_length
            grad_cross += more_cross
        grad_numbers[n, SIZE] += TWO * radius * grad_radius
        follow_backward(numbers[n], blocks, grad_blocks, grad_length, grad_cross, grad_numbers[n])


@private
def _of_block(answers: Any, b: Any, g: Any, net: Any, samples: Any, radius: Any, area: Any, found: Any) -> None:
    """The Gaussians of a block of samples, of one bristle and field: ``found`` ``(4 BLOCK,)``."""
    _, bristles, fields_count = _counts(net)
    log_weight = answers[(b * fields_count + g) * BLOCK :]
    log_width = answers[((bristles + b) * fields_count + g) * BLOCK :]
    near, most = F32(WIDEST) - part(net, LOG_SIGMA)[g], SPREAD * radius * radius
    for j in range(BLOCK):  # exp(-softplus(-x)) is sigmoid(x)
        share = ONE / (ONE + exp(-max(log_weight[j], LOW)))
        found[WEIGHT * BLOCK + j] = MOST * share * share * (samples[DS + j] / radius + TWO * samples[DT + j])
        narrow = exp(FOUR * (near - tanh(log_width[j])))
        step = samples[DS + j] * QUARTER
        found[VARIANCE * BLOCK + j] = most / np.sqrt(ONE + narrow) + step * step + area
        found[X * BLOCK + j], found[Y * BLOCK + j] = samples[AT_X + j], samples[AT_Y + j]
    if bristles > 1:
        log_far = answers[((2 * bristles + b) * fields_count + g) * BLOCK :]
        x, y, along, across = _bristle(net, b, g)
        for j in range(BLOCK):
            far, cos, sin = radius * exp(min(log_far[j], F32(FARTHEST))), samples[COS + j], samples[SIN + j]
            found[X * BLOCK + j] += far * (x + cos * along - sin * across)
            found[Y * BLOCK + j] += far * (y + sin * along + cos * across)


@private
def _of_block_backward(
    given: Any, answers: Any, b: Any, g: Any, net: Any, samples: Any, radius: Any, grad_samples: Any,
    grad_answers: Any,
) -> Any:  # fmt: skip
    """The same backward, from ``given`` ``(4 BLOCK,)``: adds to ``grad_samples``. Returns the radius' gradient."""
    _, bristles, fields_count = _counts(net)
    at, wide = (b * fields_count + g) * BLOCK, ((bristles + b) * fields_count + g) * BLOCK
    log_weight, log_width = answers[at:], answers[wide:]
    grad_log_weight, grad_log_width = grad_answers[at:], grad_answers[wide:]
    near, most = F32(WIDEST) - part(net, LOG_SIGMA)[g], SPREAD * radius * radius
    grad_radius = ZERO
    for j in range(BLOCK):
        rest = exp(-max(log_weight[j], LOW))
        share = ONE / (ONE + rest)
        per_length = given[WEIGHT * BLOCK + j] * MOST * share * share
        grad_log_weight[j] = TWO * per_length * (samples[DS + j] / radius + TWO * samples[DT + j]) * rest * share
        answer = tanh(log_width[j])
        narrow = exp(FOUR * (near - answer))
        grad_spread = TWO * given[VARIANCE * BLOCK + j] * most / np.sqrt(ONE + narrow)
        grad_log_width[j] = grad_spread * narrow / (ONE + narrow) * (ONE - answer * answer)
        grad_samples[DS + j] += per_length / radius + given[VARIANCE * BLOCK + j] * samples[DS + j] * F32(1 / 8)
        grad_radius += grad_spread - per_length * samples[DS + j] / radius
        grad_samples[AT_X + j] += given[X * BLOCK + j]
        grad_samples[AT_Y + j] += given[Y * BLOCK + j]
    if bristles > 1:
        at = ((2 * bristles + b) * fields_count + g) * BLOCK
        log_far, grad_log_far = answers[at:], grad_answers[at:]
        x, y, along, across = _bristle(net, b, g)
        for j in range(BLOCK):
            far, cos, sin = radius * exp(min(log_far[j], F32(FARTHEST))), samples[COS + j], samples[SIN + j]
            grad_x, grad_y = far * given[X * BLOCK + j], far * given[Y * BLOCK + j]
            grad_far = grad_x * (x + cos * along - sin * across) + grad_y * (y + sin * along + cos * across)
            grad_log_far[j] = grad_far if log_far[j] < F32(FARTHEST) else ZERO
            grad_radius += grad_far
            grad_samples[COS + j] += grad_x * along + grad_y * across
            grad_samples[SIN + j] += grad_y * along - grad_x * across
    return grad_radius / radius


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
    blocks = np.empty(((int(part(net, SAMPLES)[0]) + BLOCK - 1) // BLOCK, SAMPLE_ROWS * BLOCK), F32)
    hidden, answers = len(part(net, FIRST)), len(part(net, LAST))
    features = np.empty(len(VARYING) * BLOCK, F32)
    one, two = np.empty(hidden * BLOCK, F32), np.empty(hidden * BLOCK, F32)
    return blocks, features, one, two, np.empty(answers * BLOCK, F32)
