"""Whose folder is whose: each browser has a key of its own, and by that alone a folder is found."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import IO

from ...errors import InputError
from ...files import check_folder, locked, written_aside
from .photos import Photos
from .works import Works

KEY = re.compile(r"[A-Za-z0-9_-]{32}")
OWNER, VISITORS, PASSING, LOCK = "owner", "visitors", "passing", "lock"


class Visitor:
    """Who has a folder: the photos and works in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.photos, self.works = Photos(folder / "photos"), Works(folder / "works")
        self.passing = folder / PASSING

    def room(self) -> Path:
        """A new folder for what a visit needs only as long as it lasts."""
        self.passing.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self.passing))


class Visitors:
    """All, in the studio's ``folder``, which nobody else on this computer may read. Raises InputError for a folder
    that cannot be.
    """

    def __init__(self, folder: Path) -> None:
        check_folder(folder, "the studio")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.uploads = folder / PASSING
        for left in (self.uploads, *folder.glob(f"{VISITORS}/*/{PASSING}")):  # by a studio that was killed
            shutil.rmtree(left, ignore_errors=True)
        for private in (folder / VISITORS, self.uploads):  # also in a folder that others may read
            private.mkdir(mode=0o700, exist_ok=True)

    @property
    def owner(self) -> str:
        """The key of who runs the studio, which stays the same: whoever has it is at home here, in any browser."""
        path = self.folder / OWNER
        if path.is_file() and is_key(key := path.read_text().strip()):
            return key
        key = new_key()
        path.touch()
        path.chmod(0o600)  # before there is anything in it
        with written_aside(path) as aside:
            aside.write_text(key)
        return key

    def find(self, key: str) -> Visitor:
        """The visitor with a key."""
        name = hashlib.sha256(key.encode()).hexdigest()[:24]
        return Visitor(self.folder / VISITORS / name)


def alone(folder: Path) -> IO[bytes]:
    """A hold on a folder, as long as it is open. Raises InputError if another studio has it, or it cannot be."""
    check_folder(folder, "the studio")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hold = (folder / LOCK).open("wb")
    if locked(hold.fileno()) is False:
        hold.close()
        raise InputError(f"there is a studio open in {folder} already: close it first, or give another --folder")
    return hold


def new_key() -> str:
    return secrets.token_urlsafe(24)


def is_key(text: str) -> bool:
    """Whether a text could be a key of ours."""
    return KEY.fullmatch(text) is not None
