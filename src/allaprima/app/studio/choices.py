"""From what a visitor chose on the page to the settings of a painting; and what the operator allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...brush.library import ABOUT
from ...errors import InputError
from ...image.hex import hex_to_rgb, is_hex, named
from ...image.palette import read_palette
from ...painting.looks import looks
from ...painting.painting import Painting
from ...painting.pictures import PhotoMean, PictureFile
from ...painting.settings import Settings, shares_of

AS_LOOK = "as the look says"
PAPER = str(PhotoMean())
PAPERS = {PAPER: "the photo's own colour", "#ffffff": "white", "#f4efe4": "cream", "#b59d7c": "buff",
          "#8d8579": "warm grey", "#23282b": "slate", "#000000": "black"}  # fmt: skip
FOUND, OWN_COLORS = "found in the photo", "these colours"
SEEDS = 2**31


@dataclass(frozen=True)
class Limits:
    """The most that a painting may have of ``strokes``, and of px on its long side, in ``size``."""

    strokes: int = Settings.about("strokes").metadata["high"]
    size: int = Settings.about("size").metadata["high"]

    def within(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Settings by name, all of them, with no more than is allowed."""
        most = {"strokes": self.strokes, "size": self.size}
        return {**changes, **{name: min(int(changes[name]), value) for name, value in most.items()}}

    def check(self, strokes: int, size: int) -> None:
        """Raise InputError for more."""
        if strokes > self.strokes:
            raise InputError(f"{strokes:,} strokes are asked for: this studio paints at most {self.strokes:,}")
        if size > self.size:
            raise InputError(f"{size:,} px are asked for: this studio makes at most {self.size:,}")


@dataclass(frozen=True)
class Choices:
    """The controls of the page, each as it stands when nobody has touched it: then the look decides."""

    brush: str = AS_LOOK
    strokes: int = 0
    min_size: float = 0.0
    max_size: float = 0.0
    quality: str = "normal"
    palette: str = AS_LOOK
    palette_count: int = 8
    colors: str = ""
    mood: str = AS_LOOK
    seed: int = 0
    paper: str = AS_LOOK
    style: Path | None = None
    style_weight: float = 1.0

    def words(self) -> list[str]:
        """What was chosen, in words for people; what the look decides is not told."""
        brush, mood, paper = (one != AS_LOOK and bool(one) for one in (self.brush, self.mood, self.paper))
        told = {
            f"brush {self.brush.replace('_', ' ')}": brush,
            f"{self.strokes:,} strokes": self.strokes > 0,
            f"at least {100 * self.min_size:g} % wide": self.min_size > 0,
            f"at most {100 * self.max_size:g} % wide": self.max_size > 0,
            f"mood {self.mood}": mood,
            f"paper {PAPERS.get(self.paper, self.paper)}": paper,
            f"{self.palette_count} colours of the photo": self.palette == FOUND,
            f"your {len(self.colors.split(','))} colours": self.palette == OWN_COLORS,
            "like your picture": self.style is not None,
            f"version {self.seed}": self.seed > 0,
        }
        return [words for words, chosen in told.items() if chosen]

    def changes(self, look: str, focus: Path | None, limits: Limits) -> dict[str, Any]:
        """The settings that differ from the usual ones, by name, for a look. Raises InputError for what cannot be, or
        is not allowed.
        """
        given: dict[str, Any] = {"look": look, "quality": self.quality, "seed": self.seed, "focus": focus or "auto"}
        if self.brush != AS_LOOK:
            given["brush"] = check_among(self.brush, tuple(ABOUT), "brush")
        if self.mood != AS_LOOK:
            given["mood"] = self.mood
        for name in ("strokes", "min_size", "max_size"):
            if value := getattr(self, name):
                given[name] = value
        if self.paper and self.paper != AS_LOOK:
            given["background"] = PAPER if self.paper == PAPER else check_color(self.paper, "the paper")
        if self.palette == FOUND:
            given["palette"] = str(self.palette_count)
        if self.palette == OWN_COLORS:
            given["palette"] = ",".join(check_color(color, "a colour") for color in self.colors.split(","))
        if "palette" in given:
            read_palette(given["palette"])
        if self.style is not None:
            given |= {"style": str(self.style), "style_weight": self.style_weight}
        settings = Settings().change(**given)
        if not self.strokes:
            given["strokes"] = min(settings.strokes, limits.strokes)
        given["size"] = min(settings.size, limits.size)
        limits.check(given["strokes"], given["size"])
        return given


def check_among(name: str, known: Sequence[str], what: str) -> str:
    """A name. Raises InputError if it is not known: as a path it would lead out of the visitor's folder."""
    if name not in known:
        raise InputError(f"there is no {what} {name[:40]!r}: choose from {', '.join(known)}")
    return name


def check_color(text: str, what: str) -> str:
    """A colour by its name, as ``#rrggbb``: a name might be that of a file. Raises InputError for anything else."""
    name = named(text.strip()).lower()
    hex_to_rgb(name, what)
    return name


def check_brought(painting: Painting) -> None:
    """Raise InputError for a painting file from elsewhere whose settings name files: another painting like it, or what
    goes on with it, would read them here.
    """
    settings = painting.settings
    pictures = (settings.style, settings.focus, settings.background)
    brushes = set(shares_of(settings.brush)) <= set(ABOUT)
    palette = all(map(is_hex, settings.palette.split(","))) or settings.palette.isdecimal() or not settings.palette
    if (
        not brushes
        or not palette
        or settings.look not in ("", *looks())
        or any(isinstance(one, PictureFile) for one in pictures)
    ):
        raise InputError("this painting was made with files of somebody's own, which are not here: open another")


def again(settings: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The same settings with another seed, for another painting like this."""
    return {**settings, "seed": (int(settings.get("seed", 0)) + seed) % SEEDS}
