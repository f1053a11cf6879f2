"""Strokes that are of no use any more begin anew where something has come that no stroke shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..painters.bounds import StrokeBounds
from ..painters.levels import Level
from ..painters.parameters import COLORS
from ..painters.placement import initial_strokes
from ..strokes import ACTION, PLACE, PlacedStrokes
from .looking import Look
from .moving import points_of

HIDDEN = 0.03  # of a stroke is to be seen, at least, or it is of no use
BELOW = 0.1  # of all strokes, the lowest, are hidden for a purpose: they cover the canvas
ENOUGH = 1.5  # times as many strokes as lie on a place of that size elsewhere


def seen_of(strokes: PlacedStrokes, drawn: Callable[[PlacedStrokes], Tensor], scale: float) -> Tensor:
    """Which share of each stroke is to be seen ``(N,)`` in the picture that is ``drawn`` of them, ``(3, H, W)`` with
    ``scale`` pixels for each of the canvas': the picture's gradient by the stroke's colour tells.
    """
    with torch.enable_grad():
        red = strokes.color_r.detach().clone().requires_grad_()
        (seen,) = torch.autograd.grad(drawn(strokes.change(**{COLORS[0]: red}))[0].sum(), red)
    share: Tensor = seen / (strokes.area * scale**2)
    return share


def useless(strokes: PlacedStrokes, seen: Tensor, width: int, height: int) -> Tensor:
    """Which strokes ``(N,)`` are beyond the canvas of ``width x height`` px, or hidden: a share of each is ``seen``."""
    low, high = points_of(strokes).aminmax(dim=1)
    beyond = (high < 0).any(1) | (low > low.new_tensor([width, height])).any(1)
    hidden = seen < HIDDEN
    hidden[: int(BELOW * len(hidden))] = False
    return beyond | hidden


def renewed(
    strokes: PlacedStrokes,
    spare: Tensor,
    windows: Sequence[int],
    look: Look,
    drawn: Callable[[PlacedStrokes], Tensor],
    scale: float,
    bounds: StrokeBounds,
    focus: Tensor | None,
    generator: torch.Generator,
) -> tuple[PlacedStrokes, Tensor]:
    """The strokes, some of the ``spare`` ones ``(N,)`` of which have begun anew where a frame is fresh, by a
    ``look`` at it, level by level, on the ``windows`` of these, each where they leave it wrong that are ``drawn`` by
    then; and which ones. They keep their places in the order.
    """
    chosen = torch.zeros_like(spare)
    for level in sorted(set(strokes.level.tolist())):
        on_level = strokes.level == level
        many = round(ENOUGH * float(look.fresh.mean()) * int(on_level.sum()))
        index = (spare & on_level).nonzero()[:many, 0]
        if not len(index):
            continue
        how = Level(len(index), windows[min(level, len(windows) - 1)])
        begun = initial_strokes(look.picture, look.wrong(drawn(strokes)), how, scale, bounds, generator, focus)
        strokes = replaced(strokes, index, begun)
        chosen[index] = True
    return strokes, chosen


def replaced(strokes: PlacedStrokes, index: Tensor, others: PlacedStrokes) -> PlacedStrokes:
    """Strokes with the numbers and places of ``others`` ``(K,)`` where an ``index`` ``(K,)`` says; differentiable."""
    return strokes.change(**{
        name: getattr(strokes, name).index_copy(0, index, getattr(others, name).to(getattr(strokes, name)))
        for name in (*ACTION, *PLACE)
    })  # fmt: skip
