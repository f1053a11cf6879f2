"""What is to become of a film, and what is kept of it while it is under way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import written_aside
from ..painting.compute import Compute
from ..painting.settings import Settings
from .filming import Filming
from .footage import Footage
from .scenes import Scene

UNFINISHED = ".unfinished"  # ends the name of the folder beside the film
ABOUT = "film.json"


@dataclass(frozen=True)
class FilmOrder:
    """A film to be painted, ``footage``, into a file, ``output``."""

    footage: Footage
    output: Path
    settings: Settings
    filming: Filming
    compute: Compute

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return self.footage.rate(self.filming.fps)

    @property
    def most(self) -> int | None:
        """How many frames are painted at most."""
        return max(1, round(self.filming.seconds * self.rate)) if self.filming.seconds else None

    @property
    def folder(self) -> Path:
        """Where parts are kept until the film is whole."""
        return self.output.with_name(self.output.name + UNFINISHED)

    @property
    def about(self) -> dict[str, Any]:
        """All that must be the same to go on, as JSON has it."""
        stat = self.footage.path.stat()
        chosen = {one.name: str(getattr(self.settings, one.name) or "") for one in fields(Settings)}
        seen = {"film": self.footage.path.name, "bytes": stat.st_size, "time": int(stat.st_mtime)}
        return {**seen, **chosen, **asdict(self.filming)}

    def begin(self, scenes: Sequence[Scene]) -> None:
        """Keep what there is to go on with."""
        self.folder.mkdir(exist_ok=True)
        with written_aside(self.folder / ABOUT) as aside:
            aside.write_text(json.dumps({**self.about, "scenes": scenes}), encoding="utf-8")

    def scenes(self) -> list[Scene] | None:
        """Those that were found when it was begun, if it was. Raises InputError for a folder that is of another film,
        or of other settings.
        """
        if not self.folder.exists():
            return None
        try:
            kept = json.loads((self.folder / ABOUT).read_text(encoding="utf-8"))
            scenes = [Scene(*scene) for scene in kept.pop("scenes")]
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise InputError(
                f"{self.folder} is there, and no film under way: move it, or choose another name"
            ) from None
        if any(kept.get(name) != self.about[name] for name in ("film", "bytes", "time")):
            raise InputError(
                f"the film {self.footage.path} is another than when {self.folder} was begun: delete that folder, or "
                "choose another name"
            )
        if other := [name for name, value in self.about.items() if kept.get(name) != value]:
            raise InputError(
                f"there is a film under way, {self.folder}, with another {other[0]} ({kept.get(other[0])}): delete it, "
                "choose another name, or give the same again to go on"
            )
        return scenes
