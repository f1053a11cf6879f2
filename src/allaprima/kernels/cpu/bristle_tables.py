"""What is known of a stroke before its pixels: where each bristle touches down and lifts, how the sides wave, the
streaks. All of it in the stroke's own terms, so it is the same at any size; drawn from chance by the stroke's sample.

A stroke's numbers stand in a flat piece of float32, one table after another.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bristle_columns import FRONT, LIFT, OVERSHOOT, PICKUP, PITCH, TOUCH, UNIT, WAVE, BristleStrokes
from .bristle_chance import chance, noise
from .bristle_curve import AHEAD, FIRST, GEOMETRY, LAST, LENGTH, STEPS, R, describe
from .compiler import F32, compiled, private

BEGIN, END, WET, LEFT, RIGHT, COARSE, FINE, AFTER = range(8)  # tables; each begins where the one before ends
BRISTLES, ACROSS, ALONG, COARSE_COLUMNS, FINE_COLUMNS, COARSE_ROWS, FINE_ROWS = range(8, 15)  # their sizes
OFFSETS = 15
BEYOND = 1.1  # half of a stroke's breadth, with what waves
MARGIN = 2.2  # radii before the start and behind the end that tables know
FEW, MANY = 3.0, 96.0  # bristles
EVEN = 24.0  # units of breadth: of broader strokes the ends are less ragged, for their breadth, in fewer teeth
TEETH = 9.0  # bristles: of strokes that have fewer, the ends are as ragged as if they had so many
SLANT = 0.35  # radii: how far one side of an end may lie before the other, as a brush is rarely held upright
CLEAN, TORN = 0.4, 2.2  # times: how raggedly strokes end, of what is usual, at least and at most
PER_BRISTLE, PER_RADIUS = 6, 12  # values of tables
COARSE_ALONG, FINE_ALONG, FINER = 0.35, 0.8, 2.7  # cells of streaks by radius, and fine ones by bristle


def prepare(
    strokes: BristleStrokes,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]:
    """Of strokes: geometry ``(N, 16)``, arc lengths and speeds ``(N, 2, 33)``, offsets ``(N, 15)``, and
    tables.
    """
    numbers, _, samples, shape = strokes
    count = len(numbers)
    geometry, arcs = np.empty((count, GEOMETRY), np.float32), np.empty((count, 2, STEPS + 1), np.float32)
    offsets = np.empty((count, OFFSETS), np.int32)
    tables = np.empty(int(_measure(numbers, samples, shape, geometry, arcs, offsets)), np.float32)
    _fill(samples, shape, geometry, offsets, tables)
    return geometry, arcs, offsets, tables


@compiled()
def _measure(strokes: Any, samples: Any, shape: Any, geometry: Any, arcs: Any, offsets: Any) -> Any:
    """Geometry and offsets; how many numbers there are in all tables."""
    begin = 0
    for n in range(len(strokes)):
        describe(strokes[n], samples[n], shape, geometry[n], arcs[n])
        breadth = 2 * geometry[n, R] / strokes[n, UNIT]
        bristles = min(max(shape[PITCH] * breadth, FEW), MANY)
        radii = geometry[n, LENGTH] / max(geometry[n, R], 1e-9) + 2 * MARGIN
        across, along = int(bristles * PER_BRISTLE) + 3, int(radii * PER_RADIUS) + 3
        coarse, fine = int(bristles * BEYOND) + 3, int(bristles * BEYOND * FINER) + 3
        coarse_rows, fine_rows = int(radii * COARSE_ALONG) + 3, int(radii * FINE_ALONG) + 3
        sizes = (across, across, across, along, along, coarse * coarse_rows, fine * fine_rows)
        for table, size in enumerate(sizes):
            offsets[n, table] = begin
            begin += size
        offsets[n, AFTER] = begin
        offsets[n, BRISTLES], offsets[n, ACROSS], offsets[n, ALONG] = np.int64(bristles * 1024), across, along
        offsets[n, COARSE_COLUMNS], offsets[n, FINE_COLUMNS] = coarse, fine
        offsets[n, COARSE_ROWS], offsets[n, FINE_ROWS] = coarse_rows, fine_rows
    return begin


@compiled()
def _fill(samples: Any, shape: Any, geometry: Any, offsets: Any, tables: Any) -> None:
    for n in range(len(samples)):
        sample, at = samples[n], offsets[n]
        bristles = at[BRISTLES] / 1024
        _across(sample, shape, bristles, geometry[n], at, tables)
        ahead = F32(0)
        for k in range(at[ACROSS]):
            ahead = max(ahead, -tables[at[BEGIN] + k], tables[at[END] + k])
        geometry[n, AHEAD] = ahead
        for table, channel in ((LEFT, 3), (RIGHT, 4)):
            for k in range(at[ALONG]):
                x = k / PER_RADIUS
                wave = 0.7 * noise(x * 1.1, sample, channel) + 0.3 * noise(x * 3.7, sample, channel + 2)
                tables[at[table] + k] = F32(1 - shape[WAVE] * wave)
        for table, channel in ((COARSE, 11), (FINE, 12)):
            for k in range(at[table + 1] - at[table]):
                tables[at[table] + k] = chance(k, sample, channel)


@private
def _across(sample: Any, shape: Any, bristles: Any, geometry: Any, at: Any, tables: Any) -> None:
    """Where each bristle touches down and lifts, along the way and in radii, and how much it picks up."""
    first, last = geometry[FIRST], geometry[LAST]
    even = min(1.0, math.sqrt(EVEN * shape[PITCH] / bristles))
    teeth = even * max(1.0, TEETH / bristles)
    torn = even * (CLEAN + (TORN - CLEAN) * chance(0, sample, 33) ** 2)
    slant_touch, slant_lift = SLANT * (2 * chance(0, sample, 31) - 1), SLANT * (2 * chance(0, sample, 32) - 1)
    for k in range(at[ACROSS]):
        v = (2.0 * k / (at[ACROSS] - 1) - 1) * BEYOND
        b = (v + BEYOND) / 2 * bristles
        bow = 1 - math.sqrt(max(0.0, 1 - min(1.0, v * v)))
        round_ = shape[OVERSHOOT] - shape[FRONT] * bow
        touch = 0.65 * noise(b * 0.45 * teeth, sample, 1) + 0.35 * noise(b * 1.6 * teeth, sample, 8) - 0.5
        lift = 0.65 * noise(b * 0.45 * teeth, sample, 2) + 0.35 * noise(b * 1.6 * teeth, sample, 7) - 0.5
        tables[at[BEGIN] + k] = F32((touch * even * shape[TOUCH] + slant_touch * v - round_) * first)
        tables[at[END] + k] = F32((lift * torn * shape[LIFT] + slant_lift * v + round_) * last)
        tables[at[WET] + k] = F32(shape[PICKUP] * (0.4 + 0.6 * noise(b * 0.9, sample, 21)))
