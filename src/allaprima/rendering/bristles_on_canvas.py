"""Placed strokes as bristles paint them, on a canvas of colour and height."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..brush.bristle import UNITS, BristleBrush
from ..image.photo import fit
from ..strokes import PlacedStrokes
from .background import Background
from .drawing import runs_of_brushes

SEEN_AT = 256  # px of the long side at which brushes see what they pick up
AT_ONCE = 64  # strokes laid between two looks at the time
Floats = NDArray[np.float32]


class Bristles:
    """Strokes, by ``brushes`` that these tell by number, on a canvas of ``width x height`` px over a background. What
    each brush picks up is found here, once for any size; ``relief`` ``(N,)`` says how thick each stroke is laid.
    """

    def __init__(
        self,
        strokes: PlacedStrokes,
        brushes: Sequence[BristleBrush],
        width: int,
        height: int,
        background: Background,
        relief: Tensor | None = None,
    ) -> None:
        self.strokes, self.brushes, self.relief = strokes.detach().to("cpu"), brushes, relief
        self.long_side = max(width, height)
        size = fit(width, height, min(SEEN_AT, self.long_side))
        canvas = background.at(*size).float().contiguous().clone().numpy()
        scale, unit = self.scales(max(size))
        carried = [
            self.brushes[brush].pick_up(canvas, self.strokes[first:last], scale, unit)
            for brush, first, last in runs_of_brushes(self.strokes)
        ]
        self.carried: Floats = np.concatenate(carried) if carried else np.zeros((0, 1, 1, 3), np.float32)

    def scales(self, long_side: int) -> tuple[float, float]:
        """Pixels for a canvas pixel and for a unit, of a picture with so many on its long side."""
        return long_side / self.long_side, long_side / UNITS

    def draw_on(self, canvas: Floats, height: Floats, first: int, last: int) -> Iterator[int]:
        """The strokes from ``first`` up to ``last`` over a ``canvas`` ``(C, H, W)`` and its ``height`` ``(H, W)``, in
        place; yields how many are drawn, now and then.
        """
        return self.others_on(canvas, height, self.strokes[first:last], first)

    def others_on(self, canvas: Floats, height: Floats, strokes: PlacedStrokes, first: int) -> Iterator[int]:
        """Other strokes in the same way, as if they were those from ``first`` on."""
        scale, unit = self.scales(max(canvas.shape[1:]))
        strokes = strokes.detach().to("cpu")
        for brush, begin, end in runs_of_brushes(strokes):
            for some in range(begin, end, AT_ONCE):
                done = min(some + AT_ONCE, end)
                part = slice(first + some, first + done)
                relief = None if self.relief is None else self.relief[part]
                carried = self.carried[part]
                self.brushes[brush].draw_on(canvas, height, strokes[some:done], carried, scale, unit, relief)
                yield done

    def boxes(self, strokes: PlacedStrokes, long_side: int) -> NDArray[np.float64]:
        """Around all that strokes may paint on a picture with so many pixels on its long side ``(N, 4)``: left, top,
        right and bottom.
        """
        scale, _ = self.scales(long_side)
        found = [self.brushes[brush].boxes(strokes[a:b], scale) for brush, a, b in runs_of_brushes(strokes)]
        return np.concatenate(found) if found else np.zeros((0, 4))


def seen(bristles: Bristles, background: Tensor) -> Tensor:
    """The unlit picture ``(3, H, W)`` of all strokes over a ``background`` of that shape."""
    canvas = background.detach().to("cpu").float().contiguous().clone()
    height = np.zeros(canvas.shape[1:], np.float32)
    for _ in bristles.draw_on(canvas.numpy(), height, 0, len(bristles.strokes)):
        pass
    return canvas.to(background.device)
