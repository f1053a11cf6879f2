"""The over operator, not stroke by stroke but by depth: the first paint of every pixel, then the second of those that
have more, and so on, each layer in one go. No pixel is in a layer twice.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..columns import COLUMN, LENGTH, ROW, START, STROKE


class Layer(NamedTuple):
    """Paint that lies equally deep, ``(L,)`` each."""

    pixel: Tensor  # of the canvas
    stroke: Tensor
    paint: Tensor  # number of the painted pixel


Kept = list[tuple[Layer, Tensor]]
"""The layers, and what was under each ``(C, L)``."""


def composite_forward(canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor, keep: bool) -> Kept | None:
    kept: Kept = []
    flat = canvas.view(len(canvas), -1)
    for layer in _layers(runs, canvas.shape[2]):
        under = flat[:, layer.pixel]
        flat[:, layer.pixel] = under.lerp(colors[layer.stroke].T, opacity[layer.paint])
        if keep:
            kept.append((layer, under))
    return kept if keep else None


def composite_backward(
    grad_canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor, kept: Kept
) -> tuple[Tensor, Tensor]:
    grad_colors, grad_opacity = torch.zeros_like(colors), torch.zeros_like(opacity)
    flat = grad_canvas.view(len(grad_canvas), -1)
    for (pixel, stroke, paint), under in reversed(kept):
        given, share = flat[:, pixel], opacity[paint]
        grad_opacity[paint] = (given * (colors[stroke].T - under)).sum(0)
        grad_colors.index_add_(0, stroke, (given * share).T)
        flat[:, pixel] = given * (1 - share)
    return grad_colors, grad_opacity


def _layers(runs: Tensor, width: int) -> list[Layer]:
    """The painted pixels of runs, in the order of their strokes, sorted into layers."""
    stroke, row, column, length, start = (runs[:, name].long() for name in (STROKE, ROW, COLUMN, LENGTH, START))
    run = torch.repeat_interleave(torch.arange(len(runs), device=runs.device), length)
    order = torch.arange(len(run), device=runs.device)
    along = order - (length.cumsum(0) - length)[run]
    pixel, by_pixel = (row * width + column)[run].add_(along).sort(stable=True)
    first = torch.ones_like(pixel, dtype=torch.bool)
    first[1:] = pixel[1:] != pixel[:-1]
    depth = order - first.nonzero()[:, 0][first.cumsum(0) - 1]  # how much paint of the same pixel lies below
    depth, by_depth = depth.sort(stable=True)
    taken = by_pixel[by_depth]
    pixel, stroke, paint = pixel[by_depth], stroke[run][taken], (start[run] + along)[taken]
    counts = depth.bincount().tolist()
    parts = (torch.split(values, counts) for values in (pixel, stroke, paint))
    return [Layer(*layer) for layer in zip(*parts, strict=True)]
