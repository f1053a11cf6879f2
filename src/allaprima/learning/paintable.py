"""Whether there is anything to learn from a brush: some strokes are drawn before all the others."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from torch import Tensor

from ..brush.myb import Setting, parse_myb
from ..brush.mypaint import TRIAL, MyPaintBrush
from ..errors import AllaprimaWarning, InputError
from ..strokes import Strokes

SEEN = 1 / 255  # opacity that is paint
OFF = 0.1  # by which colours may differ from what opacity makes of them, untold
GONE = 0.01  # of the canvas' opacity, likewise

REASONS = {  # why a brush of MyPaint's paints nothing on an empty canvas, by the setting that says so
    "lock_alpha": "it locks alpha, and paints only where paint is",
    "eraser": "it erases",
    "smudge": "it smudges what is there",
    "colorize": "it colours what is there",
}
DABS = ("dabs_per_actual_radius", "dabs_per_basic_radius", "dabs_per_second")


def check_paints(brush: Callable[[Strokes, int], Tensor], name: str, size: int) -> None:
    """Raise InputError, with the reason, for a brush that paints nothing on an empty canvas; warn of one whose strokes
    are not just opacity in the stroke's colour, as only this is learned.
    """
    if not isinstance(brush, MyPaintBrush):
        if float(brush(Strokes.random(TRIAL, 0), size).max()) < SEEN:
            raise InputError(f"the brush {name} paints nothing: none of {TRIAL} strokes shows")
        return
    trial = brush.trial()
    if trial.opacity < SEEN:
        raise InputError(f"the brush {name} paints nothing on an empty canvas: {_reason(parse_myb(brush.text))}")
    if trial.difference > OFF or trial.lost > GONE:
        gone = f", and takes up to {trial.lost:.2f} of what it paints on away" if trial.lost > GONE else ""
        warnings.warn(
            f"the brush {name} is learned as opacity in one colour, but mixes colours of its own: its strokes differ "
            f"from that by up to {trial.difference:.2f} of 1{gone}",
            AllaprimaWarning,
            stacklevel=3,
        )


def _reason(settings: dict[str, Setting]) -> str:
    strength = {name: settings[name].most for name in REASONS if name in settings}
    if strength and max(strength.values()) > 0:
        return REASONS[max(strength, key=strength.__getitem__)]
    if all(name in settings and not settings[name].used for name in DABS):
        return "it lays no dabs"
    return "its settings leave it no opacity"
