"""What a bristle brush is like: a small file of numbers, in TOML or JSON, one for each of the brushes that ship."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..files import as_path, parse_description, read_description
from ..kernels.bristle_columns import SHAPE
from ..options import check_fields, choice

SHAPES = Path(__file__).parent / "bristles"
SUFFIXES = (".toml", ".json")


@dataclass(frozen=True)
class BristleShape:
    """Lengths are in radii of the stroke, unless something else is said. Raises InputError, naming value and bound, for
    values out of range.
    """

    width: float = choice(1.0, "Half the stroke's breadth.", low=0.2, high=2)
    spring: float = choice(0.4, "Share of the breadth that is lost without pressure.", low=0, high=0.95)
    front: float = choice(0.3, "How round the ends are: 0 straight, 1 a half circle.", low=0, high=1.2)
    overshoot: float = choice(0.5, "How far paint reaches beyond the curve's ends.", low=0, high=1.2)
    touch: float = choice(0.5, "How raggedly bristles touch down.", low=0, high=2)
    lift: float = choice(0.9, "How raggedly bristles lift.", low=0, high=2)
    wave: float = choice(0.12, "How far the sides wave.", low=0, high=0.6)
    pitch: float = choice(0.28, "Bristles in 1/1600 of the painting's long side.", low=0.01, high=1)
    tone: float = choice(0.1, "How far the tone changes from bristle to bristle, of 1.", low=0, high=0.5)
    ridge: float = choice(0.8, "How much deeper the grooves are than the ridges, of 1.", low=0, high=1)
    lip: float = choice(0.45, "How high paint is pushed up at the sides.", low=0, high=3)
    heel: float = choice(0.35, "And at the end.", low=0, high=3)
    dry: float = choice(0.5, "Share of the paint that is gone at the end of a long stroke.", low=0, high=1)
    way: float = choice(12.0, "How long that is.", low=1, high=200)
    gaps: float = choice(0.9, "How bare ridges are where paint runs out, of 1.", low=0, high=1)
    parting: float = choice(
        0.45, "How high a ridge has to be for that when paint is gone; less: sooner.", low=-1, high=2
    )
    pickup: float = choice(0.22, "Share of the colour that is picked up on the way.", low=0, high=1)
    smear: float = choice(3.0, "How far that is carried along.", low=0.1, high=100)
    blend: float = choice(0.6, "How far sides are lost in paint of nearly the same colour, of 1.", low=0, high=1)
    thickness: float = choice(1.0, "How thick paint is laid.", low=0, high=4)

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def text(self) -> str:
        """All of it as a file of its own, whatever is usual elsewhere."""
        return json.dumps(asdict(self))

    @property
    def numbers(self) -> NDArray[np.float32]:
        """As kernels want them, ``(19,)``."""
        return np.array([getattr(self, name) for name in SHAPE], np.float32)


def shape_names() -> list[str]:
    """The brushes that ship."""
    return sorted(path.stem for path in SHAPES.glob("*.toml"))


def read_shape(name: str | Path) -> str:
    """The text of a brush's file: of one that ships by its name, or your own by the path of a ``.toml`` or ``.json``.
    Raises InputError if there is none.
    """
    path = as_path(name, "the brush")
    if path.suffix.lower() not in SUFFIXES:
        known = shape_names()
        if str(name) not in known:
            raise InputError(f"there is no bristle brush {name}: choose from {', '.join(known)}, or give a .toml file")
        path = SHAPES / f"{name}.toml"
    return read_description(path, "brush")


def parse_shape(text: str, name: str) -> BristleShape:
    """The shape that a file's text describes. Raises InputError that says what is wrong."""
    values = parse_description(text, f"the brush {name}")
    known = [one.name for one in fields(BristleShape)]
    if unknown := [key for key in values if key not in known]:
        raise InputError(f"the brush {name} has no {unknown[0]!r}: choose from {', '.join(known)}")
    try:
        return BristleShape(**values)
    except InputError as error:
        raise InputError(f"the brush {name}: {error}") from None
