"""Connected strokes: one chain over the whole painting, each stroke begins where the last ended (R. Nakano, *Neural
Painters*, arXiv 1904.08410, "connected strokes").

Each stroke has a window of its own that holds both of its joints, so a joint may be anywhere in the part that two
neighbouring windows share; there it is moved by the gradients of both strokes.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..strokes import PlacedStrokes

ROOM = 1.3  # windows reach so many times as far as the joints
SWEEPS = 2  # of a tour, in search of crossings


def tour(points: Tensor, begin: Tensor | None = None) -> Tensor:
    """An order ``(N,)`` of points ``(N, 2)`` in which they can be joined by a short line, from ``begin`` ``(2,)`` on:
    always the nearest next, then parts of the tour are turned round wherever that makes it shorter.
    """
    at = points.detach().cpu().numpy().astype(np.float64)
    here = at[0] if begin is None else begin.detach().cpu().numpy()
    left, order = np.ones(len(at), bool), np.empty(len(at), np.int64)
    for index in range(len(at)):
        apart = np.square(at - here).sum(1)
        apart[~left] = np.inf
        order[index] = chosen = int(apart.argmin())
        left[chosen], here = False, at[chosen]
    for _ in range(SWEEPS):
        for first in range(len(order) - 2):
            _uncross(order, at, first)
    return torch.from_numpy(order).to(points.device)


def _uncross(order: NDArray[np.int64], at: NDArray[np.float64], first: int) -> None:
    """Turn round the part after ``first``, in place, up to where that saves most way."""
    line = at[order[first:]]
    steps = np.linalg.norm(line[2:-1] - line[3:], axis=1)  # from each possible last point to the one behind it
    if not len(steps):
        return
    now = np.linalg.norm(line[0] - line[1]) + steps
    then = np.linalg.norm(line[2:-1] - line[0], axis=1) + np.linalg.norm(line[3:] - line[1], axis=1)
    best = int((now - then).argmax())
    if now[best] - then[best] > 1e-9:
        order[first + 1 : first + best + 3] = order[first + 1 : first + best + 3][::-1].copy()


def chain_windows(strokes: PlacedStrokes, begin: Tensor | None = None) -> PlacedStrokes:
    """Placed strokes, each with its centre in the middle of its window, in the order of a tour from ``begin`` on (the
    joint, in canvas pixels, at which the first one starts), with joints half way to their neighbours' centres, and
    with windows as large as these need. Strokes stay as wide as they were.
    """
    centers = strokes.places[:, :2] + strokes.places[:, 2:] / 2
    order = tour(centers, begin)
    strokes, centers = strokes[order], centers[order]
    between = (centers[1:] + centers[:-1]) / 2
    first = centers[:1] if begin is None else begin.to(centers)[None]
    joints = torch.cat([first, between, centers[-1:]])
    far = torch.maximum((joints[:-1] - centers).abs(), (joints[1:] - centers).abs()).amax(1)
    old = strokes.places[:, 2]
    side = torch.maximum(old, 2 * ROOM * far).ceil()
    corner = (centers - side[:, None] / 2).round()
    starts, ends, middles = ((p - corner) / side[:, None] for p in (joints[:-1], joints[1:], centers))
    return strokes.change(
        window_x=corner[:, 0], window_y=corner[:, 1], window=side,
        start_x=starts[:, 0], start_y=starts[:, 1], end_x=ends[:, 0], end_y=ends[:, 1],
        control_x=middles[:, 0], control_y=middles[:, 1],
        size=(strokes.size - (side / old).log() / 2).clamp(min=0.02),
    )  # fmt: skip


def chain_ends(strokes: PlacedStrokes, begin: Tensor | None = None) -> PlacedStrokes:
    """The strokes, each started where the one before ends (the first one at ``begin`` ``(2,)``, in canvas pixels, if
    there is one), and ended where the next one's window still holds it; differentiable.
    """
    corner, side = strokes.places[:, :2], strokes.places[:, 2:]
    low, high = corner, corner + side
    shared_low, shared_high = torch.maximum(low[:-1], low[1:]), torch.minimum(high[:-1], high[1:])
    ends = corner + strokes.end * side
    with torch.no_grad():
        inside = torch.cat([torch.minimum(torch.maximum(ends[:-1], shared_low), shared_high), ends[-1:]])
    ends = inside + (ends - ends.detach())  # stopped at a border, a joint can still be drawn back by a gradient
    starts = ends[:-1]
    first = corner[:1] + strokes.start[:1] * side[:1] if begin is None else begin.to(corner)[None]
    starts = (torch.cat([first, starts]) - corner) / side
    ends = (ends - corner) / side
    return strokes.change(
        start_x=_in(starts[:, 0]), start_y=_in(starts[:, 1]), end_x=_in(ends[:, 0]), end_y=_in(ends[:, 1])
    )


def last_end(strokes: PlacedStrokes) -> Tensor:
    """Where the last stroke ends ``(2,)``, in canvas pixels."""
    return strokes.places[-1, :2] + strokes.end[-1] * strokes.places[-1, 2]


def _in(share: Tensor) -> Tensor:
    """In [0,1], which rounding may have left."""
    return share.detach().clamp(0, 1) + (share - share.detach())
