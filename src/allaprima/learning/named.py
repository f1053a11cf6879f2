"""A painting program of somebody's own, as strokes to learn from are drawn by it: with a name, and checked."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from ..brush.opacity import opacity_of
from ..brush.programs import PaintingProgram
from ..errors import InputError
from ..options import check_called, name_of
from ..strokes import Strokes

TOGETHER = 250  # strokes, at most: what a program needs for more is not known


class NamedProgram(Protocol):
    """A painting program, and what it is called."""

    name: str

    def __call__(self, strokes: Strokes, size: int, /) -> Tensor: ...


class Named:
    """``program`` gets its strokes on a ``device``, some at a time; what it gives is brought to the CPU. Its ``name``
    is its own, or its function's or class's. Raises InputError for what cannot be called, and for anything but opacity.
    """

    def __init__(self, program: PaintingProgram, device: torch.device) -> None:
        if not callable(program):
            raise InputError(
                f"the brush is {str(program)[:60]!r}: give a name, a path, or a painting program(strokes, size)"
            )
        check_called(program, "strokes, size", "the painting program")
        self.program, self.device = program, device
        self.name = name_of(program)

    def __call__(self, strokes: Strokes, size: int) -> Tensor:
        with torch.no_grad():
            parts = [self._drawn(strokes[i : i + TOGETHER], size) for i in range(0, len(strokes), TOGETHER)]
        return torch.cat(parts)

    def _drawn(self, strokes: Strokes, size: int) -> Tensor:
        return opacity_of(self.program(strokes.to(self.device), size), len(strokes), size, self.name)
