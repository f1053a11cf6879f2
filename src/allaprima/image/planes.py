"""A picture in flat planes of few colours, with smooth borders, as a screen print has them."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor

from .palette import index_of_nearest

FLATTEN = ImageFilter.MedianFilter(5)  # before colours are chosen: grain is no plane
ROUND = ImageFilter.ModeFilter(7)  # after it: a plane takes what is smaller than that, and its borders become smooth
TIMES = 2


def in_planes(picture: Tensor, palette: Tensor) -> Tensor:
    """A picture ``(3, H, W)`` in [0,1] in colours of a palette ``(K, 3)``, at most 256, alone: each pixel takes the one
    that looks most like its neighbourhood.
    """
    levels = (picture.cpu() * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    calm = np.array(Image.fromarray(levels).filter(FLATTEN))
    which = index_of_nearest(torch.from_numpy(calm).flatten(0, 1) / 255, palette.cpu())
    planes = Image.fromarray(which.to(torch.uint8).view(calm.shape[:2]).numpy())
    for _ in range(TIMES):
        planes = planes.filter(ROUND)
    return palette.to(picture)[torch.from_numpy(np.array(planes)).long()].permute(2, 0, 1).contiguous()
