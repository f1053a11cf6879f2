"""How wide and how opaque strokes look, for formats that know plain shapes only: measured on what their brushes draw.

The measure is least squares. Of all shapes of one opacity around its curve, a stroke gets the one that differs least
from it: a pixel belongs to the shape if its paint is at least half as opaque as the shape is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ..brush.neural import NeuralBrush
from ..brush.opaque import OpaqueBrush
from ..painting.painting import Painting
from ..strokes import WINDOW, PlacedStrokes

ALONG = 9  # places on the curve where a stroke is measured: 13 gain 0.05 dB and cost 40 % more file
ACROSS = 32  # places on either side of it, as far as the brush reaches
DENSE = 33  # points that stand for the curve where distances from it are asked for
BROADEST = 0.35  # of the window: as far as any of our brushes paints, where one may paint anywhere
OPACITIES = 16  # that are tried
AT_ONCE = 128  # strokes

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Outline:
    """A stroke's shape in canvas pixels: points of its curve and unit normals to its left ``(ALONG, 2)``, half-widths
    to the left and to the right ``(2, ALONG)``, how far paint goes on beyond start and end ``(2,)``; and its opacity.
    """

    curve: Points
    normal: Points
    half: Points
    beyond: Points
    opacity: float

    @property
    def width(self) -> float:
        """The mean along the curve."""
        steps = np.linalg.norm(np.diff(self.curve, axis=0), axis=1) + 1e-9  # a dot has no length
        widths = self.half.sum(0)
        return float(np.average((widths[1:] + widths[:-1]) / 2, weights=steps))


def outlines(painting: Painting, brushes: Sequence[NeuralBrush] | None = None) -> Iterator[Outline]:
    """The outline of each stroke, in painting order. An opaque painting's have the opacity 1.

    ``brushes`` replaces those that painted. Raises InputError if one is missing.
    """
    opaque = painting.settings.opaque
    found = painting.find_brushes(brushes)
    drawing = [OpaqueBrush(brush) for brush in found] if opaque else found
    tried = torch.ones(1) if opaque else torch.arange(1, OPACITIES + 1) / OPACITIES
    for first in range(0, len(painting), AT_ONCE):
        some = painting.strokes[first : first + AT_ONCE].to(torch.float32)
        done: list[Any] = [None] * len(some)
        for index, brush in enumerate(drawing):
            members = (some.brush == index).nonzero()[:, 0]
            if len(members):
                for member, outline in zip(members.tolist(), _measure(some[members], brush, tried), strict=True):
                    done[member] = outline
        yield from done


@torch.no_grad()
def _measure(strokes: PlacedStrokes, brush: NeuralBrush, tried: Tensor) -> Iterator[Outline]:
    """The outlines of strokes of one brush, each with one of the opacities ``tried`` ``(L,)``. In here all is in
    fractions of the window.
    """
    curve = strokes.curve(torch.linspace(0, 1, ALONG))
    speed, tangent = _directions(strokes)
    normal = torch.stack([tangent[..., 1], -tangent[..., 0]], -1)  # to the left, as y points down
    step = _reach(brush, strokes) / ACROSS
    away = (torch.arange(ACROSS) + 0.5) * step[:, None]  # (N, S)
    sides = torch.stack([away, -away], 1)[:, :, None, :, None] * normal[:, None, :, None]  # (N, 2, T, S, 2)
    beside = curve[:, None, :, None] + sides
    tips = torch.stack([-tangent[:, 0], tangent[:, -1]], 1)
    beyond = curve[:, [0, -1], None] + away[:, None, :, None] * tips[:, :, None]  # (N, 2, S, 2)

    drawn, dense = _Drawn(strokes, brush), strokes.curve(torch.linspace(0, 1, DENSE))
    paint = drawn.at(beside.flatten(1, 2)).view(beside.shape[:-1])
    # in a bend, what is nearer to another part of the curve is that part's
    apart = torch.cdist(beside.flatten(1, 3), dense, compute_mode="donot_use_mm_for_euclid_dist").amin(-1)
    own = (apart.view_as(paint) > 0.85 * away[:, None, None] - 1e-3).cummin(-1).values

    # how much less than without this row the squared difference is, if its shape is so wide
    gain, wide = _best((2 * paint * tried[:, None, None, None, None] - tried[:, None, None, None, None] ** 2) * own)
    chosen = (gain * speed[:, None]).sum((2, 3)).argmax(0)  # (N,)
    half = wide[chosen, torch.arange(len(strokes))] * step[:, None, None]
    opacity = tried[chosen]
    _, long = _best(2 * drawn.at(beyond) - opacity[:, None, None])

    places = strokes.places.double()
    corner, window = places[:, None, :2], places[:, 2, None, None]
    measured = [curve * window + corner, normal, half * window, long * step[:, None] * window[:, 0]]
    rows = zip(*(part.double().numpy() for part in measured), opacity.tolist(), strict=True)
    for row in rows:
        yield Outline(*row)


def _reach(brush: NeuralBrush, strokes: PlacedStrokes) -> Tensor:
    """How far from the curve paint is looked for ``(N,)``."""
    return torch.full_like(strokes.radius, BROADEST) if brush.reach == math.inf else brush.reach * strokes.radius


def _directions(strokes: PlacedStrokes) -> tuple[Tensor, Tensor]:
    """Speed ``(N, ALONG)`` and unit tangents ``(N, ALONG, 2)``; where the curve stands still, those of its chord, and
    for a dot any.
    """
    start, control, end = (point[:, None] for point in strokes.bezier)
    t = torch.linspace(0, 1, ALONG)[:, None]
    velocity = 2 * (1 - t) * (control - start) + 2 * t * (end - control)
    speed = velocity.norm(dim=-1)
    still = speed[..., None] < 1e-4
    return speed + 1e-4, F.normalize(torch.where(still, end - start + 1e-6, velocity), dim=-1)


def _best(gains: Tensor) -> tuple[Tensor, Tensor]:
    """How far to go along the last axis for the largest sum, or not at all: that sum, and the number of steps."""
    gain, at = gains.cumsum(-1).max(-1)
    return gain.clamp(min=0), torch.where(gain > 0, at + 1, 0)


class _Drawn:
    """Strokes drawn by their brush on squares of pixels, to be looked at anywhere."""

    def __init__(self, strokes: PlacedStrokes, brush: NeuralBrush) -> None:
        curve = strokes.curve(torch.linspace(0, 1, DENSE))
        reach = _reach(brush, strokes)[:, None]
        low, high = curve.amin(1) - reach, curve.amax(1) + reach
        count = int(((high - low).max() * WINDOW).ceil()) + 2
        self.middle, self.side = (low + high) / 2, count / WINDOW
        pixels = (torch.arange(count) + 0.5) / WINDOW - self.side / 2
        x, y = self.middle[:, :1] + pixels, self.middle[:, 1:] + pixels
        self.opacity = brush.opacity_at(strokes, x, y, torch.full((len(strokes),), 1 / WINDOW))

    def at(self, points: Tensor) -> Tensor:
        """Opacity ``(N, A, B)`` at the points ``(N, A, B, 2)``."""
        where = (points - self.middle[:, None, None]) * (2 / self.side)
        return F.grid_sample(self.opacity, where, align_corners=False)[:, 0]
