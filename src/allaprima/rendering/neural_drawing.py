"""A painting drawn by neural brushes."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ..brush.neural import NeuralBrush
from ..brush.opaque import OpaqueBrush
from ..strokes import PlacedStrokes
from .compositing import composite_in_place
from .drawing import Composition, OnCanvas, OnProgress


class NeuralDrawing(OnCanvas):
    """By neural brushes, where they are."""

    def __init__(
        self, composition: Composition, brushes: Sequence[NeuralBrush], width: int, height: int, layered: bool = False
    ) -> None:
        super().__init__(composition, width, height, layered, brushes[0].device)
        self.brushes = [OpaqueBrush(brush) if composition.opaque or brush.bristly else brush for brush in brushes]

    def composite(self, canvas: Tensor, strokes: PlacedStrokes, report: OnProgress | None = None) -> None:
        composite_in_place(canvas, strokes, self.brushes, self.scale, self.colors(strokes, len(canvas)), report)
