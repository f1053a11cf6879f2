"""What brushes share that draw a stroke as Gaussians along its curve: what their networks are told of a stroke, the
fields that the Gaussians sum up to, and the way from these to opacity, in torch or compiled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..strokes import WINDOW, Strokes, as_strokes

TOLD = 16  # numbers that the network is told about each sample
EDGE = 4  # times ``faint`` above it, fields are paint as the head says: so that it ends without an edge
WIDEST = 0.1  # log of a Gaussian's largest sigma in radii
COARSE = (-1, 3)  # powers of 2 within which a brush has learned how it looks on other pixels
AT_ONCE = 1 << 18  # numbers in a temporary: strokes are drawn a few at a time so that these stay in the cache


class CurveBrush(nn.Module):
    """What a brush is that draws on any pixels. A brush has to give ``plain_at`` and ``runs_at``."""

    differentiable = True
    reach = 3.0  # radii: farther from the curve there is under 3 % of paint
    faint = 0.05  # fields that together stay below this are no paint: three quarters of a window are skipped
    head: nn.Sequential  # from the fields of a pixel and what it is told of the stroke to the pixel's opacity

    def forward(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        strokes = as_strokes(strokes)
        grid = (torch.arange(size, device=strokes.size.device, dtype=strokes.size.dtype) + 0.5) / size
        grid = grid.expand(len(strokes), -1)
        return self.opacity_at(strokes, grid, grid, grid.new_full((len(strokes),), 1 / size))

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        """Opacity ``(N, 1, H, W)`` at the columns ``x`` ``(N, W)`` and rows ``y`` ``(N, H)``, in fractions of each
        stroke's window, where a pixel is ``pixel`` ``(N,)`` wide. The window is no border: paint may lie outside.
        """
        n, width, height = len(strokes), x.shape[1], y.shape[1]
        if n == 0:
            return x.new_zeros(0, 1, height, width)
        if not self.fused:
            return self.plain_at(strokes, x, y, pixel)
        from ..kernels.autograd import dense  # numba takes a while to load

        places = torch.stack([0.5 - x[:, 0] / pixel, 0.5 - y[:, 0] / pixel, 1 / pixel], 1)
        boxes = torch.tensor([0, 0, width, height], dtype=torch.int32).expand(n, -1)
        return dense(*self.runs_at(strokes, boxes, places), (n, 1, height, width))

    def plain_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        """``opacity_at`` in torch."""
        raise NotImplementedError

    @property
    def fused(self) -> bool:
        """Whether ``runs_at`` can draw: on a CPU in float32, frozen. It is many times as fast as torch."""
        return all(
            not weight.requires_grad and weight.dtype == torch.float32 and weight.device.type == "cpu"
            for weight in self.parameters()
        )

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """Opacity ``(P,)`` of the painted pixels and their runs ``(R, 5)``, see ``fused.py``; of strokes with windows
        at ``places`` ``(N, 3)`` (left, top, side) on their ``boxes`` ``(N, 4)`` int32 (left, top, width, height), both
        in pixels. There is no gradient by the places.
        """
        raise NotImplementedError

    def drawn(self, splats: Tensor, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """``runs_at`` from the strokes' Gaussians ``(N, G, 4, Q)``: x, y, weight and variance."""
        from ..kernels.autograd import Draw  # numba takes a while to load

        w1, b1, w2, b2 = (weight for layer in (self.head[0], self.head[2]) for weight in layer.parameters())
        by_pixel = b1 + coarseness(1 / places[:, 2])[:, None] * w1[:, -1]  # which no stroke can change
        head = [value.detach().contiguous().numpy() for value in (w1[:, :-1], by_pixel, w2[0], b2)]
        painted: tuple[Tensor, Tensor] = Draw.apply(
            splats, 4 * strokes.size - 2, boxes, places, (*head, np.float32(self.faint), np.float32(EDGE))
        )
        return painted

    def painted(
        self, centers: Tensor, weights: Tensor, variances: Tensor, told: Tensor, x: Tensor, y: Tensor
    ) -> Tensor:
        """Gaussians ``(N, Q, G, 2)``, ``(N, Q, G)``, ``(N, Q, G)`` and what the head is told ``(N, 2)`` to opacity."""
        fields: Tensor = Fields.apply(centers, weights, variances, x, y)
        stroke, row, column = (fields.detach().sum(1) > self.faint).nonzero(as_tuple=True)
        seen = fields[stroke, :, row, column]
        looked = self.head(torch.cat([torch.log(seen + self.faint), told[stroke]], 1))[:, 0].sigmoid()
        share = ((seen.sum(1) / self.faint - 1) / EDGE).clamp(max=1)
        opacity = fields.new_zeros(len(fields), *fields.shape[2:])
        return opacity.index_put((stroke, row, column), looked * share)[:, None]


def without_size(*layers: nn.Module) -> None:
    """Let layers begin with no regard for their last input, how large a pixel is: without strokes of several sizes to
    learn from it stays so.
    """
    for layer in layers:
        nn.init.zeros_(layer.weight[:, -1])  # type: ignore[index]


def coarseness(pixel: Tensor) -> Tensor:
    """How much larger a pixel ``(N,)``, in fractions of the window, is than at 64 px: 1 at 32 px, -1 at 128."""
    return (pixel * WINDOW).log2().clamp(*COARSE)


def bounded(log_sigma: Tensor) -> Tensor:
    """Smoothly below WIDEST."""
    return WIDEST - F.softplus(4 * (WIDEST - log_sigma)) / 4


def blur(pixel: Tensor) -> Tensor:
    """The variance that a pixel's own area adds to what is drawn, beyond that at 64 px."""
    return (pixel.square() - WINDOW**-2).clamp(min=0) / 12


def tell(strokes: Strokes, t: Tensor, dt: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What the network is told of each sample ``(N, K, 16)``, the sample's arc length ``(N, K)``, radius ``(N, 1)``,
    and unit tangents ``(N, K, 2)``.
    """
    start, control, end = (point[:, None] for point in strokes.bezier)
    u = t[..., None]
    velocity = 2 * ((1 - u) * (control - start) + u * (end - control))
    speed = (velocity.square().sum(-1) + 1e-8).sqrt()
    tangent = velocity / speed[..., None]
    cos, sin = tangent.unbind(-1)
    bend = 2 * (end - 2 * control + start)
    curvature = (velocity[..., 0] * bend[..., 1] - velocity[..., 1] * bend[..., 0]).abs() / speed**3
    ds = speed * dt
    length, arc = ds.sum(1, keepdim=True), ds.cumsum(1) - ds / 2
    radius, pressure = strokes.radius[:, None], strokes.pressure_at(t)
    told = [
        4 * pressure - 1.6,
        (pressure + 0.02).log() + 1,
        ((pressure + 0.003).log() + 2) / 2,
        (4 * strokes.size - 2)[:, None].expand_as(t),
        (speed / radius + 0.3).log() - 2,
        torch.tanh(arc / radius / 2),
        torch.tanh((length - arc) / radius / 2),
        4 * t - 2,
        ((length / radius + 0.3).log() - 2).expand_as(t),
        (2.4 * strokes.entry_pressure - 1.2)[:, None].expand_as(t),
        (2.4 * strokes.pressure - 1.2)[:, None].expand_as(t),
        cos,
        sin,
        cos * cos - sin * sin,
        2 * cos * sin,
        torch.tanh(curvature * radius),
    ]
    return torch.stack(told, -1), ds, radius, tangent


class Fields(torch.autograd.Function):
    """Sums of Gaussians at rows and columns: field(y, x) = sum over q of w_q exp(-|(x, y) - c_q|^2 / 2 v_q).

    The backward pass is written out: it recomputes the two cheap factors instead of keeping them, so that memory
    stays small, and reads each number once. Centres ``(N, Q, G, 2)``, weights and variances ``(N, Q, G)``, columns
    ``(N, W)``, rows ``(N, H)``; fields ``(N, G, H, W)``.
    """

    @staticmethod
    def forward(ctx: Any, centers: Tensor, weights: Tensor, variances: Tensor, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(centers, weights, variances, x, y)
        _, along_x = _factor(centers[..., 0], variances, x)
        _, along_y = _factor(centers[..., 1], variances, y)
        along_y.mul_(_flat(weights))
        n, _, g = weights.shape
        return torch.bmm(along_y.transpose(1, 2), along_x).view(n, g, y.shape[1], x.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        centers, weights, variances, x, y = ctx.saved_tensors
        n, q, g = weights.shape
        by_field = gradients[0].reshape(n * g, y.shape[1], x.shape[1])
        gap_x, along_x = _factor(centers[..., 0], variances, x)
        gap_y, along_y = _factor(centers[..., 1], variances, y)
        from_x = torch.bmm(along_y, by_field).mul_(along_x)
        from_y = torch.bmm(along_x, by_field.transpose(1, 2)).mul_(along_y)

        def total(flat: Tensor) -> Tensor:  # sum over pixels, (N G, Q, S) to (N, Q, G)
            return flat.sum(-1).view(n, g, q).transpose(1, 2)

        scale = weights / variances
        d_weights = total(from_x)
        shift_x, shift_y = total(from_x.mul_(gap_x)), total(from_y.mul_(gap_y))
        spread = total(from_x.mul_(gap_x)) + total(from_y.mul_(gap_y))
        d_centers = torch.stack([shift_x * scale, shift_y * scale], -1)
        return d_centers, d_weights, spread * scale / (2 * variances), None, None


def _flat(values: Tensor) -> Tensor:
    """``(N, Q, G)`` to ``(N G, Q, 1)``."""
    return values.transpose(1, 2).reshape(-1, values.shape[1], 1)


def _factor(centers: Tensor, variances: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Distances of pixels to centres along one axis, and that factor of each Gaussian, both ``(N G, Q, S)``."""
    gaps = grid.repeat_interleave(variances.shape[2], 0)[:, None] - _flat(centers)
    return gaps, gaps.square().mul_(-0.5 / _flat(variances)).exp_()
