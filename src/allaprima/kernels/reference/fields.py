"""Sums of Gaussians at rows and columns: one batched matrix product, as a Gaussian is separable."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..columns import VARIANCE, WEIGHT, X, Y


class Fields(torch.autograd.Function):
    """field(y, x) = sum over q of w_q exp(-|(x, y) - c_q|^2 / 2 v_q).

    Gaussians ``(N, G, 4, Q)``, columns ``(N, W)``, rows ``(N, H)``; fields ``(N, G, H, W)``. The backward pass is
    written out: it recomputes the two cheap factors instead of keeping them, so that memory stays small, and reads each
    number once.
    """

    @staticmethod
    def forward(ctx: Any, gaussians: Tensor, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(gaussians, x, y)
        flat = gaussians.flatten(0, 1)
        _, along_x = _factor(flat[:, X], flat[:, VARIANCE], x)
        _, along_y = _factor(flat[:, Y], flat[:, VARIANCE], y)
        along_y.mul_(flat[:, WEIGHT, :, None])
        return torch.bmm(along_y.transpose(1, 2), along_x).view(*gaussians.shape[:2], y.shape[1], x.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        gaussians, x, y = ctx.saved_tensors
        flat, grad_fields = gaussians.flatten(0, 1), gradients[0].flatten(0, 1)
        weights, variances = flat[:, WEIGHT], flat[:, VARIANCE]
        gap_x, along_x = _factor(flat[:, X], variances, x)
        gap_y, along_y = _factor(flat[:, Y], variances, y)
        from_x = torch.bmm(along_y, grad_fields).mul_(along_x)
        from_y = torch.bmm(along_x, grad_fields.transpose(1, 2)).mul_(along_y)
        scale = weights / variances
        grad_weights = from_x.sum(-1)
        shift_x, shift_y = from_x.mul_(gap_x).sum(-1), from_y.mul_(gap_y).sum(-1)
        spread = from_x.mul_(gap_x).sum(-1) + from_y.mul_(gap_y).sum(-1)
        values = {X: shift_x * scale, Y: shift_y * scale, WEIGHT: grad_weights}
        values[VARIANCE] = spread * scale / (2 * variances)
        return torch.stack([values[name] for name in sorted(values)], 1).view_as(gaussians), None, None


def _factor(centers: Tensor, variances: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Distances of pixels ``(N, S)`` to centres ``(N G, Q)`` along one axis, and that factor of each Gaussian, both
    ``(N G, Q, S)``.
    """
    gaps = grid.repeat_interleave(len(centers) // len(grid), 0)[:, None] - centers[..., None]
    return gaps, gaps.square().mul_(-0.5 / variances[..., None]).exp_()
