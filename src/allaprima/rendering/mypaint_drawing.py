"""A painting drawn by the real MyPaint."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..brush.libmypaint import Surface
from ..brush.mypaint import MyPaintBrush
from ..strokes import WINDOW, PlacedStrokes
from .drawing import Composition, Drawing, OnProgress, Picture, runs_of_brushes, straight

MOST = 4096  # px of the long side that small pictures may be drawn at


class MyPaintDrawing(Drawing):
    """By the real MyPaint, on its own surfaces. On windows under 64 px the engine itself changes, so a small picture is
    drawn larger, by a whole factor, and averaged.
    """

    def __init__(
        self, composition: Composition, real: Sequence[MyPaintBrush], width: int, height: int, layered: bool = False
    ) -> None:
        super().__init__(composition, width, height, layered)
        self.real = real
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
        """Over the paper once more: brushes that erase, or smudge what is beyond the edge, make a canvas clear."""
        paper, top = self.background.at(self.width, self.height).permute(1, 2, 0).numpy(), 0
        bands: list[Picture] = []
        for band in self.surface.bands(self.shrink):
            seen = band[..., :3] + (1 - band[..., 3:]) * paper[top : top + len(band)]
            bands.append((seen * 255).round().clip(0, 255).astype(np.uint8))
            top += len(band)
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
