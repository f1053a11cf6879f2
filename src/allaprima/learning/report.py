"""A folder that shows how far a training has come. The sheets are the reference's Figures 2 and 5: true strokes, those
after stage 1, those after stage 3.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from ..errors import InputError
from ..files import written_aside
from ..history import History
from .sheets import TITLES, sheet

OFTEN = 5.0  # seconds between two looks at a network that learns


class Report:
    """A folder that is brought up to date while a brush learns: ``sheet.png`` and ``losses.png`` after each stage, and
    each few seconds ``now.png`` and ``report.json``, with what was measured in every step. What an earlier run of an
    interrupted training left there is kept. Raises InputError where that is damaged.
    """

    def __init__(self, folder: Path, brush: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "report.json"
        self.figures: dict[str, Any] = {"brush": brush, "stages": {}, "said": ""}
        self.history = History()
        if path.exists():
            try:
                there = json.loads(path.read_text())
                self.history = History.of(there.pop("history", {}))
                self.figures |= there
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                raise InputError(f"{path} is damaged ({error}): remove it, or give another folder") from None
        self._told = time.monotonic()

    def follow(self, picture: Callable[[], Image.Image]) -> None:
        """Each few seconds, keep the history and a picture of what the network draws."""
        if time.monotonic() - self._told >= OFTEN:
            self._save(picture(), self.folder / "now.png")
            self._write()
            self._told = time.monotonic()

    def after(self, stage: str, picture: Image.Image, fidelity: dict[str, float] | None = None) -> None:
        """After a stage, one of TITLES: what its network draws, and how good that is; and the curves so far."""
        self._save(picture, self._path(stage))
        if fidelity:
            self.figures["stages"][stage] = fidelity
        strips = {}
        for part, title in TITLES.items():
            if self._path(part).exists():
                with Image.open(self._path(part)) as there:
                    strips[title] = there.copy()
        self._save(sheet(strips), self.folder / "sheet.png")
        self.curves()

    def curves(self) -> None:
        """Write the history, and its curves."""
        self._write()
        if len(self.history):
            with written_aside(self.folder / "losses.png") as aside:
                self.history.figure().savefig(aside, format="png")

    def say(self, text: str) -> None:
        """Note what somebody who reads the figures has to know."""
        self.figures["said"] = text
        self._write()

    def _path(self, stage: str) -> Path:
        return self.folder / f"{stage.replace(', ', '-').replace(' ', '-')}.png"

    def _write(self) -> None:
        with written_aside(self.folder / "report.json") as aside:
            aside.write_text(json.dumps(self.figures | {"history": self.history.as_dict()}))

    @staticmethod
    def _save(picture: Image.Image, path: Path) -> None:
        with written_aside(path) as aside:
            picture.save(aside)
