"""Painting, from a photo to a :class:`Painting`: what a caller sees of it. The work itself is ``easel.py``'s."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from ..brush.shipped import load_brush
from ..errors import InputError
from .easel import Easel, Step
from .painting import Painting
from .photo import PhotoLike, read_photo
from .settings import Settings


def paint(
    photo: PhotoLike,
    settings: Settings | None = None,
    *,
    on_step: Callable[[Step], None] | None = None,
    **changes: Any,
) -> Painting:
    """Paint a photo: a path, a PIL image or an ``(H, W, 3)`` uint8 array.

    ``changes`` are settings by name: ``paint("cat.jpg", strokes=500, brush="oil")``. ``on_step`` sees each
    :class:`Step` and may raise to stop. Raises :class:`InputError` before any painting starts.
    """
    last = None
    for last in optimise(photo, settings, **changes):
        if on_step:
            on_step(last)
    assert last is not None
    return last.painting()


def optimise(photo: PhotoLike, settings: Settings | None = None, **changes: Any) -> Iterator[Step]:
    """Paint as :func:`paint` does, step by step: a generator, so that stopping is leaving the loop, and what is there
    is ``step.painting()``. Raises :class:`InputError` at once, before the first step.
    """
    settings = (settings or Settings()).change(**changes)
    device = find_device(settings.device)
    brush = load_brush(settings.brush, device)
    if settings.engine == "mypaint":
        brush.real()
    return Easel(read_photo(photo), settings, brush, device).work()


def find_device(name: str) -> torch.device:
    """The device of a setting; ``auto`` is the CPU unless CUDA is there. Raises InputError if it is missing."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device("cuda" if there["cuda"] else "cpu")
    if not there[name]:
        raise InputError(f"there is no device {name} on this machine: choose auto or cpu")
    return torch.device(name)
