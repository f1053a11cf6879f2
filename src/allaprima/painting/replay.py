"""Drawing a painting again with the real MyPaint, at any size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from ..brush.mypaint import Surface
from ..brush.opaque import harden
from ..brush.shipped import NeuralBrush
from ..brush.strokes import WINDOW, Strokes
from .canvas import boxes, pixels

if TYPE_CHECKING:
    from .painting import Painting

MOST = 4096  # px of the long side that small pictures may be drawn at
Progress = Callable[[float], None]


def draw(
    painting: Painting,
    brushes: Sequence[NeuralBrush],
    width: int,
    height: int,
    on_progress: Progress | None = None,
) -> NDArray[np.uint8]:
    """``(height, width, 3)`` uint8, by the real brushes that these imitate. On windows under 64 px the engine itself
    changes, so a small picture is drawn larger, by a whole factor, and averaged. ``on_progress`` sees the share done,
    0 to 1. Raises InputError without libmypaint.
    """
    real = [brush.real() for brush in brushes]
    if painting.settings.opaque:
        return _opaque(painting, brushes, width, height, on_progress)
    strokes = painting.strokes
    scale = max(width, height) / painting.size
    smallest = float(strokes.places[:, 2].min()) * scale if len(strokes) else WINDOW
    shrink = max(1, min(math.ceil(WINDOW / smallest), MOST // max(width, height)))
    surface = Surface(width * shrink, height * shrink, painting.paper(width * shrink, height * shrink).numpy())
    for brush, first, last in runs(strokes):
        for count in real[brush].lay(surface, strokes[first:last], scale * shrink):
            if on_progress:
                on_progress((first + count) / len(strokes))
    bands = [(band[..., :3] * 255).round().clip(0, 255).astype(np.uint8) for band in surface.bands(shrink)]
    return np.concatenate(bands)


def runs(strokes: Strokes) -> Iterator[tuple[int, int, int]]:
    """Strokes that follow one another with one brush: that brush, the first one and the one after the last."""
    assert strokes.brush is not None
    for brush, run in groupby(range(len(strokes)), key=strokes.brush.tolist().__getitem__):
        members = list(run)
        yield brush, members[0], members[-1] + 1


def _opaque(
    painting: Painting, brushes: Sequence[NeuralBrush], width: int, height: int, on_progress: Progress | None
) -> NDArray[np.uint8]:
    """Each stroke drawn by itself, its opacity hardened, and laid over the others."""
    strokes, canvas = painting.strokes, painting.paper(width, height).clone()
    scale = max(width, height) / painting.size
    corners, sides = boxes(strokes, brushes, scale)
    low = corners.clamp(min=0)
    high = torch.minimum(corners + sides[:, None], torch.tensor([width, height]))
    where = torch.cat([low, (high - low).clamp(min=0)], 1).int()
    colors = strokes.color.float()
    for brush, first, last in runs(strokes):
        part = slice(first, last)
        drawn = brushes[brush].real().on_boxes(strokes[part], where[part], strokes[part].places * scale)
        for index, paint in enumerate(drawn, first):
            left, top, wide, tall = where[index].tolist()
            under = canvas[:, top : top + tall, left : left + wide]
            under.lerp_(colors[index, :, None, None].expand_as(under), harden(torch.from_numpy(paint)).expand_as(under))
            if on_progress:
                on_progress((index + 1) / len(strokes))
    return pixels(canvas)
