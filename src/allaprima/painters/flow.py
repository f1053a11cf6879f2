"""In which direction a picture runs: its structure tensor, in quiet areas that of what is around."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

LEVEL = 0.01  # of what happens in the picture: so strongly a ground where nothing happens at all runs level
CLOSE = 4  # pixels: over so few, a picture is averaged in one pass


def structure(target: Tensor, blur: float) -> Tensor:
    """The structure tensor ``(3, H, W)`` of a picture ``(3, H, W)`` (xx, xy, yy), averaged over some ``blur`` pixels:
    how much happens there, and in which direction.
    """
    gy, gx = torch.gradient(target.mean(0))
    tensor = torch.stack([gx * gx, gx * gy, gy * gy])[None]
    reach = max(1, round(blur))
    size = 2 * reach + 1
    for _ in range(2):  # two boxes are nearly a Gaussian
        tensor = F.pad(tensor, (reach,) * 4, mode="replicate")
        if reach <= CLOSE:
            tensor = F.avg_pool2d(tensor, size, stride=1)
        else:  # quicker, but other last bits
            tensor = F.avg_pool2d(F.avg_pool2d(tensor, (size, 1), stride=1), (1, size), stride=1)
    return tensor[0]


def flow(target: Tensor, blur: float) -> Tensor:
    """The structure tensor of a picture at several scales together: where it is quiet, that of what is around; and
    where there is nothing at all, level.
    """
    side = max(target.shape)
    tensor = structure(target, blur) + 0.2 * structure(target, side / 80) + 0.04 * structure(target, side / 16)
    tensor = tensor + 0.01 * structure(target, side / 5)
    tensor[2] += LEVEL * (tensor[0] + tensor[2]).mean()
    return tensor


def direction_of(tensor: Tensor) -> Tensor:
    """Of a structure tensor ``(3, H, W)``: the cosine and sine of twice the direction along the edges ``(2, H, W)``,
    times how surely it is that one, 0 to 1.
    """
    xx, xy, yy = tensor
    surely: Tensor = torch.stack([yy - xx, -2 * xy]) / (xx + yy + 1e-6)
    return surely
