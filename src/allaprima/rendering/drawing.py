"""A painting being drawn: stroke after stroke, by the neural brush or by the real MyPaint, at any size.

One path for pictures, layers and films: whoever wants to see what is there after some strokes draws up to these, looks,
and goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush.libmypaint import Surface
from ..brush.library import NeuralBrush
from ..brush.opaque import Opaque, harden
from ..strokes import WINDOW, PlacedStrokes
from .compositing import boxes, lay, pixels

if TYPE_CHECKING:
    from ..painting.painting import Painting

MOST = 4096  # px of the long side that small pictures may be drawn at
AT_ONCE = 1 << 20  # pixels of a layer that are made 8-bit together
OnProgress = Callable[[float], None]
Picture = NDArray[np.uint8]


class Drawing:
    """Strokes of a painting on ``height x width`` px, so far; if ``layered``, also on a transparent layer."""

    def __init__(self, painting: Painting, width: int, height: int, layered: bool = False) -> None:
        self.painting, self.width, self.height, self.layered = painting, width, height, layered
        self.strokes, self.scale = painting.strokes, max(width, height) / painting.size
        self.taken: Picture | None = None

    def draw(self, first: int, last: int, on_progress: OnProgress | None = None) -> None:
        """Lay the strokes from ``first`` up to ``last`` over what is there; ``on_progress`` sees how much of all is
        done, 0 to 1.
        """
        raise NotImplementedError

    def picture(self) -> Picture:
        """What is there, ``(height, width, 3)``."""
        raise NotImplementedError

    def layer(self) -> Picture:
        """What was drawn since the layer before, or the beginning, ``(height, width, 4)`` straight RGBA. With the next
        stroke the next one begins; until then all who ask get the same.
        """
        if self.taken is None:
            self.taken = self.take()
        return self.taken

    def take(self) -> Picture:
        """The layer, which is empty then."""
        raise NotImplementedError

    def glance(self, strokes: PlacedStrokes) -> Picture:
        """The picture as it would be with these strokes over it, which are not kept."""
        raise NotImplementedError


class OnCanvas(Drawing):
    """Drawn on a tensor: three channels for the picture, and four for the layer, in which paint is premultiplied."""

    def __init__(self, painting: Painting, width: int, height: int, layered: bool = False) -> None:
        super().__init__(painting, width, height, layered)
        paper = painting.paper(width, height)
        self.canvas = torch.cat([paper, torch.zeros(4, height, width)]) if layered else paper.contiguous()
        self.strokes = self.strokes.to(torch.float32)

    @torch.no_grad()
    def draw(self, first: int, last: int, on_progress: OnProgress | None = None) -> None:
        self.taken = None
        many = max(1, len(self.strokes))

        def tell(share: float) -> None:
            if on_progress:
                on_progress((first + share * (last - first)) / many)

        self.lay(self.canvas, self.strokes[first:last], tell)

    def lay(self, canvas: Tensor, strokes: PlacedStrokes, tell: OnProgress | None = None) -> None:
        """Strokes over a canvas, in place."""
        raise NotImplementedError

    def colors(self, strokes: PlacedStrokes, channels: int) -> Tensor:
        """What strokes bring to each channel ``(N, channels)``."""
        color = strokes.color.float()
        return color if channels == 3 else torch.cat([color, color, torch.ones(len(color), 1)], 1)

    def picture(self) -> Picture:
        return pixels(self.canvas[:3])

    def take(self) -> Picture:
        layer = self.canvas[3:]
        rows = max(1, AT_ONCE // self.width)
        done = [straight(part.permute(1, 2, 0).numpy()) for part in torch.split(layer, rows, 1)]
        layer.zero_()
        return np.concatenate(done)

    @torch.no_grad()
    def glance(self, strokes: PlacedStrokes) -> Picture:
        canvas = self.canvas[:3].clone()
        self.lay(canvas, strokes.to(torch.float32))
        return pixels(canvas)


class NeuralDrawing(OnCanvas):
    """By neural brushes."""

    def __init__(
        self, painting: Painting, brushes: Sequence[NeuralBrush], width: int, height: int, layered: bool = False
    ) -> None:
        super().__init__(painting, width, height, layered)
        self.brushes = [Opaque(brush) for brush in brushes] if painting.settings.opaque else brushes

    def lay(self, canvas: Tensor, strokes: PlacedStrokes, tell: OnProgress | None = None) -> None:
        lay(canvas, strokes, self.brushes, self.scale, self.colors(strokes, len(canvas)), tell)


class OpaqueDrawing(OnCanvas):
    """By the real MyPaint, each stroke by itself, its opacity hardened, and laid over the others."""

    def __init__(
        self, painting: Painting, brushes: Sequence[NeuralBrush], width: int, height: int, layered: bool = False
    ) -> None:
        super().__init__(painting, width, height, layered)
        self.brushes, self.real = brushes, [brush.real() for brush in brushes]

    def lay(self, canvas: Tensor, strokes: PlacedStrokes, tell: OnProgress | None = None) -> None:
        colors = self.colors(strokes, len(canvas))
        corners, sides = boxes(strokes, self.brushes, self.scale)
        low = corners.clamp(min=0)
        high = torch.minimum(corners + sides[:, None], torch.tensor([self.width, self.height]))
        where = torch.cat([low, (high - low).clamp(min=0)], 1).int()
        for brush, first, last in runs(strokes):
            part = slice(first, last)
            drawn = self.real[brush].on_boxes(strokes[part], where[part], strokes[part].places * self.scale)
            for index, paint in enumerate(drawn, first):
                left, top, wide, tall = where[index].tolist()
                under = canvas[:, top : top + tall, left : left + wide]
                opacity = harden(torch.from_numpy(paint)).expand_as(under)
                under.lerp_(colors[index, :, None, None].expand_as(under), opacity)
                if tell:
                    tell((index + 1) / len(strokes))


class RealDrawing(Drawing):
    """By the real MyPaint, on its own surfaces. On windows under 64 px the engine itself changes, so a small picture is
    drawn larger, by a whole factor, and averaged.
    """

    def __init__(
        self, painting: Painting, brushes: Sequence[NeuralBrush], width: int, height: int, layered: bool = False
    ) -> None:
        super().__init__(painting, width, height, layered)
        self.real = [brush.real() for brush in brushes]
        smallest = float(self.strokes.places[:, 2].min()) * self.scale if len(self.strokes) else WINDOW
        self.shrink = max(1, min(math.ceil(WINDOW / smallest), MOST // max(width, height)))
        size = width * self.shrink, height * self.shrink
        self.surface = Surface(*size, painting.paper(*size).numpy())
        self.upper = Surface(*size) if layered else None

    def draw(self, first: int, last: int, on_progress: OnProgress | None = None) -> None:
        self.taken = None
        surfaces = [self.surface, *([self.upper] if self.upper else [])]
        for brush, begin, end in runs(self.strokes[first:last]):
            some = self.strokes[first + begin : first + end]
            for count in self.real[brush].lay(surfaces, some, self.scale * self.shrink):
                if on_progress:
                    on_progress((first + begin + count) / len(self.strokes))

    def picture(self) -> Picture:
        bands = [
            (band[..., :3] * 255).round().clip(0, 255).astype(np.uint8) for band in self.surface.bands(self.shrink)
        ]
        return np.concatenate(bands)

    def take(self) -> Picture:
        assert self.upper is not None
        done = np.concatenate([straight(band) for band in self.upper.bands(self.shrink)])
        self.upper.clear()
        return done

    def glance(self, strokes: PlacedStrokes) -> Picture:
        kept = self.surface.tiles.copy()
        for brush, begin, end in runs(strokes):
            for _ in self.real[brush].lay([self.surface], strokes[begin:end], self.scale * self.shrink):
                pass
        picture = self.picture()
        self.surface.tiles[...] = kept
        return picture


def runs(strokes: PlacedStrokes) -> Iterator[tuple[int, int, int]]:
    """Strokes that follow one another with one brush: that brush, the first one and the one after the last."""
    for brush, run in groupby(range(len(strokes)), key=strokes.brush.tolist().__getitem__):
        members = list(run)
        yield brush, members[0], members[-1] + 1


def straight(premultiplied: NDArray[np.float32]) -> Picture:
    """Premultiplied RGBA ``(H, W, 4)`` in [0,1] as 8-bit straight RGBA; what is clear is black."""
    opacity = premultiplied[..., 3:]
    color = np.divide(premultiplied[..., :3], opacity, out=np.zeros_like(premultiplied[..., :3]), where=opacity > 0)
    rgba: Picture = (np.concatenate([color, opacity], -1) * 255).round().clip(0, 255).astype(np.uint8)
    return rgba
