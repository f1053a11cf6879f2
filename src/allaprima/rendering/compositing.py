"""Compositing: an ordered list of placed strokes over one another, light over dark.

One path for optimisation, rendering, layers and films: the over operator on straight colour, stroke by stroke. Each
stroke is drawn only in the box of pixels that its paint can reach, wherever its window is, so that no stroke is cut
off and none pays for empty pixels. Departure from DESIGN's grouping into layers of separate windows: boxes need no
grid, and one in-place call for each stroke costs a tenth of drawing its opacity. On a CPU,
compiled code does the same for brushes that it knows (``over.py``); here is the plain way, for GPUs, float64 and other
generators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from ..brush.library import NeuralBrush
from ..strokes import PlacedStrokes

BOXES = (
    8, 12, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 1024
)  # fmt: skip
A_STROKE = 1000  # pixels: what a stroke costs in memory besides those of its box
BATCH = 1 << 20  # pixels drawn together
KEPT = 4 << 20  # pixels for which the brush's work is kept for the gradient; beyond, it is done again
AT_ONCE = 1 << 22  # pixels of boxes drawn at a time when no gradient is asked for
ROWS = 32  # of a picture made together: what is in between stays in the cache


class Spot(NamedTuple):
    """Where one stroke goes: its opacity is row ``row`` of batch ``batch``, its box's corner at ``x, y``."""

    batch: int
    row: int
    x: int
    y: int


def composite(canvas: Tensor, strokes: PlacedStrokes, brushes: Sequence[NeuralBrush], scale: float = 1.0) -> Tensor:
    """``strokes``, bottom first, over ``canvas`` ``(3, H, W)`` whose pixels are ``1 / scale`` canvas pixels.

    Differentiable in the canvas and in every number of the strokes. The memory that the gradient needs grows with the
    pixels of the strokes' boxes only.
    """
    if not torch.is_grad_enabled():
        return lay(canvas.clone(memory_format=torch.contiguous_format), strokes, brushes, scale)
    if len(strokes) == 0:
        return canvas
    return _over(canvas, strokes, strokes.color, brushes, scale, *boxes(strokes, brushes, scale))


@torch.no_grad()
def lay(
    canvas: Tensor,
    strokes: PlacedStrokes,
    brushes: Sequence[NeuralBrush],
    scale: float = 1.0,
    colors: Tensor | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Tensor:
    """The same without a gradient, in place; or, with ``colors`` ``(N, C)`` in place of the strokes' own, on a canvas
    with C channels. ``on_progress`` sees the share done, 0 to 1.
    """
    if len(strokes) == 0:
        return canvas
    colors = strokes.color if colors is None else colors
    corners, sides = boxes(strokes, brushes, scale)
    pixels = sides.square().cumsum(0)
    bounds = torch.searchsorted(pixels, torch.arange(0, int(pixels[-1]), AT_ONCE, device=pixels.device)).tolist()
    for first, last in zip(bounds, [*bounds[1:], len(strokes)], strict=True):
        if last > first:
            part = slice(first, last)
            _over(canvas, strokes[part], colors[part], brushes, scale, corners[part], sides[part])
            if on_progress:
                on_progress(last / len(strokes))
    return canvas


def pixels(canvas: Tensor) -> NDArray[np.uint8]:
    """A canvas ``(3, H, W)`` in [0,1] as a picture ``(H, W, 3)``."""
    planes, (height, width) = canvas.numpy(), canvas.shape[1:]
    picture = np.empty((height, width, len(planes)), np.uint8)
    for top in range(0, height, ROWS):  # not in torch: its threads would wait for those that encode a film
        part = planes[:, top : top + ROWS] * np.float32(255)
        whole = np.rint(part, out=part).clip(0, 255, out=part).astype(np.uint8)
        for channel, plane in enumerate(whole):
            picture[top : top + ROWS, :, channel] = plane
    return picture


@torch.no_grad()
def boxes(strokes: PlacedStrokes, brushes: Sequence[NeuralBrush], scale: float) -> tuple[Tensor, Tensor]:
    """The square of pixels that each stroke's paint can reach: corners ``(N, 2)`` and sides ``(N,)``, integers."""
    curve = strokes.curve(torch.linspace(0, 1, 17, device=strokes.size.device, dtype=strokes.size.dtype))
    reaches = strokes.size.new_tensor([brush.reach for brush in brushes])
    reach = reaches[strokes.brush][:, None] * strokes.radius[:, None]
    places = strokes.places * scale
    low = places[:, :2] + (curve.amin(1) - reach) * places[:, 2:]
    high = places[:, :2] + (curve.amax(1) + reach) * places[:, 2:]
    needed = (high - low).amax(1) + 1
    steps = torch.tensor(BOXES, device=needed.device, dtype=needed.dtype)
    sides = torch.where(
        needed <= BOXES[-1],
        steps[torch.searchsorted(steps, needed).clamp(max=len(BOXES) - 1)],
        (needed / 256).ceil() * 256,
    )
    return ((low + high - sides[:, None]) / 2).round().long(), sides.long()


def _over(
    canvas: Tensor,
    strokes: PlacedStrokes,
    colors: Tensor,
    brushes: Sequence[NeuralBrush],
    scale: float,
    corners: Tensor,
    sides: Tensor,
) -> Tensor:
    """Strokes over a canvas: over the very canvas that is given, unless a gradient is asked for."""
    if canvas.device.type == "cpu" and canvas.dtype == torch.float32 and all(brush.fused for brush in brushes):
        from ..kernels.cpu.composite import over  # numba takes a while to load

        return over(canvas, strokes, colors, brushes, strokes.places * scale, corners, sides)
    spots: list[Any] = [None] * len(strokes)
    batches: list[Tensor] = []
    kinds = strokes.brush
    again = torch.is_grad_enabled() and int((sides.square() + A_STROKE).sum()) > KEPT
    for kind, side in sorted(set(zip(kinds.tolist(), sides.tolist(), strict=True))):
        alike = ((kinds == kind) & (sides == side)).nonzero()[:, 0]
        for members in alike.split(max(1, BATCH // (side * side + A_STROKE))):
            draw = partial(_draw, brushes[kind], strokes[members], scale, corners[members], side)
            for row, (member, (x, y)) in enumerate(zip(members.tolist(), corners[members].tolist(), strict=True)):
                spots[member] = Spot(len(batches), row, x, y)
            batches.append(checkpoint(draw, use_reentrant=False, preserve_rng_state=False) if again else draw())
    if not torch.is_grad_enabled():
        return _put(canvas, colors, spots, batches)
    done: Tensor = _Over.apply(canvas, colors, spots, *batches)
    return done


def _draw(brush: NeuralBrush, strokes: PlacedStrokes, scale: float, corners: Tensor, side: int) -> Tensor:
    """Opacity ``(N, 1, side, side)`` of strokes on their boxes; a huge box is drawn smaller and enlarged."""
    shrink = -(-side // BOXES[-1])
    count = -(-side // shrink)
    places = strokes.places * scale
    pixels = (torch.arange(count, device=places.device) + 0.5) * shrink
    x, y = ((corners[:, axis, None] + pixels - places[:, axis, None]) / places[:, 2:] for axis in (0, 1))
    opacity = brush.opacity_at(strokes, x, y, shrink / places[:, 2])
    if shrink > 1:
        opacity = F.interpolate(opacity, scale_factor=shrink, mode="bilinear", align_corners=False)
    return opacity


def _put(
    canvas: Tensor,
    colors: Tensor,
    spots: Sequence[Spot],
    batches: Sequence[Tensor],
    befores: list[Tensor] | None = None,
) -> Tensor:
    """The over operator for a list of spots, in place; ``befores`` gets what was under each stroke's box."""
    for index, spot in enumerate(spots):
        under, opacity = _window(canvas, batches[spot.batch][spot.row], spot)
        if befores is not None:
            befores.append(under.clone())
        under.lerp_(colors[index, :, None, None].expand_as(under), opacity.expand_as(under))
    return canvas


class _Over(torch.autograd.Function):
    """The same with a gradient."""

    @staticmethod
    def forward(ctx: Any, canvas: Tensor, colors: Tensor, spots: Sequence[Spot], *batches: Tensor) -> Tensor:
        ctx.save_for_backward(colors, *batches)
        ctx.spots, ctx.befores = spots, []
        return _put(canvas.clone(), colors, spots, batches, ctx.befores)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        colors, *batches = ctx.saved_tensors
        by_canvas = gradients[0].clone()
        by_colors = torch.zeros_like(colors)
        by_batches = [torch.zeros_like(batch) for batch in batches]
        for index in range(len(ctx.spots) - 1, -1, -1):
            spot, before = ctx.spots[index], ctx.befores[index]
            given, opacity = _window(by_canvas, batches[spot.batch][spot.row], spot)
            _, by_opacity = _window(by_canvas, by_batches[spot.batch][spot.row], spot)
            by_opacity += (given * (colors[index, :, None, None] - before)).sum(0, keepdim=True)
            by_colors[index] = (given * opacity).sum((1, 2))
            given.mul_(1 - opacity)
        return by_canvas, by_colors, None, *by_batches


def _window(canvas: Tensor, opacity: Tensor, spot: Spot) -> tuple[Tensor, Tensor]:
    """The part of the canvas ``(3, h, w)`` under a window, and the part of the opacity ``(1, h, w)`` on the canvas."""
    height, width = canvas.shape[-2:]
    side = opacity.shape[-1]
    top, left = max(0, spot.y), max(0, spot.x)
    bottom, right = max(top, min(height, spot.y + side)), max(left, min(width, spot.x + side))
    return (
        canvas[:, top:bottom, left:right],
        opacity[:, max(0, top - spot.y) : bottom - spot.y, max(0, left - spot.x) : right - spot.x],
    )
