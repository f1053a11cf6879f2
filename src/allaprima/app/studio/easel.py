"""Work that a visitor waits for: a painting that grows, small ones to choose from, files to take away."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

from PIL import Image

from ...export.export import Export
from ...export.write import write_all
from ...kernels import on_compile
from ...painters.observers import Autosave, Progress
from ...painters.paint import optimise
from ...painters.step import Step
from ...painting.painting import Painting
from ...rendering.light import Light
from ...rendering.rendering import Rendering
from ..contact_sheet import Proposal, small_paintings
from ..warm import warm_up
from .choices import check_brought
from .jobs import Job, Stopped, before_yours
from .lights import SIZE, Lights, drawn, in_light
from .pictures import as_jpeg, as_url, thumbnail
from .works import SMALL, Work

LIVE = 800  # px of the long side of a painting that grows, unless it has fewer itself
LEAST, SHARE = 0.25, 0.2  # seconds between two looks, and of the time that they take
FIRST_TIME = "getting ready for this computer, which takes a minute, this once"
FOUND = 0.97  # of the work, when the strokes are found and the picture is not yet drawn

compiling = Event()  # is what draws strokes, for this machine


def waiting(count: int) -> str:
    """What somebody is told who waits for so many others."""
    return FIRST_TIME if compiling.is_set() else before_yours(count)


class Watch:
    """Shows a job's visitor the painting as it grows."""

    def __init__(self, job: Job) -> None:
        self._job, self._looked, self._cost, self._asked = job, 0.0, 0.0, 0

    def look(self, step: Step) -> None:
        progress, now, changes = Progress.of(step), time.monotonic(), dict[str, Any]()
        if now - self._looked > max(LEAST, self._cost / SHARE):
            painting = step.painting()
            self._asked = painting.settings.strokes
            changes["picture"] = as_jpeg(step.canvas(min(LIVE, painting.size), quick=True), 82)
            self._looked = time.monotonic()
            self._cost = self._looked - now
        more = step.strokes < self._asked
        text = f"{step.strokes:,} of {self._asked:,} strokes" if more else f"{progress.text}, the last touches"
        self._job.tell(share=progress.share * FOUND, text=text, **changes)


def paint_into(
    job: Job,
    work: Work,
    photo: Path,
    lights: Lights,
    changes: Mapping[str, Any],
    again: Path | None = None,
    add: int = 0,
) -> None:
    """Paint a photo, as ``changes`` of the settings say, or go on ``again`` with a painting of it; it is a new state of
    a work. What there is when the job is stopped is kept, and can be gone on with.
    """
    path = again if again and not add else work.next
    last: Step | None = None
    keep, watch = Autosave(path), Watch(job)
    job.tell(text=FIRST_TIME if compiling.is_set() else "mixing colours")
    try:
        for last in optimise(photo, resume=again, add=add, **changes):
            keep.look(last)
            watch.look(last)
            job.check()
        assert last is not None
        painting = last.painting()
        painting.save(path)
        work.note(painting)
    except Stopped:
        if last is not None:
            painting = last.painting()
            painting.save(path)
            work.note(painting)
            if job.news.picture:
                work.show(Image.open(BytesIO(job.news.picture)))
        raise
    job.tell(share=FOUND, text=f"{last.strokes:,} strokes, drawing")
    show(work, lights)
    job.tell(share=1.0, text=f"{last.strokes:,} strokes")


def show(work: Work, lights: Lights) -> None:
    """Draw what a work is now, for the page. Raises InputError for one that came with files of somebody's own."""
    painting = work.load()
    check_brought(painting)
    with work.there():
        work.forget_pictures()
        if drawing := drawn(painting):
            lights.keep(work.last, drawing)
            picture = drawing.picture()
        else:
            picture = painting.render(min(SIZE, painting.size))
        work.show(Image.fromarray(picture))


def relight(work: Work, light: Light, lights: Lights) -> None:
    """Keep a work in another light, if it is one."""
    painting = work.load()
    if light != Light.of(painting.settings):
        with work.there():
            in_light(painting, light).save(work.last)
        show(work, lights)


def paint_small(
    job: Job, photo: Image.Image, proposals: Sequence[Proposal], on_picture: Callable[[int, str], None]
) -> None:
    """Small paintings, each given as a picture for the page when it is there, which is news."""
    there = 0

    def told(share: float, _name: str) -> None:
        job.check()
        job.tell(share=share)

    def came(number: int, picture: Image.Image) -> None:
        nonlocal there
        on_picture(number, as_url(thumbnail(picture, SMALL)))
        there += 1
        job.tell(text=f"{there} of {len(proposals)}")

    job.tell(text=FIRST_TIME if compiling.is_set() else "looking at the photo")
    small_paintings(photo, proposals, came, told, quick=True)


def warm(tell: Callable[[bool], None]) -> None:
    """Let all that is compiled or loaded for a first painting be there before somebody waits for it. ``tell`` is
    told if it is compiled, which takes a minute, and whether that is kept for the next time.
    """

    def told(kept: bool) -> None:
        compiling.set()
        tell(kept)

    try:
        with on_compile(told):
            warm_up()
    finally:
        compiling.clear()


def write_file(job: Job, painting: Painting, path: Path, rendering: Rendering, export: Export) -> None:
    """A file to take away."""

    def told(share: float) -> None:
        job.check()
        job.tell(share=share, text="drawing")

    write_all(painting, [path], rendering, export, on_progress=told)
