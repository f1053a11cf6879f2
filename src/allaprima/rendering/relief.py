"""How thick paint is laid: as the work goes. Thickest where forms and colours meet, which leads the eye; quiet where
one stroke is much like the next: in skies and walls, on skin, in shadows, in the distance.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..image.blur import box
from ..strokes import PlacedStrokes

CELLS = 48  # on the long side of the map
SPREAD = 1  # cells over which the eye is led
QUIET = 0.12  # how thick paint is where nothing happens, of where most does
BUSY = 0.75  # of all cells are less busy than those that get it all
LEAST = 0.06  # how far colours part in these, at least: a picture that is quiet everywhere stays so


def relief_of(strokes: PlacedStrokes, width: int, height: int) -> Tensor:
    """How thick each stroke is laid, ``(N,)`` from QUIET to 1, on a canvas of ``width x height`` px."""
    if not len(strokes):
        return torch.zeros(0)
    strokes = strokes.detach().to("cpu").to(torch.float32)
    side = max(width, height) / CELLS
    columns, rows = int(-(-width // side)), int(-(-height // side))
    middle = strokes.through * strokes.window[:, None] + strokes.places[:, :2]
    x = (middle[:, 0] / side).long().clamp(0, columns - 1)
    y = (middle[:, 1] / side).long().clamp(0, rows - 1)
    told = torch.cat([torch.ones(len(strokes), 1), strokes.color, strokes.color.square()], 1)
    cells = torch.zeros(rows * columns, 7).index_add_(0, y * columns + x, told).T.reshape(1, 7, rows, columns)
    cells = box(cells, SPREAD, times=2)
    count = cells[0, :1].clamp(min=1e-6)
    mean, square = cells[0, 1:4] / count, cells[0, 4:] / count
    apart = (square - mean.square()).clamp(min=0).sum(0).sqrt()  # how far the colours of neighbours are
    most = torch.quantile(apart.flatten(), BUSY).clamp(min=LEAST)
    return QUIET + (1 - QUIET) * (apart / most).clamp(max=1)[y, x]
