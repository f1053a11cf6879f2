"""Painted pixels in runs to whole pictures, compiled: torch wakes all its threads for each of a few short steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
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


def joined(opacities: Sequence[NDArray[np.float32]], runs: Sequence[NDArray[np.int32]]) -> tuple[Tensor, Tensor]:
    """The painted pixels ``(P,)`` and runs ``(R, 5)`` of all chunks, each of which counts its own pixels."""
    starts = np.cumsum([0, *(len(one) for one in opacities[:-1])])
    together = np.concatenate(runs)
    together[:, START] += np.repeat(starts, [len(one) for one in runs]).astype(np.int32)
    return torch.from_numpy(np.concatenate(opacities)), torch.from_numpy(together)


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
