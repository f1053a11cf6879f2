"""The over operator on runs of pixels, compiled: what ``canvas.py`` does stroke by stroke in torch, in one go.

Bands of rows are worked on side by side. Their number is fixed, so that sums over pixels come out the same, bit for
bit, whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...brush.library import NeuralBrush
from ...strokes import PlacedStrokes
from ..autograd import joined, share
from .compiler import compiled, copy, fill

BANDS = 4
ZERO, ONE = np.float32(0), np.float32(1)


def over(
    canvas: Tensor,
    strokes: PlacedStrokes,
    colors: Tensor,
    brushes: Sequence[NeuralBrush],
    places: Tensor,
    corners: Tensor,
    sides: Tensor,
) -> Tensor:
    """``canvas.composite`` for fused brushes, in the canvas' pixels: of strokes with windows at ``places`` ``(N, 3)``,
    on boxes with ``corners`` ``(N, 2)`` and ``sides`` ``(N,)``; in place, if no gradient is asked for.
    """
    low = corners.clamp(min=0)
    high = torch.minimum(corners + sides[:, None], corners.new_tensor([canvas.shape[2], canvas.shape[1]]))
    boxes = torch.cat([low, (high - low).clamp(min=0)], 1).int()
    number = torch.arange(len(strokes))
    parts: list[Any] = [slice(None)]  # for each brush
    if len(brushes) > 1:
        parts = [number[strokes.brush == kind] for kind in range(len(brushes))]
    drawn = [
        (number[part], *brush.runs_at(strokes[part], boxes[part], places[part]))
        for brush, part in zip(brushes, parts, strict=False)
        if len(number[part])
    ]
    opacity, runs = joined(drawn)
    if not torch.is_grad_enabled():
        return put(canvas, colors, opacity, runs, canvas.new_empty(0, 0))
    done: Tensor = Over.apply(canvas, colors, opacity, runs)
    return done


def put(canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor, under: Tensor) -> Tensor:
    """Strokes onto a canvas, in place: see :class:`Over`. ``under`` ``(C, P)``, if it has room, gets what was there."""
    arrays = [value.detach().contiguous().numpy() for value in (colors, opacity, runs)]
    share(lambda top, bottom: lay(canvas.numpy(), *arrays, under.numpy(), top, bottom), _bands(canvas))
    return canvas


class Over(torch.autograd.Function):
    """Strokes over a canvas ``(C, H, W)``: their colours ``(N, C)``, the opacity ``(P,)`` of their painted pixels, and
    the runs ``(R, 5)`` of these (``fused.Draw``), bottom first. For the gradient each pixel keeps what was under it.
    """

    @staticmethod
    def forward(ctx: Any, canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor) -> Tensor:
        under = canvas.new_empty(len(canvas), len(opacity))
        ctx.save_for_backward(colors, opacity, runs, under)
        return put(canvas.detach().clone(memory_format=torch.contiguous_format), colors, opacity, runs, under)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        colors, opacity, runs, under = ctx.saved_tensors
        by_canvas, by_opacity = gradients[0].contiguous().clone(), torch.empty_like(opacity)
        arrays = [value.detach().contiguous().numpy() for value in (by_canvas, colors, opacity, runs, under)]

        def derive(top: int, bottom: int) -> Tensor:
            by_colors = torch.zeros_like(colors)
            lift(*arrays, by_opacity.numpy(), by_colors.numpy(), top, bottom)
            return by_colors

        by_colors = torch.stack(share(derive, _bands(by_canvas))).sum(0)
        return by_canvas, by_colors, by_opacity, None


def _bands(canvas: Tensor) -> list[tuple[int, int]]:
    height = canvas.shape[1]
    bounds = [height * band // BANDS for band in range(BANDS + 1)]
    return list(pairwise(bounds))


@compiled()
def lay(canvas: Any, colors: Any, opacity: Any, runs: Any, under: Any, top: Any, bottom: Any) -> None:
    """Lay runs over the rows ``top`` to ``bottom`` of the canvas; ``under`` gets what was there, if it has room."""
    for r in range(len(runs)):
        stroke, y, x, length, start = runs[r, 0], runs[r, 1], runs[r, 2], runs[r, 3], runs[r, 4]
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
def lift(
    by_canvas: Any, colors: Any, opacity: Any, runs: Any, under: Any, by_opacity: Any, by_colors: Any, top: Any,
    bottom: Any,
) -> None:  # fmt: skip
    """``lay`` backward: ``by_canvas`` becomes the gradient of what lay below all strokes."""
    for r in range(len(runs) - 1, -1, -1):
        stroke, y, x, length, start = runs[r, 0], runs[r, 1], runs[r, 2], runs[r, 3], runs[r, 4]
        if y < top or y >= bottom:
            continue
        paint, by_paint = opacity[start : start + length], by_opacity[start : start + length]
        fill(by_paint, ZERO)
        for c in range(len(by_canvas)):
            given, before = by_canvas[c, y, x : x + length], under[c, start : start + length]
            color, total = colors[stroke, c], ZERO
            for i in range(length):
                by_paint[i] += given[i] * (color - before[i])
                total += given[i] * paint[i]
                given[i] *= ONE - paint[i]
            by_colors[stroke, c] += total
