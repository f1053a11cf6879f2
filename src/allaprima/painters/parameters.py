"""What an optimiser moves: the 12 numbers of each stroke without bounds, and the strokes that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..strokes import ACTION, PlacedStrokes, Strokes
from .bounds import StrokeBounds

COLORS = ("color_r", "color_g", "color_b")
POINTS = ("start", "control", "end")
LONGER = 1.5  # at most so many times longer in one step: no stroke jumps
MARGIN = 0.02  # of its range: strokes begin so far within it, where a gradient can move them either way


@dataclass(frozen=True, eq=False)
class StrokeParameters:
    """N strokes of one level while they are optimised: ``unbounded`` holds a tensor ``(N,)`` for each of the 12 names,
    a leaf of a graph, from minus to plus infinity; the sigmoid brings it within its range, which ``bounds`` say.
    ``place`` holds their windows, brushes, level and samples, which stay. ``pace``: how fast the strokes move, of what
    others do; where it is 0 only their colours change.
    """

    unbounded: dict[str, Tensor]
    place: PlacedStrokes
    bounds: StrokeBounds
    pace: float = 1.0

    @classmethod
    def from_strokes(cls, strokes: PlacedStrokes, bounds: StrokeBounds, pace: float = 1.0) -> StrokeParameters:
        """Those that stand for these strokes, brought a little within their bounds."""
        unbounded = {
            name: ((getattr(strokes, name) - low) / room).clamp(MARGIN, 1 - MARGIN).logit().requires_grad_()
            for name, (low, room) in bounds.ranges(strokes.window).items()
        }
        return cls(unbounded, strokes, bounds, pace)

    @classmethod
    def from_numbers(
        cls, numbers: Tensor, windows: Tensor, bounds: StrokeBounds, pace: float = 1.0
    ) -> StrokeParameters:
        """The unbounded numbers ``(N, 12)`` in the published order, of strokes on windows ``(N, 3)``."""
        place = Strokes.from_actions(numbers).placed(*windows.unbind(1))
        unbounded = {name: getattr(place, name).clone().requires_grad_() for name in ACTION}
        return cls(unbounded, place, bounds, pace)

    def marked(self, brush: Tensor, level: int, sample: Tensor) -> StrokeParameters:
        """With other brushes ``(N,)``, another level and other samples ``(N,)``."""
        marks = {"brush": brush, "level": torch.full_like(brush, level), "sample": sample}
        return replace(self, place=self.place.change(**marks))

    def strokes(self) -> PlacedStrokes:
        """The strokes that the numbers stand for; differentiable."""
        strokes = self.place.change(**{
            name: low + room * self.unbounded[name].sigmoid()
            for name, (low, room) in self.bounds.ranges(self.place.window).items()
        })  # fmt: skip
        return self.bounds.softened(strokes)

    def numbers(self) -> Tensor:
        """The unbounded numbers ``(N, 12)`` in the published order."""
        return torch.stack([self.unbounded[name] for name in ACTION], 1)

    @torch.no_grad()
    def hold(self, numbers: Tensor, free: Tensor) -> None:
        """Give all but the ``free`` strokes ``(N,)`` back, in place, the unbounded ``numbers`` that they had."""
        for name, kept in zip(ACTION, numbers.unbind(1), strict=True):
            self.unbounded[name].copy_(torch.where(free, self.unbounded[name], kept))

    def __len__(self) -> int:
        return len(self.place)

    @torch.no_grad()
    def lengthen(self) -> None:
        """Draw out, in place, strokes that have become too short for their width."""
        if not (self.bounds.length and self.pace):
            return
        strokes = self.strokes()
        factor = self.bounds.too_short(strokes)
        short = factor > 1
        factor = factor.clamp(1, LONGER)
        for axis in "xy":
            points = torch.stack([getattr(strokes, f"{point}_{axis}") for point in POINTS])
            longer = points.mean(0) + factor * (points - points.mean(0))
            for point, place in zip(POINTS, longer.clamp(0.005, 0.995), strict=True):
                logits = self.unbounded[f"{point}_{axis}"]
                logits.copy_(torch.where(short, place.logit(), logits))


def leaves(levels: Sequence[StrokeParameters], names: Sequence[str]) -> list[Tensor]:
    """The tensors of some of the names, level by level."""
    return [level.unbounded[name] for level in levels for name in names]
