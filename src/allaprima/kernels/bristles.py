"""The door to the bristles: a painting program and not an operation, for the CPU, as MyPaint is. Loaded with numba when
somebody paints.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bristle_columns import BristleStrokes

Floats = NDArray[np.float32]


def paint_on(canvas: Floats, height: Floats, strokes: BristleStrokes, carried: Floats) -> None:
    """See ``cpu.bristles.paint_on``."""
    _compiled("bristles").paint_on(canvas, height, strokes, carried)


def pick_up(canvas: Floats, strokes: BristleStrokes) -> Floats:
    """See ``cpu.bristle_pickup.pick_up``."""
    carried: Floats = _compiled("bristle_pickup").pick_up(canvas, strokes)
    return carried


def opacities(opacity: Floats, scale: int, strokes: BristleStrokes) -> None:
    """See ``cpu.bristle_pickup.opacities``."""
    _compiled("bristle_pickup").opacities(opacity, scale, strokes)


def _compiled(module: str) -> Any:
    import_module(".cpu", __package__).prepare()
    return import_module(f".cpu.{module}", __package__)
