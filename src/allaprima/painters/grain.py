"""Brushes that draw strokes as MyPaint will draw them, for the last steps of a painting."""

from __future__ import annotations

from collections.abc import Sequence

from ..brush.neural import NeuralBrush
from ..brush.straight_through import StraightThrough

BY_TEXTURE, BY_ENGINE = 3.0, 12.0  # what a step costs, in steps that draw the mean


def as_mypaint_draws(brushes: Sequence[NeuralBrush]) -> tuple[Sequence[NeuralBrush], float]:
    """The brushes with grain, and what a step then costs, in steps that draw the mean. Where chance plays a part, that
    is the texture; if there is none, or it was not learned, the engine itself draws, which takes longer.
    """
    grain: list[NeuralBrush] = []
    cost = 0.0
    for brush in brushes:
        textured = brush.textured
        if textured is not brush:
            grain, cost = [*grain, textured], max(cost, BY_TEXTURE)
        else:
            grain, cost = [*grain, StraightThrough(brush)], BY_ENGINE
    return grain, cost
