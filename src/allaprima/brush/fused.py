"""The quick way in torch's terms: ``samples.py`` and ``kernel.py`` as a differentiable function, on several threads.

Strokes are drawn in chunks whose bounds depend on the strokes alone, and no two chunks add to the same number: the
result is the same, bit for bit, whatever the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import kernel, samples
from .dense import Dense
from .network import SIZE

STROKE, ROW, COLUMN, LENGTH, START = range(5)
"""The columns of runs ``(R, 5)`` int32: painted pixels side by side in a row of a stroke's box. A run's first pixel is
``START`` in the flat list of painted pixels."""

CHUNK = 1 << 15  # pixels drawn by a thread at a time, about
A_STROKE = 1000  # pixels: what a stroke costs besides those of its box
Result = TypeVar("Result")


class Paint(torch.autograd.Function):
    """Strokes' numbers ``(N, 9)``, in the order of ``network.NUMBERS``, to the opacity ``(P,)`` of their painted
    pixels, and the runs of these.

    ``boxes`` ``(N, 4)`` int32 left, top, width, height of the pixels to draw on; ``places`` ``(N, 3)`` left, top and
    side of the windows in pixels; ``pixels`` ``(N, 2)`` what a pixel's area adds to variances, and its ``coarseness``;
    ``head`` its weights and biases, the sum of fields below which no paint is, and EDGE.
    """

    @staticmethod
    def forward(
        ctx: Any,
        numbers: Tensor,
        boxes: Tensor,
        places: Tensor,
        pixels: Tensor,
        network: NDArray[np.float32],
        head: Sequence[Any],
    ) -> tuple[Tensor, Tensor]:
        inputs = [value.detach().contiguous().numpy() for value in (numbers, boxes, places, pixels)]
        keep = ctx.needs_input_grad[0]
        told = 4 * inputs[0][:, SIZE] - 2
        rows = inputs[1][:, 3].astype(np.int64)
        areas = inputs[1][:, 2] * rows

        def draw(first: int, last: int) -> list[NDArray[Any]]:
            room = int(areas[first:last].sum())
            opacity, runs = np.empty(room, np.float32), np.empty((room // 2 + int(rows[first:last].sum()), 5), np.int32)
            splats = samples.lay(first, last, inputs[0], inputs[3], network)
            slopes = np.empty((splats.shape[1] + 1, room if keep else 0), np.float32)
            painted, count = kernel.draw(first, last, *inputs[1:3], splats, told, *head, opacity, slopes, runs)
            return [opacity[:painted].copy(), runs[:count].copy(), slopes[:, :painted].copy(), splats]

        chunks = _chunks(areas)
        opacities, runs, slopes, splats = zip(*share(draw, chunks), strict=True)
        if keep:
            ctx.save_for_backward(numbers, boxes, places, pixels)
            ctx.network, ctx.kept = network, (chunks, runs, slopes, splats)
        opacity = torch.from_numpy(np.concatenate(opacities))
        starts = np.cumsum([0, *(len(one) for one in opacities[:-1])])
        all_runs = np.concatenate(runs)
        all_runs[:, START] += np.repeat(starts, [len(one) for one in runs]).astype(np.int32)
        ctx.mark_non_differentiable(told_runs := torch.from_numpy(all_runs))
        return opacity, told_runs

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        numbers, boxes, places, pixels = (value.detach().contiguous().numpy() for value in ctx.saved_tensors)
        chunks, runs, slopes, splats = ctx.kept
        by_numbers, by_told = np.zeros_like(numbers), np.zeros(len(numbers), np.float32)
        ends = np.cumsum([one.shape[1] for one in slopes]).tolist()
        given = np.split(gradients[0].contiguous().numpy(), ends[:-1])

        def derive(chunk: tuple[int, int], *painted: NDArray[Any]) -> None:
            first, last = chunk
            runs, slopes, splats, by_opacity = painted
            by_splats = np.zeros_like(splats)
            kernel.derive(first, boxes, places, splats, runs, slopes, by_opacity, by_splats, by_told)
            samples.derive(first, last, numbers, pixels, ctx.network, by_splats, by_numbers)

        share(derive, list(zip(chunks, runs, slopes, splats, given, strict=True)))
        by_numbers[:, SIZE] += 4 * by_told
        return torch.from_numpy(by_numbers), None, None, None, None, None


def share(work: Callable[..., Result], parts: Sequence[tuple[Any, ...]]) -> list[Result]:
    """``work`` on all parts, by as many threads as torch has, in order."""
    threads = min(torch.get_num_threads(), len(parts))
    if threads == 1:
        return [work(*part) for part in parts]
    return list(_pool(threads).map(lambda part: work(*part), parts))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Kept, as to start threads takes longer than to draw a few strokes."""
    return ThreadPoolExecutor(threads)


if hasattr(os, "register_at_fork"):  # a child has no threads
    os.register_at_fork(after_in_child=_pool.cache_clear)


def _chunks(areas: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Bounds of strokes that are drawn together: of an even number of parts, so that two threads end together."""
    done = np.cumsum(areas + A_STROKE)
    parts = 2 * -(-int(done[-1]) // (2 * CHUNK))
    bounds = np.searchsorted(done, np.arange(1, parts) * done[-1] // parts, "right")
    return list(pairwise(sorted({0, *bounds.tolist(), len(areas)})))


def dense(opacity: Tensor, runs: Tensor, shape: tuple[int, int, int, int]) -> Tensor:
    """The painted pixels on a box ``(N, 1, H, W)`` that is the same for all strokes and begins at 0, 0."""
    done: Tensor = Dense.apply(opacity, runs, shape)
    return done
