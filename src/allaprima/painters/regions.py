"""Regions of a picture, in the order in which they are painted: the ground first, then the figure, the focus last.

What reaches the picture's edges along much of its own is ground (W. Zhu et al., *Saliency Optimization from Robust
Background Detection*, CVPR 2014: boundary connectivity).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..image.color import srgb_to_oklab
from ..strokes import PlacedStrokes

MANY = 8
AT = 48  # px of the long side of the picture that they are sought in
PLACE, ATTENTION = 0.5, 1.0  # how far apart the picture's sides are, and what counts and what does not, in OKLab
EDGE = 0.5  # how much less a region counts that lies along the edges


def find_regions(picture: Tensor, counts: Tensor) -> Tensor:
    """To which region each pixel of a picture ``(3, H, W)`` in [0,1] belongs, ``(h, w)`` for the whole picture seen
    small; numbered in the order in which they are painted: by k-means of colours, places, and how much each counts,
    ``counts`` ``(H, W)``.
    """
    from scipy.cluster.vq import kmeans2  # takes a while to load

    scale = AT / max(picture.shape)
    rows, columns = (max(1, round(side * scale)) for side in picture.shape[1:])
    small, weight = (
        F.interpolate(one[None], (rows, columns), mode="bilinear", antialias=True)[0].double().cpu().flatten(1)
        for one in (picture, (counts / counts.max().clamp(min=1e-12))[None])
    )
    y, x = np.divmod(np.arange(rows * columns), columns)
    places = PLACE * np.stack([x, y], 1) / AT
    seen = np.concatenate([srgb_to_oklab(small.T).numpy(), places, ATTENTION * weight.T.numpy()], 1)
    number = kmeans2(seen, min(MANY, len(seen)), 20, minit="++", rng=0)[1]
    area, inside = (np.bincount(number, values, MANY).clip(1e-12) for values in (None, weight[0].numpy()))
    edge = np.bincount(number, (x == 0) | (x == columns - 1) | (y == 0) | (y == rows - 1), MANY) / np.sqrt(area)
    order = np.argsort(np.argsort(inside / area - EDGE * edge.clip(max=1), kind="stable"))
    return torch.from_numpy(order[number]).view(rows, columns)


def by_region(strokes: PlacedStrokes, regions: Tensor, width: int, height: int) -> PlacedStrokes:
    """Strokes on a canvas of ``width x height`` px region by region, else as they are."""
    x, y = (strokes.places[:, :2] + strokes.places[:, 2:] * strokes.through).cpu().unbind(1)
    rows, columns = regions.shape
    row, column = (y / height * rows).long().clamp(0, rows - 1), (x / width * columns).long().clamp(0, columns - 1)
    return strokes[regions[row, column].argsort(stable=True).to(strokes.device)]
