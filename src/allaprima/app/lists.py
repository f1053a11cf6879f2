"""What a batch paints: photos of a folder, of a pattern such as 'holiday/*.jpg', or of a table with settings a row."""

from __future__ import annotations

import csv
import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from PIL import Image

from ..errors import InputError, failure
from ..files import is_folder, is_there
from ..painting.compute import Compute
from ..painting.settings import Settings

TABLE, PHOTO, NAME = ".csv", "photo", "name"
MORE = {".heic", ".heif"}  # that Pillow may learn to read
NAMED = {"look", "brush", "style", "focus", "background", "palette", "vgg_weights"}  # settings that may be paths
TRUE, FALSE = ("yes", "true", "1"), ("no", "false", "0")
FIELDS = {one.name: one for kind in (Settings, Compute) for one in fields(kind)}


@dataclass(frozen=True)
class Entry:
    """A ``photo``, what its files are called, and the settings that are its own; ``where`` they stand."""

    photo: Path
    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    where: str = ""


def entries_of(what: Sequence[str]) -> list[Entry]:
    """All photos that are meant, each once. Raises InputError for what is not there, for a folder or a pattern without
    photos, and for a table that cannot be understood, with the line.
    """
    found = [entry for text in what for entry in _entries(text)]
    seen: dict[str, Entry] = {}
    for entry in found:
        other = seen.setdefault(str(entry.photo.absolute()), entry)
        if other is not entry and not (entry.where or other.where):
            raise InputError(f"the photo {entry.photo} is given twice: give it once")
    return found


def _entries(text: str) -> Iterator[Entry]:
    path = Path(text)
    if is_folder(path):
        photos = _photos(path)
        if not photos:
            raise InputError(f"there are no photos in the folder {path}: give another, or a pattern for those below it")
    elif path.suffix.lower() == TABLE:
        yield from _rows(path)
        return
    elif is_there(path) or not glob.has_magic(text):
        photos = [path]
    else:
        found = glob.glob(text, recursive=True)  # noqa: PTH207  Path's takes no absolute one
        photos = sorted(one for one in map(Path, found) if one.is_file())
        if not photos:
            raise InputError(f"there is no photo like {text}")
    for photo in photos:
        if not is_there(photo):
            raise InputError(f"the photo {photo} is not there")
        yield Entry(photo, photo.stem)


def _photos(folder: Path) -> list[Path]:
    """The files of a folder that are called as photos are."""
    known = MORE | {suffix for suffix, kind in Image.registered_extensions().items() if kind in Image.OPEN}
    found = (path for path in folder.iterdir() if path.suffix.lower() in known and not path.name.startswith("."))
    return sorted(path for path in found if path.is_file())


def _rows(table: Path) -> Iterator[Entry]:
    """The photos of a table: their paths, and those among settings, are from its folder on."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            columns = [_column(name, table) for name in rows.fieldnames or []]
            if PHOTO not in columns:
                raise InputError(f"{table} has no column {PHOTO!r}: its first line names the columns, one of them so")
            for row in rows:
                where = f"line {rows.line_num} of {table}"
                if None in row or None in row.values():
                    raise InputError(f"{where} has not {len(columns)} cells, as the first one has")
                cells = {name: str(cell).strip() for name, cell in zip(columns, row.values(), strict=True)}
                yield _entry(cells, table.parent, where)
    except OSError as error:
        raise failure(error, f"the table {table} cannot be read ({error.strerror})") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{table} is no table of comma-separated values in UTF-8: {error}") from None


def _column(name: str, table: Path) -> str:
    column = name.strip().lower().replace("-", "_")
    if column not in (PHOTO, NAME) and column not in FIELDS:
        raise InputError(f"{table} has a column {name!r}: choose from {', '.join((PHOTO, NAME, *FIELDS))}")
    return column


def _entry(cells: dict[str, str], folder: Path, where: str) -> Entry:
    if not cells[PHOTO]:
        raise InputError(f"{where} names no photo")
    photo, name = folder / cells.pop(PHOTO), cells.pop(NAME, "")
    if name in (".", "..") or "/" in name or "\\" in name:
        raise InputError(f"{where} has the name {name!r}: give one without a folder")
    changes = {setting: _value(setting, cell, folder, where) for setting, cell in cells.items() if cell}
    return Entry(photo, name or photo.stem, changes, where)


def _value(name: str, cell: str, folder: Path, where: str) -> Any:
    """What a cell says, as the type of its setting."""
    kind = str(FIELDS[name].type)
    try:
        if kind == "bool":
            return (*TRUE, *FALSE).index(cell.lower()) < len(TRUE)
        if kind in ("int", "float"):
            return int(cell) if kind == "int" else float(cell)
    except ValueError:
        wanted = {"bool": "yes or no", "int": "a whole number"}.get(kind, "a number")
        raise InputError(f"{where}: {name} is {cell!r}: it must be {wanted}") from None
    return str(folder / cell) if name in NAMED and is_there(folder / cell) else cell
