"""What every kind of file shares: the job, and the moments at which a writer looks at what is drawn."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ..image.photo import Photo
from ..painting.painting import Painting
from ..rendering.drawing import Drawing
from ..rendering.rendering import Rendering
from .export import Export


@dataclass(frozen=True)
class Job:
    """A painting to be drawn ``width x height`` px large, and how its files are to be."""

    painting: Painting
    width: int
    height: int
    rendering: Rendering
    photo: Photo | None
    export: Export


class Writer(AbstractContextManager["Writer"]):
    """One file on its way to ``path``, which is aside and empty yet. ``moments``: after how many strokes it wants to
    :meth:`see` the drawing; ``layered``: whether it takes layers from it. :meth:`finish` completes the file.
    """

    layered = False

    def __init__(self, job: Job, path: Path) -> None:
        self.job, self.path = job, path

    @property
    def moments(self) -> Collection[int]:
        """None, unless a kind of file says otherwise."""
        return ()

    def check(self, drawing: Drawing) -> None:
        """Before the first stroke: raise InputError for a drawing that does not show what the file is to have."""

    def see(self, drawing: Drawing, moment: int) -> None:
        """``moment`` strokes are on the canvas, one of ``moments``."""

    def finish(self) -> None:
        """All strokes are drawn."""

    def __exit__(self, *_: object) -> None:
        """Close what is open, whatever happened."""
