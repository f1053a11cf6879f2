"""Writing a painting to files, each by the suffix of its name, all in one pass over the strokes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, check_kind
from ..files import as_path, check_output, is_there, same_file, written_aside
from ..image.photo import PhotoLike, fit, read_photo
from ..options import check_known
from ..painting.painting import Painting
from ..rendering.rendering import LARGEST, Rendering, RenderingOptions
from .base import Job, Writer
from .export import Export, ExportOptions
from .formats import FILM, PAINTING, TABLE, format_of, suffix_of
from .maps import check_map

if TYPE_CHECKING:
    from typing_extensions import Unpack

A_STROKE, A_LOOK, A_FILE = 5e-4, 0.4, 4.0  # the work of each, in that of covering the canvas once
FILMS = 1280  # px of a film's long side at most, unless another size is asked for


class WriteOptions(RenderingOptions, ExportOptions, total=False):
    """All that :func:`write` takes by name."""


def check_outputs(paths: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Raise InputError unless each path has a known suffix, can be written, and is none of the inputs."""
    for index, path in enumerate(paths):
        suffix_of(path)
        check_output(path)
        if any(same_file(path, given) for given in inputs):
            raise InputError(f"the output {path} is the input itself: choose another name")
        if any(same_file(path, other) for other in paths[:index]):
            raise InputError(f"the output {path} is given twice")


def check_new(paths: Sequence[Path]) -> None:
    """Raise InputError if there is a file at one of the paths: it would be overwritten."""
    for path in paths:
        if is_there(path):
            raise InputError(f"{path} is there already: give another name, or --force to overwrite it")


def check_extras(paths: Sequence[Path], film: bool = False) -> None:
    """Raise InputError, saying what to install, where a file needs an extra that is not there."""
    for path in paths:
        if needed := format_of(path, film).needs:
            needed.check(path)


def write(
    painting: Painting,
    path: str | Path,
    rendering: Rendering | int | None = None,
    export: Export | None = None,
    *,
    photo: PhotoLike | None = None,
    **options: Unpack[WriteOptions],
) -> None:
    """Write a painting to a file, by its suffix (docs/formats.md): pictures ``.png .jpg .jpeg .tif .tiff .webp``,
    layers ``.ora .psd``, vectors ``.svg``, a table ``.csv``, films ``.mp4 .webm .gif`` (and ``.webp`` with
    ``film=True``), and ``.painting.json``, the painting itself.

    It is drawn as a ``rendering`` says (a number alone is its size), and the file is as ``export`` says; ``options``
    are the fields of :class:`~allaprima.rendering.rendering.Rendering` and :class:`~allaprima.export.export.Export`
    by name. ``photo`` is shown by films with ``beside``.

    A file that is there is overwritten. The new one is written aside and renamed: the old one is untouched until the
    new one is whole. Raises :class:`InputError` for an unknown suffix or option or a folder that is not there, OSError
    when the disk is full.
    """
    check_kind(painting, Painting, "what is to be written", "a painting")
    check_kind(export, (Export, type(None)), "export", "Export(...), or each of its choices by name")
    check_known(options, Rendering, Export)
    named: dict[str, Any] = dict(options)
    drawn = {one.name: named.pop(one.name) for one in fields(Rendering) if one.name in named}
    export = (export or Export()).change(**named)
    write_all(painting, [as_path(path, "the output")], Rendering.of(rendering, **drawn), export, photo=photo)


def write_all(
    painting: Painting,
    paths: Sequence[Path],
    rendering: Rendering | None = None,
    export: Export | None = None,
    *,
    photo: PhotoLike | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write one painting to several files, see :func:`write`: its strokes are drawn once for all of them.
    ``on_progress`` sees the share done, 0 to 1.
    """
    rendering, export = rendering or Rendering(), export or Export()
    check_outputs(paths, [])
    check_extras(paths, export.film)
    check_map(paths, export)
    width, height = picture_shape((painting.width, painting.height), paths, rendering.size, export)
    seen = read_photo(photo) if photo is not None and export.beside else None
    if export.beside and seen is None:
        raise InputError("a film beside its photo needs the photo: give it by --photo, or photo= in Python")
    job = Job(painting, width, height, rendering.change(size=max(width, height)), seen, export)
    with ExitStack() as stack:
        writers = []
        for path in paths:
            aside = stack.enter_context(written_aside(path))
            writers.append(stack.enter_context(format_of(path, export.film).open(job, aside)))
        run(job, writers, on_progress)


def picture_shape(canvas: tuple[int, int], paths: Sequence[Path], size: int | None, export: Export) -> tuple[int, int]:
    """Width and height of what will be drawn of a ``canvas`` for these files. Raises InputError for a ``size`` that
    cannot be, is asked for twice, or is too large for one of them.
    """
    width, height = fit(*canvas, _size_for(canvas, size, export, films_alone(paths, export)))
    for path in paths:
        format_of(path, export.film).check_size(path, max(export.paper() or (width, height)))
    return width, height


def films_alone(paths: Sequence[Path], export: Export) -> bool:
    """Whether films are all that is drawn."""
    kinds = {format_of(path, export.film).kind for path in paths}
    return kinds - {PAINTING, TABLE} == {FILM}


def _size_for(canvas: tuple[int, int], size: int | None, export: Export, films: bool) -> int:
    """The long side of the picture in pixels; if nobody says, ``films`` that nothing else is drawn for are not too
    large.
    """
    paper, longest = export.sheet(*canvas), max(canvas)
    if paper is None:
        usual = min(longest, FILMS) if films else longest
        return usual if size is None else int(size)
    if size is not None:
        raise InputError(f"the size is asked for twice, by size {size} and print {export.print!r}: give one of them")
    width, height = paper
    choose = min if export.fit == "fit" else max
    size = max(1, round(choose(width / canvas[0], height / canvas[1]) * longest))
    if size > LARGEST:
        raise InputError(f"to fill {export.print} the picture would have {size:,} px: choose fewer --dpi")
    return size


class Progress:
    """How much of the drawing is done, told ``on_progress`` as a share, 0 to 1: broad strokes take long, and so does
    each of the ``looks`` that writers take.
    """

    def __init__(self, painting: Painting, looks: int, on_progress: Callable[[float], None] | None) -> None:
        covered = painting.strokes.area.double().numpy() / (painting.width * painting.height)
        self._work = np.concatenate([[0], np.cumsum(covered + A_STROKE)])  # after so many strokes
        self._total = self._work[-1] + A_LOOK * looks + A_FILE
        self._looked, self._share = 0, 0.0
        self._tell = on_progress or (lambda share: None)

    def drawn(self, share: float) -> None:
        """Of the strokes."""
        self._share = share
        strokes = self._work[round(share * (len(self._work) - 1))]
        self._tell(float((strokes + A_LOOK * self._looked) / self._total))

    def looked(self) -> None:
        """Once more, by all writers."""
        self._looked += 1
        self.drawn(self._share)


def run(job: Job, writers: Sequence[Writer], on_progress: Callable[[float], None] | None = None) -> None:
    """Draw up to each moment that a writer waits for, once for all."""
    last = len(job.painting)
    moments = sorted({moment for writer in writers for moment in writer.moments})
    if moments:
        progress = Progress(job.painting, len(moments), on_progress)
        drawing = job.painting.drawing(job.rendering, layered=any(writer.layered for writer in writers))
        for writer in writers:
            writer.check(drawing)
        done = 0
        for moment in moments:
            assert 0 <= moment <= last
            if moment > done:
                drawing.draw(done, moment, progress.drawn)
                done = moment
            for writer in writers:
                if moment in writer.moments:
                    writer.see(drawing, moment)
            progress.looked()
    for writer in writers:
        writer.finish()
    if on_progress:
        on_progress(1.0)
