"""Lines of a picture: stems, whiskers, branches, cornices, lids, and both sides of a sharp contour; each is one long
stroke.

A line is where brightness bends sharply across and hardly along: ridges of the Hessian at two scales (T. Lindeberg,
*Edge detection and ridge detection with automatic scale selection*, 1998), followed from the strongest on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from ..image.color import to_gray
from ..strokes import WINDOW, PlacedStrokes, Strokes
from .bounds import ROOM, StrokeBounds
from .placement import PRESSURE

Floats = NDArray[np.float64]
Path = Floats  # places (n, 2) as x, y, about a pixel apart
SCALES = (1.2, 2.0)  # in 1/512 of the long side: standard deviations
STRONG, WEAK = 0.04, 0.012  # bends across, times the square of the scale, where a line begins, and where it ends
SIDE, NEAR = 0.6, 7  # of the strongest within so many pixels: what is weaker may be but the side of a line
ROUND = 2.0  # so many times the bend along is no line's but a spot's
SHORTEST = 20  # in 1/512 of the long side
STRAIGHT = 0.8  # cosine of the sharpest turn in one pixel
SLENDER = 4.0  # times their width strokes along lines are long, at least
SMOOTH = 3.0  # px along a line: steps of a pixel waver
OFF = 1.0  # px: so far from its line a stroke may lie
LONGEST = 0.8  # of a window on which the narrowest stroke is as wide as may be
FULL = 0.86  # of a window, a stroke is long at most


class Ridges(NamedTuple):
    """Of every pixel ``(H, W)``: how strongly brightness bends across a line there; -1 where that is lighter than what
    is around it, else 1; and the cosine and sine of the direction along it.
    """

    strength: Floats
    sign: Floats
    cos: Floats
    sin: Floats


def find_lines(picture: Tensor, scale: float, bounds: StrokeBounds) -> list[Path]:
    """The lines of a picture ``(3, H, W)`` at ``scale`` of the canvas, in pieces that a stroke can follow; in
    canvas pixels.
    """
    side = max(picture.shape)
    unit, width = side / 512, bounds.width * side
    ridges = _ridges(to_gray(picture)[0].double().cpu().numpy(), unit)
    shortest = max(3, round(SHORTEST * unit), round(SLENDER * width))
    parts = [part for path in _follow(ridges, shortest) for part in _parts(path, LONGEST * WINDOW / 2 * width)]
    pieces = [piece for part in parts for piece in _pieces(part)]
    return [(piece + 0.5) / scale for piece in pieces if len(piece) >= shortest]


def line_strokes(
    paths: Sequence[Path], target: Tensor, canvas: Tensor, count: int, scale: float, bounds: StrokeBounds
) -> PlacedStrokes:
    """``count`` strokes along as many ``paths``: those along which the ``canvas`` is furthest from the ``target``, both
    ``(3, H, W)`` at ``scale`` of the canvas; as narrow as may be, in the mean colour of what lies there.
    """
    error = (target - canvas).square().sum(0)
    under = [_pixels(path * scale, error) for path in paths]
    wrong = torch.stack([error[rows, columns].sum() for rows, columns in under])
    chosen = wrong.argsort(descending=True, stable=True)[:count].sort()[0].tolist()
    color = torch.stack([target[:, rows, columns].mean(1) for rows, columns in (under[n] for n in chosen)])
    places = torch.tensor(np.array([paths[n][[0, len(paths[n]) // 2, -1]] for n in chosen])).to(target)
    start, through, end = places.unbind(1)
    least = bounds.width * bounds.long_side / 2 * WINDOW / ROOM
    window = ((end - start).norm(dim=1) / FULL).clamp(min=least).round()
    corner = (through - window[:, None] / 2).round()
    start, through, end = (((place - corner) / window[:, None]).T for place in (start, through, end))
    firm = torch.full_like(window, PRESSURE)
    return Strokes(
        pressure=firm, size=bounds.size_of(bounds.width, window), control_x=through[0], control_y=through[1],
        end_x=end[0], end_y=end[1], color_r=color[:, 0], color_g=color[:, 1], color_b=color[:, 2], start_x=start[0],
        start_y=start[1], entry_pressure=firm,
    ).placed(corner[:, 0], corner[:, 1], window)  # fmt: skip


def _ridges(gray: Floats, unit: float) -> Ridges:
    """At each pixel those of the scale where they are strongest."""
    found = Ridges(*np.zeros((4, *gray.shape)))
    for scale in SCALES:
        blur = max(scale * unit, 0.7)
        xx, yy, xy = (ndimage.gaussian_filter(gray, blur, order) * blur**2 for order in ((0, 2), (2, 0), (1, 1)))
        mean, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
        strength = np.abs(mean) + half - ROUND * np.abs(np.abs(mean) - half)
        angle = np.arctan2(2 * xy, xx - yy) / 2 + np.where(mean >= 0, np.pi / 2, 0)
        stronger = strength > found.strength
        for kept, new in zip(found, (strength, np.sign(mean), np.cos(angle), np.sin(angle)), strict=True):
            kept[stronger] = new[stronger]
    return found


def _follow(ridges: Ridges, shortest: int) -> list[Path]:
    """Paths along the crests, from the strongest pixel on; none comes near another of its kind."""
    height, width = ridges.strength.shape
    y, x = np.mgrid[:height, :width]
    beside = [
        ndimage.map_coordinates(ridges.strength, [y + way * ridges.cos, x - way * ridges.sin], order=1, mode="nearest")
        for way in (-1, 1)
    ]
    crest = (ridges.strength >= np.maximum(*beside)) & (ridges.strength > STRONG)
    crest &= ridges.strength > SIDE * ndimage.maximum_filter(ridges.strength, NEAR)
    seeds = np.argwhere(crest)
    seeds = seeds[np.argsort(-ridges.strength[crest], kind="stable")]
    taken = np.zeros((height, width), bool)
    walk = _Walk(ridges, taken)
    paths = []
    for row, column in seeds.tolist():
        if taken[row, column]:
            continue
        before, after = (walk.from_(row, column, way) for way in (-1, 1))
        path = [*before[::-1], (float(column), float(row)), *after]
        places = np.array(path)
        columns, rows = places.round().astype(int).T
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                taken[(rows + down).clip(0, height - 1), (columns + right).clip(0, width - 1)] = True
        if len(path) >= shortest:
            paths.append(ndimage.gaussian_filter1d(places, SMOOTH, axis=0, mode="nearest"))
    return paths


class _Walk:
    """Steps of a pixel along a crest, to where it ends or comes near what is ``taken``. By lists, as single numbers of
    arrays take long.
    """

    def __init__(self, ridges: Ridges, taken: NDArray[np.bool_]) -> None:
        lists: list[list[list[float]]] = [part.tolist() for part in ridges]
        self.strength, self.sign, self.cos, self.sin = lists
        self.taken = taken
        self.height: int = taken.shape[0]
        self.width: int = taken.shape[1]

    def from_(self, row: int, column: int, way: int) -> list[tuple[float, float]]:
        """The places from a pixel on to one end of its line."""
        path: list[tuple[float, float]] = []
        x, y, sign = float(column), float(row), self.sign[row][column]
        dx, dy = way * self.cos[row][column], way * self.sin[row][column]
        last, passed = (row, column), {(row, column)}
        while True:
            x, y = x + dx, y + dy
            aside = max((-1, 0, 1), key=lambda k: self.strength_at(x - k * dy, y + k * dx))
            x, y = x - 0.5 * aside * dy, y + 0.5 * aside * dx
            i, j = round(y), round(x)
            if not (0 <= i < self.height and 0 <= j < self.width) or self.taken[i, j]:
                return path
            if (i, j) != last and (i, j) in passed:  # round and round
                return path
            last = i, j
            passed.add(last)
            cos, sin = self.cos[i][j], self.sin[i][j]
            turn = cos * dx + sin * dy
            if self.strength[i][j] < WEAK or self.sign[i][j] != sign or abs(turn) < STRAIGHT:
                return path
            dx, dy = dx + math.copysign(cos, turn * cos), dy + math.copysign(sin, turn * sin)
            long = math.hypot(dx, dy)
            dx, dy = dx / long, dy / long
            path.append((x, y))

    def strength_at(self, x: float, y: float) -> float:
        return self.strength[min(max(round(y), 0), self.height - 1)][min(max(round(x), 0), self.width - 1)]


def _parts(path: Path, longest: float) -> list[Path]:
    """The path in equal parts that are not too long for a stroke."""
    cuts = np.linspace(0, len(path) - 1, math.ceil(len(path) / longest) + 1).round().astype(int)
    return [path[begin : end + 1] for begin, end in pairwise(cuts.tolist())]


def _pieces(path: Path) -> list[Path]:
    """The path in halves, as often as a stroke by its ends and middle would leave it."""
    middle = len(path) // 2
    way = np.linalg.norm(np.diff(path, axis=0), axis=1).cumsum()
    t = np.concatenate([[0], way / way[-1]])[:, None]
    start, through, end = path[0], path[middle], path[-1]
    curve = (1 - t) * (1 - 2 * t) * start + 4 * t * (1 - t) * through + t * (2 * t - 1) * end
    if middle < 4 or np.abs(curve - path).max() <= OFF:
        return [path]
    return _pieces(path[: middle + 1]) + _pieces(path[middle:])


def _pixels(path: Path, like: Tensor) -> tuple[Tensor, Tensor]:
    """The rows and columns of a path in pixels of a picture as large as ``like`` ``(H, W)``."""
    rows, columns = torch.from_numpy(path).long().flip(1).unbind(1)
    height, width = like.shape
    return rows.clamp(0, height - 1).to(like.device), columns.clamp(0, width - 1).to(like.device)
