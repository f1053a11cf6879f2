"""A stroke's curve compiled: where along it the samples lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import CONTROL_X, CONTROL_Y, END_X, END_Y, START_X, START_Y
from .compiler import fill, private
from .mlp import ARC, AT_X, AT_Y, BLOCK, COS, DS, DT, SHARE, SIN, SPEED, T

F32 = np.float32
ZERO, QUARTER, HALF, ONE, TWO, FOUR = F32(0), F32(0.25), F32(0.5), F32(1), F32(2), F32(4)


@private
def follow(numbers: Any, many: Any, blocks: Any) -> Any:
    """Where the samples are, half by arc length, half by parameter: fills in their rows. Returns the curve's length,
    and the cross product of its velocity and acceleration.
    """
    across_x, across_y, arch_x, arch_y = _shape(numbers)
    count = F32(many)
    way = np.empty(many + 1, F32)
    total = ZERO
    for k in range(many):  # the chord of a piece is the velocity at its middle
        u = (F32(k) + HALF) / count
        x, y = across_x + (ONE - TWO * u) * arch_x, across_y + (ONE - TWO * u) * arch_y
        way[k + 1] = np.sqrt(x * x + y * y) / count
        total += way[k + 1]
    way[0] = ZERO
    for k in range(many):
        way[k + 1] = way[k] + way[k + 1] / (total + F32(1e-6)) + QUARTER / count
    for k in range(many):
        way[k + 1] /= way[many]
    piece, before = 1, ZERO
    for block in range(len(blocks)):
        fill(blocks[block, :SHARE], ZERO)  # samples that fill up a block are of no length
    for k in range(many):
        samples, j = blocks[k // BLOCK], k % BLOCK
        piece, samples[T + j] = _at(way, (F32(k) + HALF) / count, piece)
        piece, edge = _at(way, F32(k + 1) / count, piece)
        samples[DT + j] = edge - before
        before = edge
    length = ZERO
    for block in range(len(blocks)):
        samples = blocks[block]
        for j in range(BLOCK):
            u = samples[T + j]
            samples[SHARE + j] = HALF * (min(FOUR * u, ONE) + max(FOUR * u - F32(3), ZERO))
            samples[AT_X + j] = numbers[START_X] + u * across_x + u * (ONE - u) * arch_x
            samples[AT_Y + j] = numbers[START_Y] + u * across_y + u * (ONE - u) * arch_y
            x, y = across_x + (ONE - TWO * u) * arch_x, across_y + (ONE - TWO * u) * arch_y
            speed = np.sqrt(x * x + y * y + F32(1e-8))
            samples[SPEED + j], samples[COS + j], samples[SIN + j], samples[DS + j] = (
                speed, x / speed, y / speed, speed * samples[DT + j]
            )  # fmt: skip
        for j in range(BLOCK):
            samples[ARC + j] = length + HALF * samples[DS + j]
            length += samples[DS + j]
    return length, TWO * (arch_x * across_y - arch_y * across_x)


@private
def follow_backward(
    numbers: Any, blocks: Any, grad_blocks: Any, grad_length: Any, grad_cross: Any, grad_numbers: Any
) -> None:
    """The same backward; the spacing is given. Adds to ``grad_numbers`` ``(9,)``."""
    across_x, across_y, arch_x, arch_y = _shape(numbers)
    grad_across_x, grad_across_y = -TWO * grad_cross * arch_y, TWO * grad_cross * arch_x
    grad_arch_x, grad_arch_y = TWO * grad_cross * across_y, -TWO * grad_cross * across_x
    grad_start_x = grad_start_y = ZERO
    for block in range(len(blocks) - 1, -1, -1):
        samples, grad_samples = blocks[block], grad_blocks[block]
        for i in range(BLOCK):  # from the last sample on: each one's length adds to the way to all that follow
            j = BLOCK - 1 - i
            grad_samples[DS + j] += grad_length + HALF * grad_samples[ARC + j]
            grad_length += grad_samples[ARC + j]
        for j in range(BLOCK):
            u, speed, cos, sin = samples[T + j], samples[SPEED + j], samples[COS + j], samples[SIN + j]
            grad_cos, grad_sin = grad_samples[COS + j] / speed, grad_samples[SIN + j] / speed
            # one expression: in two, the compiler orders sums otherwise, and old paintings' last bits would change
            grad_speed = (
                grad_samples[SPEED + j] + grad_samples[DS + j] * samples[DT + j] - grad_cos * cos - grad_sin * sin
            )
            grad_x, grad_y = grad_cos + grad_speed * cos, grad_sin + grad_speed * sin
            grad_across_x += grad_x + u * grad_samples[AT_X + j]
            grad_across_y += grad_y + u * grad_samples[AT_Y + j]
            grad_arch_x += (ONE - TWO * u) * grad_x + u * (ONE - u) * grad_samples[AT_X + j]
            grad_arch_y += (ONE - TWO * u) * grad_y + u * (ONE - u) * grad_samples[AT_Y + j]
            grad_start_x += grad_samples[AT_X + j]
            grad_start_y += grad_samples[AT_Y + j]
    grad_numbers[CONTROL_X] += FOUR * grad_arch_x
    grad_numbers[CONTROL_Y] += FOUR * grad_arch_y
    grad_numbers[END_X] += grad_across_x - TWO * grad_arch_x
    grad_numbers[END_Y] += grad_across_y - TWO * grad_arch_y
    grad_numbers[START_X] += grad_start_x - grad_across_x - TWO * grad_arch_x
    grad_numbers[START_Y] += grad_start_y - grad_across_y - TWO * grad_arch_y


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
