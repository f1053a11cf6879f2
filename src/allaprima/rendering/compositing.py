"""Compositing: an ordered list of placed strokes over one another, light over dark.

One path for optimisation, rendering, layers and films: the over operator on straight colour. Each stroke is drawn only
in the box of pixels that its paint can reach, wherever its window is, so that no stroke is cut off and none pays for
empty pixels; brushes say what is painted there, as runs of pixels, and ``kernels`` lay these over the canvas. Departure
from DESIGN's grouping into layers of separate windows: boxes need no grid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush import NeuralBrush
from ..errors import InputError
from ..kernels import composite as composite_runs
from ..kernels import composite_in_place as composite_runs_in_place
from ..kernels.columns import CORNER, SIDE
from ..kernels.runs import SIDES, join_runs
from ..strokes import PlacedStrokes

LARGER = 256  # pixels: the sides of boxes beyond SIDES are multiples
AT_ONCE = 1 << 22  # pixels of boxes drawn at a time when no gradient is asked for
ROWS = 32  # of a picture made together: what is in between stays in the cache


def composite(canvas: Tensor, strokes: PlacedStrokes, brushes: Sequence[NeuralBrush], scale: float = 1.0) -> Tensor:
    """``strokes``, bottom first, over ``canvas`` ``(3, H, W)`` whose pixels are ``1 / scale`` canvas pixels. The result
    is where the canvas is, wherever strokes and brushes are.

    Differentiable in the canvas and in every number of the strokes. The memory that the gradient needs grows with the
    pixels of the strokes' boxes only. Raises InputError for a canvas of another shape, and for strokes of more brushes
    than there are.
    """
    if canvas.ndim != 3 or canvas.shape[0] != 3 or not canvas.is_floating_point():
        raise InputError(f"the canvas is {tuple(canvas.shape)} {canvas.dtype}: give (3, H, W) of float in [0,1]")
    if len(strokes) and (most := int(strokes.brush.max())) >= len(brushes):
        raise InputError(f"there are strokes of brush {most}, and {len(brushes)} brushes: give {most + 1}")
    if not torch.is_grad_enabled():
        return composite_in_place(canvas.clone(memory_format=torch.contiguous_format), strokes, brushes, scale)
    if len(strokes) == 0:
        return canvas
    strokes = strokes.to(canvas.device)
    paint = _paint(canvas, strokes, brushes, scale, *boxes(strokes, brushes, scale))
    return composite_runs(canvas, strokes.color.to(canvas.dtype), *paint)


@torch.no_grad()
def composite_in_place(
    canvas: Tensor,
    strokes: PlacedStrokes,
    brushes: Sequence[NeuralBrush],
    scale: float = 1.0,
    colors: Tensor | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Tensor:
    """The same without a gradient, on the very canvas that is given, which has to be contiguous; or, with ``colors``
    ``(N, C)`` in place of the strokes' own, on one with C channels. ``on_progress`` sees the share done, 0 to 1.
    """
    if len(strokes) == 0:
        return canvas
    strokes = strokes.to(canvas.device)
    colors = (strokes.color if colors is None else colors).to(canvas)
    corners, sides = boxes(strokes, brushes, scale)
    pixels = sides.square().cumsum(0)
    bounds = torch.searchsorted(pixels, torch.arange(0, int(pixels[-1]), AT_ONCE, device=pixels.device)).tolist()
    for first, last in zip(bounds, [*bounds[1:], len(strokes)], strict=True):
        if last > first:
            part = slice(first, last)
            paint = _paint(canvas, strokes[part], brushes, scale, corners[part], sides[part])
            composite_runs_in_place(canvas, colors[part], *paint)
            if on_progress:
                on_progress(last / len(strokes))
    return canvas


def as_picture(canvas: Tensor) -> NDArray[np.uint8]:
    """A canvas ``(3, H, W)`` in [0,1], on any device, as a picture ``(H, W, 3)``."""
    planes, height, width = canvas.shape
    picture = np.empty((height, width, planes), np.uint8)
    for top in range(0, height, ROWS):  # not in torch: its threads would wait for those that encode a film
        part = canvas[:, top : top + ROWS].detach().cpu().numpy() * np.float32(255)
        whole = np.rint(part, out=part).clip(0, 255, out=part).astype(np.uint8)
        for channel, plane in enumerate(whole):
            picture[top : top + ROWS, :, channel] = plane
    return picture


@torch.no_grad()
def boxes(strokes: PlacedStrokes, brushes: Sequence[NeuralBrush], scale: float) -> tuple[Tensor, Tensor]:
    """The square of pixels that each stroke's paint can reach: corners ``(N, 2)`` and sides ``(N,)``, integers."""
    curve = strokes.curve(torch.linspace(0, 1, 17, device=strokes.device, dtype=strokes.size.dtype))
    reaches = strokes.size.new_tensor([brush.reach for brush in brushes])
    reach = reaches[strokes.brush][:, None] * strokes.radius[:, None]
    places = strokes.places * scale
    corner, side = places[:, CORNER], places[:, SIDE, None]
    low, high = corner + (curve.amin(1) - reach) * side, corner + (curve.amax(1) + reach) * side
    needed = (high - low).amax(1) + 1
    steps = torch.tensor(SIDES, device=needed.device, dtype=needed.dtype)
    sides = torch.where(
        needed <= SIDES[-1],
        steps[torch.searchsorted(steps, needed).clamp(max=len(SIDES) - 1)],
        (needed / LARGER).ceil() * LARGER,
    )
    return ((low + high - sides[:, None]) / 2).round().long(), sides.long()


def _paint(
    canvas: Tensor,
    strokes: PlacedStrokes,
    brushes: Sequence[NeuralBrush],
    scale: float,
    corners: Tensor,
    sides: Tensor,
) -> tuple[Tensor, Tensor]:
    """What strokes paint on the canvas: the opacity ``(P,)`` of painted pixels, and the runs ``(R, 5)`` of these."""
    low = corners.clamp(min=0)
    high = torch.minimum(corners + sides[:, None], corners.new_tensor([canvas.shape[2], canvas.shape[1]]))
    where, places = torch.cat([low, (high - low).clamp(min=0)], 1).int(), strokes.places * scale
    number = torch.arange(len(strokes), device=canvas.device)
    painted = []
    for kind, brush in enumerate(brushes):
        part = number[strokes.brush == kind] if len(brushes) > 1 else slice(None)
        if len(number[part]):
            opacity, runs = brush.runs_at(strokes[part], where[part], places[part])
            painted.append((number[part], opacity.to(canvas), runs.to(canvas.device)))
    return join_runs(painted)
