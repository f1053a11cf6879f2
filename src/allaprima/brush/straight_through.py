"""What the real MyPaint draws, with a gradient: its paint, and the way that the neural brush says it would change."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..kernels.autograd import COLUMN, ROW, STROKE, spread
from ..strokes import Strokes
from .library import NeuralBrush


class Drawn(NeuralBrush):
    """A brush whose opacity is MyPaint's own, to the bit, while its gradient is that of the neural ``brush``: the
    engine is deterministic, and close to what the brush has learned. Each look costs the engine some milliseconds a
    stroke. Raises InputError without libmypaint.
    """

    def __init__(self, brush: NeuralBrush) -> None:
        super().__init__(brush.generator, brush.card, brush.sha256)
        self._real = brush.real()

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        opacity, runs = super().runs_at(strokes, boxes, places)
        drawn = [paint.ravel() for paint in self._real.on_boxes(strokes, boxes, places)]
        starts = torch.from_numpy(np.cumsum([0, *(len(paint) for paint in drawn[:-1])]))
        of = runs[:, STROKE].long()
        left, top, width, _ = boxes[of].long().unbind(1)
        begin = starts[of] + (runs[:, ROW] - top) * width + runs[:, COLUMN] - left
        true = torch.from_numpy(np.concatenate(drawn))[spread(runs, begin)]
        return opacity + (true - opacity).detach(), runs
