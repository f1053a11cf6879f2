"""A number of each of N strokes, ``(N,)``: what a caller gives for it, and whether it can be."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from .errors import InputError, check_kind

EACH = "one number for each of the strokes, or one for all"


def as_numbers(name: str, value: object, give: str = EACH) -> Tensor:
    """What may be one number or many. Raises InputError for what is none."""
    try:
        return torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError):
        told = " ".join(repr(value).split())[:60]
        raise InputError(f"{name} is {told}: give {give}") from None


def as_times(given: object, like: Tensor) -> Tensor:
    """Parameters of curves, one or a list of them or a tensor, for each of the strokes that are ``like`` this one
    number of theirs: ``(N, T)``. Raises InputError for another shape.
    """
    times = as_numbers("t", given, "numbers in [0,1]")
    times = times[None] if times.ndim == 0 else times
    times = times if isinstance(given, Tensor) else times.to(like)
    if times.ndim > 2 or (times.ndim == 2 and len(times) not in (1, len(like))):
        raise InputError(f"t has the shape {tuple(times.shape)}: give (T,), or (N, T) for {len(like)} strokes")
    return times.expand(len(like), -1)


def check_lengths(columns: Mapping[str, Tensor]) -> None:
    """Raise InputError unless there are as many of each."""
    first, wanted = next(iter(columns.items()))
    for name, column in columns.items():
        check_kind(column, Tensor, name, "a tensor, one number for each of the strokes")
        if column.shape != wanted.shape:
            told = f"{first} has the shape {tuple(wanted.shape)} and {name} {tuple(column.shape)}"
            raise InputError(f"{told}: give one number of each for each of the strokes")


def check_places(places: Mapping[str, Tensor]) -> None:
    """Raise InputError unless windows have a place in pixels of the canvas."""
    for name, column in places.items():
        if not column.isfinite().all():
            raise InputError(f"{name} of a stroke is not finite: give pixels of the canvas")


def check_sides(window: Tensor) -> None:
    """Raise InputError unless windows have a side."""
    if len(window) and (least := window.min().item()) <= 0:
        raise InputError(f"window of a stroke is {least:g}: give its side in pixels of the canvas, above 0")
