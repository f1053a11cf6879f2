"""Who looks on while a painting grows, and never changes it: give their ``look`` each step."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image

from ..image.encode import save_picture
from .step import Step


class Observer(Protocol):
    """Looks at each step; what it sees is there until the next one."""

    def look(self, step: Step) -> None: ...


class Autosave:
    """A painting file at ``path`` that is brought up to date every few seconds while a painting grows, so that it can
    be gone on with, whatever happens. There from the first step on.
    """

    SECONDS = 4.0  # between two savings: with a long step and a slow disk still under ten

    def __init__(self, path: Path) -> None:
        self._path, self._saved = path, -math.inf

    def look(self, step: Step) -> None:
        if time.monotonic() - self._saved >= self.SECONDS and step.index < step.total:
            step.painting().save(self._path)
            self._saved = time.monotonic()


class Preview:
    """A picture file at ``path`` that is brought up to date about once a second while a painting grows."""

    SECONDS, SIZE = 1.0, 512  # between two looks, and most px of the long side

    def __init__(self, path: Path) -> None:
        self._path, self._looked = path, time.monotonic()

    def look(self, step: Step) -> None:
        if time.monotonic() - self._looked < self.SECONDS and step.index < step.total:
            return
        save_picture(Image.fromarray(step.canvas(self.SIZE, quick=True)), self._path)
        self._looked = time.monotonic()


@dataclass(frozen=True)
class Progress:
    """How far a painting is: the ``share`` of the work done, 0 to 1, and a few words on it."""

    share: float
    text: str

    @classmethod
    def of(cls, step: Step, verbose: bool = False) -> Progress:
        """``verbose`` words are for those who know the optimiser."""
        text = f"{step.strokes:,} strokes"
        if verbose:
            part = "all levels" if step.refining else f"level {step.level + 1}"
            text = f"{part}, {text}, {step.psnr:.1f} dB"
        return cls(step.share, text)
