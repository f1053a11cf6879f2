"""Looks: settings that go well together, by name, in one readable table, ``looks.toml``; and files of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import InputError
from ..files import parse_description, read_description

TABLE = Path(__file__).with_name("looks.toml")
SUFFIX = ".toml"
ABOUT = "about"  # what a look is like, in a few words


class Look(NamedTuple):
    """A ``name``, what it is like in a few words, and the settings that it stands for, by name."""

    name: str
    about: str
    settings: Mapping[str, Any]


@cache
def looks() -> dict[str, Look]:
    """Those that ship, by name."""
    table = parse_description(read_description(TABLE, "table"), "the table of looks")
    return {name: Look(name, part.pop(ABOUT), part) for name, part in table.items()}


def look_names() -> list[str]:
    """Their names, as they stand in the table."""
    return list(looks())


def find_look(name: str | Path) -> Look:
    """One of those that ship, or that of a file. Raises InputError if there is none, or it cannot be read."""
    text = str(name)
    if text in looks():
        return looks()[text]
    path = Path(text)
    if path.suffix.lower() != SUFFIX:
        raise InputError(
            f"look is {text[:60]!r}: choose from {', '.join(look_names())}, or give a {SUFFIX} of your own"
        )
    table = parse_description(read_description(path, "look"), f"the look {path}")
    if parts := [key for key, value in table.items() if isinstance(value, dict)]:
        raise InputError(f"the look {path} has a part [{parts[0]}]: give a file of one look, without such a line")
    about = table.pop(ABOUT, "")
    if "look" in table:
        raise InputError(f"the look {path} names another look: say what it is to be like itself")
    return Look(path.stem, str(about), table)
