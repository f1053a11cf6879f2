"""A painting of somebody's own strokes: no photo, and nothing was optimised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush.library import ships
from ..brush.mypaint import SAMPLES
from ..brush.neural import NeuralBrush
from ..errors import InputError, check_kind
from ..options import told_apart
from ..rendering.background import Background
from ..strokes import PlacedStrokes, Strokes, as_strokes
from ..version import VERSION
from .companions import Companions
from .file import stroke_bounds
from .pictures import PlainColor, read_background
from .record import BrushRef, PaintingRecord
from .settings import Settings


def record_of(
    strokes: Strokes | Tensor | NDArray[np.floating[Any]],
    width: int,
    height: int,
    brushes: Sequence[NeuralBrush],
    background: str,
) -> PaintingRecord:
    """See :meth:`Painting.of`."""
    width, height = (_side(name, side) for name, side in (("width", width), ("height", height)))
    check_kind(background, str, "background", "a colour: its name, or #rrggbb")
    paper = read_background(background)
    if not isinstance(paper, PlainColor):
        raise InputError(f"background is {background!r}, and there is no photo: give a colour, its name or #rrggbb")
    strokes = as_strokes(strokes)
    if not isinstance(strokes, PlacedStrokes):
        side = max(width, height)
        sample = torch.arange(len(strokes)) % SAMPLES  # or all of them would have the same grain
        strokes = strokes.placed((width - side) / 2, (height - side) / 2, side, sample=sample)
    _check_bounds(strokes, len(brushes))
    names = [brush.name for brush in brushes]
    settings = Settings(
        brush=names[0] if len(names) == 1 else ",".join(f"{name}:1" for name in names),
        strokes=max(1, len(strokes)),
        size=max(width, height),
        focus=None,
        background=paper,
    )
    return PaintingRecord(
        strokes=strokes,
        width=width,
        height=height,
        background=Background(paper.hex),
        settings=settings,
        threads=torch.get_num_threads(),
        photo=None,
        brushes=tuple(BrushRef.of(brush) for brush in brushes),
        library=VERSION,
        at_hand=Companions(tuple(brush for brush in brushes if not ships(brush))),
    )


def _side(name: str, side: SupportsIndex) -> int:
    if isinstance(side, bool) or not isinstance(side, SupportsIndex) or side.__index__() < 1:
        raise InputError(f"{name} is {repr(side)[:40]}: give a whole number of pixels, 1 or more")
    return side.__index__()


def _check_bounds(strokes: PlacedStrokes, brushes: int) -> None:
    """Raise InputError for a stroke that no painting file may hold."""
    for name, (low, high) in stroke_bounds(brushes).items():
        values = getattr(strokes, name).detach()
        wrong = ~((values >= low) & (values <= high))  # what is no number, too
        if wrong.any():
            index = int(wrong.nonzero()[0])
            told = told_apart(values[index].item(), low, high)
            raise InputError(f"{name} of stroke {index} is {told}: it must be {low:,} to {high:,}")
