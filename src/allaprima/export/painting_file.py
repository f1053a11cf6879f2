"""The painting itself, ``.painting.json``."""

from __future__ import annotations

from ..painting.file import to_json
from .base import Writer


class PaintingFile(Writer):
    """Every stroke: docs/painting-format.md."""

    def finish(self) -> None:
        self.path.write_text(to_json(self.job.painting), encoding="utf-8", newline="\n")
