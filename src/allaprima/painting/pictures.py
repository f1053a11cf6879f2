"""Pictures that a painting is painted on or after, as a person names them, and as a painting file records them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..files import is_there
from ..image.hex import hex_to_rgb, named

RECORDED = "sha256:"  # begins the text of a hash


@dataclass(frozen=True)
class PictureFile:
    """A picture by its path."""

    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class PictureHash:
    """A picture that was read, by the sha256 of its file: enough to tell whether another one is the same."""

    sha256: str

    def __str__(self) -> str:
        return RECORDED + self.sha256


@dataclass(frozen=True)
class AutoFocus:
    """Where people look in the photo itself."""

    def __str__(self) -> str:
        return "auto"


@dataclass(frozen=True)
class PhotoMean:
    """Paper in the mean colour of the photo."""

    def __str__(self) -> str:
        return "photo-mean"


@dataclass(frozen=True)
class PlainColor:
    """Paper of one colour: a name, as CSS has them, or ``#rrggbb``. Raises InputError for a colour that is none."""

    name: str

    def __post_init__(self) -> None:
        hex_to_rgb(self.hex, "background")

    @property
    def hex(self) -> str:
        return named(self.name)

    def __str__(self) -> str:
        return self.name


PictureSource: TypeAlias = PictureFile | PictureHash
FocusSource: TypeAlias = AutoFocus | PictureSource
BackgroundSource: TypeAlias = PhotoMean | PlainColor | PictureFile | PictureHash


def read_source(text: str) -> PictureSource | None:
    """The picture that a text names, by path or by hash; None for no text."""
    if not text:
        return None
    return PictureHash(text.removeprefix(RECORDED)) if text.startswith(RECORDED) else PictureFile(text)


def read_focus(text: str) -> FocusSource | None:
    """What a text says of the focus: ``auto``, ``none`` (or nothing), or a mask."""
    if text == "auto":
        return AutoFocus()
    return None if text == "none" else read_source(text)


def read_background(text: str) -> BackgroundSource:
    """What a text says of the background: ``photo-mean`` (or nothing), a colour's name, ``#rrggbb``, or a picture;
    what is there under a colour's name is a picture, but for ``white``. Raises InputError for a colour that is none.
    """
    if text in ("", "photo-mean"):
        return PhotoMean()
    name = text.lower()
    if name == "white" or text.startswith("#") or (named(name) != name and not is_there(Path(text))):
        return PlainColor(name if name == "white" else named(name))  # a painting records digits, all six
    return read_source(text) or PhotoMean()
