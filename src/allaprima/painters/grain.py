"""Brushes that draw strokes as the real ones will draw them, for the last steps of a painting."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..brush.bristle import BristleBrush
from ..brush.neural import NeuralBrush
from ..brush.straight_through import StraightThrough
from ..options import OWN
from ..rendering.begin import engine_for
from ..rendering.bristles_on_canvas import Bristles, seen
from ..rendering.rendering import NEURAL
from ..strokes import PlacedStrokes
from .canvas import Canvas

BY_BRISTLES, BY_TEXTURE, BY_ENGINE = 2.0, 3.0, 12.0  # what a step costs, in steps that draw the mean


class Grain:
    """``brushes`` with grain, where ``engine`` is who draws in the end, and what a step then costs, ``cost``, in steps
    that draw the mean: 0 where none is wanted. Where all are of bristles, these draw the whole canvas, wet paint and
    all. Where chance plays a part in MyPaint's, that is the texture, which the neural one draws, too, if ``texture`` is
    wanted; if there is none, or it was not learned, the engine itself draws, which takes longer.
    """

    def __init__(self, brushes: Sequence[NeuralBrush], engine: str, texture: bool) -> None:
        engine = engine_for(brushes, engine)
        self.brushes, self.cost, self.bristles = brushes, 0.0, list[BristleBrush]()
        textured = [brush.textured for brush in brushes]
        if engine in (NEURAL, OWN):
            if texture and any(one is not brush for one, brush in zip(textured, brushes, strict=True)):
                self.brushes, self.cost = textured, BY_TEXTURE
            return
        if all(brush.bristly for brush in brushes):
            self.bristles = [real for brush in brushes if isinstance(real := brush.real(), BristleBrush)]
            self.cost = BY_BRISTLES
            return
        self.brushes = [
            one if one is not brush else StraightThrough(brush) for one, brush in zip(textured, brushes, strict=True)
        ]
        self.cost = BY_ENGINE if any(isinstance(brush, StraightThrough) for brush in self.brushes) else BY_TEXTURE

    @torch.no_grad()
    def drawn(self, canvas: Canvas, laid: PlacedStrokes | None, strokes: PlacedStrokes, like: Tensor) -> Tensor:
        """What bristles leave of ``strokes`` over those of the canvas that stay, and those that are ``laid``, unlit, on
        a picture as large as ``like`` ``(3, H, W)``.
        """
        strokes = PlacedStrokes.cat([part for part in (canvas.base, laid, strokes) if part is not None])
        paper = canvas.background.at(like.shape[2], like.shape[1], like.device)
        return seen(Bristles(strokes, self.bristles, canvas.width, canvas.height, canvas.background), paper)
