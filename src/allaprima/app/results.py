"""What came of each photo, on stdout: the paths of its files, or a row of figures for programs."""

from __future__ import annotations

import csv
import json
import shlex
import sys
from dataclasses import asdict, dataclass, fields

from ..errors import InputError
from .terminal import for_stdout, put


@dataclass(frozen=True)
class Result:
    """A photo, and the ``files`` that were written of its painting; or the ``error`` that there was. None is a figure
    that was not measured, as of a photo that was painted before.
    """

    photo: str
    files: tuple[str, ...] = ()
    strokes: int | None = 0
    seconds: float | None = None
    psnr: float | None = None
    finished: bool = False
    error: str = ""


class Results:
    """Tells each result when it is there, as paths, or all of them within, in the end, ``as_json`` or ``as_csv``.
    Raises InputError for both.
    """

    def __init__(self, as_json: bool = False, as_csv: bool = False) -> None:
        if as_json and as_csv:
            raise InputError("the results are asked for as JSON and as CSV: give one of --json and --csv")
        self._json, self._csv, self._results = as_json, as_csv, list[Result]()

    @property
    def as_rows(self) -> bool:
        """Whether they are rows for programs, and not paths."""
        return self._json or self._csv

    def add(self, result: Result) -> None:
        self._results.append(result)
        if not self.as_rows:
            for path in result.files:
                put(path)

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        rows = [asdict(result) for result in self._results]
        if self._json:
            print(json.dumps(rows, indent=1))
        if self._csv:
            table = csv.DictWriter(sys.stdout, [one.name for one in fields(Result)], lineterminator="\n")
            table.writeheader()
            rows = [{**row, "files": shlex.join(row["files"])} for row in rows]
            table.writerows(
                {name: "" if value is None else for_stdout(value) for name, value in row.items()} for row in rows
            )
