"""Which files each photo becomes: from names that are given, a folder, or a pattern for many photos."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from ..errors import InputError, failure
from ..export.formats import painting_beside
from ..files import is_folder, is_there
from ..painters.resume import TO_GO_ON
from .batch import Order, kept_beside

NAME = "{name}"  # of the photo, in a pattern
BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
STDIN = Path("/dev/stdin")
SEPARATORS = tuple(filter(None, ("/", os.sep, os.altsep)))
Named = tuple[Path, tuple[Path, ...]]  # a photo, and its files


def photo_of(text: str) -> Path:
    """The photo that is meant: ``-`` is standard input."""
    if text == "-" and not is_there(STDIN):
        raise InputError("the photo - is standard input, which this system has no path for: give a file")
    return STDIN if text == "-" else Path(text)


def outputs_of(photos: Sequence[Path], outputs: Sequence[str], force: bool = False) -> list[Named]:
    """Each photo with the files to write. A name that ends in a slash, or is there as a folder, is one. A name that is
    not given, and is there already, gets a number, unless ``force`` overwrites it, or one of several photos was
    stopped: these go on, and those that are there are done. Raises InputError if several photos would go into one file,
    or one into a photo.
    """
    if any(is_pattern(text) for text in outputs):
        return by_pattern([(photo, photo.stem) for photo in photos], outputs)
    paths = [Path(text) for text in outputs]
    several = len(photos) > 1
    named = len(paths) == 1 and (is_folder(paths[0]) or outputs[0].endswith(SEPARATORS))
    folder = paths[0] if len(paths) == 1 and (several or named) else None
    if paths and not folder:
        if several:
            raise InputError(f"there are {len(photos)} photos: give one folder for all, such as -o painted/")
        return [(photos[0], tuple(paths))]
    if folder and folder.suffix and not named:
        raise InputError(f"there are {len(photos)} photos and {folder} is one file: give a folder, such as -o painted/")
    found = [(photo, ((folder or Path()) / f"{photo.stem}-painted.png",)) for photo in photos]
    _check_apart(found)
    unused = [(photo, paths if force else tuple(map(_unused, paths))) for photo, paths in found]
    if several and any(map(_was_stopped, unused)):
        unused = [new if _was_stopped(new) else plain for new, plain in zip(unused, found, strict=True)]
    _check_photos(unused)
    return unused


@contextmanager
def made(named: Sequence[Named], outputs: Sequence[str]) -> Iterator[None]:
    """Within, the folders are there that a pattern names, or that are given for their photos' names; those that were
    made for it and got no file are gone after it. Raises InputError for one that cannot be.
    """
    given = set(map(Path, outputs))
    folders = dict.fromkeys(path.parent for _, paths in named for path in paths if path not in given)
    new: list[Path] = []
    try:
        for folder in folders:
            if not is_there(folder):
                _make(folder)
                new.append(folder)
        yield
    finally:
        for folder in new:
            if not any(folder.iterdir()):
                folder.rmdir()


def _was_stopped(named: Named) -> bool:
    """Whether a photo's painting is kept, on its way to its files."""
    return is_there(kept_beside(named[1][0]))


def to_be_done(orders: Sequence[Order]) -> list[Order]:
    """Those whose files are not all there; where one was stopped, it goes on, as it was begun."""
    left = [order for order in orders if is_there(order.kept) or not all(map(is_there, order.results()))]
    return [_going_on(order) if is_there(order.kept) and not order.resume else order for order in left]


def _going_on(order: Order) -> Order:
    """The same, that goes on with what is kept."""
    changes = {name: value for name, value in order.changes.items() if name in TO_GO_ON}
    return replace(order, resume=order.kept, changes=changes)


def is_pattern(text: str) -> bool:
    """Whether a text names the files of many photos, or several of one."""
    return not is_there(Path(text)) and (NAME in text or BRACES.search(text) is not None)


def folder_of(pattern: str) -> Path:
    """The folder that all files of a pattern lie in, or below."""
    return Path(BRACES.sub(NAME, pattern).partition("{")[0] + "x").parent


def by_pattern(photos: Sequence[tuple[Path, str]], outputs: Sequence[str]) -> list[Named]:
    """Each photo, given with its name, and the files that these patterns make of it. Raises InputError as above."""
    found = [
        (photo, tuple(Path(text.replace(NAME, name)) for output in outputs for text in _alternatives(output)))
        for photo, name in photos
    ]
    _check_apart(found)
    _check_photos(found)
    return found


def _alternatives(text: str) -> Iterator[str]:
    """What a text with braces means: ``a.{png,svg}`` is two names."""
    if not (braces := BRACES.search(text)):
        yield text
        return
    for part in braces[1].split(","):
        yield from _alternatives(text[: braces.start()] + part + text[braces.end() :])


def _check_apart(found: Sequence[Named]) -> None:
    """Raise InputError if two photos would go into one file."""
    owners: dict[Path, Path] = {}
    for photo, paths in found:
        for path in dict.fromkeys(paths):
            if path in owners:
                raise InputError(f"{owners[path]} and {photo} would both become {path}: paint them into two folders")
            owners[path] = photo


def _check_photos(found: Sequence[Named]) -> None:
    """Raise InputError if one of the photos would be overwritten by another one's painting."""
    photos = {os.path.realpath(photo) for photo, _ in found}
    for photo, paths in found:
        for path in paths:
            if os.path.realpath(path) in photos:
                raise InputError(f"{photo} would become {path}, which is a photo itself: choose another folder")


def _make(folder: Path) -> None:
    try:
        folder.mkdir()
    except OSError as error:
        raise failure(error, f"the folder {folder} cannot be made ({error.strerror}): choose another") from None


def _unused(path: Path) -> Path:
    """``path``, with a number if there is a file already, or a painting beside it. What was stopped has its name still:
    it is gone on with, or in the way.
    """
    names = chain([path], (path.with_stem(f"{path.stem}-{number}") for number in count(2)))
    return next(
        one for one in names if is_there(kept_beside(one)) or not (is_there(one) or is_there(painting_beside(one)))
    )
