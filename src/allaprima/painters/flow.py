"""In which direction a picture runs: its structure tensor, in quiet areas that of what is around."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..image.blur import box

LEVEL = 0.05  # of what happens in the picture: so strongly a ground where nothing happens at all runs level
CLOSE = 4  # pixels: over more than these, a smaller picture is averaged
AROUND = ((0.5, 1 / 80), (0.5, 1 / 16), (0.3, 1 / 5))  # how much what is around counts, and how far, of all
FINE = 1 / 160  # of all: what is around is seen so closely


def structure(target: Tensor, blur: float) -> Tensor:
    """The structure tensor ``(3, H, W)`` of a picture ``(3, H, W)`` (xx, xy, yy), averaged over some ``blur`` pixels:
    how much happens there, and in which direction.
    """
    return averaged(slants(target), blur)


def flow(target: Tensor, blur: float) -> Tensor:
    """The structure tensor of a picture at several scales together: where it is quiet, that of what is around; and
    where there is nothing at all, level. What is strong counts by its root: one edge does not turn all that is around.
    """
    here, side = slants(target), max(target.shape)
    tensor, around = by_root(averaged(here, blur)), by_root(averaged(here, FINE * side))
    for share, far in AROUND:
        tensor = tensor + share * averaged(around, far * side)
    tensor[2] += LEVEL * (tensor[0] + tensor[2]).mean()
    return tensor


def by_root(tensor: Tensor) -> Tensor:
    """A structure tensor ``(3, H, W)`` whose sizes are the roots of what they were."""
    return tensor * torch.rsqrt(tensor[0] + tensor[2] + 1e-9)


def slants(target: Tensor) -> Tensor:
    """The products of a picture's slopes (xx, xy, yy) ``(3, H, W)``, pixel by pixel."""
    gy, gx = torch.gradient(target.mean(0))
    return torch.stack([gx * gx, gx * gy, gy * gy])


def averaged(tensor: Tensor, blur: float) -> Tensor:
    """``(3, H, W)`` averaged over some ``blur`` pixels."""
    smaller = max(1, int(blur) // CLOSE)
    reach = max(1, round(blur / smaller))
    part = tensor[None]
    if smaller > 1:
        part = F.avg_pool2d(part, smaller, ceil_mode=True, count_include_pad=False)
    part = box(part, reach, times=2)
    if smaller > 1:
        part = F.interpolate(part, tensor.shape[1:], mode="bilinear")
    return part[0]


def direction_of(tensor: Tensor) -> Tensor:
    """Of a structure tensor ``(3, H, W)``: the cosine and sine of twice the direction along the edges ``(2, H, W)``,
    times how surely it is that one, 0 to 1.
    """
    xx, xy, yy = tensor
    surely: Tensor = torch.stack([yy - xx, -2 * xy]) / (xx + yy + 1e-6)
    return surely
