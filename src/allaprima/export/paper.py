"""The paper that a picture is printed on."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .base import Job

Number = TypeVar("Number", bound=np.generic)


def on_paper(job: Job, picture: NDArray[Number], margin: float | tuple[float, float, float] = 255) -> NDArray[Number]:
    """The picture ``(H, W, 3)``, or of one channel ``(H, W)``, on the paper that it is printed on, in the middle: with
    margins, white if nothing else is said, or cropped.
    """
    paper = job.export.sheet(picture.shape[1], picture.shape[0])
    if paper is None:
        return picture
    width, height = paper
    sheet = np.empty((height, width, *picture.shape[2:]), picture.dtype)
    sheet[:] = margin
    into, out = [], []
    for have, want in zip(picture.shape[:2], (height, width), strict=True):
        into.append(slice(max(0, (want - have) // 2), max(0, (want - have) // 2) + min(have, want)))
        out.append(slice(max(0, (have - want) // 2), max(0, (have - want) // 2) + min(have, want)))
    sheet[into[0], into[1]] = picture[out[0], out[1]]
    return sheet
