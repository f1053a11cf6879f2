"""Whether a painting program of somebody's own still draws what a folder of strokes holds: only its name is kept."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import InputError
from ..strokes import ACTION, Strokes
from .dataset import HELD_OUT_PART, LAST, Meta, drawn, load_array
from .named import TOGETHER

DRAWS = 8  # at most: of a program with chance in it, to know how far its strokes are from one another
APART = 2.0  # times that, at which they are another program's
MEASURES = (  # axes of which means are taken; bytes, and share of the opacity, that another processor may change
    ((), 1.0, 0.001),  # the pixels themselves
    ((1, 2), 0.0, 0.01),  # how much paint a stroke has
    ((0, 1, 2), 0.0, 0.01),  # how much all have
)

Pictures = NDArray[np.float32]


def check_same(folder: Path, meta: Meta, draw: Callable[[Strokes], NDArray[np.uint8]], name: str) -> None:
    """Raise InputError if strokes that ``folder`` holds already are not those that ``draw`` gives: farther from all of
    several draws than these are from one another. The very batch is drawn that was, as chance may hang on its size.
    """
    if (stored := _stored(folder, meta)) is None:
        return
    strokes, kept = stored
    draws: list[Pictures] = []
    for _ in range(DRAWS):
        draws.append(draw(strokes).astype(np.float32))
        if _alike(kept, draws):
            return
    raise InputError(
        f"{folder} holds strokes that {name} draws otherwise now, as if it was edited: choose another folder, or "
        "delete this one"
    )


def _stored(folder: Path, meta: Meta) -> tuple[Strokes, Pictures] | None:
    """The first batch of strokes that is there, and how they look; None, if there are none yet."""
    shard = next((k for k in range(meta.shards) if drawn(folder, k)), None)
    count: int | None
    if (folder / LAST[HELD_OUT_PART]).is_file():
        names, count = ("heldout-actions", "heldout-once"), None  # older data holds more of them
    elif shard is not None:
        names = (f"actions-{shard:05d}", f"opacity-{shard:05d}")
        count = min(meta.shard, meta.count - shard * meta.shard)
    else:
        return None
    actions = load_array(folder / f"{names[0]}.npy", count, (len(ACTION),), np.float32)
    opacity = load_array(folder / f"{names[1]}.npy", len(actions), (meta.size, meta.size), np.uint8)[:TOGETHER]
    return Strokes.from_actions(torch.from_numpy(np.array(actions[:TOGETHER]))), np.array(opacity, np.float32)


def _alike(kept: Pictures, draws: list[Pictures]) -> bool:
    """Whether they may be of one program."""
    for axes, rounding, share in MEASURES:
        there, now = kept.mean(axes), [one.mean(axes) for one in draws]
        spread = max((_apart(*pair, rounding) for pair in combinations(now, 2)), default=0.0)
        if min(_apart(there, one, rounding) for one in now) > APART * spread + share * kept.mean():
            return False
    return True


def _apart(first: Pictures, second: Pictures, rounding: float) -> float:
    return float((np.abs(first - second) - rounding).clip(0).mean())
