"""What a picture shows: the painting as it is lit, or a map of it, for those who light it themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..rendering.bristle_drawing import BristleDrawing
from ..rendering.compositing import as_picture
from ..rendering.drawing import Drawing
from .base import Job
from .export import FLAT, HEIGHT, NORMAL, Export
from .formats import PICTURE, format_of, suffix_of
from .paper import on_paper

DEEP = (".png", ".tif", ".tiff")  # files that hold 16 bits
HIGHEST = 65_535
OUTWARD = 128, 128, 255  # a normal of what is level
UNITS, MM = 1600, 25.4  # of height in the painting's long side; mm in an inch


class Shown(NamedTuple):
    """A picture ``(H, W, 3)`` uint8, or of one channel ``(H, W)`` uint16, what is to be told of it, and whether it is
    of colours and not of other numbers.
    """

    picture: NDArray[np.uint8] | NDArray[np.uint16]
    about: str = ""
    colors: bool = True


def shown(job: Job, drawing: Drawing) -> Shown:
    """What a picture of this drawing shows, on its paper; maps of a relief are of one that is there."""
    kind = job.export.map
    if kind in (HEIGHT, NORMAL):
        assert isinstance(drawing, BristleDrawing)
        return height_map(job, drawing) if kind == HEIGHT else normal_map(job, drawing)
    return Shown(on_paper(job, drawing.unlit() if kind == FLAT else drawing.picture()))


def height_map(job: Job, drawing: BristleDrawing) -> Shown:
    """How high the paint lies on the canvas, in 16 bits: 0 is the bare canvas, and the most the highest point."""
    heights = on_paper(job, drawing.heights().numpy(), 0)
    top = float(heights.max())
    scaled = np.rint(heights * (HIGHEST / top if top else 0)).clip(0, HIGHEST).astype(np.uint16)
    dpi, long = job.export.marked_dpi, max(job.width, job.height)
    high = f"{top * long / UNITS / dpi * MM:.4g} mm" if dpi else f"{top:.4g} of 1/{UNITS} of the painting's long side"
    return Shown(scaled, f"height map: 0 is the bare canvas, {HIGHEST} is {high} higher", colors=False)


def normal_map(job: Job, drawing: BristleDrawing) -> Shown:
    """Which way the surface faces, as OpenGL has it: red to the right, green up, blue out of the canvas."""
    picture = on_paper(job, as_picture(drawing.normals() / 2 + 0.5), OUTWARD)
    return Shown(picture, "normal map: x to the right, y up, z out of the canvas, as in OpenGL", colors=False)


def check_relief(export: Export, relief: bool) -> None:
    """Raise InputError where a map of a relief is wanted and there is none."""
    if export.map in (HEIGHT, NORMAL) and not relief:
        raise InputError(
            f"map is {export.map!r}, and the picture has no relief: draw it with --engine real by a bristle brush, "
            "such as flat"
        )


def check_map(paths: Sequence[Path], export: Export) -> None:
    """Raise InputError unless there is a picture for the map that is wanted, and each one can hold it."""
    kind = export.map
    pictures = [path for path in paths if format_of(path, export.film).kind == PICTURE]
    if kind and not pictures:
        raise InputError(f"map is {kind!r}, and no file is a picture: give one to write, such as -o map.png")
    for path in pictures if kind == HEIGHT else []:
        if suffix_of(path) not in DEEP:
            raise InputError(f"map is 'height', of 16 bits, which no {suffix_of(path)} can hold: choose .png or .tif")
