"""What the real MyPaint draws, with a gradient: its paint, and the way that the neural brush says it would change."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..kernels.columns import COLUMN, LEFT, ROW, STROKE, TOP, WIDTH
from ..kernels.runs import pixels_of
from ..strokes import Strokes
from .neural import NeuralBrush


class StraightThrough(NeuralBrush):
    """A brush whose opacity is MyPaint's own, to the bit, while its gradient is that of the neural ``brush``: the
    engine is deterministic, and close to what the brush has learned. Each look costs the engine some milliseconds a
    stroke, on the CPU, wherever the brush is. Raises InputError without libmypaint.
    """

    def __init__(self, brush: NeuralBrush) -> None:
        super().__init__(brush.generator, brush.card, brush.sha256)
        self._real = brush.real()

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        opacity, runs = super().runs_at(strokes, boxes, places)
        drawn = [paint.ravel() for paint in self._real.on_boxes(strokes, boxes, places)]
        starts = torch.from_numpy(np.cumsum([0, *(len(paint) for paint in drawn[:-1])])).to(runs.device)
        stroke = runs[:, STROKE].long()
        box = boxes.to(runs.device).long()[stroke]
        begin = starts[stroke] + (runs[:, ROW] - box[:, TOP]) * box[:, WIDTH] + runs[:, COLUMN] - box[:, LEFT]
        true = torch.from_numpy(np.concatenate(drawn)).to(opacity.device)[pixels_of(runs, begin)]
        return true + (opacity - opacity.detach()), runs
