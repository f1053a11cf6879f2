"""Chance for bristles: an integer hash of place, sample and channel, the same everywhere, and smooth noise from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiler import F32, inlined, private

U32 = np.uint32


@private
def chance(place: Any, sample: Any, channel: Any) -> Any:
    """A number in [0,1) for each place, sample and channel, all integers."""
    bits = U32(U32(place) * U32(374761393) + U32(sample) * U32(668265263) + U32(channel) * U32(2246822519) + U32(12345))
    bits = U32((bits ^ (bits >> U32(15))) * U32(2246822519))
    bits = U32((bits ^ (bits >> U32(13))) * U32(3266489917))
    bits = U32(bits ^ (bits >> U32(16)))
    return F32(bits >> U32(8)) * F32(1 / 16777216)


@inlined
def smooth(x: Any) -> Any:
    """From 0 to 1 without a corner at either."""
    return x * x * (F32(3) - F32(2) * x)


@private
def noise(x: Any, sample: Any, channel: Any) -> Any:
    """Smooth noise in [0,1) along one dimension, a new value at every whole ``x``."""
    whole = np.floor(x)
    part = smooth(F32(x - whole))
    place = np.int64(whole)
    first, second = chance(place, sample, channel), chance(place + 1, sample, channel)
    return first + (second - first) * part


@inlined
def between(tables: Any, first: Any, after: Any, x: Any) -> Any:
    """Between the values of the table from ``first`` up to ``after`` at ``x``, in steps of it; its ends go on."""
    last = after - first - 1
    x = min(max(x, F32(0)), F32(last) - F32(0.001))
    i = np.int32(x)
    value = tables[first + i]
    return value + (tables[first + i + 1] - value) * (x - F32(i))


@inlined
def on_grid(tables: Any, first: Any, columns: Any, rows: Any, x: Any, y: Any) -> Any:
    """Smoothly between the values of a grid from ``first`` on, row after row; its edges go on."""
    x = min(max(x, F32(0)), F32(columns) - F32(1.001))
    y = min(max(y, F32(0)), F32(rows) - F32(1.001))
    i, j = np.int32(x), np.int32(y)
    across, down = smooth(x - F32(i)), smooth(y - F32(j))
    at = first + j * columns + i
    upper = tables[at] + (tables[at + 1] - tables[at]) * across
    at += columns
    lower = tables[at] + (tables[at + 1] - tables[at]) * across
    return upper + (lower - upper) * down
