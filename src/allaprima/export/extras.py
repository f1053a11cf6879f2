"""What some kinds of files need besides the core."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..errors import InputError


@dataclass(frozen=True)
class Needed:
    """A module of an extra, and what does without it."""

    module: str
    extra: str
    instead: str

    def check(self, path: Path) -> None:
        """Raise InputError, saying what to install, if it is not there."""
        if find_spec(self.module) is None:
            raise InputError(f"{path} needs {self.module}: pip install 'allaprima[{self.extra}]'; {self.instead}")


VIDEO = Needed("av", "video", "a film as .gif, or .webp with --film, does without")
NEEDED: dict[str, tuple[Needed, ...]] = {
    ".psd": (Needed("psd_tools", "export", "layers as .ora do without"),),
    ".mp4": (VIDEO,),
    ".webm": (VIDEO,),
}
