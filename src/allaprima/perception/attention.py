"""Where people look in a picture: at faces, and in them at eyes and mouth; then at what stands out from its ground."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from ..image.blur import box
from .faces import Face, Point, find_faces
from .features import load_features

GROUND, OUT, FACE = 0.12, 0.32, 0.48  # how much a ground counts, what stands out most, a face; eyes and mouth count 1
SEEN_BY = ("relu3_3", "relu4_3")  # layers: what stands out is seen by these
AT = 256  # px of the long side at which that is looked for
WIDE = 1 / 24  # of it: over so much what stands out is averaged
FROM, TO = 0.3, 0.95  # of all places stand out less than those that do not at all, and than those that do altogether
EYE, MOUTH = (0.22, 0.13), (0.26, 0.15)  # half their width and height, of a face's side
SOFT = 8.0  # how fast their edges fall off


@torch.no_grad()
def attention(picture: Tensor) -> Tensor:
    """How much each place of a picture ``(3, H, W)`` in [0,1] counts ``(H, W)``, from GROUND to 1."""
    found = GROUND + (OUT - GROUND) * standing_out(picture)
    for face in find_faces(picture):
        found = torch.maximum(found, face_map(face, found))
    return found


def face_map(face: Face, like: Tensor) -> Tensor:
    """The same for one face alone, as large as ``like`` ``(H, W)``."""
    left, top, right, bottom = face.box
    middle, half = ((left + right) / 2, (top + bottom) / 2), ((right - left) / 1.8, (bottom - top) / 1.5)
    found = FACE * ellipse(like, middle, half)
    for place, half in details(face):
        found = torch.maximum(found, ellipse(like, place, half))
    return found


def details(face: Face) -> Iterator[tuple[Point, Point]]:
    """Eyes and mouth of a face, in pixels: middle, and half the width and height."""
    for place, (wide, high) in ((face.left_eye, EYE), (face.right_eye, EYE), (face.mouth, MOUTH)):
        yield place, (wide * face.side, high * face.side)


def ellipse(like: Tensor, middle: Point, half: Point) -> Tensor:
    """1 in an ellipse of so much half width and height, falling off softly outside, as large as ``like`` ``(H, W)``."""
    y, x = (torch.arange(side, device=like.device) + 0.5 for side in like.shape)
    away = (((y - middle[1]) / half[1]).square()[:, None] + ((x - middle[0]) / half[0]).square()).sqrt()
    return torch.exp(-SOFT * (away - 1).clamp(min=0).square())


def standing_out(picture: Tensor) -> Tensor:
    """How far each place is from what a picture ``(3, H, W)`` is like on the whole, 0 to 1 ``(H, W)``."""
    scale = min(1.0, AT / max(picture.shape))
    size = [max(16, round(n * scale)) for n in picture.shape[1:]]
    small = F.interpolate(picture[None], size, mode="bilinear", antialias=True)
    far = small.new_zeros(size)
    for seen in load_features("pocket", SEEN_BY).to(picture.device)(small).values():
        apart = (seen - seen.mean((2, 3), keepdim=True)).square().sum(1, keepdim=True).sqrt()
        far += F.interpolate(apart / apart.mean().clamp(min=1e-6), size, mode="bilinear")[0, 0]
    reach = max(1, round(WIDE * max(size) / 2))
    smooth = box(far[None, None], reach, times=3)
    low, high = torch.quantile(smooth, smooth.new_tensor([FROM, TO])).tolist()
    out = ((smooth - low) / max(high - low, 1e-6)).clamp(0, 1)
    return F.interpolate(out, picture.shape[1:], mode="bilinear")[0, 0]
