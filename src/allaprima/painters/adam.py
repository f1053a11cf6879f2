"""Adam with a one-cycle schedule: as ``torch.optim.Adam`` and ``OneCycleLR``, step by step (``tests/test_adam.py``).

Why not torch's: its first step loads torch's compiler, which painting has no use for, and takes 1.4 s here, where a
whole painting of 1,000 strokes takes 5 (2 cores, torch 2.14, 2026-11-26); this one's takes 2 ms, and each other step
1.1 ms in place of 1.7. And its state goes into a painting file as one tensor, without pickle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ..errors import InputError

WARM_UP = 0.1  # share of the steps in which rates rise
START, END = 1 / 25, 1e-4  # the first rate as a share of the peak, the last one of the first
MOMENTUM = (0.95, 0.85)  # where rates are lowest, and at their peak
SQUARES, TINY = 0.999, 1e-8


class Adam:
    """``groups`` of tensors with gradients, each with the peak of its learning rate, for so many ``steps``."""

    def __init__(self, groups: Sequence[tuple[Sequence[Tensor], float]], steps: int) -> None:
        self.steps, self.step_number = steps, 0
        self.state = [(value, peak) for values, peak in groups for value in values]
        self.means, self.squares = ([torch.zeros_like(value) for value, _ in self.state] for _ in range(2))

    @torch.no_grad()
    def step(self) -> None:
        """Move every tensor against its gradient, and clear the gradient."""
        share, momentum = self._now()
        self.step_number += 1
        first, second = 1 - momentum**self.step_number, 1 - SQUARES**self.step_number
        for (value, peak), mean, square in zip(self.state, self.means, self.squares, strict=True):
            if value.grad is None:
                continue
            mean.lerp_(value.grad, 1 - momentum)
            square.mul_(SQUARES).addcmul_(value.grad, value.grad, value=1 - SQUARES)
            value.addcdiv_(mean, square.sqrt().div_(math.sqrt(second)).add_(TINY), value=-peak * share / first)
            value.grad = None

    def moments(self) -> Tensor:
        """What is known of the gradients so far: ``(2, M)`` for all M numbers."""
        if not self.state:
            return torch.zeros(2, 0)
        return torch.stack([torch.cat([one.flatten() for one in kept]) for kept in (self.means, self.squares)])

    def restore(self, step_number: int, moments: Tensor) -> None:
        """Be where another one was after so many steps. Raises InputError for moments of other tensors."""
        sizes = [value.numel() for value, _ in self.state]
        if moments.shape != (2, sum(sizes)):
            raise InputError(f"the unfinished state is damaged: it has {tuple(moments.shape)} moments for {sum(sizes)}")
        self.step_number = step_number
        for kept, given in zip((self.means, self.squares), moments, strict=True):
            for one, part in zip(kept, given.split(sizes), strict=True):
                one.copy_(part.view_as(one))

    def _now(self) -> tuple[float, float]:
        """The rate as a share of its peak, and the momentum."""
        top = WARM_UP * (self.steps + 1) - 1
        if self.step_number < top:
            (rate, momentum), way = (START, MOMENTUM[0]), self.step_number / top
        else:
            (rate, momentum), way = (START * END, MOMENTUM[0]), (self.steps - self.step_number) / (self.steps - top)
        height = (1 - math.cos(math.pi * way)) / 2
        return rate + (1 - rate) * height, momentum + (MOMENTUM[1] - momentum) * height
