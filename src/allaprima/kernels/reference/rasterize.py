"""From Gaussians to opacity: their sums give a few fields, and a pointwise head turns the fields of each pixel into its
opacity. Strokes are drawn on whole boxes, many at a time; painted pixels are what is kept of these.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ..columns import LEFT, SIDE, TOP, WEIGHT
from ..features import coarseness
from ..networks import EDGE, PixelHead
from ..runs import Batch, find_runs, in_batches, in_order
from .fields import Fields

AT_ONCE = {"cpu": 1 << 18}  # numbers in a temporary: in a processor's cache, or enough for a GPU
OTHERWISE = 1 << 24


class Painted(NamedTuple):
    """Which pixels of a batch are painted, ``(P,)`` each, and by how many Gaussians of each stroke at most."""

    batch: Batch
    box: Tensor
    row: Tensor
    column: Tensor
    many: int


def rasterize_forward(
    gaussians: Tensor, size_features: Tensor, boxes: Tensor, places: Tensor, head: PixelHead, keep: bool
) -> tuple[Tensor, Tensor, list[Painted] | None]:
    _, fields_count, _, most = gaussians.shape
    numbers, counts = AT_ONCE.get(gaussians.device.type, OTHERWISE), _counts(gaussians)

    def size(width: int, height: int) -> int:
        longest = max(width, height)
        return numbers // (fields_count * longest * max(longest, most))

    kept: list[Painted] = []
    opacities = [gaussians.flatten()[:0]]  # of which there may be no other
    runs = [boxes.new_zeros((0, 5), dtype=torch.int32)]
    begin = 0
    for batch in in_batches(boxes, size):
        many = int(counts[batch.stroke].max())
        fields = _fields(gaussians[batch.stroke, ..., :many], batch, places)
        painted = (fields.detach().sum(1) > head.faint) & batch.inside
        where = Painted(batch._replace(inside=batch.inside[:0]), *painted.nonzero(as_tuple=True), many)
        opacities.append(_opacity(fields, where, size_features[batch.stroke], places, head))
        runs.append(find_runs(painted, batch, begin))
        begin += len(where.box)
        if keep:
            kept.append(where)
    return torch.cat(opacities), in_order(torch.cat(runs)), kept if keep else None


def rasterize_backward(
    gaussians: Tensor,
    size_features: Tensor,
    boxes: Tensor,
    places: Tensor,
    head: PixelHead,
    kept: list[Painted],
    grad_opacity: Tensor,
) -> tuple[Tensor, Tensor]:
    grad_gaussians, grad_features = torch.zeros_like(gaussians), torch.zeros_like(size_features)
    parts = torch.split(grad_opacity, [len(where.box) for where in kept])
    for where, given in zip(kept, parts, strict=True):
        stroke = where.batch.stroke
        with torch.enable_grad():
            some = gaussians[stroke, ..., : where.many].detach().requires_grad_()
            features = size_features[stroke].detach().requires_grad_()
            opacity = _opacity(_fields(some, where.batch, places), where, features, places, head)
        grad_some, grad_feature = torch.autograd.grad(opacity, (some, features), given)
        grad_gaussians[..., : where.many].index_add_(0, stroke, grad_some)
        grad_features.index_add_(0, stroke, grad_feature)
    return grad_gaussians, grad_features


@torch.no_grad()
def _counts(gaussians: Tensor) -> Tensor:
    """How many Gaussians ``(N,)`` of each field count: those of no weight fill up the ends."""
    number = torch.arange(1, gaussians.shape[3] + 1, device=gaussians.device)
    return torch.where(gaussians[:, :, WEIGHT].amax(1) > 0, number, 0).amax(1)


def _fields(gaussians: Tensor, batch: Batch, places: Tensor) -> Tensor:
    """``(B, G, H, W)`` on the pixels of the batch, from Gaussians ``(B, G, 4, Q)``."""
    place = places[batch.stroke]
    side = place[:, SIDE, None]
    x, y = (batch.columns - place[:, LEFT, None]) / side, (batch.rows - place[:, TOP, None]) / side
    fields: Tensor = Fields.apply(gaussians, x, y)
    return fields


def _opacity(fields: Tensor, where: Painted, size_features: Tensor, places: Tensor, head: PixelHead) -> Tensor:
    """``(P,)`` of painted pixels, from fields ``(B, G, H, W)`` and the size features ``(B,)``."""
    seen = fields[where.box, :, where.row, where.column]
    told = torch.stack([size_features, coarseness(1 / places[where.batch.stroke, SIDE])], 1)
    hidden = F.silu(F.linear(torch.cat([torch.log(seen + head.faint), told[where.box]], 1), *head.first))
    share = ((seen.sum(1) / head.faint - 1) / EDGE).clamp(max=1)
    return F.linear(hidden, *head.last)[:, 0].sigmoid() * share
