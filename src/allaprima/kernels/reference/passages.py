"""A stroke's own coordinates: the way along its curve, and how far beside it a pixel lies.

A pixel belongs to the places of the curve ``C(t)`` where ``(C(t) - p) . C'(t) = 0``, a cubic in ``t``, and beyond both
ends to a straight line; where a curve turns more tightly than the brush is wide, a pixel is passed several times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..columns import CONTROL_X, CONTROL_Y, CORNER, END_X, END_Y, SIDE, START_X, START_Y
from ..ribbon_columns import STEEP

TINY = 1e-6  # of a side: two points so near are one
DAB = (-0.01086386, 0.99994099)  # the direction of a stroke without any: by chance, for all backends
NODES, WEIGHTS = (torch.from_numpy(part / 2) for part in np.polynomial.legendre.leggauss(24))  # of -1/2 to 1/2
STEPS = 16  # of the search for a root: each at least halves what is left, or is one of Newton's


class Curve(NamedTuple):
    """``C(t) = start + slope t + bend t^2`` in pixels, each ``(P, 2)``."""

    start: Tensor
    slope: Tensor
    bend: Tensor

    @classmethod
    def of(cls, numbers: Tensor, places: Tensor) -> Curve:
        """Of strokes' numbers ``(P, 9)`` with windows at ``places`` ``(P, 3)``."""
        side, corner = places[:, SIDE, None], places[:, CORNER]
        start, through, end = (
            torch.stack([numbers[:, x], numbers[:, y]], 1) * side + corner
            for x, y in ((START_X, START_Y), (CONTROL_X, CONTROL_Y), (END_X, END_Y))
        )
        slope = 4 * through - end - 3 * start
        return cls(start, slope, end - start - slope)

    def speed(self, t: Tensor) -> Tensor:
        """``C'(t)`` ``(P, K, 2)`` at ``t`` ``(P, K)``."""
        return self.slope[:, None] + 2 * self.bend[:, None] * t[..., None]

    def way(self, t: Tensor) -> Tensor:
        """The arc length ``(P, K)`` up to ``t`` ``(P, K)``."""
        nodes, weights = NODES.to(t) + 0.5, WEIGHTS.to(t)
        speeds = self.slope[:, None, None] + 2 * self.bend[:, None, None] * (t[..., None] * nodes)[..., None]
        return t * ((speeds.square().sum(-1) + 1e-12).sqrt() @ weights)

    def ends(self) -> tuple[Tensor, Tensor]:
        """The unit tangents ``(P, 2)`` at both ends."""
        none = torch.stack([torch.full_like(self.start[:, 0], part) for part in DAB], 1)
        first = _unit(self.slope, _unit(self.bend, none))
        last = self.slope + 2 * self.bend
        return first, _unit(last, _unit(-self.bend, first))


class Passages(NamedTuple):
    """Where the brush passes pixels, each ``(P, 5)``: before the start, three times along the curve, beyond its end."""

    way: Tensor  # in pixels, from the start
    beside: Tensor  # to the right, in pixels
    t: Tensor
    counts: Tensor  # how far a passage counts, 0 to 1
    level: Tensor  # how far the curve runs along rows or columns of pixels there, 0 to 1


def passages(curve: Curve, x: Tensor, y: Tensor) -> Passages:
    """Of pixels at ``x, y`` ``(P,)``, each with a curve of its own. Differentiable in the curve."""
    from_start = torch.stack([x, y], 1) - curve.start
    from_end = from_start - curve.slope - curve.bend
    first, last = curve.ends()
    before, after = (from_start * first).sum(1, keepdim=True), (from_end * last).sum(1, keepdim=True)
    t, there = _roots(curve, from_start)
    gap, speed = curve.slope[:, None] * t[..., None] + curve.bend[:, None] * t[..., None] ** 2, curve.speed(t)
    gap = gap - from_start[:, None]
    slope = speed.square().sum(-1) + 2 * (gap * curve.bend[:, None]).sum(-1)
    steep = slope.abs() > STEEP * speed.square().sum(-1)
    t = t - torch.where(steep, (gap * speed).sum(-1) / torch.where(steep, slope, 1), 0)  # its gradient, at a root
    speed = curve.speed(t)
    gap = curve.slope[:, None] * t[..., None] + curve.bend[:, None] * t[..., None] ** 2 - from_start[:, None]
    fast = (speed.square().sum(-1) + 1e-12).sqrt()
    beside = (gap.square().sum(-1) + 1e-12).sqrt() * torch.where(_cross(gap, speed) < 0, -1, 1)
    length = curve.way(t.new_ones(len(t), 1))
    beside = torch.cat([_cross(first, from_start)[:, None], beside, _cross(last, from_end)[:, None]], 1)
    counts = torch.cat([before < 0, there, after > 0], 1).to(t.dtype)
    with torch.no_grad():  # it ends softly where two of them meet; the nearest counts in full
        turn = 2 * _cross(curve.slope, curve.bend).abs()[:, None] + 1e-9
        soft = torch.ones_like(counts)
        soft[:, 1:-1] = (slope.abs() * fast / turn).clamp(max=1)
        nearest = torch.where(counts > 0, beside.abs(), torch.inf).argmin(1, keepdim=True)
        counts *= soft.scatter(1, nearest, 1.0)
    t = torch.cat([torch.zeros_like(before), t, torch.ones_like(after)], 1)
    way = torch.cat([before, curve.way(t[:, 1:-1]), length + after], 1)
    dx, dy = curve.speed(t.detach()).detach().abs().unbind(-1)
    return Passages(way, beside, t, counts, (dx - dy).abs() / (dx + dy + 1e-9))


@torch.no_grad()
def _roots(curve: Curve, from_start: Tensor) -> tuple[Tensor, Tensor]:
    """Up to three places ``(P, 3)`` in [0,1], and which of them there are: one between any two neighbours of both ends
    and the cubic's extremes, if its sign changes there.
    """
    exact = torch.float32 if from_start.device.type == "mps" else torch.float64
    slope, bend, at = (part.detach().to(exact) for part in (curve.slope, curve.bend, from_start))
    cubic, square = 2 * bend.square().sum(1), 3 * (bend * slope).sum(1)
    linear, constant = slope.square().sum(1) - 2 * (bend * at).sum(1), -(slope * at).sum(1)
    inner = (square.square() - 3 * cubic * linear).clamp(min=0).sqrt()
    middle = [((-square + way * inner) / (3 * cubic + 1e-30)).clamp(0, 1) for way in (-1, 1)]
    edges = torch.stack([torch.zeros_like(cubic), *middle, torch.ones_like(cubic)], 1)
    cubic, square, linear, constant = (part[:, None] for part in (cubic, square, linear, constant))

    def value(t: Tensor) -> Tensor:
        result: Tensor = ((cubic * t + square) * t + linear) * t + constant
        return result

    low, high = edges[:, :-1], edges[:, 1:]
    rising = value(high) > value(low)
    there = (value(low) * value(high) <= 0) & (value(low) != value(high)) & (high > low)
    t = (low + high) / 2
    for _ in range(STEPS):
        found = value(t)
        below = (found < 0) == rising
        low, high = torch.where(below, t, low), torch.where(below, high, t)
        newton = t - found / ((3 * cubic * t + 2 * square) * t + linear)
        t = torch.where((newton > low) & (newton < high), newton, (low + high) / 2)
    return t.to(from_start.dtype), there


def _cross(first: Tensor, second: Tensor) -> Tensor:
    return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]


def _unit(vector: Tensor, otherwise: Tensor) -> Tensor:
    """``(P, 2)`` of length 1; something else where there is none."""
    length = (vector.square().sum(1, keepdim=True) + 1e-30).sqrt()
    return torch.where(length > TINY, vector / length, otherwise)
