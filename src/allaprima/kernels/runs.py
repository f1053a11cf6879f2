"""Boxes drawn many at a time, and what is painted in them as runs; in torch, on any device.

For whatever draws whole boxes: the reference's fields, and generators that know only dense pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .columns import COLUMN, HEIGHT, LEFT, LENGTH, ROW, START, STROKE, TOP, WIDTH

SIDES = (
    8, 12, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 1024
)  # fmt: skip
"""The sides in pixels that boxes have, so that many are alike. A larger box is drawn in tiles of the last one."""


class Batch(NamedTuple):
    """Boxes that are drawn together on ``height x width`` pixels, though some may be smaller."""

    stroke: Tensor  # (B,) whose they are
    left: Tensor  # (B,)
    top: Tensor  # (B,)
    inside: Tensor  # (B, height, width) bool: which pixels are in each box
    width: int
    height: int

    @property
    def columns(self) -> Tensor:
        """The middles of the pixels ``(B, width)``, in pixels of the picture."""
        return self.left[:, None] + torch.arange(self.width, device=self.left.device) + 0.5

    @property
    def rows(self) -> Tensor:
        """The same of rows ``(B, height)``."""
        return self.top[:, None] + torch.arange(self.height, device=self.top.device) + 0.5


def in_batches(boxes: Tensor, size: Callable[[int, int], int]) -> Iterator[Batch]:
    """Boxes ``(N, 4)`` of about the same side together, as many as ``size(width, height)`` says; empty ones in none."""
    stroke, boxes = _tiles(boxes.long())
    left, top, width, height = boxes[:, LEFT], boxes[:, TOP], boxes[:, WIDTH], boxes[:, HEIGHT]
    sides = torch.maximum(width, height)
    kind = torch.searchsorted(torch.tensor(SIDES, device=boxes.device), sides)
    order = kind.argsort(stable=True)
    extent = boxes.new_zeros(len(SIDES), 2)
    extent = extent.scatter_reduce(0, kind[:, None].expand(-1, 2), torch.stack([width, height], 1), "amax")
    counts = kind.bincount(minlength=len(SIDES))
    begin = 0
    for count, (wide, high) in zip(counts.tolist(), extent.tolist(), strict=True):
        if count:
            for some in torch.split(order[begin : begin + count], max(1, size(wide, high))):
                columns, rows = (torch.arange(length, device=boxes.device) for length in (wide, high))
                inside = (rows < height[some, None])[:, :, None] & (columns < width[some, None])[:, None]
                yield Batch(stroke[some], left[some], top[some], inside, wide, high)
        begin += count


def _tiles(boxes: Tensor) -> tuple[Tensor, Tensor]:
    """The strokes ``(T,)`` and boxes ``(T, 4)`` of tiles that are no larger than the last of SIDES; none is empty."""
    most = SIDES[-1]
    across, down = (boxes[:, WIDTH] + most - 1) // most, (boxes[:, HEIGHT] + most - 1) // most
    counts = across * down
    stroke = torch.repeat_interleave(torch.arange(len(boxes), device=boxes.device), counts)
    number = torch.arange(len(stroke), device=boxes.device) - (counts.cumsum(0) - counts)[stroke]
    x, y = number % across[stroke] * most, number // across[stroke] * most
    left, top, width, height = boxes[stroke].unbind(1)
    return stroke, torch.stack([left + x, top + y, (width - x).clamp(max=most), (height - y).clamp(max=most)], 1)


def find_runs(painted: Tensor, batch: Batch, start: int) -> Tensor:
    """The runs ``(R, 5)`` of the pixels of a batch that are ``painted`` ``(B, H, W)``, the first of them number
    ``start``.
    """
    steps = F.pad(painted.to(torch.int8), (1, 1)).diff(dim=2)
    box, row, first = (steps > 0).nonzero(as_tuple=True)
    lengths = (steps < 0).nonzero(as_tuple=True)[2] - first
    columns = {
        STROKE: batch.stroke[box],
        ROW: batch.top[box] + row,
        COLUMN: batch.left[box] + first,
        LENGTH: lengths,
        START: start + lengths.cumsum(0) - lengths,
    }
    return torch.stack([columns[name] for name in sorted(columns)], 1).int()


def join_runs(parts: Sequence[tuple[Tensor, Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Painted pixels ``(P,)`` and their runs ``(R, 5)`` of several parts of some strokes, each after its strokes'
    numbers ``(N,)``: all of them, in the order of the strokes.
    """
    begin, all_runs = 0, []
    for numbers, opacity, runs in parts:
        runs = runs.clone()
        runs[:, STROKE] = numbers[runs[:, STROKE].long()].to(runs.dtype)
        runs[:, START] += begin
        begin += len(opacity)
        all_runs.append(runs)
    return torch.cat([opacity for _, opacity, _ in parts]), in_order(torch.cat(all_runs))


def in_order(runs: Tensor) -> Tensor:
    """Runs in the order of their strokes."""
    if (runs[1:, STROKE] < runs[:-1, STROKE]).any():
        runs = runs[runs[:, STROKE].argsort(stable=True)]
    return runs


def pixels_of(runs: Tensor, begin: Tensor) -> Tensor:
    """Where each painted pixel ``(P,)`` stands in some flat array, in which the runs' first ones stand at ``begin``."""
    order = runs[:, START].argsort()
    starts, lengths, begin = runs[order, START].long(), runs[order, LENGTH].long(), begin[order]
    places = torch.repeat_interleave(begin - starts, lengths)
    return places + torch.arange(len(places), device=places.device)
