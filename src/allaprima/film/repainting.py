"""Some of the strokes painted anew, a little, beside all others, which stay as they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ..painters.bounds import StrokeBounds
from ..painters.constraints import Constraints
from ..painters.losses import Target
from ..painters.optimizer import COLOR_RATE
from ..painters.parameters import COLORS, StrokeParameters, leaves
from ..strokes import ACTION, PlacedStrokes
from .renewal import replaced

STEPS = {"draft": 10, "normal": 18, "best": 40}  # by quality
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


def repainted(
    strokes: PlacedStrokes,
    free: Tensor,
    target: Target,
    drawn: Callable[[PlacedStrokes], Tensor],
    bounds: StrokeBounds,
    constraints: Constraints,
    quality: str,
) -> PlacedStrokes:
    """The strokes with those that are ``free`` ``(N,)`` nearer to a ``target``, on the canvas that is ``drawn``."""
    index = free.nonzero()[:, 0]
    if not len(index):
        return strokes
    bowed = replace(bounds, bow=math.inf, longest=math.inf, slim=0.0)  # they are within: bounded twice, they shrink
    moving = StrokeParameters.from_strokes(strokes[index], bowed)
    others = [name for name in ACTION if name not in COLORS]
    groups = [(leaves([moving], COLORS), COLOR_RATE * PACE), (leaves([moving], others), bounds.rate * PACE)]
    descent = Descent(groups, STEPS[quality])
    for _ in range(STEPS[quality]):
        now = constraints.colored(replaced(strokes, index, moving.strokes()))
        terms = target.terms(drawn(now), now)
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        descent.step()
    return constraints.colored(replaced(strokes, index, moving.strokes())).detach()
