"""What a part of a painting's loss is, ours or somebody's own."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from ..strokes import PlacedStrokes


class LossTerm(Protocol):
    """A part of the loss: what is wrong with a canvas and with the strokes that make it. Any function will do.

    ``canvas`` ``(3, H, W)`` in [0,1] is as the strokes make it, ``picture``, of the same shape, as it should be; the
    windows of ``strokes`` are in pixels of that canvas. It gives one number ``()``, 0 where nothing is wrong, computed
    by torch, since strokes go where its gradient leads; the sum of all terms is brought down. A canvas may be small, or
    a part of the whole: the painter begins coarsely, and looks at some places more closely.

    It is called by its ``name`` where it has one, else as its function or class is.
    """

    def __call__(self, canvas: Tensor, picture: Tensor, strokes: PlacedStrokes, /) -> Tensor: ...
