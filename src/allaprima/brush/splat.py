"""``splat``, the default neural brush: a stroke is a sum of Gaussians laid along its curve.

The reference's generator must learn from 12 numbers where to put 4,096 pixels. Told instead about the stroke in the
stroke's own coordinates, some 2,000 parameters learn the brush itself, at any resolution:

1. the curve is sampled, half by arc length, half by parameter;
2. a small network is told what the stroke is like at each sample (pressure, speed, distance to both ends, ...), and
   how large a pixel is, and answers with weight and width of a few isotropic Gaussians there;
3. their sum over the samples gives a few fields: one batched matrix product, as a Gaussian is separable;
4. a pointwise head turns the fields of each pixel into its opacity.

Hairpins and overlaps add up by themselves, and gradients are smooth everywhere. Departure from the reference: this
generator has no image-shaped layer (docs/departures.md); the reference's own stands in ``dcgan.py``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..strokes import Strokes
from .curve import AT_ONCE, TOLD, CurveBrush, blur, bounded, coarseness, tell, without_size

HEAVIEST = 0.7  # log of (half) a Gaussian's largest weight: without bounds the fields reach far beyond the paint
FARTHEST = 3.0  # log of how far from the curve a bristle may be, in nibs: one with no part in a stroke goes there


class SplatBrush(CurveBrush):
    """Strokes ``(N, 12)`` to opacity ``(N, 1, size, size)`` float in [0,1], differentiable, at any size.

    ``gaussians`` fields, ``samples`` along the curve, ``hidden`` units in the network, ``head`` in the head;
    ``bristles`` in a line for a nib that is not round.
    """

    kind = "splat"

    def __init__(
        self, gaussians: int = 4, samples: int = 48, hidden: int = 32, head: int = 8, bristles: int = 1
    ) -> None:
        super().__init__()
        self.config = {
            "gaussians": gaussians, "samples": samples, "hidden": hidden, "head": head, "bristles": bristles
        }  # fmt: skip
        self.gaussians, self.samples, self.bristles = gaussians, samples, bristles
        last = nn.Linear(hidden, (2 if bristles == 1 else 3) * bristles * gaussians)
        nn.init.normal_(last.weight, std=0.02)
        nn.init.zeros_(last.bias)
        self.net = nn.Sequential(nn.Linear(TOLD + 1, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), last)
        self.log_sigma = nn.Parameter(torch.linspace(-1.6, 0.5, gaussians) - (0.7 if bristles > 1 else 0))
        self.head = nn.Sequential(nn.Linear(gaussians + 2, head), nn.SiLU(), nn.Linear(head, 1))
        without_size(self.net[0], self.head[0])
        self.line: Tensor
        if bristles > 1:
            self.register_buffer("line", torch.linspace(-1, 1, bristles), persistent=False)
            self.axis = nn.Parameter(torch.tensor([0.3, 0.1]))
            self.offset = nn.Parameter(torch.randn(bristles, gaussians, 2) * 0.05)
            self.along = nn.Parameter(torch.randn(bristles, gaussians, 2) * 0.1)

    def gaussians_at(self, strokes: Strokes, pixel: Tensor) -> Tensor:
        """``splats`` compiled, as ``(N, G, 4, Q)``: see ``fused.py``."""
        from ..kernels.autograd import Lay  # numba takes a while to load
        from ..kernels.cpu.mlp import NUMBERS, network_of

        numbers = torch.stack([getattr(strokes, name) for name in NUMBERS], 1)
        laid: Tensor = Lay.apply(numbers, torch.stack([blur(pixel), coarseness(pixel)], 1), network_of(self))
        return laid

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        return self.drawn(self.gaussians_at(strokes, 1 / places[:, 2]), strokes, boxes, places)

    def plain_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        centers, weights, variances = self.splats(strokes, pixel)
        told = torch.stack([4 * strokes.size - 2, coarseness(pixel)], 1)
        longest = max(x.shape[1], y.shape[1])
        step = max(1, AT_ONCE // (self.gaussians * longest * max(longest, self.samples * self.bristles)))
        parts = [
            self.painted(centers[i], weights[i], variances[i], told[i], x[i], y[i])
            for i in (slice(start, start + step) for start in range(0, len(strokes), step))
        ]
        return torch.cat(parts)

    def splats(self, strokes: Strokes, pixel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The Gaussians: centres ``(N, Q, G, 2)``, weights and variances ``(N, Q, G)``, in fractions of the window,
        where Q counts the samples along the curve, and the bristles of each.
        """
        t, dt = self._spacing(strokes)
        told, ds, radius, tangent = tell(strokes, t, dt)
        told = torch.cat([told, coarseness(pixel)[:, None, None].expand_as(ds[..., None])], -1)
        answers = self.net(told).unflatten(-1, (-1, self.bristles, self.gaussians)).unbind(2)  # (N, K, B, G) each
        log_weight, log_width = answers[:2]
        log_weight = HEAVIEST - F.softplus(-log_weight)
        log_width = bounded(self.log_sigma + log_width.tanh())
        ds, dt, radius = ds[..., None, None], dt[..., None, None], radius[..., None, None]
        weights = torch.exp(2 * log_weight) * (ds / radius + 2 * dt)
        variances = (radius * log_width.exp()).square() + (ds / 4).square() + blur(pixel)[:, None, None, None]
        centers = strokes.curve(t)[:, :, None, None].expand(*weights.shape, 2)
        if self.bristles > 1:
            centers = centers + (radius * answers[2].clamp(max=FARTHEST).exp())[..., None] * self._nib(tangent)
        return centers.flatten(1, 2), weights.flatten(1, 2), variances.flatten(1, 2)

    def _nib(self, tangent: Tensor) -> Tensor:
        """Where the bristles are ``(N, K, B, G, 2)``, in radii: along a line that is fixed in the picture, as in a
        calligrapher's nib, and a little along and across the stroke.
        """
        tangent = tangent[:, :, None, None]
        normal = torch.stack([-tangent[..., 1], tangent[..., 0]], -1)
        fixed = self.offset + self.line[:, None, None] * self.axis
        nib: Tensor = fixed + tangent * self.along[..., :1] + normal * self.along[..., 1:]
        return nib

    @torch.no_grad()
    def _spacing(self, strokes: Strokes) -> tuple[Tensor, Tensor]:
        """Parameters ``(N, K)`` of the samples and the share ``dt`` of the curve that each stands for."""
        n, k = len(strokes), self.samples
        even = torch.linspace(0, 1, k + 1, device=strokes.size.device, dtype=strokes.size.dtype)
        points = strokes.curve(even)
        pieces = (points[:, 1:] - points[:, :-1]).norm(dim=-1)
        way = (pieces / (pieces.sum(1, keepdim=True) + 1e-6) + 0.25 / k).cumsum(1)
        way = torch.cat([way.new_zeros(n, 1), way], 1) / way[:, -1:]

        def at(share: Tensor) -> Tensor:
            share = share.expand(n, -1).contiguous()
            index = torch.searchsorted(way, share).clamp(1, k)
            low, high = way.gather(1, index - 1), way.gather(1, index)
            parameter: Tensor = (index - 1 + (share - low) / (high - low)) / k
            return parameter

        edges = at(even)
        return at((even[1:] + even[:-1]) / 2), edges[:, 1:] - edges[:, :-1]
