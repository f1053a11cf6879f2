"""Strokes that others hide but for a sliver: nothing holds their colours, and then the slivers are flecks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..strokes import PlacedStrokes
from .parameters import COLORS, StrokeParameters

HIDDEN = 0.2  # of a stroke is seen where its colour is its own; with less, more and more that of the photo


def settle(
    levels: Sequence[StrokeParameters],
    strokes: PlacedStrokes,
    picture: Tensor,
    scale: float,
    drawn: Callable[[PlacedStrokes], Tensor],
) -> None:
    """Give those of ``strokes``, all of the ``levels``, that are hardly seen the colour that the ``picture``
    ``(3, H, W)``, which has ``scale`` pixels for each canvas pixel, has where they are. ``drawn`` is the canvas that
    strokes make: its gradient by a colour is how much of the stroke is seen, and of what pixels.
    """
    with torch.enable_grad():
        colors = strokes.color.detach().requires_grad_()
        canvas = drawn(strokes.change(**dict(zip(COLORS, colors.unbind(1), strict=True))))
        (there,) = torch.autograd.grad(canvas, colors, picture, retain_graph=True)
        (seen,) = torch.autograd.grad(canvas, colors, torch.ones_like(canvas))
    with torch.no_grad():
        own = (seen.mean(1) / (strokes.area * scale**2) / HIDDEN).clamp(0, 1)[:, None]
        wanted = torch.lerp(there / seen.clamp(min=1e-6), colors, own).clamp(0.002, 0.998)
        wanted = torch.where(seen > 1e-6, wanted, colors.clamp(0.002, 0.998))
        for level, color in zip(levels, torch.split(wanted, [len(level) for level in levels]), strict=True):
            for channel, name in enumerate(COLORS):
                level.unbounded[name].copy_(color[:, channel].logit())
