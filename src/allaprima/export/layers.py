"""Layers for painting programs: which strokes lie on which, what a person calls them, and what is painted there."""

from __future__ import annotations

from abc import abstractmethod
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..painting.painting import Painting
from ..rendering.drawing import Drawing, Picture, runs_of_brushes
from .base import Job, Writer
from .paper import on_paper

ROWS = 256  # of a layer that are looked at together
NORMAL, MULTIPLY, SCREEN = "normal", "multiply", "screen"
MOST = 1000  # layers: more than that no program shows in any useful way


class Group(NamedTuple):
    """Consecutive strokes, up to ``end``, that lie on one layer."""

    name: str
    end: int


class Layer(NamedTuple):
    """A picture ``(H, W, 3 or 4)`` on the canvas, its corner at ``left, top``, and how it goes with what is below."""

    name: str
    picture: Picture
    left: int
    top: int
    blend: str = NORMAL


class Layered(Writer):
    """A file with layers, of paint as it lies flat, and over it the light on its relief, if there is any. What kind of
    file it is decides how it takes each one, bottom first, and the picture that they make together.
    """

    layered = True

    def __init__(self, job: Job, path: Path) -> None:
        super().__init__(job, path)
        self.ends = {group.end: printable(group.name) for group in groups(job.painting, job.export.layers)}
        self.under = np.empty((0, 0, 3), np.float32)  # what the layers so far make, 0 to 255

    @property
    def moments(self) -> tuple[int, ...]:
        return (0, *self.ends)

    def see(self, drawing: Drawing, moment: int) -> None:
        picture = drawing.unlit()
        left, top = self.corner()
        if moment in self.ends:
            layer = painted(self.ends[moment], fitted(drawing.layer(), self.under, picture))
            self.add(layer._replace(left=layer.left + left, top=layer.top + top))
        else:  # what the drawing begins with, and not the paper drawn again, which small pictures are not painted on
            self.under = picture.astype(np.float32)
            self.add(Layer("background", on_paper(self.job, picture), 0, 0))
        if moment == len(self.job.painting):
            if drawing.relieved:
                picture = drawing.picture()
                shadow, light = relief(self.under, picture)
                self.add(Layer("shadow", shadow, left, top, MULTIPLY))
                self.add(Layer("light", light, left, top, SCREEN))
            self.merge(on_paper(self.job, picture))

    def corner(self) -> tuple[int, int]:
        """Where the drawing is on its paper, x and y; below 0 if it is cropped."""
        paper = self.job.export.sheet(self.job.width, self.job.height)
        if paper is None:
            return 0, 0
        width, height = paper
        return _middle(self.job.width, width), _middle(self.job.height, height)

    @abstractmethod
    def add(self, layer: Layer) -> None:
        """One more layer, over those before."""

    @abstractmethod
    def merge(self, picture: Picture) -> None:
        """All layers together, ``(H, W, 3)``."""


def groups(painting: Painting, by: str) -> list[Group]:
    """The strokes of each layer, bottom first: of a "level" or a "brush", or a number of groups of equal size. Raises
    InputError for too many.
    """
    if by == "level":
        found = by_level(painting)
    elif by == "brush":
        found = [Group(painting.brushes[brush].name, end) for brush, _, end in runs_of_brushes(painting.strokes)]
    else:
        bounds = np.linspace(0, len(painting), min(int(by), len(painting)) + 1).round().astype(int).tolist()
        found = [Group(counted(first + 1, end), end) for first, end in pairwise(bounds)]
    if len(found) > MOST:
        raise InputError(
            f"layers is {by!r}, which makes {len(found):,} of this painting: choose a number up to {MOST:,}"
        )
    return found


def counted(first: int, last: int) -> str:
    """The name of a layer with these strokes, counted from 1."""
    return f"strokes {first} to {last}" if first < last else f"stroke {last}"


def by_level(painting: Painting) -> list[Group]:
    """Strokes that follow one another on one level."""
    level = painting.strokes.level.tolist()
    names = {number: f"level {number + 1}" for number in level}
    if len(names) > 1:
        names[min(names)] += " (coarse)"
        names[max(names)] += " (fine)"
    found, end = [], 0
    for number, run in groupby(level):
        end += len(list(run))
        found.append(Group(names[number], end))
    return found


def fitted(layer: Picture, under: NDArray[np.float32], picture: Picture) -> Picture:
    """A layer ``(H, W, 4)`` as it must be to make the picture ``(H, W, 3)``, to 1 of 255, over what is ``under`` it,
    which becomes that in place.

    Rounding adds up over many layers; and those of the real MyPaint may be averaged from larger ones: where an edge
    lies on the edge of what is below, the average over the average is not what the average of both is. There, and
    there only, another colour is found, and more opacity where no colour would do.
    """
    layer = layer.copy()
    for first in range(0, len(layer), ROWS):
        rows = slice(first, first + ROWS)
        below, wanted = under[rows], picture[rows].astype(np.float32)
        over = laid(layer[rows], below)
        wrong = (np.abs(over - wanted) > 1).any(-1)
        was, apart = below[wrong], (wanted - below)[wrong]
        room = np.where(apart > 0, 255 - was, was)
        needed = np.divide(np.abs(apart), room, out=np.zeros_like(room), where=apart != 0).max(-1, initial=0) * 255
        opacity = np.maximum(layer[rows][wrong, 3], np.ceil(needed))[:, None]
        right = np.concatenate([was + apart * 255 / opacity, opacity], -1).round().clip(0, 255).astype(np.uint8)
        layer[rows][wrong] = right
        over[wrong] = laid(right, was)
        below[...] = over
    return layer


def laid(layer: Picture, under: NDArray[np.float32]) -> NDArray[np.float32]:
    """Straight RGBA over ``under``, both 0 to 255."""
    over: NDArray[np.float32] = under + (layer[..., :3] - under) * (layer[..., 3:] / np.float32(255))
    return over


def relief(under: NDArray[np.float32], lit: Picture) -> tuple[Picture, Picture]:
    """The layers, ``(H, W, 3)`` each, that make the ``lit`` picture of what is ``under`` them, 0 to 255: shadow, by
    which it is multiplied, and light, which is screened over it. Each pixel is changed by one of them at most, and what
    a program rounds below them grows no larger.
    """
    shadow, light = np.full_like(lit, 255), np.zeros_like(lit)
    for first in range(0, len(lit), ROWS):
        rows = slice(first, first + ROWS)
        below, wanted = under[rows], lit[rows].astype(np.float32)
        darker, brighter = wanted < below, wanted > below
        shadow[rows][darker] = (255 * wanted[darker] / below[darker]).round().clip(0, 255)
        was = below[brighter]
        light[rows][brighter] = (255 * (wanted[brighter] - was) / (255 - was)).round().clip(0, 255)
    return shadow, light


def painted(name: str, picture: Picture) -> Layer:
    """A layer cut to what is painted; of one that is clear a single pixel stays, as programs want to see one."""
    opacity = picture[..., 3]
    rows, columns = (np.flatnonzero(opacity.any(axis)) for axis in (1, 0))
    if not len(rows):
        return Layer(name, picture[:1, :1], 0, 0)
    left, top = int(columns[0]), int(rows[0])
    return Layer(name, picture[top : rows[-1] + 1, left : columns[-1] + 1], left, top)


def printable(name: str) -> str:
    """A name without what no file format takes, such as control characters; a brush may have any."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _middle(have: int, want: int) -> int:
    return (want - have) // 2 if want >= have else -((have - want) // 2)
