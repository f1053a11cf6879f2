"""The over operator on runs of pixels, compiled.

Bands of rows are worked on side by side. Their number is fixed, so that sums over pixels come out the same, bit for
bit, whatever the number of threads.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..columns import COLUMN, LENGTH, ROW, START, STROKE
from .compiler import compiled, copy, fill
from .threads import arrays, share

BANDS = 4
ZERO, ONE = np.float32(0), np.float32(1)


def composite_forward(canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor, keep: bool) -> Tensor:
    """Keeps what lay under each painted pixel ``(C, P)``."""
    under = canvas.new_empty((len(canvas), len(opacity)) if keep else (0, 0))
    given = [canvas.detach().numpy(), *arrays(colors, opacity, runs), under.numpy()]
    share(lambda top, bottom: _forward(*given, top, bottom), _bands(canvas))
    return under


def composite_backward(
    grad_canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor, kept: Tensor
) -> tuple[Tensor, Tensor]:
    grad_opacity = torch.empty_like(opacity)
    given = [grad_canvas.detach().numpy(), *arrays(colors, opacity, runs, kept), grad_opacity.numpy()]

    def backward(top: int, bottom: int) -> Tensor:
        grad_colors = torch.zeros_like(colors)
        _backward(*given, grad_colors.numpy(), top, bottom)
        return grad_colors

    return torch.stack(share(backward, _bands(grad_canvas))).sum(0), grad_opacity


def _bands(canvas: Tensor) -> list[tuple[int, int]]:
    height = canvas.shape[1]
    bounds = [height * band // BANDS for band in range(BANDS + 1)]
    return list(pairwise(bounds))


@compiled()
def _forward(canvas: Any, colors: Any, opacity: Any, runs: Any, under: Any, top: Any, bottom: Any) -> None:
    """Runs over the rows ``top`` to ``bottom`` of the canvas; ``under`` gets what was there, if it has room."""
    for r in range(len(runs)):
        stroke, y, x, length, start = runs[r, STROKE], runs[r, ROW], runs[r, COLUMN], runs[r, LENGTH], runs[r, START]
        if y < top or y >= bottom:
            continue
        paint = opacity[start : start + length]
        for c in range(len(canvas)):
            line, color = canvas[c, y, x : x + length], colors[stroke, c]
            if under.shape[1]:
                copy(line, under[c, start : start + length])
            for i in range(length):
                line[i] += paint[i] * (color - line[i])


@compiled()
def _backward(
    grad_canvas: Any, colors: Any, opacity: Any, runs: Any, under: Any, grad_opacity: Any, grad_colors: Any, top: Any,
    bottom: Any,
) -> None:  # fmt: skip
    """From the last run to the first: ``grad_canvas`` becomes the gradient of what lay below all strokes."""
    for r in range(len(runs) - 1, -1, -1):
        stroke, y, x, length, start = runs[r, STROKE], runs[r, ROW], runs[r, COLUMN], runs[r, LENGTH], runs[r, START]
        if y < top or y >= bottom:
            continue
        paint, grad_paint = opacity[start : start + length], grad_opacity[start : start + length]
        fill(grad_paint, ZERO)
        for c in range(len(grad_canvas)):
            given, before = grad_canvas[c, y, x : x + length], under[c, start : start + length]
            color, total = colors[stroke, c], ZERO
            for i in range(length):
                grad_paint[i] += given[i] * (color - before[i])
                total += given[i] * paint[i]
                given[i] *= ONE - paint[i]
            grad_colors[stroke, c] += total
