"""Every kind of file that a painting can be written as, a row each. A new one is a row, and a file with its writer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, to_install

if TYPE_CHECKING:
    from .base import Job, Writer


@dataclass(frozen=True)
class Needed:
    """A package that is not in the core, its module, and what does without it."""

    package: str
    module: str
    instead: str

    def check(self, path: Path) -> None:
        """Raise InputError, saying what to install, if it is not there."""
        if find_spec(self.module) is None:
            raise InputError(f"{path} needs {self.package}: {to_install(self.package)}; {self.instead}")


@dataclass(frozen=True)
class Format:
    """Files with one of these ``suffixes`` are of a ``kind`` and written by ``writer``, as ``module:class`` of this
    room, which is loaded when it is wanted; ``needs`` what is not in the core. A long side has ``most`` px, if there is
    a limit; larger pictures go into files of other suffixes ``instead``.
    """

    suffixes: tuple[str, ...]
    kind: str
    writer: str
    needs: Needed | None = None
    most: int | None = None
    instead: str = ""

    def open(self, job: Job, path: Path) -> Writer:
        """A writer that begins a file at ``path``."""
        module, name = self.writer.split(":")
        make: Callable[[Job, Path], Writer] = getattr(import_module(f".{module}", __package__), name)
        return make(job, path)

    def check_size(self, path: Path, size: int) -> None:
        """Raise InputError for a long side of more px than the format allows."""
        if self.most and size > self.most:
            raise InputError(
                f"the picture would have {size:,} px, and a {suffix_of(path)} at most {self.most:,}: "
                f"choose {self.instead}"
            )


PAINTING, PICTURE, LAYERS, VECTOR, TABLE, FILM = "painting", "picture", "layers", "vector", "table", "film"
AV = Needed("av", "av", "a film as .gif, or .webp with --film, does without")
PSD_TOOLS = Needed("psd-tools", "psd_tools", "layers as .ora do without")

FORMATS = (
    Format((".painting.json",), PAINTING, "painting_file:PaintingFile"),
    Format((".png", ".jpg", ".jpeg", ".tif", ".tiff"), PICTURE, "picture:PictureFile"),
    Format((".webp",), PICTURE, "picture:PictureFile", most=16_383, instead=".png or .tif"),
    Format((".ora",), LAYERS, "openraster:OpenRaster"),
    Format((".psd",), LAYERS, "photoshop:Photoshop", needs=PSD_TOOLS, most=30_000, instead="fewer, or .ora"),
    Format((".svg",), VECTOR, "svg:Svg"),
    Format((".csv",), TABLE, "stroke_table:Table"),
    Format((".mp4",), FILM, "video:Mp4Film", needs=AV),
    Format((".webm",), FILM, "video:WebMFilm", needs=AV),
    Format((".gif",), FILM, "animation:GifFilm"),
    Format((".webp",), FILM, "animation:WebPFilm"),
)
SUFFIXES = tuple(dict.fromkeys(suffix for one in FORMATS for suffix in one.suffixes))


def suffix_of(path: Path) -> str:
    """The suffix that decides how ``path`` is written. Raises InputError, listing the known, for another."""
    name = path.name.lower()
    for suffix in SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return suffix
    raise InputError(f"the suffix of {path} is unknown: choose from {', '.join(SUFFIXES)}")


def format_of(path: Path, film: bool = False) -> Format:
    """How ``path`` is written; where its suffix leaves that open, as a ``film`` or not. Raises InputError for an
    unknown suffix.
    """
    suffix = suffix_of(path)
    found = [one for one in FORMATS if suffix in one.suffixes]
    return next((one for one in found if (one.kind == FILM) == film), found[0])


def is_painting(path: Path) -> bool:
    """Whether a file is a painting, by its name."""
    return path.name.lower().endswith(FORMATS[0].suffixes[0])


def painting_beside(path: Path) -> Path:
    """Where the painting lies that a picture or another file at ``path`` is of."""
    return path.parent / f"{path.stem}{FORMATS[0].suffixes[0]}"
