"""The columns of the arrays with which bristles are drawn, by name. Compiled code reads them as constants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

START_X, START_Y, CONTROL_X, CONTROL_Y, END_X, END_Y, RADIUS, UNIT, ENTRY, PRESSURE, BODY, STREAKS = range(12)
"""Of strokes ``(N, 12)`` float64: the quadratic Bezier's control points and the radius in pixels; how many pixels a
unit has, which is 1/1600 of the painting's long side; pressures in [0,1] at start and end; how thick the paint is laid,
in units of height for a stroke whose radius is one unit; how far bristles show in its tone, 0 to 1.
"""

STROKE_COLUMNS = 12
POINTS = slice(START_X, END_Y + 1)

SHAPE = (
    "width", "spring", "front", "overshoot", "touch", "lift", "wave", "pitch", "tone", "ridge", "lip", "heel", "dry",
    "way", "gaps", "parting", "pickup", "smear", "blend",
)  # fmt: skip
"""What a brush is like, in the order of arrays ``(19,)``; :mod:`allaprima.brush.bristle_shape` says what each means."""

(
    WIDTH, SPRING, FRONT, OVERSHOOT, TOUCH, LIFT, WAVE, PITCH, TONE, RIDGE, LIP, HEEL, DRY, WAY, GAPS, PARTING, PICKUP,
    SMEAR, BLEND,
) = range(len(SHAPE))  # fmt: skip


class BristleStrokes(NamedTuple):
    """Strokes of one brush, as kernels want them."""

    numbers: NDArray[np.float64]  # (N, 12), the columns above
    colors: NDArray[np.float32]  # (N, 3), sRGB in [0,1]
    samples: NDArray[np.int64]  # (N,)
    shape: NDArray[np.float32]  # (19,), of the brush

    def part(self, some: slice) -> BristleStrokes:
        """Some of them."""
        return BristleStrokes(self.numbers[some], self.colors[some], self.samples[some], self.shape)
