"""How the strokes of a level begin, whatever they are for."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..strokes import PlacedStrokes
from .bounds import StrokeBounds
from .levels import Level
from .lines import Path, line_strokes
from .placement import ground_strokes, initial_strokes
from .retouching import dabs


def beginning(
    level: Level,
    picture: Tensor,
    below: Tensor,
    scale: float,
    bounds: StrokeBounds,
    lines: Sequence[Path],
    generator: torch.Generator,
    focus: Tensor | None,
    share: float,
) -> PlacedStrokes:
    """The strokes of a ``level`` over what is there, ``below``, like the ``picture`` ``(3, H, W)`` at ``scale`` of the
    canvas; see ``initial_strokes`` for ``focus`` and ``share``.
    """
    if level.rows:
        return ground_strokes(picture, level, scale)
    if level.lines:
        return line_strokes(lines, picture, below, level.strokes, scale, bounds)
    if level.retouch:
        return dabs(picture, below, level.strokes, level.window, scale, bounds)
    return initial_strokes(picture, below, level, scale, bounds, generator, focus, share)
