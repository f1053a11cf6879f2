"""The painting programs that real brushes belong to: MyPaint, and our own, of bristles. Which one, a name tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from ..files import is_there
from ..kernels.columns import LEFT, SIDE, TOP
from ..options import check_called, name_of
from ..strokes import WINDOW, Strokes
from .bristle import PROGRAM, BristleBrush
from .bristle_shape import SUFFIXES, shape_names
from .mypaint import MyPaintBrush
from .opacity import opacity_of

RealBrush: TypeAlias = MyPaintBrush | BristleBrush


def real_brush(name: str | Path, text: str | None = None) -> RealBrush:
    """A brush of bristles, if it is called ``bristle/...``, or as one that ships, or is a ``.toml`` or ``.json``; else
    one of MyPaint. ``text`` gives the content of its file directly. Raises InputError if there is no such brush.
    """
    name, suffix = str(name), Path(name).suffix.lower()
    if text is None and suffix not in ("", ".myb", *SUFFIXES) and is_there(Path(name)):
        raise InputError(
            f"{name} is no brush: give a .myb of MyPaint or a .toml of bristles; a program of your own is learned in "
            "Python, by draw_strokes and an Apprentice"
        )
    ours = name.startswith(PROGRAM) or suffix in SUFFIXES or name in shape_names()
    return BristleBrush(name, text) if ours else MyPaintBrush(name, text)


def bristles_of(brush: object) -> str:
    """The text of a brush of bristles; empty for any other."""
    return brush.text if isinstance(brush, BristleBrush) else ""


class PaintingProgram(Protocol):
    """What draws strokes: MyPaint's brushes, those of bristles, and any function or object of your own. It needs no
    gradient.

    ``program(strokes, size)`` gives the opacity ``(N, 1, size, size)`` in [0,1] of N :class:`~allaprima.Strokes`, each
    on a window of ``size`` px. It may have a ``name``; without one it is called as its function or class is. To draw on
    several cores it must be picklable (a function or a class of a module, say).
    """

    def __call__(self, strokes: Strokes, size: int, /) -> Tensor: ...


class OwnProgram:
    """Somebody's own painting program, which draws each stroke on its window: what it would paint outside of that is
    not seen.
    """

    def __init__(self, program: PaintingProgram) -> None:
        self.program = program

    def on_boxes(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> Iterator[NDArray[np.float32]]:
        """See :meth:`BristleBrush.on_boxes`."""
        for index, (box, place) in enumerate(zip(boxes.tolist(), places.tolist(), strict=True)):
            left, top, width, height = box
            size = max(1, round(place[SIDE]))
            drawn = self.program(strokes[index : index + 1].to(torch.float32), size)
            opacity = opacity_of(drawn, 1, size, name_of(self.program))[0, 0].numpy()
            paint = np.zeros((height, width), np.float32)
            x, y = round(place[LEFT]) - left, round(place[TOP]) - top
            x0, x1, y0, y1 = max(0, x), min(width, x + size), max(0, y), min(height, y + size)
            if x0 < x1 and y0 < y1:
                paint[y0:y1, x0:x1] = opacity[y0 - y : y1 - y, x0 - x : x1 - x]
            yield paint


def check_program(program: PaintingProgram) -> None:
    """Raise InputError for what is no painting program: it is tried on a stroke."""
    check_called(program, "strokes, size", "the painting program")
    opacity_of(program(Strokes.random(1), WINDOW), 1, WINDOW, name_of(program))
