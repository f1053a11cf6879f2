"""From photos to files: one order after another, each painted, kept while it is under way, drawn and written.

This is work of the library, which says nothing to anybody: the command line shows it, and a studio can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..brush.neural import NeuralBrush
from ..errors import InputError
from ..export.export import Export
from ..export.formats import FORMATS, PICTURE, format_of
from ..export.write import check_extras, check_outputs, write_all
from ..painters.observers import Autosave, Observer, Preview
from ..painters.paint import paint
from ..painters.step import Step
from ..painting.painting import Painting
from ..rendering.rendering import Rendering

UNFINISHED = ".unfinished.painting.json"  # beside the first output while it is painted and drawn


@dataclass(frozen=True)
class Order:
    """A ``photo`` to be painted into files, ``outputs``, with these ``changes`` of settings by name, drawn as a
    ``rendering`` says (by the engine of the settings). ``preview`` is a picture file that shows it growing; ``resume``
    a painting file to go on with, or to ``add`` strokes to.
    """

    photo: Path
    outputs: tuple[Path, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)
    rendering: Rendering = field(default_factory=Rendering)
    export: Export = field(default_factory=Export)
    preview: Path | None = None
    resume: Path | None = None
    add: int = 0

    @property
    def kept(self) -> Path:
        """Where the painting is kept until all of its files are there."""
        return self.outputs[0].with_name(f"{self.outputs[0].name[:60]}{UNFINISHED}")

    def check(self) -> None:
        """Raise InputError unless all files can be written, and nothing that was kept would be lost."""
        preview = [self.preview] if self.preview else []
        check_outputs([*self.outputs, *preview], [self.photo])
        check_extras(self.outputs, self.export.film)
        if self.preview and format_of(self.preview).kind != PICTURE:
            known = (suffix for one in FORMATS if one.kind == PICTURE for suffix in one.suffixes)
            raise InputError(f"the preview {self.preview} is no picture: choose from {', '.join(known)}")
        kept = self.kept
        if kept.exists() and not (self.resume and self.resume.exists() and kept.samefile(self.resume)):
            raise InputError(f"there is a painting that was stopped, {kept}: go on with it by --resume, or delete it")


@dataclass(frozen=True)
class Painted:
    """What came of an order: the painting, finished or not, after its ``last`` step."""

    painting: Painting
    last: Step

    @property
    def finished(self) -> bool:
        return self.painting.unfinished is None


def outputs_of(photos: Sequence[Path], outputs: Sequence[Path]) -> list[tuple[Path, tuple[Path, ...]]]:
    """Each photo with the files to write; a folder for them is made, if it is not there. Raises InputError if several
    photos would go into one file.
    """
    folder = outputs[0] if len(outputs) == 1 and (outputs[0].is_dir() or len(photos) > 1) else None
    if folder and folder.suffix and not folder.is_dir():
        raise InputError(f"there are {len(photos)} photos and {folder} is one file: give a folder, such as -o painted/")
    if len(photos) == 1 and folder is None and outputs:
        return [(photos[0], tuple(outputs))]
    if outputs and folder is None:
        raise InputError(f"there are {len(photos)} photos: give one folder for all, such as -o painted/")
    found = [(photo, (folder or Path()) / f"{photo.stem}-painted.png") for photo in photos]
    for index, (photo, path) in enumerate(found):
        if twin := next((other for other, there in found[:index] if there == path), None):
            raise InputError(f"{twin} and {photo} would both become {path}: paint them into two folders")
    if folder and not folder.exists():
        try:
            folder.mkdir()
        except OSError as error:
            raise InputError(f"the folder {folder} cannot be made ({error.strerror}): choose another") from None
    return [(photo, (path,)) for photo, path in found]


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
        painting = paint(order.photo, on_step=follow, resume=again, add=order.add, brushes=brushes, **changes)
    if last is None:
        raise KeyboardInterrupt
    painting = painting or last.painting()
    painting.save(order.kept)  # nothing is lost whatever happens while it is drawn
    return Painted(painting, last)


def write_order(
    order: Order,
    painted: Painted,
    brushes: Sequence[NeuralBrush] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write the files of what was painted."""
    rendering = replace(order.rendering, engine=painted.painting.settings.engine, brushes=brushes)
    write_all(painted.painting, order.outputs, rendering, order.export, photo=order.photo, on_progress=on_progress)


def each(orders: Sequence[Order], work: Callable[[Order], None]) -> Iterator[tuple[Order, InputError | None]]:
    """``work`` on one order after another; each with what was wrong with it, if it could not be done."""
    for order in orders:
        yield order, _trouble(order, work)


def _trouble(order: Order, work: Callable[[Order], None]) -> InputError | None:
    try:
        work(order)
    except InputError as error:
        return error
    return None
