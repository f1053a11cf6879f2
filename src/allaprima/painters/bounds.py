"""What strokes may be while they are optimised, in a mood and within a person's own bounds of sizes.

A painting that only has to look like its photo ends in slivers and dots. In the mood ``painterly`` every stroke stays
broad, longer than it is wide, and pressed firmly enough to be seen as a stroke; in ``oil`` strokes may be narrower, but
lie along the form, hardly bent, over a ground; in ``flow`` these are long and swing with it, in ``dots`` they are
touches; in ``likeness`` they may be anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..errors import InputError
from ..painting.pictures import PictureHash
from ..painting.settings import Settings
from ..strokes import ACTION, WINDOW, PlacedStrokes

THINNEST = 0.5  # px: strokes that are to be narrower than this on their canvas could not be seen

ROOM = 4.5  # radii, on a window of 64 px, that leave room for broader strokes


@dataclass(frozen=True)
class StrokeBounds:
    """Of strokes on a canvas with a long side of ``long_side`` px: the least ``width`` (twice the radius) and the
    ``widest``, in shares of the long side; the ``least`` in focus; up to how many strokes are ``usual``, as more may be
    narrower; the least ``length`` in widths, and that of a ``touch``, one of the smallest strokes, which paint detail;
    the least ``pressure``, of 0 to 1, and the least ``size`` on a window, ``slim``. How strongly colours hold to the
    photo's, ``color_weight``, and strokes to the picture's forms, ``flow_weight``: above 0 they begin along these, too.

    How strokes begin: ``reach``, half their length in windows, ``size``, and ``gather``, the power of the error that a
    cell's share of them goes by; errors up to ``faint``, squared, are none. How far a photo may be from its mean where
    they are broader, ``calm``; how much smaller they are where it runs in one direction, ``slender``. How many times
    the strokes of the level before a level has, ``finer``; which share of them is laid ``late``, where all others
    together leave the most to be mended, and up to which share of these follows ``lines``. The most that a ``bow`` may
    be, of the chord, and the ``longest`` that this may be, in widths. Over which share of a window the picture's
    direction is averaged, ``sweep``. Which share of the strokes is the ``sketch``, a painting by themselves that stays
    as it is under the others. About how many strokes are the ``ground``, which covers the canvas first. How
    fast strokes move at most, ``rate``, a learning rate of logits. For each stroke that paints detail where a focus is
    white, how many go to an area that it leaves black, ``away``.
    """

    long_side: int
    width: float
    length: float
    touch: float
    pressure: float
    color_weight: float
    reach: float
    size: float
    least: float = 0.0
    usual: int = 3500
    widest: float = math.inf
    bow: float = math.inf
    longest: float = math.inf
    sweep: float = 1 / 16
    sketch: float = 0.1
    gather: float = 0.5
    faint: float = 0.0
    calm: float = 0.0
    slender: float = 0.0
    slim: float = 0.0
    finer: float = 3.5
    late: float = 0.0
    lines: float = 0.0
    flow_weight: float = 0.0
    ground: int = 0
    rate: float = 0.13
    away: float = 0.02

    @classmethod
    def of(cls, settings: Settings, added: bool = False) -> StrokeBounds:
        """Those of a painting's mood and sizes; strokes that are ``added`` to one go where a mask says, and nowhere
        else. Raises InputError for strokes too thin to be seen.
        """
        bounds, long_side = MOODS[settings.mood](long_side=settings.size), settings.size
        usual = bounds.width * min(1.0, math.sqrt(bounds.usual / settings.strokes))
        widest = settings.max_size or math.inf
        if widest * long_side < THINNEST:
            raise InputError(
                f"max_size is {widest:g}: on a canvas of {long_side} px choose at least {THINNEST / long_side:.3g}"
            )
        width = min(settings.min_size or usual, widest)
        bounds = replace(bounds, width=width, least=width if settings.min_size else 0.0, widest=widest)
        return replace(bounds, away=0.0, lines=0.0) if added and isinstance(settings.focus, PictureHash) else bounds

    def least_size(self, window: Tensor) -> Tensor:
        """The least ``size`` of strokes on windows ``(N,)`` in canvas pixels."""
        width = (self.width * window / self.smallest_window).clamp(self.least, self.width) if self.width else 0.0
        slim = self.size_of(self.widest, window).clamp(max=self.slim)
        return torch.maximum(self.size_of(width, window), slim).clamp(max=0.95)

    def most_size(self, window: Tensor) -> Tensor:
        """The greatest ``size``, likewise, and at least that."""
        return torch.maximum(self.size_of(self.widest, window).clamp(max=1), self.least_size(window))

    def size_of(self, width: Tensor | float, window: Tensor) -> Tensor:
        """The ``size`` of strokes so wide, in shares of the long side, on windows ``(N,)`` in canvas pixels."""
        radius = width * self.long_side / 2 / window * WINDOW
        return radius.clamp(min=1).log() / 2

    @property
    def smallest_window(self) -> float:
        """Pixels: on a smaller one, even the broadest strokes would be too narrow, or hardly differ."""
        return self.window_for(self.width)

    @property
    def window_in_focus(self) -> float:
        """Pixels: likewise, where a focus is."""
        return self.window_for(self.least)

    def window_for(self, width: float) -> float:
        """Pixels of the window on which strokes so wide, in shares of the long side, have room to differ."""
        return width * self.long_side / 2 * WINDOW / ROOM

    @property
    def largest_window(self) -> float:
        """Pixels: on a larger one, even the narrowest strokes would be too broad, or hardly differ."""
        return max(self.widest * self.long_side / 2 * WINDOW / 2, self.smallest_window)

    def ranges(self, window: Tensor) -> dict[str, tuple[Any, Any]]:
        """By name, for strokes on windows ``(N,)`` in canvas pixels: the least that each of the 12 numbers may be, and
        how much more.
        """
        ranges: dict[str, tuple[Any, Any]] = dict.fromkeys(ACTION, (0.0, 1.0))
        if self.width or self.widest < math.inf:
            low = self.least_size(window)
            ranges["size"] = low, (self.most_size(window) - low).clamp(min=1e-6)
        firm = self.pressure, 1 - self.pressure
        return ranges | dict.fromkeys(("pressure", "entry_pressure"), firm)

    def softened(self, strokes: PlacedStrokes) -> PlacedStrokes:
        """The strokes with their chords softly bounded, and their bows, to so much of these; differentiable."""
        if self.longest < math.inf:
            strokes = self._shortened(strokes)
        if self.bow == math.inf:
            return strokes
        middle, chord = (strokes.start + strokes.end) / 2, (strokes.end - strokes.start).square().sum(1)
        bow, most = strokes.through - middle, self.bow * (chord + 1e-8).sqrt()
        share = most / ((bow.square().sum(1) + 1e-12).sqrt() + most)
        control_x, control_y = (middle + bow * share[:, None]).unbind(1)
        return strokes.change(control_x=control_x, control_y=control_y)

    def _shortened(self, strokes: PlacedStrokes) -> PlacedStrokes:
        points = torch.stack([strokes.start, strokes.through, strokes.end])
        chord, most = (points[2] - points[0]).norm(dim=1), self.longest * 2 * strokes.radius
        middle = points.mean(0)
        points = middle + (points - middle) * (most / (chord + most))[:, None]
        (start_x, start_y), (control_x, control_y), (end_x, end_y) = (point.unbind(1) for point in points)
        return strokes.change(
            start_x=start_x, start_y=start_y, control_x=control_x, control_y=control_y, end_x=end_x, end_y=end_y
        )

    def too_short(self, strokes: PlacedStrokes) -> Tensor:
        """How many times longer each stroke ``(N,)`` would have to be: 1 and less where it is long enough."""
        small = strokes.window < 2 * self.smallest_window
        least = torch.where(small, self.touch, self.length)
        curve = strokes.curve(torch.linspace(0, 1, 9, device=strokes.device))
        factor: Tensor = least * 2 * strokes.radius / (curve.diff(dim=1).norm(dim=-1).sum(1) + 1e-6)
        return factor


OIL = partial(
    StrokeBounds,
    width=0.006,
    length=3.5,
    touch=2.3,
    pressure=0.45,
    color_weight=0.05,
    reach=0.22,
    size=0.68,
    bow=0.12,
    gather=0.8,
    faint=1e-4,
    calm=0.045,
    slender=0.35,
    slim=0.45,
    finer=2.5,
    late=0.2,
    lines=0.15,
    flow_weight=0.01,
    ground=90,
    rate=0.1,
)

MOODS = {
    "oil": OIL,
    "flow": partial(
        OIL, width=0.007, length=9, touch=6, reach=0.4, size=0.6, bow=0.3, sweep=0.3, late=0.1, flow_weight=0.04
    ),
    "dots": partial(
        OIL,
        width=0.011,
        length=0,
        touch=0,
        reach=0.05,
        longest=0.7,
        calm=0,
        slender=0,
        late=0.1,
        lines=0,
        flow_weight=0,
    ),
    "painterly": partial(
        StrokeBounds, width=1 / 80, length=4.0, touch=2.3, pressure=0.6, color_weight=0.05, reach=0.3, size=0.5
    ),
    "likeness": partial(
        StrokeBounds, width=0.0, length=0.0, touch=0.0, pressure=0.0, color_weight=0.0, reach=0.14, size=0.7, sketch=0.0
    ),
}
