"""A painting being drawn: stroke after stroke, by neural brushes or by the real ones, at any size.

One path for pictures, layers and films: whoever wants to see what is there after some strokes draws up to these, looks,
and goes on. Who draws: ``begin.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..strokes import PlacedStrokes
from .background import Background
from .compositing import as_picture
from .light import Light

AT_ONCE = 1 << 20  # pixels of a layer that are made 8-bit together
OnProgress = Callable[[float], None]
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Composition:
    """What is drawn: ``strokes``, bottom first, over a ``background``, on a canvas of ``width x height`` px; ``opaque``
    if paint covers or does not, and nothing is half-transparent; in this ``light``, if the paint has a relief.
    """

    strokes: PlacedStrokes
    width: int
    height: int
    background: Background
    opaque: bool = False
    light: Light = field(default_factory=Light)


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

    @property
    def relieved(self) -> bool:
        """Whether light falls on a relief, so that :meth:`unlit` is another picture."""
        return False

    def unlit(self) -> Picture:
        """The picture as if all paint were flat, as layers have it."""
        return self.picture()

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
