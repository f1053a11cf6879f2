"""A painting drawn in bristle oil paint: on a canvas of colour and height, which then is lit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ..brush.bristle import BristleBrush
from ..strokes import PlacedStrokes
from .bristles_on_canvas import Bristles
from .compositing import as_picture
from .drawing import AT_ONCE, Composition, Drawing, OnProgress, Picture, straight
from .light import Light
from .relief import relief_of
from .shading import around, lit, slopes
from .tiles import Tile, Tiles

FINEST = 1536  # px of the long side: smaller pictures are drawn larger, by a whole factor, and averaged;
MOST = 6  # at most so many times as large
SIDE, WIDER = 512, 8  # of the tiles that light falls on: px at least, and so many times what they look at around them


class BristleDrawing(Drawing):
    """By bristles: three channels for the picture, four for a layer, in which paint is premultiplied, and the height of
    the paint; if it is ``quick``, on no more pixels than are seen. ``light`` falls on it when it is looked at, so
    another light needs no strokes.
    """

    def __init__(
        self,
        composition: Composition,
        brushes: Sequence[BristleBrush],
        width: int,
        height: int,
        layered: bool = False,
        quick: bool = False,
    ) -> None:
        super().__init__(composition, width, height, layered)
        self.light = composition.light
        self.shrink = 1 if quick else min(MOST, -(-FINEST // max(width, height)))
        wide, high = width * self.shrink, height * self.shrink
        self.unit = max(wide, high) / 1600
        paper = self.background.at(wide, high).float()
        self.canvas = torch.cat([paper, paper.new_zeros(4, high, wide)]) if layered else paper.contiguous().clone()
        self.height_map = torch.zeros(high, wide)
        size = composition.width, composition.height
        relief = relief_of(self.strokes, *size)
        self.bristles = Bristles(self.strokes, brushes, *size, self.background, relief)
        self.done = 0
        side = max(SIDE, WIDER * around(self.unit))
        self.tiles = Tiles(wide, high, -(-side // self.shrink) * self.shrink)
        self.last: Picture | None = None  # that was looked at

    def draw(self, first: int, last: int, on_progress: OnProgress | None = None) -> None:
        self.taken, self.done = None, last
        self.tiles.stale |= self.touched(self.strokes[first:last])
        for count in self.bristles.draw_on(self.canvas.numpy(), self.height_map.numpy(), first, last):
            if on_progress:
                on_progress((first + count) / len(self.strokes))

    def picture(self) -> Picture:
        """What is there, in its light, which falls anew only where something happened since the last look. Whoever
        wants to write on it takes a copy.
        """
        if self.last is None or self.tiles.stale.any():
            self.last = self.seen(self.canvas, self.height_map, self.light, self.tiles.stale, self.last)
            self.tiles.stale[:] = False
        return self.last

    @property
    def relieved(self) -> bool:
        return not self.light.flat

    def unlit(self) -> Picture:
        return as_picture(self.averaged(self.canvas[:3]))

    def relit(self, light: Light) -> Picture:
        """The picture in another light."""
        return self.seen(self.canvas, self.height_map, light, np.ones_like(self.tiles.stale))

    def heights(self) -> Tensor:
        """How high the paint stands ``(height, width)``, in 1/1600 of the long side."""
        return self.averaged(self.height_map[None])[0]

    def normals(self) -> Tensor:
        """Which way paint and cloth face ``(3, height, width)``: right, up, and out of the canvas; unit vectors."""
        normals = torch.empty(3, self.height, self.width)
        for tile in self.tiles.among(np.ones_like(self.tiles.stale)):
            right, down = slopes(self.height_map, self.unit, self.light, tile)
            facing = self.averaged(torch.stack([-right, down, torch.ones_like(right)]))
            normals[self.place(tile)] = F.normalize(facing, dim=0)
        return normals

    def take(self) -> Picture:
        layer = self.averaged(self.canvas[3:])
        rows = max(1, AT_ONCE // self.width)
        done = [straight(part.permute(1, 2, 0).numpy()) for part in torch.split(layer, rows, 1)]
        self.canvas[3:] = 0
        return np.concatenate(done)

    def glance(self, strokes: PlacedStrokes) -> Picture:
        canvas, height = self.canvas[:3].clone(), self.height_map.clone()
        first = min(self.done, max(0, len(self.strokes) - len(strokes)))
        for _ in self.bristles.others_on(canvas.numpy(), height.numpy(), strokes, first):
            pass
        return self.seen(canvas, height, self.light, self.touched(strokes), self.picture())

    def touched(self, strokes: PlacedStrokes) -> NDArray[np.bool_]:
        """Which tiles look otherwise when these strokes are laid."""
        boxes = self.bristles.boxes(strokes, max(self.height_map.shape))
        return self.tiles.under(boxes + around(self.unit) * np.array([-1, -1, 1, 1]))

    def seen(
        self, canvas: Tensor, height: Tensor, light: Light, chosen: NDArray[np.bool_], before: Picture | None = None
    ) -> Picture:
        """The picture of a canvas with paint of some height, in a light: of the tiles that are ``chosen``, and where
        they are not, as it was ``before``.
        """
        picture = np.empty((self.height, self.width, 3), np.uint8) if before is None else before.copy()
        for tile in self.tiles.among(chosen):
            part = lit(canvas[:3], height, self.unit, light, tile)
            picture[self.place(tile)[1:]] = as_picture(self.averaged(part))
        return picture

    def place(self, tile: Tile) -> tuple[slice, slice, slice]:
        """Where a tile is in the picture: channels, rows and columns."""
        top, bottom, left, right = (at // self.shrink for at in tile)
        return slice(None), slice(top, bottom), slice(left, right)

    def averaged(self, canvas: Tensor) -> Tensor:
        """A canvas ``(C, H, W)`` as large as the picture."""
        return canvas if self.shrink == 1 else F.avg_pool2d(canvas, self.shrink)
