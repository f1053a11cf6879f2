"""What whoever draws strokes is asked for, and what it gives: whether both can be."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import InputError
from ..stroke_columns import check_sides
from ..strokes import ACTION, PlacedStrokes, Strokes

ROUNDING = 1e-3  # by which opacity may leave [0,1]


def check_window(size: int) -> None:
    """Raise InputError unless a window can have this side."""
    if not isinstance(size, int) or size < 1:
        raise InputError(f"the window's size is {size!r}: give a whole number of pixels, 1 or more")


def check_finite(strokes: Strokes) -> None:
    """Raise InputError for strokes that nobody can draw."""
    names = (*ACTION, "window_x", "window_y", "window") if isinstance(strokes, PlacedStrokes) else ACTION
    if torch.stack([getattr(strokes, name) for name in names]).isfinite().all():
        return
    name = next(name for name in names if not getattr(strokes, name).isfinite().all())
    give = f"each of its {len(ACTION)} numbers in [0,1]" if name in ACTION else "pixels of the canvas"
    raise InputError(f"{name} of a stroke is not finite: give {give}")


def check_drawable(strokes: PlacedStrokes) -> None:
    """Raise InputError for numbers that are not finite, not in [0,1], or of a window without a side."""
    check_finite(strokes)
    if not len(strokes):
        return
    for name in ACTION:
        low, high = getattr(strokes, name).min().item(), getattr(strokes, name).max().item()
        if low < -ROUNDING or high > 1 + ROUNDING:
            told = f"{low if low < -ROUNDING else high:g}"
            raise InputError(f"{name} of a stroke is {told}: give each of its {len(ACTION)} numbers in [0,1]")
    check_sides(strokes.window)


def fault_in(opacity: Tensor, how: str) -> str:
    """What is wrong with the numbers of an opacity, and ``how`` they are to be made; empty, if nothing is."""
    if not opacity.isfinite().all():
        return "gave numbers that are not finite: opacity is in [0,1]"
    low, high = opacity.min().item(), opacity.max().item()
    if low < -ROUNDING or high > 1 + ROUNDING:
        return f"gave {low:.3g} to {high:.3g}: opacity is in [0,1], {how}"
    return ""


def opacity_of(given: object, count: int, size: int, program: str) -> Tensor:
    """What a ``program`` of somebody's own, so called, gave for ``count`` strokes: their opacity ``(count, 1, size,
    size)`` float32 in [0,1], on the CPU. Raises InputError for anything else.
    """
    there, wanted = tuple(getattr(given, "shape", ())), (count, 1, size, size)
    if there != wanted:
        told = f"the painting program {program} gave {there or type(given).__name__} for {count} strokes"
        raise InputError(f"{told} on {size} px: give {wanted}")
    opacity = torch.as_tensor(given).detach().cpu().float()
    if fault := fault_in(opacity, "so clamp it, or divide bytes by 255"):
        raise InputError(f"the painting program {program} {fault}")
    return opacity.clamp(0, 1)
