"""Painted pixels in runs to whole pictures, compiled: torch wakes all its threads for each of a few short steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .compiler import compiled, copy


class Dense(torch.autograd.Function):
    """The opacity ``(P,)`` of runs ``(R, 5)``, in any order, on a box ``(N, 1, H, W)`` that begins at 0, 0."""

    @staticmethod
    def forward(ctx: Any, opacity: Tensor, runs: Tensor, shape: tuple[int, int, int, int]) -> Tensor:
        ctx.save_for_backward(runs)
        ctx.many = len(opacity)
        pictures = np.zeros(shape, np.float32)
        spread(pictures, runs.numpy(), opacity.detach().contiguous().numpy())
        return torch.from_numpy(pictures)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (runs,) = ctx.saved_tensors
        by_opacity = np.empty(ctx.many, np.float32)
        gather(gradients[0].contiguous().numpy(), runs.numpy(), by_opacity)
        return torch.from_numpy(by_opacity), None, None


@compiled()
def spread(pictures: Any, runs: Any, opacity: Any) -> None:
    """Fill in the pictures."""
    for r in range(len(runs)):
        stroke, y, x, length, start = runs[r, 0], runs[r, 1], runs[r, 2], runs[r, 3], runs[r, 4]
        copy(opacity[start : start + length], pictures[stroke, 0, y, x : x + length])


@compiled()
def gather(pictures: Any, runs: Any, opacity: Any) -> None:
    """What the pictures have where runs are."""
    for r in range(len(runs)):
        stroke, y, x, length, start = runs[r, 0], runs[r, 1], runs[r, 2], runs[r, 3], runs[r, 4]
        copy(pictures[stroke, 0, y, x : x + length], opacity[start : start + length])
