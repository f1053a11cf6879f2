"""Painting, from a photo to a :class:`Painting`: what a caller sees of it. The work itself is ``easel.py``'s."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..brush.library import NeuralBrush, load_brush
from ..errors import InputError
from ..image.photo import Photo, PhotoLike, read_photo
from ..painting.painting import Painting
from ..painting.settings import Settings, shares_of
from .checkpoint import Unfinished
from .inputs import Materials, Picture, gather, with_pictures
from .optimizer import Easel
from .step import Step

AGAIN, TO_ADD = ("vgg_weights", "device"), ("style", "focus")
"""Settings that may be given once more to go on, as a painting file holds no paths, and knows no machine; and those to
add strokes with.
"""


def paint(
    photo: PhotoLike,
    settings: Settings | None = None,
    *,
    on_step: Callable[[Step], None] | None = None,
    resume: Painting | None = None,
    add: int = 0,
    brushes: Sequence[NeuralBrush] | None = None,
    **changes: Any,
) -> Painting:
    """Paint a photo: a path, a PIL image or an ``(H, W, 3)`` uint8 array.

    ``changes`` are settings by name: ``paint("cat.jpg", strokes=500, brush="oil")``. ``on_step`` sees each
    :class:`Step` and may raise to stop. ``resume`` goes on with a painting of this photo that was stopped, and ends as
    it would have ended, or, with ``add``, lays so many strokes more over a finished one. ``brushes``, loaded before,
    are used in place of those that the settings name. Raises :class:`InputError` before any painting starts.
    """
    last = None
    for last in optimise(photo, settings, resume=resume, add=add, brushes=brushes, **changes):
        if on_step:
            on_step(last)
    assert last is not None
    return last.painting()


def optimise(
    photo: PhotoLike,
    settings: Settings | None = None,
    *,
    resume: Painting | None = None,
    add: int = 0,
    brushes: Sequence[NeuralBrush] | None = None,
    **changes: Any,
) -> Iterator[Step]:
    """Paint as :func:`paint` does, step by step: a generator, so that stopping is leaving the loop, and what is there
    is ``step.painting()``. Raises :class:`InputError` at once, before the first step.
    """
    if resume is not None:
        return _again(_read(photo, resume.settings), resume, add, brushes, settings, changes).work()
    if add:
        raise InputError("strokes are added to a painting: give the one to resume")
    settings = (settings or Settings()).change(**changes)
    device = find_device(settings.device)
    seen = _read(photo, settings)
    materials, recorded = gather(settings, seen, brushes or load_brushes(settings, device))
    if settings.engine == "mypaint":
        for brush in materials.brushes:
            brush.real()
    return Easel(seen, settings, recorded, materials, device).work()


def _read(photo: PhotoLike, settings: Settings) -> Photo:
    """The photo as it is painted: where it is clear, the colour that it is painted on shows."""
    background = settings.background if settings.background.startswith("#") else "white"
    return read_photo(photo, background, settings.size)


def _again(
    photo: Photo,
    painting: Painting,
    add: int,
    brushes: Sequence[NeuralBrush] | None,
    settings: Settings | None,
    changes: dict[str, Any],
) -> Easel:
    """A painting that is there, on the easel once more."""
    allowed = (*AGAIN, *TO_ADD) if add else AGAIN
    wrong = ["settings"] if settings else [name for name in changes if name not in allowed]
    if wrong:
        raise InputError(f"{wrong[0]} cannot be changed when a painting goes on: it stands in the painting")
    if photo.sha256 != painting.photo.sha256:
        raise InputError(
            f"this is not the photo of the painting: its sha256 is {photo.sha256[:12]}..., and the painting's "
            f"{painting.photo.sha256[:12]}..."
        )
    if photo.canvas(painting.settings.size) != (painting.width, painting.height):
        raise InputError(
            f"a canvas of {painting.width}x{painting.height} px has not the shape of this photo: nothing can be added"
        )
    if add and painting.unfinished is not None:
        raise InputError("the painting is not finished yet: finish it first, then add strokes")
    if not add and painting.unfinished is None:
        raise InputError("the painting is finished: say how many strokes to add")
    state = None if painting.unfinished is None else Unfinished.unpack(painting.unfinished, len(painting))
    recorded = painting.settings
    if add:
        total = Settings.about("strokes").metadata["high"]
        if isinstance(add, bool) or not isinstance(add, int) or not 1 <= add <= total - len(painting):
            raise InputError(
                f"add is {add}: choose 1 to {total - len(painting):,}, as a painting has {total:,} at most"
            )
        recorded = recorded.change(strokes=len(painting) + add, focus="")
    device = find_device(changes.get("device", recorded.device))
    brushes = tuple(brushes or load_brushes(recorded, device))
    if [brush.name for brush in brushes] != [ref.name for ref in painting.brushes]:
        there = ", ".join(ref.name for ref in painting.brushes)
        raise InputError(f"the painting is painted with {there}: give the same again")
    painting.find_brushes(brushes)
    base = painting.strokes[: len(painting) - len(state.numbers)] if state else painting.strokes
    materials = Materials(brushes, tuple(shares_of(recorded.brush).values()), ground=painting.ground, base=base)
    if state:
        materials = replace(materials, style=_picture(state.style), focus=_picture(state.focus))
    else:
        pictures = recorded.change(style=changes.get("style", recorded.style), focus=changes.get("focus", ""))
        materials, recorded = with_pictures(materials, pictures)
        if recorded.style != painting.settings.style:
            raise InputError("this is not the picture of style that the painting was painted with")
    settings = recorded.change(vgg_weights=changes.get("vgg_weights", ""), background=painting.background)
    return Easel(photo, settings, recorded, materials, device, state)


def _picture(kept: Tensor) -> Picture | None:
    return kept.numpy() if kept.numel() else None


def load_brushes(settings: Settings, device: torch.device) -> list[NeuralBrush]:
    """The brushes that the settings name."""
    return [load_brush(name, device) for name in shares_of(settings.brush)]


def find_device(name: str) -> torch.device:
    """The device of a setting; ``auto`` is the CPU unless CUDA is there. Raises InputError if it is missing."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device("cuda" if there["cuda"] else "cpu")
    if not there[name]:
        raise InputError(f"there is no device {name} on this machine: choose auto or cpu")
    return torch.device(name)
