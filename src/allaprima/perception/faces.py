"""Where faces are in a picture, and in them eyes and mouth: BlazeFace (V. Bazarevsky et al., *BlazeFace:
Sub-millisecond Neural Face Detection on Mobile GPUs*, arXiv 1907.05047), with the weights of Google's MediaPipe (its
model for cameras at the back, Apache-2.0), which tools/faces.py writes as safetensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..metadata import load_card, load_weights, undamaged

FORMAT, VERSION = "allaprima.faces", 1
WHAT = "face detector"  # in messages
WEIGHTS = Path(__file__).parent / "weights" / "faces.safetensors"
SIDE = 256  # px of the square picture that the network looks at
PLACES = ((16, 2), (8, 6))  # cells on its side and answers in each, twice
SURE = 0.8  # faces found are at least so likely
SAME = 0.3  # of the area of two boxes together: more of it in both is one face
STAGES = ((24, 24), (24, 48), (48, 96), (96, 96))  # channels in and out, each at half the size
PLAIN = 7  # blocks in each, before the size is halved


@dataclass(frozen=True)
class FaceCard:
    """What the weights' file says of itself."""

    source: str
    source_sha256: str
    licence: str
    command: str  # that made it
    library: str = ""
    format: str = FORMAT
    version: int = VERSION


@dataclass(frozen=True)
class Face:
    """A face: its box ``left, top, right, bottom`` and points in it, all in pixels of the picture; ``sure``: how likely
    it is one, 0 to 1. Left and right are those of the picture.
    """

    box: tuple[float, float, float, float]
    left_eye: tuple[float, float]
    right_eye: tuple[float, float]
    nose: tuple[float, float]
    mouth: tuple[float, float]
    sure: float

    @property
    def side(self) -> float:
        """Pixels: the mean of its width and height."""
        left, top, right, bottom = self.box
        return (right - left + bottom - top) / 2


class FaceBlock(nn.Module):
    """A convolution channel by channel, one that mixes them, and what came in added; ``halved``: at half the size."""

    def __init__(self, wide_in: int, wide: int, halved: bool = False) -> None:
        super().__init__()
        self.halved, self.more = halved, wide - wide_in
        self.each = nn.Conv2d(wide_in, wide_in, 3, 2 if halved else 1, 0 if halved else 1, groups=wide_in)
        self.mix = nn.Conv2d(wide_in, wide, 1)

    def forward(self, x: Tensor) -> Tensor:
        found = self.mix(self.each(F.pad(x, (0, 1, 0, 1)) if self.halved else x))
        kept = F.max_pool2d(x, 2) if self.halved else x
        return torch.relu(found + F.pad(kept, (0, 0, 0, 0, 0, self.more)))


class FaceNetwork(nn.Module):
    """``(N, 3, 256, 256)`` in [0,1] to 896 answers: how likely a face is ``(N, 896)``, as logits, and its box and six
    points ``(N, 896, 8, 2)``, x and y in shares of the side: middle, size, right eye, left eye, nose, mouth, two ears.
    """

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(3, STAGES[0][0], 5, 2)
        blocks: list[FaceBlock] = []
        for number, (wide_in, wide) in enumerate(STAGES):
            blocks += [FaceBlock(wide_in, wide_in) for _ in range(PLAIN)]
            if number + 1 < len(STAGES):
                blocks.append(FaceBlock(wide_in, wide, halved=True))
        self.blocks = nn.Sequential(*blocks)
        last = STAGES[-1][1]
        self.each, self.mix = nn.Conv2d(last, last, 3, 2, groups=last), nn.Conv2d(last, last, 1)
        self.likely = nn.ModuleList(nn.Conv2d(last, many, 1) for _, many in PLACES)
        self.where = nn.ModuleList(nn.Conv2d(last, 16 * many, 1) for _, many in PLACES)
        self.requires_grad_(False).eval()

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        x = self.blocks(torch.relu(self.enter(F.pad(2 * picture - 1, (1, 2, 1, 2)))))
        smaller = torch.relu(self.mix(self.each(F.pad(x, (0, 1, 0, 1)))))
        likely, where = [], []
        for (cells, many), seen, one, other in zip(PLACES, (x, smaller), self.likely, self.where, strict=True):
            likely.append(one(seen).permute(0, 2, 3, 1).flatten(1))
            places = other(seen).permute(0, 2, 3, 1).reshape(len(x), cells, cells, many, 8, 2) / SIDE
            middle = (torch.arange(cells) + 0.5) / cells
            cell = torch.stack(torch.meshgrid(middle, middle, indexing="xy"), -1)[:, :, None, None]
            moved = [index for index in range(8) if index != 1]  # all but the size
            places[..., moved, :] += cell
            where.append(places.reshape(len(x), -1, 8, 2))
        return torch.cat(likely, 1), torch.cat(where, 1)


def load_faces(path: Path = WEIGHTS) -> FaceNetwork:
    """The detector. Raises InputError for a damaged or foreign file."""
    load_card(path, FaceCard, WHAT)
    weights = load_weights(path, WHAT)
    with undamaged(WHAT, path):
        network = FaceNetwork()
        network.load_state_dict({name: value.float() for name, value in weights.items()})
    return network


@torch.no_grad()
def find_faces(picture: Tensor, network: FaceNetwork | None = None) -> list[Face]:
    """The faces in a picture ``(3, H, W)`` in [0,1], surest first: looked for in all of it, and once more in its parts,
    where they seem twice as large, if there is more to be seen there.
    """
    network = network or load_faces()
    height, width = picture.shape[1:]
    found: list[Tensor] = []
    for left, top, side in _parts(width, height):
        part = picture[:, max(0, top) : top + side, max(0, left) : left + side]
        scale = SIDE / side
        size = [max(1, round(n * scale)) for n in part.shape[1:]]
        small = F.interpolate(part[None], size, mode="bilinear", antialias=True)
        offset = [max(0, -round(n * scale)) for n in (left, top)]
        room = F.pad(small, (offset[0], SIDE - size[1] - offset[0], offset[1], SIDE - size[0] - offset[1]))
        likely, where = network(room)
        sure = likely[0].sigmoid()
        kept = sure > SURE
        places = where[0][kept] * side
        places[:, 0] += torch.tensor([left, top])
        places[:, 2:] += torch.tensor([left, top])
        found.append(torch.cat([sure[kept, None], places.flatten(1)], 1))
    return list(_faces(torch.cat(found)))


def _parts(width: int, height: int) -> Iterator[tuple[int, int, int]]:
    """Squares ``left, top, side`` of a picture: one around all of it, and overlapping ones of half its long side."""
    long = max(width, height)
    yield (width - long) // 2, (height - long) // 2, long
    if long <= SIDE:
        return
    side = -(-long // 2)
    for y in range(0, max(1, height - side // 2), max(1, side // 2)):
        for x in range(0, max(1, width - side // 2), max(1, side // 2)):
            yield x, y, side


def _faces(found: Tensor) -> Iterator[Face]:
    """Each face once: those of ``(N, 17)`` that overlap are one, where their mean by likelihood lies."""
    left = found[found[:, 0].argsort(descending=True, stable=True)]
    while len(left):
        near = _overlap(left[:1], left) > SAME
        near[0] = True
        weight = left[near, :1]
        middle_x, middle_y, wide, high, *points = ((left[near, 1:] * weight).sum(0) / weight.sum()).tolist()
        box = (middle_x - wide / 2, middle_y - high / 2, middle_x + wide / 2, middle_y + high / 2)
        pairs = list(zip(points[::2], points[1::2], strict=True))
        yield Face(box, pairs[0], pairs[1], pairs[2], pairs[3], float(left[0, 0]))
        left = left[~near]


def _overlap(one: Tensor, others: Tensor) -> Tensor:
    """The area that boxes share, of that of both together ``(N,)``."""
    low = torch.maximum(one[:, 1:3] - one[:, 3:5] / 2, others[:, 1:3] - others[:, 3:5] / 2)
    high = torch.minimum(one[:, 1:3] + one[:, 3:5] / 2, others[:, 1:3] + others[:, 3:5] / 2)
    shared = (high - low).clamp(min=0).prod(1)
    together: Tensor = one[:, 3:5].prod(1) + others[:, 3:5].prod(1) - shared
    return shared / together.clamp(min=1e-9)
