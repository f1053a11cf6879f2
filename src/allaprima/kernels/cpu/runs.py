"""Painted pixels in runs to whole pictures, compiled: torch wakes all its threads for each of a few short steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..columns import COLUMN, LENGTH, ROW, START, STROKE
from .compiler import compiled, copy
from .threads import arrays


def runs_to_pictures_forward(opacity: Tensor, runs: Tensor, shape: tuple[int, int, int]) -> Tensor:
    pictures = np.zeros(shape, np.float32)
    _forward(*arrays(opacity, runs), pictures)
    return torch.from_numpy(pictures)


def runs_to_pictures_backward(grad_pictures: Tensor, runs: Tensor, count: int) -> Tensor:
    grad_opacity = np.empty(count, np.float32)
    _backward(*arrays(grad_pictures, runs), grad_opacity)
    return torch.from_numpy(grad_opacity)


@compiled()
def _forward(opacity: Any, runs: Any, pictures: Any) -> None:
    for r in range(len(runs)):
        stroke, y, x, length, start = runs[r, STROKE], runs[r, ROW], runs[r, COLUMN], runs[r, LENGTH], runs[r, START]
        copy(opacity[start : start + length], pictures[stroke, y, x : x + length])


@compiled()
def _backward(grad_pictures: Any, runs: Any, grad_opacity: Any) -> None:
    for r in range(len(runs)):
        stroke, y, x, length, start = runs[r, STROKE], runs[r, ROW], runs[r, COLUMN], runs[r, LENGTH], runs[r, START]
        copy(grad_pictures[stroke, y, x : x + length], grad_opacity[start : start + length])
