"""Retouching: when all is painted, dabs over the specks where something shows between strokes that nobody wanted there.

A gap of a few pixels costs next to nothing in any loss, and is what an eye sees first.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..image.blur import box
from ..strokes import PlacedStrokes, Strokes
from .bounds import StrokeBounds
from .flow import averaged, direction_of, structure

DABS, OF = 10, 300  # so many at most, and one of so many strokes
SEEN_AT = 1024  # px of the long side: a speck on a print is a pixel or two then
BROADER = 1.2  # times than the narrowest strokes
AROUND = 9  # px: what the photo has within so many, a canvas may have, too
GROOVES = 0.08  # of 0 to 1, that bristles leave in any colour
QUIET = 0.3  # apart may be what the photo has there, of 0 to 1: in the midst of detail a speck is none
RATHER = 1e-3  # of a speck counts what else is wrong
SPECK, NEAR = 2, 8  # px, about, from its middle to its rim, and to that of a large one
COVER = 1.4  # sides of a square as large as a speck, a dab over it is broad
LARGEST = 2.5  # times as broad as others are dabs over large ones, at most
LONG = 2.3  # widths
FIRM = 0.8  # pressure
HERE, AT_LARGE = 1, 4  # px over which the photo's colours are averaged, and its directions


def window_of(bounds: StrokeBounds) -> int:
    """Canvas pixels of the windows that dabs lie on."""
    return round(bounds.window_for(BROADER * bounds.width))


def dabs(target: Tensor, canvas: Tensor, count: int, window: int, scale: float, bounds: StrokeBounds) -> PlacedStrokes:
    """``count`` short strokes on ``window`` canvas pixels, or on more over what is larger: where the ``canvas`` is
    darker, lighter or of another colour than all that the ``target``, both ``(3, H, W)`` at ``scale`` of the canvas,
    has around, and that is quiet; and then where they are furthest apart. In its colour, along its forms.
    """
    low, high = -F.max_pool2d(-target, AROUND, 1, AROUND // 2), F.max_pool2d(target, AROUND, 1, AROUND // 2)
    off = (torch.maximum(low - canvas, canvas - high) - GROOVES).clamp(min=0).square().sum(0)
    off = off * (1 - (high - low).amax(0) / QUIET).clamp(min=0)
    blurred, wrong = box(torch.stack([off, (canvas - target).square().sum(0)])[None], SPECK, times=2)[0]
    blurred = blurred + RATHER * wrong
    highest = blurred == F.max_pool2d(blurred[None], AROUND, 1, AROUND // 2)[0]
    y, x = torch.unravel_index((blurred * highest).flatten().topk(count)[1].sort()[0], off.shape)
    places = _whole(off, torch.stack([x, y]))
    area = box((off > 0).float()[None, None], NEAR)[0, 0, y, x] * (2 * NEAR + 1) ** 2
    color, double = averaged(target, HERE)[:, y, x], direction_of(structure(target, AT_LARGE))[:, y, x]
    angle, least = torch.atan2(double[1], double[0]) / 2, BROADER * bounds.width
    larger = (COVER * area.sqrt() / (least * bounds.long_side * scale)).clamp(1, LARGEST)
    width, side = least * larger, (window * larger).round()
    center = (places + 0.5) / scale
    corner = (center - side / 2).round()
    middle = (center - corner) / side
    reach = torch.stack([angle.cos(), angle.sin()]) * (LONG * width * bounds.long_side / 2 / side)
    (start_x, start_y), (end_x, end_y) = middle - reach, middle + reach
    firm = torch.full_like(side, FIRM)
    return Strokes(
        pressure=firm, size=bounds.size_of(width, side), control_x=middle[0], control_y=middle[1], end_x=end_x,
        end_y=end_y, color_r=color[0], color_g=color[1], color_b=color[2], start_x=start_x, start_y=start_y,
        entry_pressure=firm,
    ).placed(corner[0], corner[1], side)  # fmt: skip


def _whole(off: Tensor, places: Tensor) -> Tensor:
    """The middles ``(2, N)`` of the specks whose peaks lie at these places, x and y, in pixels."""
    y, x = (torch.arange(side, device=off.device) for side in off.shape)
    there = off.sqrt()
    mass = box(torch.stack([there, there * x, there * y[:, None]])[None], NEAR)[0][:, places[1], places[0]]
    return torch.where(mass[0] > 0, mass[1:] / mass[0].clamp(min=1e-12), places.to(off))
