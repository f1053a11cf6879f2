"""``ribbon``: a stroke as a band of paint, for brushes that leave one: bristles, knives, pens.

What is learned is how a band looks in its own coordinates, on the way and across: how softly its sides end, how it
begins, runs out of paint, and ends. That is 18 numbers, and a stroke costs no more than its own pixels, at any
resolution: drawing and gradient take about half of what they take with ``splat``. Departure from the reference of *The
Joy of Neural Painting*: this generator has no layers at all (docs/departures.md); ``kernels.reference.ribbons`` says
what it computes.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..kernels import Ribbon, ribbons
from ..kernels.columns import NUMBERS
from ..kernels.ribbon_columns import RIBBON
from ..strokes import Strokes
from .generator import Generator

SHARES = ("spring", "dry", "gaps", "most")  # of 1
FREE = ("edge", "begin", "end", "bow", "bow_more", "parting")  # of any sign; the others are above 0
UNTAUGHT = {
    "width": 1.0, "spring": 0.5, "edge": 0.05, "side": 0.1, "begin": 0.3, "end": 0.3, "bow": 0.2, "bow_more": 0.2,
    "touch": 0.2, "lift": 0.2, "pixel_side": 0.29, "pixel_end": 0.29, "dry": 0.4, "far": 12.0, "parting": 0.3,
    "parted": 0.5, "gaps": 0.7, "most": 0.97,
}  # fmt: skip


class RibbonBrush(Generator):
    """The learned numbers in ``weights`` ``(18,)``: as they are where their sign is free, as logits of shares, or else
    as logs.
    """

    kind = "ribbon"
    heaviest = 20.0  # logs: beyond, lengths are no numbers that compiled code can count pixels by

    def __init__(self) -> None:
        super().__init__()
        self.config: dict[str, int] = {}
        self.weights = nn.Parameter(torch.tensor([_to_weight(name, UNTAUGHT[name]) for name in RIBBON]))

    @property
    def ribbon(self) -> Ribbon:
        """The numbers, as kernels want them."""
        values = [_from_weight(name, weight) for name, weight in zip(RIBBON, self.weights.unbind(), strict=True)]
        return Ribbon(torch.stack(values))

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        return ribbons(torch.stack([getattr(strokes, name) for name in NUMBERS], 1), boxes, places, self.ribbon)


def _to_weight(name: str, value: float) -> float:
    if name in FREE:
        return value
    return math.log(value / (1 - value)) if name in SHARES else math.log(value)


def _from_weight(name: str, weight: Tensor) -> Tensor:
    if name in FREE:
        return weight
    return F.sigmoid(weight) if name in SHARES else weight.exp()
