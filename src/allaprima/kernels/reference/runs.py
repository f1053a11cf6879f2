"""Painted pixels in runs to whole pictures."""

from __future__ import annotations

import math

from torch import Tensor

from ..columns import COLUMN, ROW, STROKE
from ..runs import pixels_of


def runs_to_pictures_forward(opacity: Tensor, runs: Tensor, shape: tuple[int, int, int]) -> Tensor:
    flat = opacity.new_zeros(math.prod(shape))
    return flat.index_put((_where(runs, shape),), opacity).view(shape)


def runs_to_pictures_backward(grad_pictures: Tensor, runs: Tensor, count: int) -> Tensor:
    return grad_pictures.flatten()[_where(runs, grad_pictures.shape)]


def _where(runs: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Where each painted pixel ``(P,)`` stands in the pictures."""
    _, height, width = shape
    stroke, row, column = (runs[:, name].long() for name in (STROKE, ROW, COLUMN))
    return pixels_of(runs, (stroke * height + row) * width + column)
