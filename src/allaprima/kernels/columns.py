"""The columns of the arrays that kernels take and give, by name. Compiled code reads them as constants."""

from __future__ import annotations

NUMBERS = (
    "pressure", "size", "control_x", "control_y", "end_x", "end_y", "start_x", "start_y", "entry_pressure"
)  # fmt: skip
"""What a stroke's Gaussians depend on, in the order of arrays of strokes' numbers ``(N, 9)``, floats in [0,1]."""

PRESSURE, SIZE, CONTROL_X, CONTROL_Y, END_X, END_Y, START_X, START_Y, ENTRY = range(len(NUMBERS))

X, Y, WEIGHT, VARIANCE = range(4)
"""Of Gaussians ``(N, G, 4, Q)``: the centre, how much it weighs, and its variance, in fractions of the window."""

LEFT, TOP, WIDTH, HEIGHT = range(4)
"""Of boxes ``(N, 4)`` int32: the pixels of a picture that a stroke may paint."""

CORNER = slice(LEFT, TOP + 1)
"""LEFT and TOP."""

SIDE = 2
"""Of places ``(N, 3)``: LEFT, TOP and SIDE of strokes' windows, in pixels of the picture, floats."""

STROKE, ROW, COLUMN, LENGTH, START = range(5)
"""Of runs ``(R, 5)`` int32: painted pixels side by side in a row of the picture. A run's first pixel is number START in
the flat list ``(P,)`` of all painted pixels; runs stand in the order of their strokes."""
