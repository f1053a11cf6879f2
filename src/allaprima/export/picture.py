"""Writing a painting to a file, by the suffix of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ..brush.shipped import NeuralBrush
from ..errors import InputError
from ..files import check_output, same_file, written_aside
from ..painting.painting import Painting, check_engine, check_size

PAINTING = ".painting.json"
PICTURES: dict[str, dict[str, Any]] = {  # suffix: how Pillow saves it
    ".png": {"format": "PNG"},
    ".jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    ".jpeg": {"format": "JPEG", "quality": 95, "subsampling": 0},
}


def suffix_of(path: Path) -> str:
    """The suffix that decides how ``path`` is written. Raises InputError, listing the known, for another."""
    name = path.name.lower()
    for suffix in (PAINTING, *PICTURES):
        if name.endswith(suffix) and name != suffix:
            return suffix
    raise InputError(f"the suffix of {path} is unknown: choose from {', '.join((*PICTURES, PAINTING))}")


def check_outputs(paths: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Raise InputError unless each path has a known suffix, can be written, and is none of the inputs."""
    for index, path in enumerate(paths):
        suffix_of(path)
        check_output(path)
        if any(same_file(path, given) for given in inputs):
            raise InputError(f"the output {path} is the input itself: choose another name")
        if any(same_file(path, other) for other in paths[:index]):
            raise InputError(f"the output {path} is given twice")


def write(
    painting: Painting,
    path: str | Path,
    size: int | None = None,
    engine: str = "neural",
    brushes: Sequence[NeuralBrush] | None = None,
    texture: bool = False,
) -> None:
    """Write a painting: ``.png``, ``.jpg`` and ``.jpeg`` are drawn with ``size`` px on the long side (the canvas'
    size where none is given) by ``engine`` "neural", with ``texture`` or not, or "mypaint"; ``.painting.json`` is the
    painting itself. ``brushes`` replaces those that ship with the package.

    The file is written aside and renamed: an old one is untouched until the new one is whole. Raises
    :class:`InputError` for an unknown suffix or a folder that is not there, OSError when the disk is full.
    """
    write_all(painting, [Path(path)], size, engine, brushes, texture)


def write_all(
    painting: Painting,
    paths: Sequence[Path],
    size: int | None = None,
    engine: str = "neural",
    brushes: Sequence[NeuralBrush] | None = None,
    texture: bool = False,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write one painting to several files; its picture is drawn once. ``brushes`` replaces the shipped ones;
    ``on_progress`` sees the share drawn.
    """
    check_outputs(paths, [])
    check_size(size)
    check_engine(engine)
    picture = None
    for path in paths:
        suffix = suffix_of(path)
        if suffix == PAINTING:
            painting.save(path)
            continue
        if picture is None:
            drawn = painting.render(size, engine, texture=texture, brushes=brushes, on_progress=on_progress)
            picture = Image.fromarray(drawn)
        save_picture(picture, path)


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write a picture, aside first, as its suffix says: one of PICTURES."""
    with written_aside(path) as aside:
        picture.save(aside, **PICTURES[suffix_of(path)])
