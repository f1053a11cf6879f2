"""What can go wrong, told in one line: the bad value, the bound, and what to do."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import unicodedata
from pathlib import Path

LONGEST = 1000  # signs of a message
MACHINES = tuple(map(os.strerror, (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ENOSPC)))


def escaped(text: str) -> str:
    """A text in one line that leaves a terminal as it is: a file's or a person's words may hold what would rule it."""
    return "".join(map(_shown, text.replace("\n", " ")))


def one_line(text: str) -> str:
    """The same, cut in its middle if it is long: what it is about stands at its beginning, what to do at its end."""
    return _cut(escaped(_cut(text)))


def _shown(sign: str) -> str:
    if sign.isprintable() or unicodedata.category(sign) == "Zs":  # spaces of any width, as file names have them
        return sign
    return sign.encode("unicode_escape").decode("ascii")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[5 - LONGEST // 2 :]}"


class _Told(Exception):
    def __init__(self, text: str = "") -> None:
        super().__init__(one_line(text))


class AllaprimaError(_Told):
    """Base of every error that the package raises on purpose; its message is one line for a person."""


class InputError(AllaprimaError, ValueError):
    """What was asked for cannot be done: a bad value, a missing or damaged file. The command line exits with 2."""


class MachineError(AllaprimaError):
    """What was asked for is right, and this machine cannot do it: too little memory. The command line exits with 1."""


class AllaprimaWarning(_Told, UserWarning):
    """What was asked for is done, but not quite as it was meant; told in one line."""


def failure(error: Exception, text: str) -> AllaprimaError:
    """What to raise for an ``error`` while a file was read or written: of the machine, if it has no more handles,
    memory or room; else of the file.
    """
    return MachineError(text) if is_of_machine(error) else InputError(text)


def is_of_machine(error: Exception) -> bool:
    """Whether it says so: libraries pass on the words, and not the number."""
    return any(sign in str(error) for sign in MACHINES)


def to_install(*packages: str) -> str:
    """What a person types to install packages for the Python that runs."""
    pip = shutil.which("pip")
    ours = pip is not None and Path(pip).parent == Path(sys.executable).parent
    return f"{'pip' if ours else f'{sys.executable} -m pip'} install {' '.join(packages)}"


def check_kind(value: object, kinds: type | tuple[type, ...], what: str, give: str) -> None:
    """Raise InputError unless a value is of one of these kinds, saying ``what`` it is, and what to ``give``."""
    if not isinstance(value, kinds):
        shown = " ".join(repr(value).split())[:60]
        raise InputError(f"{what} is {shown}, of type {type(value).__name__}: give {give}")
