"""Compositing: an ordered list of placed strokes over one another, light over dark.

One path for optimisation, rendering, layers and films: the over operator on straight colour. Each stroke is drawn only
in the box of pixels that its paint can reach, wherever its window is, so that no stroke is cut off and none pays for
empty pixels; brushes say what is painted there, as runs of pixels, and ``kernels`` lay these over the canvas. Departure
from DESIGN's grouping into layers of separate windows: boxes need no grid.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush import Generator, NeuralBrush
from ..brush.opacity import ROUNDING, check_drawable
from ..errors import InputError, check_kind
from ..kernels import composite as composite_runs
from ..kernels import composite_in_place as composite_runs_in_place
from ..kernels.columns import CORNER, SIDE
from ..kernels.runs import SIDES, join_runs
from ..strokes import PlacedStrokes

LARGER = 256  # pixels: the sides of boxes beyond SIDES are multiples
AT_ONCE = 1 << 22  # pixels of boxes drawn at a time when no gradient is asked for
SHAPE = "(3, H, W) of float in [0,1], or a batch (B, 3, H, W) with a list of strokes"
ROWS = 32  # of a picture made together: what is in between stays in the cache


def composite(
    canvas: Tensor,
    strokes: PlacedStrokes | Sequence[PlacedStrokes],
    brushes: NeuralBrush | Sequence[NeuralBrush],
    scale: float = 1.0,
) -> Tensor:
    """``strokes``, bottom first, over ``canvas`` ``(3, H, W)`` in [0,1], drawn by ``brushes``, of which each stroke
    tells its own by number, or by one. A pixel of the canvas is ``1 / scale`` of those that the strokes' windows are
    told in. Or a batch of canvases ``(B, 3, H, W)``, with a list of B such strokes. The result has the canvas' shape,
    and is where the canvas is, wherever strokes and brushes are.

    Differentiable in the canvas and in each stroke's 12 numbers; no gradient flows to their windows. The memory that
    it needs grows with the pixels of the strokes' boxes only. Raises InputError for a canvas of another shape, for
    strokes that have no place or are not as many as the canvases, for numbers of either that are out of range, and for
    strokes of brushes that are not there. Brushes are what :func:`load_brush` gives, and not names.
    """
    brushes = _check_given(canvas, strokes, brushes, scale)
    if isinstance(strokes, PlacedStrokes):
        return composite_one(canvas, strokes, brushes, scale)
    each = [composite_one(one, some, brushes, scale) for one, some in zip(canvas, strokes, strict=True)]
    return torch.stack(each) if each else canvas


def _check_given(canvas: Tensor, strokes: object, brushes: object, scale: float) -> Sequence[NeuralBrush]:
    """The brushes as a list. Raises InputError for what :func:`composite` cannot take."""
    check_kind(canvas, Tensor, "the canvas", f"a tensor, {SHAPE}")
    batch = isinstance(strokes, (list, tuple))
    each = list(strokes) if isinstance(strokes, (list, tuple)) else [strokes]
    for some in each:
        check_kind(some, PlacedStrokes, "strokes", "PlacedStrokes, as strokes.placed(x, y, side) makes them, or a list")
    if canvas.ndim != 3 + batch or canvas.shape[-3] != 3 or not canvas.is_floating_point():
        told = "with a list of strokes" if batch else "with these strokes"
        shape = SHAPE if not batch else "(B, 3, H, W) of float in [0,1], and as many strokes"
        raise InputError(f"{told} the canvas is {tuple(canvas.shape)} {canvas.dtype}: give {shape}")
    _check_range(canvas)
    if batch and len(each) != len(canvas):
        raise InputError(f"there are {len(canvas)} canvases, and {len(each)} strokes for them: give one for each")
    found: list[NeuralBrush] = list(brushes) if isinstance(brushes, (list, tuple)) else [brushes]  # type: ignore[list-item]
    for brush in found:
        check_kind(brush, (NeuralBrush, Generator), "one of the brushes", "a NeuralBrush, as load_brush(name) gives")
    for some in each:
        assert isinstance(some, PlacedStrokes)
        check_drawable(some)
        if len(some) and (most := int(some.brush.max())) >= len(found):
            raise InputError(f"there are strokes of brush {most}, and {len(found)} brushes: give {most + 1}")
        if len(some) and (least := int(some.brush.min())) < 0:
            raise InputError(f"there are strokes of brush {least}: brushes are counted from 0")
    if not (isinstance(scale, (int, float)) and 0 < scale < math.inf):
        raise InputError(f"the scale is {scale}: give how many pixels of the canvas one of the strokes' is, above 0")
    return found


def _check_range(canvas: Tensor) -> None:
    if not canvas.isfinite().all():
        raise InputError("the canvas has numbers that are not finite: give float in [0,1]")
    low, high = (canvas.min().item(), canvas.max().item()) if canvas.numel() else (0, 1)
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise InputError(f"the canvas has numbers from {low:g} to {high:g}: give float in [0,1], bytes divided by 255")


def composite_one(canvas: Tensor, strokes: PlacedStrokes, brushes: Sequence[NeuralBrush], scale: float = 1.0) -> Tensor:
    """:func:`composite` of one canvas, behind its door: what is given is believed."""
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
    """The square of pixels that each stroke's paint can reach: corners ``(N, 2)`` and sides ``(N,)``, integers. Of
    brushes that paint anywhere on their window it is that.
    """
    curve = strokes.curve(torch.linspace(0, 1, 17, device=strokes.device, dtype=strokes.size.dtype))
    reaches = strokes.size.new_tensor([brush.reach for brush in brushes])
    reach = reaches[strokes.brush][:, None] * strokes.radius[:, None]
    low, high = curve.amin(1) - reach, curve.amax(1) + reach
    if any(brush.reach == math.inf for brush in brushes):
        low, high = torch.where(reach < math.inf, low, 0.0), torch.where(reach < math.inf, high, 1.0)
    places = strokes.places * scale
    corner, side = places[:, CORNER], places[:, SIDE, None]
    low, high = corner + low * side, corner + high * side
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
