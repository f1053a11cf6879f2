"""From Gaussians to opacity: their sums give a few fields, and a pointwise head turns the fields of each pixel into its
opacity. Strokes are drawn on whole boxes, many at a time; painted pixels are what is kept of these.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..columns import LEFT, SIDE, TOP
from ..features import coarseness
from ..networks import EDGE, PixelHead
from ..runs import Batch, find_runs, in_batches, in_order
from .fields import Fields

AT_ONCE = {"cpu": 1 << 18}  # numbers in a temporary: in a processor's cache, or enough for a GPU
OTHERWISE = 1 << 24

Kept = list[tuple[Batch, Tensor]]
"""The batches, and the numbers of the pixels that are painted in each."""


def rasterize_forward(
    gaussians: Tensor, size_features: Tensor, boxes: Tensor, places: Tensor, head: PixelHead, keep: bool
) -> tuple[Tensor, Tensor, Kept | None]:
    _, fields_count, _, many = gaussians.shape
    numbers = AT_ONCE.get(gaussians.device.type, OTHERWISE)

    def size(width: int, height: int) -> int:
        longest = max(width, height)
        return numbers // (fields_count * longest * max(longest, many))

    kept: Kept = []
    opacities = [gaussians.flatten()[:0]]  # of which there may be no other
    runs = [boxes.new_zeros((0, 5), dtype=torch.int32)]
    begin = 0
    for batch in in_batches(boxes, size):
        fields = _fields(gaussians[batch.stroke], batch, places)
        painted = (fields.detach().sum(1) > head.faint) & batch.inside
        index = painted.flatten().nonzero()[:, 0]
        opacities.append(_opacity(fields, index, batch, size_features[batch.stroke], places, head))
        runs.append(find_runs(painted, batch, begin))
        begin += len(index)
        if keep:
            kept.append((batch._replace(inside=batch.inside[:0]), index))
    return torch.cat(opacities), in_order(torch.cat(runs)), kept if keep else None


def rasterize_backward(
    gaussians: Tensor,
    size_features: Tensor,
    boxes: Tensor,
    places: Tensor,
    head: PixelHead,
    kept: Kept,
    grad_opacity: Tensor,
) -> tuple[Tensor, Tensor]:
    grad_gaussians, grad_features = torch.zeros_like(gaussians), torch.zeros_like(size_features)
    begin = 0
    for batch, index in kept:
        with torch.enable_grad():
            leaves = [part[batch.stroke].detach().requires_grad_() for part in (gaussians, size_features)]
            some, features = leaves
            opacity = _opacity(_fields(some, batch, places), index, batch, features, places, head)
        given = grad_opacity[begin : begin + len(index)]
        for total, grad in zip(
            (grad_gaussians, grad_features), torch.autograd.grad(opacity, leaves, given), strict=True
        ):
            total.index_add_(0, batch.stroke, grad)
        begin += len(index)
    return grad_gaussians, grad_features


def _fields(gaussians: Tensor, batch: Batch, places: Tensor) -> Tensor:
    """``(B, G, H, W)`` on the pixels of the batch, from Gaussians ``(B, G, 4, Q)``."""
    place = places[batch.stroke]
    side = place[:, SIDE, None]
    x, y = (batch.columns - place[:, LEFT, None]) / side, (batch.rows - place[:, TOP, None]) / side
    fields: Tensor = Fields.apply(gaussians, x, y)
    return fields


def _opacity(
    fields: Tensor, index: Tensor, batch: Batch, size_features: Tensor, places: Tensor, head: PixelHead
) -> Tensor:
    """``(P,)`` of the pixels of these numbers: from fields ``(B, G, H, W)`` and the size features ``(B,)``."""
    seen = fields.permute(0, 2, 3, 1).flatten(0, 2)[index]
    told = torch.stack([size_features, coarseness(1 / places[batch.stroke, SIDE])], 1)
    told = told[index // (batch.width * batch.height)]
    hidden = F.silu(F.linear(torch.cat([torch.log(seen + head.faint), told], 1), *head.first))
    share = ((seen.sum(1) / head.faint - 1) / EDGE).clamp(max=1)
    return F.linear(hidden, *head.last)[:, 0].sigmoid() * share
