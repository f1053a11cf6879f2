"""Some of the strokes painted anew, a little, beside all others, which stay as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..brush.neural import NeuralBrush
from ..painters.bounds import StrokeBounds
from ..painters.closeup import CloseUp
from ..painters.constraints import Constraints
from ..painters.losses import Target
from ..painters.optimizer import COLOR_RATE
from ..painters.parameters import COLORS, StrokeParameters, leaves
from ..rendering.compositing import composite_one
from ..strokes import ACTION, PlacedStrokes
from .renewal import replaced

STEPS = {"draft": 10, "normal": 24, "best": 40}  # by quality,
CLOSER = {"draft": 0, "normal": 10, "best": 20}  # and where people look, seen more closely
PACE = 0.4  # of the rates at which strokes find their places in a painting
MOMENTUM = 0.8


class Descent:
    """Steps down for some tensors, with the greatest rate of each, that grow smaller and smaller. Other than in Adam,
    what hardly matters hardly moves: where strokes live on, it would go astray, frame by frame.
    """

    def __init__(self, groups: Sequence[tuple[Sequence[Tensor], float]], steps: int) -> None:
        self._state = [(value, rate, torch.zeros_like(value)) for values, rate in groups for value in values]
        self._steps, self._step = steps, 0

    @torch.no_grad()
    def step(self) -> None:
        """Move every tensor against its gradient, and clear the gradient."""
        share = math.cos(math.pi / 2 * self._step / self._steps)
        self._step += 1
        for value, rate, moment in self._state:
            assert value.grad is not None
            moment.mul_(MOMENTUM).add_(value.grad)
            usual = moment.square().mean().sqrt() + 1e-12
            value.sub_(rate * share * moment / (moment.abs() + usual))
            value.grad = None


@dataclass(frozen=True, eq=False)
class View:
    """A frame as it is seen while it is painted anew, or a ``part`` of it more closely: what the canvas is to be like,
    ``target``, what lies ``below`` all strokes ``(3, H, W)``, and who draws them.
    """

    target: Target
    below: Tensor
    brushes: Sequence[NeuralBrush]
    part: CloseUp | None = None

    def terms(self, strokes: PlacedStrokes) -> list[Tensor]:
        """What is wrong with the canvas of these strokes."""
        scale = self.target.scale
        if self.part:
            strokes = self.part.placed(strokes, scale)
        return list(self.target.terms(composite_one(self.below, strokes, self.brushes, scale), strokes).values())


def repainted(
    strokes: PlacedStrokes, free: Tensor, view: View, bounds: StrokeBounds, constraints: Constraints, steps: int
) -> PlacedStrokes:
    """The strokes with those that are ``free`` ``(N,)`` nearer to what a ``view`` shows."""
    index = free.nonzero()[:, 0]
    if not len(index):
        return strokes
    free_ones = replace(bounds, bow=math.inf, longest=math.inf, slim=0.0)  # softly bounded twice, they would shrink
    moving = StrokeParameters.from_strokes(strokes[index], free_ones)
    others = [name for name in ACTION if name not in COLORS]
    groups = [(leaves([moving], COLORS), COLOR_RATE * PACE), (leaves([moving], others), bounds.rate * PACE)]
    descent = Descent(groups, steps)
    for _ in range(steps):
        now = constraints.colored(replaced(strokes, index, within(moving.strokes(), bounds)))
        torch.stack(view.terms(now)).sum().backward()  # type: ignore[no-untyped-call]
        descent.step()
    return constraints.colored(replaced(strokes, index, within(moving.strokes(), bounds))).detach()


def within(strokes: PlacedStrokes, bounds: StrokeBounds) -> PlacedStrokes:
    """The strokes no longer, and no more bent, than they may be; differentiable. Those that are so stay as they are."""
    middle, chord = (strokes.start + strokes.end) / 2, strokes.end - strokes.start
    long = (chord.square().sum(1) + 1e-8).sqrt()
    half, bow = chord / 2, strokes.through - middle
    if bounds.longest < math.inf:
        shorter = (bounds.longest * 2 * strokes.radius / long).clamp(max=1)
        half, long = half * shorter[:, None], long * shorter
    if bounds.bow < math.inf:
        bow = bow * (bounds.bow * long / (bow.square().sum(1) + 1e-12).sqrt()).clamp(max=1)[:, None]
    (start_x, start_y), (control_x, control_y), (end_x, end_y) = (
        point.unbind(1) for point in (middle - half, middle + bow, middle + half)
    )
    return strokes.change(
        start_x=start_x, start_y=start_y, control_x=control_x, control_y=control_y, end_x=end_x, end_y=end_y
    )
