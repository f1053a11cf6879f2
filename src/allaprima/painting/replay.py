"""Drawing a painting again with the real MyPaint, at any size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..brush.mypaint import MyPaintBrush, Surface
from ..brush.strokes import WINDOW

if TYPE_CHECKING:
    from .painting import Painting

MOST = 4096  # px of the long side that small pictures may be drawn at


def draw(
    painting: Painting,
    brushes: Sequence[MyPaintBrush],
    width: int,
    height: int,
    on_progress: Callable[[float], None] | None = None,
) -> NDArray[np.uint8]:
    """``(height, width, 3)`` uint8. On windows under 64 px the engine itself changes, so a small picture is drawn
    larger, by a whole factor, and averaged. ``on_progress`` sees the share done, 0 to 1.
    """
    strokes = painting.strokes
    assert strokes.brush is not None
    scale = max(width, height) / painting.size
    smallest = float(strokes.places[:, 2].min()) * scale if len(strokes) else WINDOW
    shrink = max(1, min(math.ceil(WINDOW / smallest), MOST // max(width, height)))
    surface = Surface(width * shrink, height * shrink, painting.paper)
    for brush, run in groupby(range(len(strokes)), key=strokes.brush.tolist().__getitem__):
        members = list(run)
        for count in brushes[brush].lay(surface, strokes[members[0] : members[-1] + 1], scale * shrink):
            if on_progress:
                on_progress((members[0] + count) / len(strokes))
    bands = [(band[..., :3] * 255).round().clip(0, 255).astype(np.uint8) for band in surface.bands(shrink)]
    return np.concatenate(bands)
