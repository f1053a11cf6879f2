"""How a painting is lit, and on what it is painted: each choice's default, bounds and one-line help. Free of torch.

The light itself falls in ``shading.py``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from typing import Any

from ..errors import InputError
from ..options import check_fields, choice

CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:,\s*(\d+(?:\.\d+)?))?")
LOWEST, HIGHEST, USUAL = 10.0, 80.0, 38.0  # degrees above the canvas
CLOTHS = ("linen", "cotton", "paper", "board", "none")
FINEST, COARSEST = 0.2, 5.0  # scales of a cloth


@dataclass(frozen=True)
class Light:
    """Raises InputError, naming value and bound, for what cannot be."""

    relief: float = choice(0.5, "How strongly the paint's thickness shows.", low=0, high=1)
    light: str = choice("10:30,38", "Where the light is, as on a clock, and how many degrees above the canvas.")
    gloss: float = choice(0.25, "How much the paint shines.", low=0, high=1)
    canvas: str = choice("linen", "What is painted on: linen, cotton, paper, board, none; linen:2 is twice as coarse.")

    def __post_init__(self) -> None:
        check_fields(self)
        self.place()
        self.cloth()

    @property
    def flat(self) -> bool:
        """Whether there is nothing to be lit."""
        return self.relief == 0 and self.cloth()[0] == "none"

    def place(self) -> tuple[float, float]:
        """Where the light is: hours on a clock, from 0 to below 12, and degrees above the canvas."""
        found = CLOCK.fullmatch(self.light.strip())
        hours, minutes, degrees = found.groups() if found else ("99", "0", None)
        height = float(degrees) if degrees else USUAL
        if int(hours) > 24 or int(minutes or 0) > 59 or not LOWEST <= height <= HIGHEST:
            raise InputError(
                f"light is {self.light[:40]!r}: give a time of the clock and {LOWEST:g} to {HIGHEST:g} degrees, "
                f"such as 10:30,38"
            )
        return (int(hours) + int(minutes or 0) / 60) % 12, height

    def direction(self) -> tuple[float, float, float]:
        """Where the light comes from: a unit vector to the right, down, and out of the canvas."""
        hours, height = self.place()
        angle = 2 * math.pi * hours / 12
        flat = math.cos(math.radians(height))
        return flat * math.sin(angle), -flat * math.cos(angle), math.sin(math.radians(height))

    def cloth(self) -> tuple[str, float]:
        """What is painted on, and how coarse it is; 1 is usual."""
        name, _, scale = self.canvas.partition(":")
        try:
            coarse = float(scale or 1)
        except ValueError:
            coarse = math.nan
        if name not in CLOTHS or not FINEST <= coarse <= COARSEST:
            raise InputError(
                f"canvas is {self.canvas[:40]!r}: choose from {', '.join(CLOTHS)}, with a scale of {FINEST:g} to "
                f"{COARSEST:g} as in linen:1.5"
            )
        return name, coarse

    @classmethod
    def of(cls, chosen: Any) -> Light:
        """From anything that has these fields."""
        return cls(**{one.name: getattr(chosen, one.name) for one in fields(cls)})
