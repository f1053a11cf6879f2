"""The door to the bristles: a painting program and not an operation, for the CPU, as MyPaint is. Loaded with numba when
somebody paints.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bristle_columns import BODY, END_Y, ENTRY, PRESSURE, RADIUS, START_X, STROKE_COLUMNS, UNIT

POINTS = slice(START_X, END_Y + 1)
__all__ = [
    "BODY",
    "ENTRY",
    "POINTS",
    "PRESSURE",
    "RADIUS",
    "STROKE_COLUMNS",
    "UNIT",
    "opacities",
    "paint_on",
    "pick_up",
]


def _compiled(module: str) -> Any:
    import_module(".cpu", __package__).prepare()
    return import_module(f".cpu.{module}", __package__)


def paint_on(
    canvas: NDArray[np.float32],
    height: NDArray[np.float32],
    strokes: NDArray[np.float64],
    colors: NDArray[np.float32],
    samples: NDArray[np.int64],
    shape: NDArray[np.float32],
    carried: NDArray[np.float32],
) -> None:
    """See ``cpu.bristles.paint_on``."""
    _compiled("bristles").paint_on(canvas, height, strokes, colors, samples, shape, carried)


def pick_up(
    canvas: NDArray[np.float32],
    strokes: NDArray[np.float64],
    colors: NDArray[np.float32],
    samples: NDArray[np.int64],
    shape: NDArray[np.float32],
) -> NDArray[np.float32]:
    """See ``cpu.bristle_pickup.pick_up``."""
    carried: NDArray[np.float32] = _compiled("bristle_pickup").pick_up(canvas, strokes, colors, samples, shape)
    return carried


def opacities(
    opacity: NDArray[np.float32],
    scale: int,
    strokes: NDArray[np.float64],
    samples: NDArray[np.int64],
    shape: NDArray[np.float32],
) -> None:
    """See ``cpu.bristle_pickup.opacities``."""
    _compiled("bristle_pickup").opacities(opacity, scale, strokes, samples, shape)
