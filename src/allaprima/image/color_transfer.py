"""A photo's colours on their way to those of a picture of style.

Gram matrices tell colours too, but strokes begin in the photo's and have few steps to leave them: so the photo itself
is toned first.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .color import oklab_to_srgb, srgb_to_oklab

QUIET = 1e-4  # variance in OKLab that is added to both pictures: what hardly differs is no colour to be strengthened


def transfer_color(picture: Tensor, style: Tensor, share: float) -> Tensor:
    """``picture`` ``(3, H, W)`` in [0,1], its colours ``share`` of the way to those of ``style`` ``(3, h, w)``: by the
    linear map that gives them the same mean and covariance in OKLab and moves them least (F. Pitié, A. Kokaram, *The
    Linear Monge-Kantorovitch Linear Colour Mapping for Example-Based Colour Transfer*, 2007).
    """
    own, theirs = (srgb_to_oklab(one.flatten(1).T.double()) for one in (picture, style))
    before, after = (torch.cov(one.T) + QUIET * torch.eye(3).to(one) for one in (own, theirs))
    root = _root(before)
    change = root.inverse() @ _root(root @ after @ root) @ root.inverse()
    there = (own - own.mean(0)) @ change + theirs.mean(0)
    colors: Tensor = oklab_to_srgb(torch.lerp(own, there, share)).clamp(0, 1).to(picture)
    return colors.T.reshape(picture.shape).contiguous()


def _root(matrix: Tensor) -> Tensor:
    """The square root of a symmetric matrix with no negative eigenvalue."""
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return root
