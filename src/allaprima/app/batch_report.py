"""What came of a batch: a row for every photo, as a table and as JSON, however often it is stopped."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import written_aside
from .results import Result

REPORT = "report"
TEXT = "utf-8", "surrogateescape"  # names of files may be no text


@dataclass(frozen=True)
class Row(Result):
    """A photo's result with its ``settings``, as they were chosen; ``psnr`` and ``ssim`` are of the finished painting,
    as the command ``compare`` tells them; ``code`` is 0, 2 for wrong input, and 1 if the machine failed.
    """

    ssim: float | None = None
    code: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)


class Report:
    """In a ``folder``: ``report.json`` and ``report.csv``, and until they are written ``report.jsonl``, a row a line,
    which a killed batch leaves behind. A photo that is painted anew has a new row in place of the old one. Raises
    InputError for a file of that name that is none.
    """

    def __init__(self, folder: Path) -> None:
        self.json, self.csv, self._lines = (folder / f"{REPORT}.{suffix}" for suffix in ("json", "csv", "jsonl"))
        self._rows: dict[str, str] = {}  # as JSON, by their first files: a photo may be there more than once
        if self.csv.exists() and not self.json.exists():
            raise InputError(f"{self.csv} is there, and no report of a batch: move it, or choose another folder")
        if self.json.exists():
            try:
                rows = json.loads(self.json.read_text(*TEXT))
                for row in rows if isinstance(rows, list) else [rows]:
                    self._keep(row)
            except (ValueError, KeyError, TypeError, IndexError):
                raise InputError(
                    f"{self.json} is there, and no report of a batch: move it, or choose another folder"
                ) from None
        if self._lines.exists():
            for line in self._lines.read_text(*TEXT).split("\n"):
                with suppress(ValueError, KeyError, TypeError, IndexError):  # the last one may be half written
                    self._keep(json.loads(line))

    def _keep(self, row: dict[str, Any]) -> None:
        key = row["files"][0] if row["files"] else row["photo"]
        if row["files"]:
            self._rows.pop(row["photo"], None)  # what went wrong before
        self._rows[key] = json.dumps({one.name: row[one.name] for one in fields(Row)}, ensure_ascii=False)

    def has(self, path: Path) -> bool:
        """Whether there is a row of what was painted into this file first."""
        return str(path) in self._rows

    def add(self, row: Row) -> None:
        """Keep a row, also if this process is killed now."""
        found = json.loads(json.dumps(asdict(row)))
        self._keep(found)
        with self._lines.open("a", -1, *TEXT) as file:
            file.write(json.dumps(found, ensure_ascii=False) + "\n")

    def write(self) -> None:
        """All rows, in the order of their photos."""
        rows = sorted(self._rows.values(), key=lambda row: json.loads(row)["photo"])
        with written_aside(self.json) as aside, aside.open("w", -1, *TEXT) as file:
            file.write("[\n" + ",\n".join(rows) + "\n]\n")
        with written_aside(self.csv) as aside, aside.open("w", -1, *TEXT, newline="") as file:
            table = csv.DictWriter(file, [one.name for one in fields(Row)])
            table.writeheader()
            for text in rows:
                row = json.loads(text)
                cells = {**row, "files": "; ".join(row["files"]), "settings": json.dumps(row["settings"])}
                table.writerow({name: "" if value is None else value for name, value in cells.items()})
        self._lines.unlink(missing_ok=True)
