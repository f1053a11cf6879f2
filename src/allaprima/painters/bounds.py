"""How free strokes are while they are optimised: 12 numbers without bounds, and the strokes that they stand for.

A painting that only has to look like its photo ends in slivers and dots. In the mood ``painterly`` every stroke stays
broad, longer than it is wide, and pressed firmly enough to be seen as a stroke; in ``likeness`` it may be anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import InputError
from ..painting.settings import Settings
from ..strokes import ACTION, WINDOW, PlacedStrokes

POINTS = ("start", "control", "end")
THINNEST = 0.5  # px: strokes that are to be narrower than this on their canvas could not be seen
LONGER = 1.5  # at most so many times longer in one step: no stroke jumps


@dataclass(frozen=True)
class Mood:
    """Bounds of strokes: the least ``width`` (twice the radius) and the ``widest``, in shares of the canvas' long side;
    the least ``length`` in widths, and that of a ``touch``, one of the smallest strokes, which paint detail; the least
    ``pressure``. How strongly colours hold ``on`` to the photo's. And how strokes begin: ``reach``, half their length
    in windows, and ``size``.
    """

    width: float
    length: float
    touch: float
    pressure: float
    on: float
    reach: float
    size: float
    widest: float = math.inf

    @classmethod
    def of(cls, settings: Settings) -> Mood:
        """The mood of a painting, with its own bounds of sizes. Raises InputError for strokes too thin to be seen."""
        mood, long_side = MOODS[settings.mood], settings.size
        widest = settings.max_size or math.inf
        if widest * long_side < THINNEST:
            raise InputError(
                f"max_size is {widest:g}: on a canvas of {long_side} px choose at least {THINNEST / long_side:.3g}"
            )
        return replace(mood, width=min(settings.min_size or mood.width, widest), widest=widest)

    def least_size(self, window: Tensor, long_side: int) -> Tensor:
        """The least ``size`` of strokes on windows ``(N,)`` of a canvas, both in pixels."""
        radius = self.width * long_side / 2 / window * WINDOW
        return (radius.clamp(min=1).log() / 2).clamp(max=0.95)

    def most_size(self, window: Tensor, long_side: int) -> Tensor:
        """The greatest ``size``, likewise, and at least that."""
        radius = min(self.widest, 8.0) * long_side / 2 / window * WINDOW
        return torch.maximum((radius.clamp(min=1).log() / 2).clamp(max=1), self.least_size(window, long_side))

    def smallest_window(self, long_side: int) -> float:
        """Pixels: on a smaller one, even the broadest strokes would be too narrow, or hardly differ."""
        return self.width * long_side / 2 * WINDOW / 4.5

    def largest_window(self, long_side: int) -> float:
        """Pixels: on a larger one, even the narrowest strokes would be too broad, or hardly differ."""
        return max(self.widest * long_side / 2 * WINDOW / 2, self.smallest_window(long_side))

    def free(self, strokes: PlacedStrokes, long_side: int) -> PlacedStrokes:
        """The 12 numbers as logits between their bounds, which a gradient may move."""
        return strokes.change(**{
            name: ((getattr(strokes, name) - low) / room).clamp(0.02, 0.98).logit().requires_grad_()
            for name, (low, room) in self._bounds(strokes, long_side).items()
        })  # fmt: skip

    def bound(self, free: PlacedStrokes, long_side: int) -> PlacedStrokes:
        """The strokes that these logits stand for."""
        return free.change(**{
            name: low + room * getattr(free, name).sigmoid()
            for name, (low, room) in self._bounds(free, long_side).items()
        })  # fmt: skip

    def _bounds(self, strokes: PlacedStrokes, long_side: int) -> dict[str, tuple[Any, Any]]:
        """By name: the least that a number may be, and how much more."""
        bounds: dict[str, tuple[Any, Any]] = dict.fromkeys(ACTION, (0.0, 1.0))
        if self.width or self.widest < math.inf:
            low = self.least_size(strokes.window, long_side)
            bounds["size"] = low, (self.most_size(strokes.window, long_side) - low).clamp(min=1e-6)
        firm = self.pressure, 1 - self.pressure
        return bounds | dict.fromkeys(("pressure", "entry_pressure"), firm)

    def astray(self, strokes: PlacedStrokes, photo: Tensor, scale: float) -> Tensor:
        """How far the strokes' colours are from the photo's ``(3, H, W)`` under them, squared and weighted: without
        this, strokes that are hardly seen take any colour, since Adam moves all numbers alike, and it shows at their
        edges when they are drawn large.
        """
        with torch.no_grad():
            points = strokes.curve(torch.linspace(0.1, 0.9, 5, device=photo.device)) * strokes.places[:, None, 2:]
            points = (points + strokes.places[:, None, :2]) * (2 * scale / points.new_tensor(photo.shape[:0:-1])) - 1
            seen = F.grid_sample(photo[None], points[None], padding_mode="border", align_corners=False)[0]
        return self.on * (strokes.color - seen.mean(2).T).square().mean()

    @torch.no_grad()
    def lengthen(self, free: PlacedStrokes, long_side: int) -> None:
        """Draw out, in place, those that have become too short for their width."""
        if not self.length:
            return
        strokes = self.bound(free, long_side)
        small = strokes.window < 2 * self.smallest_window(long_side)
        least = torch.where(small, self.touch, self.length)
        curve = strokes.curve(torch.linspace(0, 1, 9, device=strokes.size.device))
        factor = least * 2 * strokes.radius / (curve.diff(dim=1).norm(dim=-1).sum(1) + 1e-6)
        short = factor > 1
        factor = factor.clamp(1, LONGER)
        for axis in "xy":
            points = torch.stack([getattr(strokes, f"{point}_{axis}") for point in POINTS])
            longer = points.mean(0) + factor * (points - points.mean(0))
            for point, place in zip(POINTS, longer.clamp(0.005, 0.995), strict=True):
                logits = getattr(free, f"{point}_{axis}")
                logits.copy_(torch.where(short, place.logit(), logits))


MOODS = {
    "painterly": Mood(width=1 / 80, length=4.0, touch=2.3, pressure=0.6, on=0.05, reach=0.3, size=0.5),
    "likeness": Mood(width=0.0, length=0.0, touch=0.0, pressure=0.0, on=0.0, reach=0.14, size=0.7),
}
