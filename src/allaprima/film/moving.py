"""Strokes that go where a picture goes: each is shifted, turned and scaled as a whole, as what it shows is."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..strokes import PLACE, PlacedStrokes
from .motion import Motion, sampled

ALONG = (0.0, 0.25, 0.5, 0.75, 1.0)  # of its way, a stroke looks at the picture,
ACROSS = (-0.7, 0.0, 0.7)  # and at so much of its radius to both sides
ALIKE = 0.1  # in sRGB: what is so far from a stroke's colour counts e times less for where it goes
TURN, SCALE = 0.15, 0.06  # radians, and shares: at most so far from one frame to the next
STEADY = 0.02  # of the long side: strokes that are shorter than this turn less, as their ends are too near to tell
EDGE = 0.004  # of a window: no point of a stroke lies nearer to its edges


class Shift(NamedTuple):
    """How far each stroke goes: ``way`` ``(N, 2)`` in canvas pixels, ``turn`` ``(N,)`` in radians, clockwise, and how
    much it grows, ``growth`` ``(N,)``, the logarithm of a factor.
    """

    way: Tensor
    turn: Tensor
    growth: Tensor

    @classmethod
    def none(cls, count: int) -> Shift:
        return cls(torch.zeros(count, 2), torch.zeros(count), torch.zeros(count))

    def and_then(self, other: Shift) -> Shift:
        """Both together."""
        return Shift(self.way + other.way, self.turn + other.turn, self.growth + other.growth)

    def where(self, chosen: Tensor) -> Shift:
        """Of the chosen strokes ``(N,)``; the others stay."""
        return Shift(self.way * chosen[:, None], self.turn * chosen, self.growth * chosen)

    def farthest(self, strokes: PlacedStrokes) -> Tensor:
        """About how far any point of each stroke goes ``(N,)``, in canvas pixels."""
        half = (strokes.end - strokes.start).norm(dim=1) * strokes.window / 2
        far: Tensor = self.way.norm(dim=1) + half * (self.turn.abs() + self.growth.abs())
        return far


def points_of(strokes: PlacedStrokes) -> Tensor:
    """Points on each stroke ``(N, P, 2)``, x and y in canvas pixels."""
    way = strokes.end - strokes.start
    normal = torch.stack([-way[:, 1], way[:, 0]], 1) / (way.norm(dim=1, keepdim=True) + 1e-6)
    sides = strokes.radius.new_tensor(ACROSS)[None, :, None] * (strokes.radius[:, None] * normal)[:, None]
    points = (strokes.curve(ALONG)[:, :, None] + sides[:, None]).flatten(1, 2)
    placed: Tensor = points * strokes.window[:, None, None] + strokes.places[:, None, :2]
    return placed


def apart(strokes: PlacedStrokes, picture: Tensor, points: Tensor, scale: float) -> Tensor:
    """How far a ``picture`` ``(3, H, W)``, with ``scale`` pixels for each of the canvas', is from the strokes' colours
    at ``points`` ``(N, P, 2)`` of the canvas: ``(N, P)``, the root of the mean square.
    """
    seen = sampled(picture, points * scale).permute(1, 2, 0)
    away: Tensor = (seen - strokes.color[:, None]).square().mean(2).sqrt()
    return away


def shift_of(strokes: PlacedStrokes, picture: Tensor, motion: Motion, scale: float) -> Shift:
    """Where strokes on a ``picture`` ``(3, H, W)`` go as it moves, both with ``scale`` pixels for each of the canvas':
    the similarity that fits best what is of a stroke's colour, as that is what it shows.
    """
    points = points_of(strokes)
    weight = torch.exp(-apart(strokes, picture, points, scale) / ALIKE) + 1e-6
    weight = weight * (sampled(motion.there, points * scale)[0] + 0.01)
    weight = (weight / weight.sum(1, keepdim=True))[..., None]
    way = sampled(motion.flow, points * scale).permute(1, 2, 0) / scale
    middle = (weight * points).sum(1, keepdim=True)
    mean = (weight * way).sum(1, keepdim=True)
    arm, gone = points - middle, way - mean
    long_side = max(picture.shape) / scale
    spread = (weight * arm.square()).sum((1, 2)) + (STEADY * long_side / 4) ** 2
    turn = (weight[..., 0] * (arm[..., 0] * gone[..., 1] - arm[..., 1] * gone[..., 0])).sum(1) / spread
    growth = (weight * arm * gone).sum((1, 2)) / spread
    turn, growth = turn.clamp(-TURN, TURN), growth.clamp(-SCALE, SCALE)
    center = points.mean(1, keepdim=True)  # which a stroke turns and grows around
    off = (center - middle)[:, 0]
    across = torch.stack([-off[:, 1], off[:, 0]], 1)
    return Shift(mean[:, 0] + turn[:, None] * across + growth[:, None] * off, turn, growth)


def moved(strokes: PlacedStrokes, shift: Shift, widest: float) -> PlacedStrokes:
    """The strokes where they are then; no window grows beyond ``widest`` canvas pixels."""
    factor = shift.growth.exp().minimum((widest / strokes.window).clamp(min=1))
    center = points_of(strokes).mean(1)
    corner = center + shift.way - (center - strokes.places[:, :2]) * factor[:, None]
    side = strokes.window * factor
    middle = (center - strokes.places[:, :2]) / strokes.window[:, None]
    cos, sin = shift.turn.cos()[:, None], shift.turn.sin()[:, None]
    goes, turns = shift.farthest(strokes) > 0, shift.turn != 0  # others stay to the bit
    places = torch.where(goes[:, None], torch.cat([corner, side[:, None]], 1), strokes.places)
    values = dict(zip(PLACE, places.unbind(1), strict=True))
    for name, point in (("start", strokes.start), ("control", strokes.through), ("end", strokes.end)):
        arm = point - middle
        across = torch.stack([-arm[:, 1], arm[:, 0]], 1)
        turned = (middle + cos * arm + sin * across).clamp(EDGE, 1 - EDGE)
        values[f"{name}_x"], values[f"{name}_y"] = torch.where(turns[:, None], turned, point).unbind(1)
    return strokes.change(**values)
