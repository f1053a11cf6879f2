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

from .cpu import gaussians as samples
from .cpu import rasterize as kernel
from .cpu.runs import Dense

STROKE, ROW, COLUMN, LENGTH, START = range(5)
"""The columns of runs ``(R, 5)`` int32: painted pixels side by side in a row of a stroke's box. A run's first pixel is
``START`` in the flat list of painted pixels."""

CHUNK = 1 << 15  # pixels drawn by a thread at a time, about
STROKES = 16  # whose Gaussians are laid by a thread at a time
A_STROKE = 1000  # pixels: what a stroke costs besides those of its box
Result = TypeVar("Result")


class Lay(torch.autograd.Function):
    """Strokes' numbers ``(N, 9)``, in the order of ``network.NUMBERS``, to their Gaussians ``(N, G, 4, Q)``: x, y,
    weight and variance in fractions of the window. ``pixels`` ``(N, 2)``: what a pixel's area adds to variances, and
    its ``coarseness``.
    """

    @staticmethod
    def forward(ctx: Any, numbers: Tensor, pixels: Tensor, network: NDArray[np.float32]) -> Tensor:
        ctx.save_for_backward(numbers, pixels)
        ctx.network = network
        inputs = [value.detach().contiguous().numpy() for value in (numbers, pixels)]
        chunks = list(pairwise([*range(0, len(numbers), STROKES), len(numbers)]))
        laid = share(lambda first, last: samples.lay(first, last, *inputs, network), chunks)
        return torch.from_numpy(np.concatenate(laid))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        numbers, pixels = (value.detach().contiguous().numpy() for value in ctx.saved_tensors)
        by_splats, by_numbers = gradients[0].contiguous().numpy(), np.zeros_like(numbers)
        chunks = list(pairwise([*range(0, len(numbers), STROKES), len(numbers)]))
        share(
            lambda first, last: samples.derive(
                first, last, numbers, pixels, ctx.network, by_splats[first:last], by_numbers
            ),
            chunks,
        )
        return torch.from_numpy(by_numbers), None, None


class Draw(torch.autograd.Function):
    """Gaussians ``(N, G, 4, Q)`` as from :class:`Lay`, and what the head is ``told`` ``(N,)`` of the stroke, to the
    opacity ``(P,)`` of the strokes' painted pixels, and the runs of these.

    ``boxes`` ``(N, 4)`` int32 left, top, width, height of the pixels to draw on; ``places`` ``(N, 3)`` left, top and
    side of the windows in pixels; ``head`` its weights and biases, the sum of fields below which no paint is, and EDGE.
    """

    @staticmethod
    def forward(
        ctx: Any, splats: Tensor, told: Tensor, boxes: Tensor, places: Tensor, head: Sequence[Any]
    ) -> tuple[Tensor, Tensor]:
        gaussians, numbers, *where = (v.detach().contiguous().numpy() for v in (splats, told, boxes, places))
        keep = any(ctx.needs_input_grad)
        rows = where[0][:, 3].astype(np.int64)
        areas = where[0][:, 2] * rows

        def draw(first: int, last: int) -> list[NDArray[Any]]:
            room = int(areas[first:last].sum())
            opacity, runs = np.empty(room, np.float32), np.empty((room // 2 + int(rows[first:last].sum()), 5), np.int32)
            slopes = np.empty((gaussians.shape[1] + 1, room if keep else 0), np.float32)
            painted, count = kernel.draw(
                first, last, *where, gaussians[first:last], numbers, *head, opacity, slopes, runs
            )
            return [opacity[:painted].copy(), runs[:count].copy(), slopes[:, :painted].copy()]

        chunks = _chunks(areas)
        opacities, runs, slopes = zip(*share(draw, chunks), strict=True)
        if keep:
            ctx.save_for_backward(splats, boxes, places)
            ctx.kept = chunks, runs, slopes
        opacity = torch.from_numpy(np.concatenate(opacities))
        starts = np.cumsum([0, *(len(one) for one in opacities[:-1])])
        all_runs = np.concatenate(runs)
        all_runs[:, START] += np.repeat(starts, [len(one) for one in runs]).astype(np.int32)
        ctx.mark_non_differentiable(told_runs := torch.from_numpy(all_runs))
        return opacity, told_runs

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        splats, boxes, places = (value.detach().contiguous().numpy() for value in ctx.saved_tensors)
        chunks, runs, slopes = ctx.kept
        by_splats, by_told = np.zeros_like(splats), np.zeros(len(splats), np.float32)
        ends = np.cumsum([one.shape[1] for one in slopes]).tolist()
        given = np.split(gradients[0].contiguous().numpy(), ends[:-1])

        def derive(chunk: tuple[int, int], *painted: NDArray[Any]) -> None:
            first, last = chunk
            kernel.derive(first, boxes, places, splats[first:last], *painted, by_splats[first:last], by_told)

        share(derive, list(zip(chunks, runs, slopes, given, strict=True)))
        return torch.from_numpy(by_splats), torch.from_numpy(by_told), None, None, None


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


def joined(parts: Sequence[tuple[Tensor, Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Painted pixels and their runs of several parts of some strokes, each with its strokes' numbers ``(N,)``: all of
    them, in the order of the strokes.
    """
    begin, all_runs = 0, []
    for numbers, opacity, runs in parts:
        runs = runs.clone()
        runs[:, STROKE] = numbers[runs[:, STROKE].long()]
        runs[:, START] += begin
        begin += len(opacity)
        all_runs.append(runs)
    runs = torch.cat(all_runs)
    if (runs[1:, STROKE] < runs[:-1, STROKE]).any():
        runs = runs[runs[:, STROKE].argsort(stable=True)]
    return torch.cat([opacity for _, opacity, _ in parts]), runs


def dense(opacity: Tensor, runs: Tensor, shape: tuple[int, int, int, int]) -> Tensor:
    """The painted pixels on a box ``(N, 1, H, W)`` that is the same for all strokes and begins at 0, 0."""
    done: Tensor = Dense.apply(opacity, runs, shape)
    return done


def spread(runs: Tensor, begin: Tensor) -> Tensor:
    """Where each painted pixel ``(P,)`` stands in some flat array, in which the runs' first ones stand at ``begin``."""
    order = runs[:, START].argsort()
    starts, lengths, begin = runs[order, START].long(), runs[order, LENGTH].long(), begin[order]
    return torch.repeat_interleave(begin - starts, lengths) + torch.arange(int(lengths.sum()))
