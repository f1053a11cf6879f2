"""What a person chooses of a film: each choice's default, bounds and one-line help, once. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InputError
from ..options import check_fields, choice
from ..painting.pictures import AutoFocus
from ..painting.settings import Settings


@dataclass(frozen=True)
class Filming:
    """Raises InputError, naming value and bound, for values out of range."""

    boil: float = choice(
        0.0,
        "How alive it looks where nothing moves: the share of the strokes that is laid anew in each frame.",
        low=0,
        high=1,
    )
    fps: float = choice(
        12.0, "Frames painted for a second, as hand-painted films have 12; at most those of the film.", low=1, high=60
    )
    seconds: float = choice(0.0, "Paint the first seconds only, to try; 0: all of it.", low=0, high=86_400)

    def __post_init__(self) -> None:
        check_fields(self)


def check_filmed(settings: Settings) -> None:
    """Raise InputError for settings that a film cannot have."""
    settings.check_own()
    if settings.connected:
        raise InputError("a film cannot be connected: its strokes go their own ways")
    if settings.focus and not isinstance(settings.focus, AutoFocus):
        raise InputError(f"focus is {settings.focus}, a mask for one picture: a film takes auto or none")
