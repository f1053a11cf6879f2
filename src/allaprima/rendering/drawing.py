"""A painting being drawn: stroke after stroke, by the neural brush or by the real MyPaint, at any size.

One path for pictures, layers and films: whoever wants to see what is there after some strokes draws up to these, looks,
and goes on.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush.libmypaint import Surface
from ..brush.neural import NeuralBrush
from ..brush.opaque import OpaqueBrush, harden
from ..image.photo import fit
from ..strokes import WINDOW, PlacedStrokes
from .background import Background
from .compositing import as_picture, boxes, composite_in_place
from .rendering import Rendering

MOST = 4096  # px of the long side that small pictures may be drawn at
AT_ONCE = 1 << 20  # pixels of a layer that are made 8-bit together
OnProgress = Callable[[float], None]
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Composition:
    """What is drawn: ``strokes``, bottom first, over a ``background``, on a canvas of ``width x height`` px; ``opaque``
    if paint covers or does not, and nothing is half-transparent.
    """

    strokes: PlacedStrokes
    width: int
    height: int
    background: Background
    opaque: bool = False


def begin_drawing(
    composition: Composition, brushes: Sequence[NeuralBrush], rendering: Rendering, layered: bool = False
) -> Drawing:
    """The picture before the first stroke, on the canvas' size unless the rendering says another; ``brushes`` are those
    that the strokes tell by number. Layers are to be taken from it if it is ``layered``. Raises InputError for a real
    brush that is missing.
    """
    canvas = composition.width, composition.height
    width, height = fit(*canvas, max(canvas) if rendering.size is None else int(rendering.size))
    if rendering.engine == "mypaint":
        kind = OpaqueDrawing if composition.opaque else RealDrawing
        return kind(composition, brushes, width, height, layered)
    drawing = [brush.textured for brush in brushes] if rendering.texture else brushes
    return NeuralDrawing(composition, drawing, width, height, layered)


class Drawing(ABC):
    """The strokes of a composition on ``width x height`` px, so far; if ``layered``, also on a transparent layer."""

    def __init__(self, composition: Composition, width: int, height: int, layered: bool = False) -> None:
        self.width, self.height, self.layered = width, height, layered
        self.strokes, self.background = composition.strokes, composition.background
        self.scale = max(width, height) / max(composition.width, composition.height)
        self.taken: Picture | None = None

    @abstractmethod
    def draw(self, first: int, last: int, on_progress: OnProgress | None = None) -> None:
        """Lay the strokes from ``first`` up to ``last`` over what is there; ``on_progress`` sees how much of all is
        done, 0 to 1.
        """

    @abstractmethod
    def picture(self) -> Picture:
        """What is there, ``(height, width, 3)``."""

    def layer(self) -> Picture:
        """What was drawn since the layer before, or the beginning, ``(height, width, 4)`` straight RGBA. With the next
        stroke the next one begins; until then all who ask get the same.
        """
        if self.taken is None:
            self.taken = self.take()
        return self.taken

    @abstractmethod
    def take(self) -> Picture:
        """The layer, which is empty then."""

    @abstractmethod
    def glance(self, strokes: PlacedStrokes) -> Picture:
        """The picture as it would be with these strokes over it, which are not kept."""


class OnCanvas(Drawing):
    """Drawn on a tensor: three channels for the picture, and four for the layer, in which paint is premultiplied."""

    def __init__(
        self,
        composition: Composition,
        width: int,
        height: int,
        layered: bool = False,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__(composition, width, height, layered)
        paper = self.background.at(width, height, device)
        self.canvas = torch.cat([paper, paper.new_zeros(4, height, width)]) if layered else paper.contiguous()
        self.strokes = self.strokes.to(torch.float32).to(device)

    @torch.no_grad()
    def draw(self, first: int, last: int, on_progress: OnProgress | None = None) -> None:
        self.taken = None
        many = max(1, len(self.strokes))

        def report(share: float) -> None:
            if on_progress:
                on_progress((first + share * (last - first)) / many)

        self.composite(self.canvas, self.strokes[first:last], report)

    @abstractmethod
    def composite(self, canvas: Tensor, strokes: PlacedStrokes, report: OnProgress | None = None) -> None:
        """Strokes over a canvas, in place."""

    def colors(self, strokes: PlacedStrokes, channels: int) -> Tensor:
        """What strokes bring to each channel ``(N, channels)``."""
        color = strokes.color.float()
        return color if channels == 3 else torch.cat([color, color, color.new_ones(len(color), 1)], 1)

    def picture(self) -> Picture:
        return as_picture(self.canvas[:3])

    def take(self) -> Picture:
        layer = self.canvas[3:]
        rows = max(1, AT_ONCE // self.width)
        done = [straight(part.permute(1, 2, 0).cpu().numpy()) for part in torch.split(layer, rows, 1)]
        layer.zero_()
        return np.concatenate(done)

    @torch.no_grad()
    def glance(self, strokes: PlacedStrokes) -> Picture:
        canvas = self.canvas[:3].clone()
        self.composite(canvas, strokes.to(torch.float32).to(canvas.device))
        return as_picture(canvas)


class NeuralDrawing(OnCanvas):
    """By neural brushes, where they are."""

    def __init__(
        self, composition: Composition, brushes: Sequence[NeuralBrush], width: int, height: int, layered: bool = False
    ) -> None:
        super().__init__(composition, width, height, layered, brushes[0].device)
        self.brushes = [OpaqueBrush(brush) for brush in brushes] if composition.opaque else brushes

    def composite(self, canvas: Tensor, strokes: PlacedStrokes, report: OnProgress | None = None) -> None:
        composite_in_place(canvas, strokes, self.brushes, self.scale, self.colors(strokes, len(canvas)), report)


class OpaqueDrawing(OnCanvas):
    """By the real MyPaint, each stroke by itself, its opacity hardened, and laid over the others."""

    def __init__(
        self, composition: Composition, brushes: Sequence[NeuralBrush], width: int, height: int, layered: bool = False
    ) -> None:
        super().__init__(composition, width, height, layered)
        self.brushes, self.real = brushes, [brush.real() for brush in brushes]

    def composite(self, canvas: Tensor, strokes: PlacedStrokes, report: OnProgress | None = None) -> None:
        colors = self.colors(strokes, len(canvas))
        corners, sides = boxes(strokes, self.brushes, self.scale)
        low = corners.clamp(min=0)
        high = torch.minimum(corners + sides[:, None], torch.tensor([self.width, self.height]))
        where = torch.cat([low, (high - low).clamp(min=0)], 1).int()
        for brush, first, last in runs_of_brushes(strokes):
            part = slice(first, last)
            drawn = self.real[brush].on_boxes(strokes[part], where[part], strokes[part].places * self.scale)
            for index, paint in enumerate(drawn, first):
                left, top, wide, tall = where[index].tolist()
                under = canvas[:, top : top + tall, left : left + wide]
                opacity = harden(torch.from_numpy(paint)).expand_as(under)
                under.lerp_(colors[index, :, None, None].expand_as(under), opacity)
                if report:
                    report((index + 1) / len(strokes))


class RealDrawing(Drawing):
    """By the real MyPaint, on its own surfaces. On windows under 64 px the engine itself changes, so a small picture is
    drawn larger, by a whole factor, and averaged.
    """

    def __init__(
        self, composition: Composition, brushes: Sequence[NeuralBrush], width: int, height: int, layered: bool = False
    ) -> None:
        super().__init__(composition, width, height, layered)
        self.real = [brush.real() for brush in brushes]
        smallest = float(self.strokes.places[:, 2].min()) * self.scale if len(self.strokes) else WINDOW
        self.shrink = max(1, min(math.ceil(WINDOW / smallest), MOST // max(width, height)))
        size = width * self.shrink, height * self.shrink
        self.surface = Surface(*size, self.background.at(*size).numpy())
        self.upper = Surface(*size) if layered else None

    def draw(self, first: int, last: int, on_progress: OnProgress | None = None) -> None:
        self.taken = None
        surfaces = [self.surface, *([self.upper] if self.upper else [])]
        for brush, begin, end in runs_of_brushes(self.strokes[first:last]):
            some = self.strokes[first + begin : first + end]
            for count in self.real[brush].draw_on(surfaces, some, self.scale * self.shrink):
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
        for brush, begin, end in runs_of_brushes(strokes):
            for _ in self.real[brush].draw_on([self.surface], strokes[begin:end], self.scale * self.shrink):
                pass
        picture = self.picture()
        self.surface.tiles[...] = kept
        return picture


def runs_of_brushes(strokes: PlacedStrokes) -> Iterator[tuple[int, int, int]]:
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
