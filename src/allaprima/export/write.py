"""Writing a painting to files, each by the suffix of its name, all in one pass over the strokes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..brush.library import NeuralBrush
from ..errors import InputError
from ..files import check_output, same_file, written_aside
from ..image.photo import PhotoLike, fit, read_photo
from ..painting.painting import LARGEST, Painting, check_engine, check_size
from .export import Export
from .writer import Job, Writer

if TYPE_CHECKING:
    Maker = Callable[[Job, Path], Writer]

PAINTING = ".painting.json"
MOST_WEBP = 16_383  # px: the format's own limit


def _file(job: Job, path: Path) -> Writer:
    from .painting_file import PaintingFile

    return PaintingFile(job, path)


def _picture(job: Job, path: Path) -> Writer:
    from .picture import PictureFile

    return PictureFile(job, path)


def _webp(job: Job, path: Path) -> Writer:
    return _film(job, path) if job.export.film else _picture(job, path)


def _openraster(job: Job, path: Path) -> Writer:
    from .openraster import OpenRaster

    return OpenRaster(job, path)


def _photoshop(job: Job, path: Path) -> Writer:
    from .photoshop import Photoshop

    return Photoshop(job, path)


def _svg(job: Job, path: Path) -> Writer:
    from .svg import Svg

    return Svg(job, path)


def _csv(job: Job, path: Path) -> Writer:
    from .table import Table

    return Table(job, path)


def _film(job: Job, path: Path) -> Writer:
    from .video import Film

    return Film(job, path)


WRITERS: dict[str, Maker] = {
    PAINTING: _file,
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff"), _picture),
    ".webp": _webp,
    ".ora": _openraster,
    ".psd": _photoshop,
    ".svg": _svg,
    ".csv": _csv,
    **dict.fromkeys((".mp4", ".webm", ".gif"), _film),
}


def suffix_of(path: Path) -> str:
    """The suffix that decides how ``path`` is written. Raises InputError, listing the known, for another."""
    name = path.name.lower()
    for suffix in WRITERS:
        if name.endswith(suffix) and name != suffix:
            return suffix
    raise InputError(f"the suffix of {path} is unknown: choose from {', '.join(WRITERS)}")


def check_outputs(paths: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Raise InputError unless each path has a known suffix, can be written, and is none of the inputs."""
    for index, path in enumerate(paths):
        suffix_of(path)
        check_output(path)
        if any(same_file(path, given) for given in inputs):
            raise InputError(f"the output {path} is the input itself: choose another name")
        if any(same_file(path, other) for other in paths[:index]):
            raise InputError(f"the output {path} is given twice")


def check_extras(paths: Sequence[Path]) -> None:
    """Raise InputError, saying what to install, where a file needs an extra that is not there."""
    from .extras import NEEDED

    for path in paths:
        for needed in NEEDED.get(suffix_of(path), ()):
            needed.check(path)


def write(
    painting: Painting,
    path: str | Path,
    size: int | None = None,
    engine: str = "neural",
    brushes: Sequence[NeuralBrush] | None = None,
    texture: bool = False,
    photo: PhotoLike | None = None,
    **options: Any,
) -> None:
    """Write a painting to a file, by its suffix (docs/formats.md): pictures ``.png .jpg .jpeg .tif .tiff .webp``,
    layers ``.ora .psd``, vectors ``.svg``, a table ``.csv``, films ``.mp4 .webm .gif`` (and ``.webp`` with
    ``film=True``), and ``.painting.json``, the painting itself.

    Pictures are drawn with ``size`` px on the long side (the canvas' size where none is given) by ``engine`` "neural",
    with ``texture`` or not, or "mypaint". ``brushes`` replaces those that ship with the package; ``photo`` is shown by
    films with ``beside``; ``options`` are the fields of :class:`~allaprima.export.options.Export` by name.

    The file is written aside and renamed: an old one is untouched until the new one is whole. Raises
    :class:`InputError` for an unknown suffix or option or a folder that is not there, OSError when the disk is full.
    """
    write_all(painting, [Path(path)], size, engine, brushes, texture, photo, Export.of(**options))


def write_all(
    painting: Painting,
    paths: Sequence[Path],
    size: int | None = None,
    engine: str = "neural",
    brushes: Sequence[NeuralBrush] | None = None,
    texture: bool = False,
    photo: PhotoLike | None = None,
    export: Export | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write one painting to several files, see :func:`write`: its strokes are drawn once for all of them.
    ``on_progress`` sees the share done, 0 to 1.
    """
    export = export or Export()
    check_outputs(paths, [])
    check_extras(paths)
    check_engine(engine)
    size = size_for(painting, size, export)
    if size > MOST_WEBP and not export.film and any(suffix_of(path) == ".webp" for path in paths):
        raise InputError(f"the picture would have {size:,} px, and a .webp at most {MOST_WEBP:,}: choose .png or .tif")
    seen = read_photo(photo) if photo is not None and export.beside else None
    if export.beside and seen is None:
        raise InputError("a film beside its photo needs the photo: give it by --photo, or photo= in Python")
    job = Job(painting, *fit(painting.width, painting.height, size), engine, texture, brushes, seen, export)
    with ExitStack() as stack:
        writers = []
        for path in paths:
            aside = stack.enter_context(written_aside(path))
            writers.append(stack.enter_context(WRITERS[suffix_of(path)](job, aside)))
        run(job, writers, on_progress)


def size_for(painting: Painting, size: int | None, export: Export) -> int:
    """The long side of the picture in pixels. Raises InputError for one that cannot be, or is asked for twice."""
    paper = export.paper()
    if paper is None:
        check_size(size)
        return painting.size if size is None else int(size)
    if size is not None:
        raise InputError(f"the size is asked for twice, by size {size} and print {export.print!r}: give one of them")
    short, long = paper
    width, height = (short, long) if painting.width < painting.height else (long, short)
    choose = min if export.fit == "fit" else max
    scale = choose(width / painting.width, height / painting.height)
    size = max(1, round(scale * painting.size))
    if size > LARGEST:
        raise InputError(f"to fill {export.print} the picture would have {size:,} px: choose fewer --dpi")
    return size


def run(job: Job, writers: Sequence[Writer], on_progress: Callable[[float], None] | None = None) -> None:
    """Draw up to each moment that a writer waits for, once for all."""
    last = len(job.painting)
    moments = sorted({moment for writer in writers for moment in writer.moments})
    if moments:
        layered = any(writer.layered for writer in writers)
        drawing = job.painting.drawing(
            max(job.width, job.height), job.engine, texture=job.texture, brushes=job.brushes, layered=layered
        )
        done = 0
        for moment in moments:
            assert 0 <= moment <= last
            if moment > done:
                drawing.draw(done, moment, on_progress)
                done = moment
            for writer in writers:
                if moment in writer.moments:
                    writer.see(drawing, moment)
    for writer in writers:
        writer.finish()
