"""Every choice a person has: its default, bounds and one-line help, once. Free of torch, so that help is quick."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, SupportsIndex

from ..errors import InputError


def _choice(default: Any, help: str, *, low: int = 0, high: int = 0, among: Sequence[str] = ()) -> Any:
    return field(default=default, metadata={"help": help, "low": low, "high": high, "among": tuple(among)})


@dataclass(frozen=True)
class Settings:
    """How a photo is painted. Raises :class:`InputError`, naming value and bound, for values out of range."""

    brush: str = _choice("dry_brush", "Brush that paints: a name from `allaprima brushes`, or the path of your own.")
    strokes: int = _choice(1000, "Number of strokes, exactly.", low=1, high=20_000)
    size: int = _choice(512, "Long side of the canvas in pixels.", low=16, high=8192)
    seed: int = _choice(0, "Another seed, another painting; the same seed, the same.", low=0, high=2**63 - 1)
    quality: str = _choice("normal", "How long to look for better strokes.", among=("draft", "normal", "best"))
    mood: str = _choice(
        "painterly", "Broad strokes that stay strokes, or all for the likeness.", among=("painterly", "likeness")
    )
    engine: str = _choice("neural", "Who draws the picture in the end.", among=("neural", "mypaint"))
    device: str = _choice("auto", "Where to compute.", among=("auto", "cpu", "cuda", "mps"))

    def __post_init__(self) -> None:
        for one in fields(self):
            value, bounds = getattr(self, one.name), one.metadata
            if one.type == "int":
                if isinstance(value, bool) or not isinstance(value, SupportsIndex):
                    raise InputError(f"{one.name} is {value!r}: it must be a whole number")
                if not bounds["low"] <= (value := operator.index(value)) <= bounds["high"]:
                    told = value if abs(value) < 10**15 else "too large"
                    raise InputError(f"{one.name} is {told}: choose {bounds['low']:,} to {bounds['high']:,}")
                object.__setattr__(self, one.name, value)  # a numpy number becomes an int
            elif isinstance(value, Path):
                object.__setattr__(self, one.name, str(value))
            elif not isinstance(value, str):
                raise InputError(f"{one.name} is {value!r}: it must be text")
            elif bounds["among"] and value not in bounds["among"]:
                raise InputError(f"{one.name} is {value!r}: choose from {', '.join(bounds['among'])}")

    def change(self, **changes: Any) -> Settings:
        """These settings with some changed. Raises InputError for a name that is no setting (and lists them)."""
        known = [one.name for one in fields(self)]
        if unknown := [name for name in changes if name not in known]:
            raise InputError(f"there is no setting {unknown[0]!r}: choose from {', '.join(known)}")
        return replace(self, **changes)

    @classmethod
    def about(cls, name: str) -> Field[Any]:
        """Default, bounds and help of one setting."""
        return next(one for one in fields(cls) if one.name == name)
