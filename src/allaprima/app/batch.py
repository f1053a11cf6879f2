"""From photos to files: one order after another, each painted, kept while it is under way, drawn and written.

This is work of the library, which says nothing to anybody: the command line shows it, and a studio can.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..brush.neural import NeuralBrush
from ..errors import InputError
from ..export.effects import check_effects
from ..export.export import Export
from ..export.formats import FILM, FORMATS, LAYERS, PAINTING, PICTURE, TABLE, format_of, is_painting, painting_beside
from ..export.maps import check_map, check_relief
from ..export.write import check_extras, check_new, check_outputs, picture_shape, write_all
from ..files import is_there, same_file
from ..image.photo import Photo
from ..painters.inputs import read_subject
from ..painters.observers import Autosave, Observer, Preview
from ..painters.paint import paint
from ..painters.step import Step
from ..painting.compute import Compute
from ..painting.painting import Painting
from ..painting.settings import Settings, shares_of
from ..rendering.begin import check_room, has_relief
from ..rendering.rendering import Rendering
from ..spinning import few_threads
from .command_line import command

UNFINISHED = ".unfinished.painting.json"  # beside the first output while it is painted and drawn
WHOLE = 100  # bytes of that output's name; a longer one is cut

DRAWING = 0.2  # of the time that painting takes, at the usual size; it grows with the pixels


@dataclass(frozen=True)
class Order:
    """A ``photo`` to be painted into files, ``outputs``, with these ``changes`` of settings by name, drawn as a
    ``rendering`` says (by the engine of the settings). ``preview`` is a picture file that shows it growing; ``resume``
    a painting file to go on with, or to ``add`` strokes to. The painting itself is written, too, if it is to ``keep``;
    results that are there are overwritten by ``force`` alone.
    """

    photo: Path
    outputs: tuple[Path, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)
    rendering: Rendering = field(default_factory=Rendering)
    export: Export = field(default_factory=Export)
    preview: Path | None = None
    resume: Path | None = None
    add: int = 0
    keep: bool = True
    force: bool = False

    @cached_property
    def settings(self) -> Settings:
        """Those of a new painting."""
        others = [one.name for one in fields(Compute)]
        return Settings().change(**{name: value for name, value in self.changes.items() if name not in others})

    @property
    def kept(self) -> Path:
        """Where the painting is kept until all of its files are there."""
        return kept_beside(self.outputs[0])

    @property
    def painting(self) -> Path | None:
        """The file of the finished painting, beside the first output; None if it is among them, or not to be kept."""
        if not self.keep or any(is_painting(path) for path in self.outputs):
            return None
        return painting_beside(self.outputs[0])

    @property
    def inputs(self) -> list[Path]:
        """All that may be read: the photo, and what the settings name."""
        settings, changes = self.settings, self.changes
        pictures = settings.style, settings.focus, settings.background, settings.palette
        named = *pictures, *shares_of(settings.brush), changes.get("look"), changes.get("vgg_weights")
        return [self.photo, *(Path(str(one)) for one in named if one)]

    @property
    def to_go_on(self) -> str:
        """The command that goes on with what is kept."""
        words: list[str | Path] = ["paint", self.photo, "--resume", self.kept]
        words += [word for path in self.outputs for word in ("-o", path)]
        words += [] if self.keep else ["--no-painting"]
        words += ["--force"] if replace(self, resume=self.kept).taken else []
        return command(*words)

    def results(self, finished: bool = True) -> tuple[Path, ...]:
        """All files to be written, of a painting that is ``finished`` or not."""
        return (*self.outputs, self.painting) if self.painting and finished else self.outputs

    @property
    def taken(self) -> list[Path]:
        """The results that are there already, of other paintings: not the one that goes on, nor what was written of it
        at the first output when it was stopped, which its name tells.
        """
        own, first = [self.resume] if self.resume else [], self.outputs[0]
        if self.resume and same_file(self.resume, self.kept):
            own.append(first)
        return [path for path in self.results() if is_there(path) and not any(same_file(path, one) for one in own)]

    @property
    def drawing_share(self) -> float:
        """About which part of the time drawing and writing take."""
        if all(format_of(path, self.export.film).kind in (PAINTING, TABLE) for path in self.outputs):
            return 0.0
        size = self.rendering.size or self.settings.size
        drawing = DRAWING * (size / Settings().size) ** 2
        return float(drawing / (1 + drawing))

    def check(self) -> None:
        """Raise InputError unless all files can be written, and nothing that is there or was kept would be lost."""
        preview = [self.preview] if self.preview else []
        if not self.resume:
            self.settings.check_own()
        written = [*self.results(), *preview]
        check_outputs(written, self.inputs)
        if self.resume:  # which a painting may go into
            check_outputs([path for path in written if not is_painting(path)], [self.resume])
        check_extras(self.outputs, self.export.film)
        check_map(self.outputs, self.export)
        check_effects(self.outputs, self.export, self.rendering.size)
        if self.export.beside and self.photo.is_fifo():
            raise InputError(f"a film beside its photo reads {self.photo} twice, which is a pipe: give a file")
        if self.preview and format_of(self.preview).kind != PICTURE:
            known = (suffix for one in FORMATS if one.kind == PICTURE for suffix in one.suffixes)
            raise InputError(f"the preview {self.preview} is no picture: choose from {', '.join(known)}")
        kept = self.kept
        if any(same_file(path, kept) for path in self.results()):
            raise InputError(f"the output {kept} is kept for the painting under way: choose another name")
        if kept.exists() and not (self.resume and self.resume.exists() and kept.samefile(self.resume)):
            raise InputError(f"there is a painting that was stopped, {kept}: delete it, or go on with: {self.to_go_on}")
        if self.force:
            return
        if self.taken == [self.painting]:
            raise InputError(
                f"{self.painting} is there already, where the painting of {self.outputs[0]} is to be: give another "
                "name, --force to overwrite it, or --no-painting"
            )
        check_new(self.taken)


@dataclass(frozen=True)
class Painted:
    """What came of an order: the painting of a ``photo``, finished or not, after its ``last`` step; None if there was
    none left.
    """

    painting: Painting
    last: Step | None
    photo: Photo

    @property
    def finished(self) -> bool:
        return self.painting.unfinished is None


def strokes_there(order: Order) -> int | None:
    """How many strokes the painting of an order has that was painted before; None if no file tells."""
    with suppress(InputError):
        return next((len(Painting.load(path)) for path in order.results() if is_painting(path)), None)
    return None


def kept_beside(path: Path) -> Path:
    """Where the painting is kept while it is on its way to ``path``; of a long name a hash tells whose it is."""
    name = os.fsencode(path.name)
    if len(name) <= WHOLE:
        return path.with_name(f"{path.name}{UNFINISHED}")
    cut, whose = name[:WHOLE].decode(errors="ignore"), hashlib.sha256(name).hexdigest()[:12]
    return path.with_name(f"{cut}-{whose}{UNFINISHED}")


def paint_order(
    order: Order, brushes: Sequence[NeuralBrush] | None = None, on_step: Callable[[Step], None] | None = None
) -> Painted:
    """Paint an order's photo; what there is is kept beside its files. ``on_step`` may raise KeyboardInterrupt: then the
    painting is that of the step before, unfinished.
    """
    looking: list[Observer] = [Autosave(order.kept)]
    if order.preview:
        looking.append(Preview(order.preview))
    again = Painting.load(order.resume) if order.resume else None
    if order.export.map:
        check_relief(order.export, may_have_relief(order, brushes, again))
    settings = again.settings if again else order.settings
    with few_threads():
        photo = read_subject(order.photo, settings)
    check_drawing(order, photo, settings.size)
    if again and is_painted(order, again, photo, brushes):
        return Painted(again, None, photo)
    changes = {name: value for name, value in order.changes.items() if not (again and name == "brush")}
    last: Step | None = None

    def follow(step: Step) -> None:
        nonlocal last
        last = step
        for observer in looking:
            observer.look(step)
        if on_step:
            on_step(step)

    painting = None
    with suppress(KeyboardInterrupt):
        painting = paint(photo, on_step=follow, resume=again, add=order.add, brushes=brushes, **changes)
    if last is None:
        raise KeyboardInterrupt
    painting = painting or last.painting()
    painting.save(order.kept)  # nothing is lost whatever happens while it is drawn
    return Painted(painting, last, photo)


def is_painted(order: Order, again: Painting, photo: Photo, brushes: Sequence[NeuralBrush] | None) -> bool:
    """Whether what is kept is finished, and only its drawing was stopped: of this photo, by these brushes."""
    finished = again.unfinished is None and not order.add
    finished = finished and again.photo is not None and again.photo.sha256 == photo.sha256
    same = brushes is None or [brush.name for brush in brushes] == [ref.name for ref in again.brushes]
    return finished and same and order.resume is not None and same_file(order.resume, order.kept)


def check_drawing(order: Order, photo: Photo, size: int) -> None:
    """Raise InputError if a picture for a canvas of ``size`` px is too large for a file of the order, and MachineError
    if it is for this machine.
    """
    width, height = picture_shape(photo.canvas(size), order.outputs, order.rendering.size, order.export)
    kinds = {format_of(path, order.export.film).kind for path in order.outputs}
    if kinds & {PICTURE, LAYERS, FILM}:
        check_room(width, height, LAYERS in kinds)


def may_have_relief(order: Order, brushes: Sequence[NeuralBrush] | None, again: Painting | None) -> bool:
    """Whether what an order paints may have a relief: of a painting that goes on ``again``, or by these ``brushes``."""
    rendering = replace(
        order.rendering, engine=order.changes.get("engine", (again.settings if again else Settings()).engine)
    )
    if again:
        brushes = again.find_brushes(brushes)
    return brushes is None or has_relief(brushes, rendering)


def write_order(
    order: Order,
    painted: Painted,
    brushes: Sequence[NeuralBrush] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write the files of what was painted."""
    rendering = replace(order.rendering, engine=painted.painting.settings.engine, brushes=brushes)
    paths = order.results(painted.finished)
    write_all(painted.painting, paths, rendering, order.export, photo=order.photo, on_progress=on_progress)


def each(orders: Sequence[Order], work: Callable[[Order], None]) -> Iterator[tuple[Order, Exception | None]]:
    """``work`` on one order after another; each with what went wrong, if it could not be done. Where the disk fails, so
    it would for all others: OSError passes through.
    """
    for order in orders:
        yield order, _trouble(order, work)


def _trouble(order: Order, work: Callable[[Order], None]) -> Exception | None:
    try:
        work(order)
    except OSError:
        raise
    except Exception as error:
        return error
    return None
