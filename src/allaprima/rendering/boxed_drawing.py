"""A painting drawn stroke by stroke, each on a box of its own: opaque paint, brushes of several programs, one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush.neural import NeuralBrush
from ..brush.opaque import harden
from ..strokes import PlacedStrokes, Strokes
from .compositing import boxes
from .drawing import Composition, OnCanvas, OnProgress, runs_of_brushes


class Boxed(Protocol):
    """What draws the opacity of each stroke on its box, see :meth:`MyPaintBrush.on_boxes`."""

    def on_boxes(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> Iterator[NDArray[np.float32]]: ...


class BoxedDrawing(OnCanvas):
    """By ``real`` brushes of any program, each stroke by itself and laid over the others; where paint covers or does
    not, its opacity is hardened.
    """

    def __init__(
        self,
        composition: Composition,
        brushes: Sequence[NeuralBrush],
        real: Sequence[Boxed],
        width: int,
        height: int,
        layered: bool = False,
    ) -> None:
        super().__init__(composition, width, height, layered)
        self.brushes, self.real, self.opaque = brushes, real, composition.opaque

    def composite(self, canvas: Tensor, strokes: PlacedStrokes, report: OnProgress | None = None) -> None:
        colors = self.colors(strokes, len(canvas))
        corners, sides = boxes(strokes, self.brushes, self.scale)
        low = corners.clamp(min=0)
        high = torch.minimum(corners + sides[:, None], torch.tensor([self.width, self.height]))
        where = torch.cat([low, (high - low).clamp(min=0)], 1).int()
        for brush, first, last in runs_of_brushes(strokes):
            part = slice(first, last)
            drawn = self.real[brush].on_boxes(strokes[part], where[part], strokes[part].places * self.scale)
            for index, paint in enumerate(drawn, first):
                left, top, wide, tall = where[index].tolist()
                under = canvas[:, top : top + tall, left : left + wide]
                opacity = torch.from_numpy(paint)
                opacity = harden(opacity) if self.opaque and not self.brushes[brush].bristly else opacity
                under.lerp_(colors[index, :, None, None].expand_as(under), opacity.expand_as(under))
                if report:
                    report((index + 1) / len(strokes))
