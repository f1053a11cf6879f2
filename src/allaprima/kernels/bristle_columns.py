"""The columns of the arrays with which bristles are drawn, by name. Compiled code reads them as constants."""

from __future__ import annotations

START_X, START_Y, CONTROL_X, CONTROL_Y, END_X, END_Y, RADIUS, UNIT, ENTRY, PRESSURE, BODY = range(11)
"""Of strokes ``(N, 11)`` float64: the quadratic Bezier's control points and the radius in pixels; how many pixels a
unit has, which is 1/1600 of the painting's long side; pressures in [0,1] at start and end; how thick the paint is laid,
in units of height for a stroke whose radius is one unit.
"""

STROKE_COLUMNS = 11

SHAPE = (
    "width", "spring", "front", "overshoot", "touch", "lift", "wave", "pitch", "tone", "ridge", "lip", "heel", "dry",
    "way", "gaps", "parting", "pickup", "smear", "blend",
)  # fmt: skip
"""What a brush is like, in the order of arrays ``(19,)``; :mod:`allaprima.brush.bristle_shape` says what each means."""

(
    WIDTH, SPRING, FRONT, OVERSHOOT, TOUCH, LIFT, WAVE, PITCH, TONE, RIDGE, LIP, HEEL, DRY, WAY, GAPS, PARTING, PICKUP,
    SMEAR, BLEND,
) = range(len(SHAPE))  # fmt: skip
