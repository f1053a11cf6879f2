"""What each brush picks up on its way: looked for on a small canvas, stroke after stroke, as it belongs to the painting
and not to the size at which that is drawn.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bristle_columns import SMEAR, START_X, START_Y, BristleStrokes
from .bristle_curve import AX, AY, BX, BY, FIRST, LAST, STEPS, R
from .bristle_tables import prepare
from .bristles import CHUNK, LANES, STOPS, paint_stroke, scratch
from .compiler import compiled, fill, private
from .threads import share

TOGETHER = 64  # strokes that a thread draws alone, one after another
ZERO = np.float32(0)


def pick_up(canvas: NDArray[np.float32], strokes: BristleStrokes) -> NDArray[np.float32]:
    """The colours ``(N, STOPS, LANES, 3)`` that brushes carry along, of strokes laid over a small canvas ``(3, H, W)``,
    in place.
    """
    height = np.zeros(canvas.shape[1:], np.float32)
    carried = np.zeros((len(strokes.numbers), STOPS, LANES, 3), np.float32)
    for first in range(0, len(carried), CHUNK):
        part = slice(first, first + CHUNK)
        some = strokes.part(part)
        given = canvas, some.numbers, some.colors, some.shape, carried[part]
        _pick_up(*given, *prepare(some), *scratch(), height)
    return carried


@compiled(_nrt=False)
def _pick_up(
    canvas: Any, strokes: Any, colors: Any, shape: Any, carried: Any, geometry: Any, arcs: Any, offsets: Any,
    tables: Any, found: Any, left: Any, height: Any,
) -> None:  # fmt: skip
    for n in range(len(strokes)):
        _along(canvas, strokes[n], geometry[n], arcs[n], shape, carried[n])
        paint_stroke(
            canvas, height, strokes[n], colors[n], shape, carried[n], geometry[n], arcs[n], offsets[n],
            tables, found, left, 0, canvas.shape[1],
        )  # fmt: skip


@private
def _along(canvas: Any, stroke: Any, geometry: Any, arcs: Any, shape: Any, carried: Any) -> None:
    """The colours under a stroke, each lane's carried on from stop to stop."""
    rows, columns = canvas.shape[1], canvas.shape[2]
    for k in range(STOPS):
        t = k / (STOPS - 1)
        dx, dy = geometry[BX] + 2 * geometry[AX] * t, geometry[BY] + 2 * geometry[AY] * t
        speed = math.hypot(dx, dy) + 1e-9
        wide = geometry[R] * (geometry[FIRST] + (geometry[LAST] - geometry[FIRST]) * t) * 0.8 / speed
        cx = stroke[START_X] + t * (geometry[BX] + geometry[AX] * t)
        cy = stroke[START_Y] + t * (geometry[BY] + geometry[AY] * t)
        went = 0.0 if k == 0 else arcs[0, int(t * STEPS)] - arcs[0, int((k - 1) / (STOPS - 1) * STEPS)]
        taken = 1.0 if k == 0 else 1 - math.exp(-went / (shape[SMEAR] * geometry[R] + 1e-9))
        for lane in range(LANES):
            beside = (lane / (LANES - 1) * 2 - 1) * wide
            x = min(max(int(cx - dy * beside), 0), columns - 1)
            y = min(max(int(cy + dx * beside), 0), rows - 1)
            for c in range(3):
                before = carried[max(k - 1, 0), lane, c]
                carried[k, lane, c] = before + (canvas[c, y, x] - before) * taken


def opacities(opacity: NDArray[np.float32], scale: int, strokes: BristleStrokes) -> None:
    """Each stroke alone on a picture ``(N, H, W)``, which it is drawn for ``scale`` times as large."""

    def work(first: int, last: int) -> None:
        part = slice(first, last)
        some = strokes.part(part)
        rows, columns = opacity.shape[1] * scale, opacity.shape[2] * scale
        canvas, nothing = np.empty((1, rows, columns), np.float32), np.zeros((1, 1), np.float32)
        color, carried = np.zeros(3, np.float32), np.zeros((STOPS, LANES, 3), np.float32)
        given = opacity[part], scale, some.numbers, some.shape, *prepare(some)
        _opacities(*given, *scratch(), canvas, nothing, color, carried)

    if len(opacity):
        share(work, [(first, min(first + TOGETHER, len(opacity))) for first in range(0, len(opacity), TOGETHER)])


@compiled(_nrt=False)
def _opacities(
    opacity: Any, scale: Any, strokes: Any, shape: Any, geometry: Any, arcs: Any, offsets: Any, tables: Any,
    found: Any, left: Any, canvas: Any, height: Any, color: Any, carried: Any,
) -> None:  # fmt: skip
    rows, columns = opacity.shape[1], opacity.shape[2]
    for n in range(len(strokes)):
        for y in range(rows * scale):
            fill(canvas[0, y], ZERO)
        paint_stroke(
            canvas, height, strokes[n], color, shape, carried, geometry[n], arcs[n], offsets[n],
            tables, found, left, 0, rows * scale,
        )  # fmt: skip
        for y in range(rows):
            for x in range(columns):
                total = 0.0
                for j in range(scale):
                    for i in range(scale):
                        total += canvas[0, y * scale + j, x * scale + i]
                opacity[n, y, x] = total / (scale * scale)
