"""The quick way in torch's terms: ``kernel.py`` as a differentiable function, on several threads.

Strokes are drawn in chunks whose bounds depend on the strokes alone, and no two chunks add to the same number: the
result is the same, bit for bit, whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import kernel

STROKE, ROW, COLUMN, LENGTH, START = range(5)
"""The columns of runs ``(R, 5)`` int32: painted pixels side by side in a row of a stroke's box. A run's first pixel is
``START`` in the flat list of painted pixels."""

CHUNK = 1 << 16  # pixels drawn by a thread at a time, about
A_STROKE = 1000  # pixels: what a stroke costs besides those of its box
Result = TypeVar("Result")


class Paint(torch.autograd.Function):
    """Gaussians ``(N, Q, G, 2)``, ``(N, Q, G)``, ``(N, Q, G)`` in fractions of a window and what the head is told
    ``(N,)`` to the opacity ``(P,)`` of the painted pixels, and their runs.

    ``boxes`` ``(N, 4)`` int32 left, top, width, height of the pixels to draw on; ``places`` ``(N, 3)`` left, top and
    side of the windows in pixels; ``head`` its weights and biases, the sum of fields below which no paint is, and EDGE.
    """

    @staticmethod
    def forward(
        ctx: Any, centers: Tensor, weights: Tensor, variances: Tensor, told: Tensor, boxes: Tensor, places: Tensor,
        head: Sequence[Any],
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        inputs = [value.detach().contiguous().numpy() for value in (boxes, places, centers, weights, variances, told)]
        keep = any(ctx.needs_input_grad)
        areas = inputs[0][:, 2].astype(np.int64) * inputs[0][:, 3]
        rows = inputs[0][:, 3].astype(np.int64)

        def draw(first: int, last: int) -> list[NDArray[Any]]:
            room = int(areas[first:last].sum())
            opacity, runs = np.empty(room, np.float32), np.empty((room // 2 + int(rows[first:last].sum()), 5), np.int32)
            slopes = np.empty((weights.shape[2] + 1, room if keep else 0), np.float32)
            pixels, count = kernel.draw(first, last, *inputs, *head, opacity, slopes, runs)
            return [opacity[:pixels].copy(), runs[:count].copy(), slopes[:, :pixels].copy()]

        opacities, runs, slopes = zip(*share(draw, _chunks(areas)), strict=True)
        if keep:
            ctx.save_for_backward(boxes, places, centers, weights, variances, told)
            ctx.kept = runs, slopes
        opacity = torch.from_numpy(np.concatenate(opacities))
        starts = np.cumsum([0, *(len(one) for one in opacities[:-1])])
        all_runs = np.concatenate(runs)
        all_runs[:, START] += np.repeat(starts, [len(one) for one in runs]).astype(np.int32)
        ctx.mark_non_differentiable(told_runs := torch.from_numpy(all_runs))
        return opacity, told_runs

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        inputs = [value.detach().contiguous().numpy() for value in ctx.saved_tensors]
        by_input = [np.zeros_like(value) for value in inputs[2:]]
        ends = np.cumsum([slopes.shape[1] for slopes in ctx.kept[1]]).tolist()
        given = np.split(gradients[0].contiguous().numpy(), ends[:-1])

        def derive(runs: NDArray[Any], slopes: NDArray[Any], by_opacity: NDArray[Any]) -> None:
            kernel.derive(*inputs[:5], runs, slopes, by_opacity, *by_input)

        share(derive, list(zip(*ctx.kept, given, strict=True)))
        return *map(torch.from_numpy, by_input), None, None, None


def share(work: Callable[..., Result], parts: Sequence[tuple[Any, ...]]) -> list[Result]:
    """``work`` on all parts, by as many threads as torch has, in order."""
    threads = min(torch.get_num_threads(), len(parts))
    if threads == 1:
        return [work(*part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda part: work(*part), parts))


def _chunks(areas: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Bounds of strokes that are drawn together."""
    number = np.cumsum(areas + A_STROKE) // CHUNK
    bounds = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(areas)]
    return list(pairwise(bounds))


def dense(opacity: Tensor, runs: Tensor, shape: tuple[int, int, int, int]) -> Tensor:
    """The painted pixels on a box ``(N, 1, H, W)`` that is the same for all strokes and begins at 0, 0."""
    runs = runs.long()
    first = (runs[:, STROKE] * shape[2] + runs[:, ROW]) * shape[3] + runs[:, COLUMN]
    places = torch.repeat_interleave(first - runs[:, START], runs[:, LENGTH]) + torch.arange(len(opacity))
    return opacity.new_zeros(shape).flatten().index_copy(0, places, opacity).view(shape)
