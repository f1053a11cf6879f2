"""A picture that lives a little where nothing moves, as drawn films do: now and then each stroke is laid anew."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..brush.mypaint import SAMPLES
from ..painters.parameters import POINTS
from ..strokes import PlacedStrokes

WOBBLE = 0.3  # of its radius, about, a stroke comes to lie elsewhere
NEXT = 101  # samples further, which is no divisor of their number
EDGE = 0.002  # of a window: no point of a stroke lies nearer to its edges


def boiled(strokes: PlacedStrokes, share: float, frame: int) -> PlacedStrokes:
    """Strokes, a ``share`` of which is laid anew in each frame, others than in the last: with another sample, and a
    little elsewhere. The same frame gives the same.
    """
    if not share:
        return strokes
    number = np.arange(len(strokes))
    times = torch.from_numpy(np.floor(frame * share + _chance(number, 0, 0)).astype(np.int64))
    values = {"sample": (strokes.sample + NEXT * times) % SAMPLES}
    for channel, name in enumerate(f"{point}_{axis}" for point in POINTS for axis in "xy"):
        wave = torch.from_numpy(2 * _chance(number, times.numpy(), 1 + channel) - 1)
        off = WOBBLE * strokes.radius * wave.to(strokes.radius) * (times > 0)
        values[name] = (getattr(strokes, name) + off).clamp(EDGE, 1 - EDGE)
    return strokes.change(**values)


def _chance(number: NDArray[np.int64], times: NDArray[np.int64] | int, channel: int) -> NDArray[np.float64]:
    """A number in [0,1) for each, the same everywhere (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        bits = (
            number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            + np.asarray(times).astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
            + np.uint64(channel + 1) * np.uint64(0x8CB92BA72F3D8DD7)
        )
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    chance: NDArray[np.float64] = (bits >> np.uint64(40)) / 2.0**24
    return chance
