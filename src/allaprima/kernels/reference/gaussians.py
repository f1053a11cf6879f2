"""From strokes' numbers to Gaussians: the curve is sampled, half by arc length, half by parameter; a small network is
told what the stroke is like at each sample, and how large a pixel is, and answers with weight and width of a few
isotropic Gaussians there.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ...strokes import Strokes
from ..columns import NUMBERS
from ..features import bounded, coarseness, pixel_variance, stroke_features
from ..networks import FARTHEST, HEAVIEST, SplatNetwork


def gaussians_forward(numbers: Tensor, pixel: Tensor, network: SplatNetwork) -> Tensor:
    strokes = _strokes(numbers)
    t, dt = _spacing(strokes, network.samples)
    features, ds, radius, tangent = stroke_features(strokes, t, dt)
    coarse = coarseness(pixel)[:, None, None].expand_as(ds[..., None])
    answers = _mlp(torch.cat([features, coarse], -1), network)
    answers = answers.view(*ds.shape, -1, network.bristles, network.gaussians)
    log_weight, log_width = answers[:, :, 0], answers[:, :, 1]  # (N, K, B, G)
    log_weight = HEAVIEST - F.softplus(-log_weight)
    log_width = bounded(network.log_sigma + log_width.tanh())
    ds, dt, radius = ds[..., None, None], dt[..., None, None], radius[..., None, None]
    weights = torch.exp(2 * log_weight) * (ds / radius + 2 * dt)
    variances = (radius * log_width.exp()).square() + (ds / 4).square() + pixel_variance(pixel)[:, None, None, None]
    centers = strokes.curve(t)[:, :, None, None].expand(*weights.shape, 2)
    if network.bristles > 1:
        log_far = answers[:, :, 2]
        centers = centers + (radius * log_far.clamp(max=FARTHEST).exp())[..., None] * _nib(tangent, network)
    x, y = centers.unbind(-1)
    return torch.stack([x, y, weights, variances], -1).permute(0, 3, 4, 2, 1).flatten(3)  # bristle after bristle


def gaussians_backward(numbers: Tensor, pixel: Tensor, network: SplatNetwork, grad_gaussians: Tensor) -> Tensor:
    with torch.enable_grad():
        leaf = numbers.detach().requires_grad_()
        (grad_numbers,) = torch.autograd.grad(gaussians_forward(leaf, pixel, network), leaf, grad_gaussians)
    return grad_numbers


def _strokes(numbers: Tensor) -> Strokes:
    """Strokes of these numbers, in a colour that does not matter."""
    values = dict(zip(NUMBERS, numbers.unbind(1), strict=True))
    none = numbers.new_zeros(len(numbers))
    return Strokes(**values, color_r=none, color_g=none, color_b=none)


def _mlp(features: Tensor, network: SplatNetwork) -> Tensor:
    """``(..., 17)`` to ``(..., O)``."""
    hidden = F.silu(F.linear(features, *network.first))
    return F.linear(F.silu(F.linear(hidden, *network.second)), *network.last)


def _nib(tangent: Tensor, network: SplatNetwork) -> Tensor:
    """Where the bristles are ``(N, K, B, G, 2)``, in radii: along a line that is fixed in the picture, as in a
    calligrapher's nib, and a little along and across the stroke.
    """
    tangent = tangent[:, :, None, None]
    cos, sin = tangent.unbind(-1)
    normal = torch.stack([-sin, cos], -1)
    return network.fixed + tangent * network.along[..., :1] + normal * network.along[..., 1:]


@torch.no_grad()
def _spacing(strokes: Strokes, samples: int) -> tuple[Tensor, Tensor]:
    """Parameters ``(N, K)`` of the samples and the share ``dt`` of the curve that each stands for."""
    n, k = len(strokes), samples
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
