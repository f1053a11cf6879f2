"""Writing so that nothing is ever lost: aside first, then renamed over the old file."""

from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import InputError, check_kind, failure

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ASIDE = ".allaprima-"  # begins the names of files that are not whole yet
LONGEST = 100_000  # bytes of a description
FEW = 1000  # files of a folder that is looked through whenever something is written there
SELDOM = 50  # times as long as it took to look through more, until it is done again

unfinished: set[Path] = set()  # aside now, by this process
_looked: dict[Path, float] = {}  # when a folder is to be looked through again


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder, renamed to ``path`` (or to what the link there points to) at the end;
    removed, with the old file untouched, if anything goes wrong (OSError passes through: the machine failed). One that
    a killed process left behind goes when the next one is made there, or soon after in a folder of many files.
    """
    path = resolved(path)
    _tidy(path.parent)
    handle, aside = _begun(path)
    unfinished.add(aside)
    lock: int | None = handle
    if os.name == "nt":  # what is open cannot be renamed
        os.close(handle)
        lock = None
    try:
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        # mkstemp keeps the file to its owner; an old file's mode stays
        aside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
        aside.replace(path)
    finally:
        if lock is not None:
            os.close(lock)
        aside.unlink(missing_ok=True)
        unfinished.discard(aside)


def discard_unfinished() -> None:
    """Remove all that this process has aside: it ends now, and not by way of an error."""
    for aside in list(unfinished):
        with suppress(OSError):
            aside.unlink()


def _begun(path: Path) -> tuple[int, Path]:
    """A new file aside, open, and locked as ours where there are locks."""
    while True:
        handle, name = tempfile.mkstemp(prefix=ASIDE, suffix=path.suffix, dir=path.parent)
        ours = locked(handle)
        if ours is None or (ours and os.fstat(handle).st_nlink):
            return handle, Path(name)
        os.close(handle)  # another process took it for left behind, before it was locked


def _tidy(folder: Path) -> None:
    """Remove what we left aside and nobody writes any more: its lock went with the process that held it. To look
    through a million files takes a second: it is done so seldom that it takes a fiftieth of the time at most.
    """
    begun = time.monotonic()
    if begun < _looked.get(folder, 0.0):
        return
    names: list[str] = []
    with suppress(OSError):  # it may be one to write in alone
        names = os.listdir(folder)  # noqa: PTH208  a million paths would take longer
    for left in (folder / name for name in names if name.startswith(ASIDE)):
        with suppress(OSError):
            handle = os.open(left, os.O_RDWR)
            try:
                if locked(handle) and os.fstat(handle).st_uid == os.getuid():
                    left.unlink()
            finally:
                os.close(handle)
    ended = time.monotonic()
    if len(names) > FEW:
        _looked[folder] = ended + SELDOM * (ended - begun)


def locked(handle: int) -> bool | None:
    """Whether a file is locked for us now, and not for somebody else; None where there are no locks, as on Windows."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ModuleNotFoundError, OSError):
        return None
    return True


def resolved(path: Path) -> Path:
    """Where a path leads, links followed; OSError for links in a circle, too."""
    try:
        return path.resolve()
    except RuntimeError:  # before Python 3.13
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None


def as_path(path: object, what: str) -> Path:
    """The door of paths. Raises InputError for what can be none, saying ``what`` it would be."""
    check_kind(path, (str, Path), what, "a path")
    if not (text := str(path)) or "\0" in text:
        raise InputError(f"{what} is {text!r}, which is no path: give one")
    return Path(text)


def check_output(path: Path) -> None:
    """Raise InputError unless a file can be written at ``path``: said before long work, not after it."""
    try:
        if path.is_dir():
            raise InputError(f"the output {path} is a folder: give the name of a file")
        folder = resolved(path).parent
        if not folder.is_dir():
            why = "is a file" if folder.exists() else "does not exist"
            raise InputError(f"the output folder {path.parent} {why}: make it, or choose another")
    except OSError as error:
        raise InputError(f"the output {path.name[:40]}... cannot be ({error.strerror}): choose another name") from None
    _check_writable(folder, path.parent)


def check_folder(folder: Path, what: str) -> Path:
    """Raise InputError unless files can be written in a folder, there or yet to be made, saying ``what`` it is for; the
    nearest folder that is there.
    """
    there = next(one for one in (folder, *folder.absolute().parents) if os.path.lexists(one))
    if not there.is_dir():
        raise InputError(f"{there} is a file: give a folder for {what}")
    _check_writable(there, there)
    return there


def _check_writable(folder: Path, shown: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise failure(error, f"nothing can be written in {shown} ({error.strerror}): choose another folder") from None


def check_there(path: Path, what: str) -> None:
    """Raise InputError unless there is a file, saying ``what`` it would be."""
    if not path.is_file():
        raise InputError(f"there is no {what} {path}")


def is_there(path: Path) -> bool:
    """Whether there is anything at ``path``; at a path that cannot be there is nothing."""
    try:
        return path.exists()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether ``path`` is a folder; one that cannot be is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def same_file(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file, by name or by link; a path that cannot be is no file."""
    try:
        return resolved(path) == resolved(other) or path.samefile(other)
    except OSError:
        return False


def read_bounded(path: Path, what: str, wanted: str, most: int) -> bytes:
    """The bytes of a file, or of a pipe, at a path that a person gave: at most ``most``. Raises InputError, in a line
    that says ``what`` it would be and what is ``wanted``, if there is none, or more, or it cannot be read.
    """
    try:
        if path.is_dir():
            raise InputError(f"the {what} {path} is a folder: give {wanted}")
        if path.exists() and not path.is_file() and not path.is_fifo():
            raise InputError(f"the {what} {path} is no file: give {wanted}")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise InputError(f"there is no {what} {path}: give the path of {wanted}") from None
    except OSError as error:
        raise failure(error, f"the {what} {path} cannot be read ({error.strerror}): give {wanted}") from None
    if len(content) > most:
        raise InputError(f"the {what} {path} has more than {most:,} bytes: give {wanted} of at most as many")
    return content


def read_description(path: Path, what: str) -> str:
    """The text of a small file that a person writes by hand. Raises InputError, in a line that says ``what`` it is."""
    content = read_bounded(path, what, "a .toml file", LONGEST)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"the {what} {path} is no text: give a .toml file") from None


def parse_description(text: str, what: str) -> dict[str, Any]:
    """The values by name in such a text, TOML or JSON. Raises InputError, in a line that says what is wrong."""
    try:
        values: dict[str, Any] = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{what} is damaged: {' '.join(str(error).split())[:120]}") from None
    return values
