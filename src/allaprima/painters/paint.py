"""Painting, from a photo to a :class:`Painting`: what a caller sees of it. The work itself is ``optimizer.py``'s."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from ..brush.neural import NeuralBrush, check_brushes
from ..errors import InputError, check_kind
from ..history import History
from ..image.photo import PhotoLike
from ..kernels.device import find_device
from ..live import live
from ..memory import check_memory
from ..options import check_called, check_known
from ..painting.companions import Companions
from ..painting.compute import Compute, ComputeOptions
from ..painting.painting import PREVIEW, Painting
from ..painting.settings import Settings, SettingsOptions
from ..rendering.rendering import REAL
from ..spinning import few_threads
from .inputs import load_brushes, load_inputs, read_subject
from .optimizer import StrokeOptimizer
from .own_parts import brushes_of, take_own
from .resume import check_resume, inputs_of
from .step import Step

if TYPE_CHECKING:
    from typing_extensions import Unpack

PAINTED = "the painting"  # what its steps are called in its history
ALMOST = 0.999  # of the work, when the strokes are found and the picture is not yet drawn
NEEDED, A_STROKE = 2e8, 3e4  # bytes, at least, that a painting takes, and each of its strokes


class PaintOptions(SettingsOptions, ComputeOptions, total=False):
    """All that :func:`paint` takes by name."""


def paint(
    photo: PhotoLike,
    settings: Settings | None = None,
    *,
    on_step: Callable[[Step], None] | None = None,
    resume: Painting | str | Path | None = None,
    add: int = 0,
    brushes: Sequence[NeuralBrush] | None = None,
    compute: Compute | None = None,
    **changes: Unpack[PaintOptions],
) -> Painting:
    """Paint a photo: a path, a PIL image or an ``(H, W, 3)`` uint8 array.

    ``changes`` are settings, or how to compute, by name: ``paint("cat.jpg", strokes=500, brush="oil")``. ``on_step``
    sees each :class:`Step` and may raise to stop; a notebook shows how the painting grows; what was measured is its
    ``history``. ``resume`` goes on with a painting of this photo that was stopped,
    given itself or by the path of its file, and ends as it would have ended, or, with ``add``, lays so many strokes
    more over a finished one. ``brushes``, loaded before, are used in place of those that the settings name.

    Parts of your own: ``brush`` is a name, a path, a :class:`NeuralBrush`, a module or a function to make one of, or
    a list of those, each with an equal share of the strokes; ``loss`` a name, a :class:`LossTerm`, or a list of those,
    which adds up; ``engine`` a name, or a :class:`PaintingProgram`, which then draws the painting. The painting
    remembers them as long as it is in memory; its file says "own", and their place is for you to fill when it is
    loaded.

    Raises :class:`InputError` before any painting starts, or :class:`MachineError` for too little memory.
    """
    if on_step is not None:
        check_called(on_step, "step", "on_step")
    steps = optimise(photo, settings, resume=resume, add=add, brushes=brushes, compute=compute, **changes)
    history, last, began = History(), None, time.monotonic()
    with live() as view:
        for last in steps:
            values = {"loss": last.loss, **last.parts, "psnr": last.psnr, "strokes": float(last.strokes)}
            history.add(PAINTED, last.index, values, time.monotonic() - began)
            if view:
                view.show(min(last.share, ALMOST), f"{last.strokes:,} strokes", partial(_picture, last))
            if on_step:
                on_step(last)
        assert last is not None
        painting = last.painting()
        painting = replace(painting, at_hand=replace(painting.at_hand, history=history))
        if view:
            view.show(1.0, f"{len(painting):,} strokes", painting.preview)
    return painting


def _picture(step: Step) -> Image.Image:
    return Image.fromarray(step.canvas(PREVIEW, quick=True))


def optimise(
    photo: PhotoLike,
    settings: Settings | None = None,
    *,
    resume: Painting | str | Path | None = None,
    add: int = 0,
    brushes: Sequence[NeuralBrush] | None = None,
    compute: Compute | None = None,
    **changes: Unpack[PaintOptions],
) -> Iterator[Step]:
    """Paint as :func:`paint` does, step by step: a generator, so that stopping is leaving the loop, and what is there
    is ``step.painting()``. Raises :class:`InputError` at once, before the first step.
    """
    check_kind(settings, (Settings, type(None)), "settings", "Settings(...), or each by its name, as strokes=500")
    check_kind(compute, (Compute, type(None)), "compute", 'Compute(...), or device="cpu"')
    check_known(changes, Settings, Compute, what="setting")
    if brushes is not None:
        check_brushes(brushes)
    resume = Painting.load(resume) if isinstance(resume, (str, Path)) else resume
    check_kind(resume, (Painting, type(None)), "resume", "a painting, or the path of its file")
    computing = {one.name: changes.pop(one.name) for one in fields(Compute) if one.name in changes}  # type: ignore[misc]
    compute = replace(compute or Compute(device=resume.device if resume else "auto"), **computing)
    device = find_device(compute.device)
    named, own, brushes = take_own({**changes}, brushes, device)
    if resume is not None:
        if not isinstance(changes.get("brush", ""), (str, Path)):
            del named["brush"]  # which is among the brushes now
        given = {**named, **computing} if settings is None else {"settings": settings}
        with few_threads():
            return _again(photo, resume, add, brushes, compute, own, given).steps()
    if add:
        raise InputError("strokes are added to a painting: give the one to resume")
    settings = (settings or Settings()).change(**named)
    settings.check_own(own.given)
    check_memory(NEEDED + A_STROKE * settings.strokes, f"painting {settings.strokes:,} strokes", "choose fewer strokes")
    with few_threads():
        subject = read_subject(photo, settings)
        inputs, settings = load_inputs(subject, settings, brushes or load_brushes(settings, device), own)
        if settings.engine == REAL:
            for brush in inputs.brushes:
                brush.real()
        return StrokeOptimizer(inputs, settings, compute, device).steps()


def _again(
    photo: PhotoLike,
    painting: Painting,
    add: int,
    brushes: Sequence[NeuralBrush] | None,
    compute: Compute,
    own: Companions,
    changes: dict[str, Any],
) -> StrokeOptimizer:
    """A painting that is there, under way once more; it goes on recording the device that it was begun for."""
    subject = read_subject(photo, painting.settings)
    check_resume(painting, subject, add, changes)
    device = find_device(compute.device)
    found = brushes or brushes_of(painting, device)
    inputs, settings, checkpoint = inputs_of(painting, subject, add, found, own.over(painting.at_hand), changes)
    return StrokeOptimizer(inputs, settings, replace(compute, device=painting.device), device, checkpoint)
