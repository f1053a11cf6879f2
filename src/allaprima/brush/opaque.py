"""Paint that covers or does not: a brush without half-transparent paint, for those who paint with real colours."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..strokes import WINDOW, Strokes
from .neural import NeuralBrush

FINAL = 40.0  # how steep opacity is in a finished painting
SOFT = 8.0  # and in the beginning: a gradient has to find its way


def harden(opacity: Tensor, steep: float = FINAL) -> Tensor:
    """Opacity in [0,1], of any shape, driven to 0 below one half and to 1 above it; 0, 1/2 and 1 stay."""
    edge = 1 / (1 + math.exp(min(steep / 2, 700)))
    return (torch.sigmoid(steep * (opacity - 0.5)) - edge) / (1 - 2 * edge)


class OpaqueBrush(NeuralBrush):
    """A ``brush`` whose opacity is hardened, ``steep`` as it is."""

    def __init__(self, brush: NeuralBrush, steep: float = FINAL) -> None:
        super().__init__(brush.generator, brush.card, brush.sha256, brush.texture)
        self._brush, self._steep = brush, steep

    def forward(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        return harden(self._brush.forward(strokes, size), self._steep)

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        return harden(self._brush.opacity_at(strokes, x, y, pixel), self._steep)

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        opacity, runs = self._brush.runs_at(strokes, boxes, places)
        return harden(opacity, self._steep), runs

    @property
    def textured(self) -> NeuralBrush:
        return OpaqueBrush(self._brush.textured, self._steep)
