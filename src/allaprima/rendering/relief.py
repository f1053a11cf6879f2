"""How thick paint is laid: as the work goes. Thickest where many small strokes lead the eye, quiet on broad ground."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..strokes import PlacedStrokes

CELLS = 48  # on the long side of the map
SPREAD = 3  # cells over which the eye is led
QUIET = 0.3  # how thick paint is where nothing happens, of where most does
BUSY = 0.8  # of all cells are less busy than those that get it all


def relief_of(strokes: PlacedStrokes, width: int, height: int) -> Tensor:
    """How thick each stroke is laid, ``(N,)`` from QUIET to 1, on a canvas of ``width x height`` px."""
    if not len(strokes):
        return torch.zeros(0)
    strokes = strokes.detach().to("cpu").to(torch.float32)
    side = max(width, height) / CELLS
    columns, rows = -(-width // side), -(-height // side)
    middle = strokes.through * strokes.window[:, None] + strokes.places[:, :2]
    x = (middle[:, 0] / side).long().clamp(0, int(columns) - 1)
    y = (middle[:, 1] / side).long().clamp(0, int(rows) - 1)
    small = 1 / (strokes.radius * strokes.window / side).clamp(min=0.1)  # a small stroke says more than a broad one
    busy = torch.zeros(int(rows), int(columns)).index_put_((y, x), small, accumulate=True)
    for _ in range(2):
        busy = F.avg_pool2d(F.pad(busy[None, None], (SPREAD,) * 4, mode="replicate"), 2 * SPREAD + 1, stride=1)[0, 0]
    most = torch.quantile(busy.flatten(), BUSY).clamp(min=1e-6)
    return QUIET + (1 - QUIET) * (busy / most).clamp(max=1)[y, x]
