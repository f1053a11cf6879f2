"""Where faces are in a picture, and in them eyes and mouth: BlazeFace (V. Bazarevsky et al., *BlazeFace:
Sub-millisecond Neural Face Detection on Mobile GPUs*, arXiv 1907.05047), with the weights of Google's MediaPipe (its
model for cameras at the back, Apache-2.0), which tools/faces.py writes as safetensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

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
MIDDLE, SIZE, LEFT_EYE, RIGHT_EYE, MOUTH = 0, 1, 2, 3, 5  # of an answer: each is x and y; others are nose and ears
Point: TypeAlias = tuple[float, float]


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
    left_eye: Point
    right_eye: Point
    mouth: Point
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
    points ``(N, 896, 8, 2)``, x and y in shares of the side: middle, size, the eye left in the picture, the right one,
    nose, mouth, two ears.
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
            middle = (torch.arange(cells, device=x.device) + 0.5) / cells
            cell = torch.stack(torch.meshgrid(middle, middle, indexing="xy"), -1)[:, :, None, None]
            places[..., :SIZE, :] += cell
            places[..., SIZE + 1 :, :] += cell
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
    network = (network or load_faces()).to(picture.device)
    height, width = picture.shape[1:]
    found: list[tuple[Tensor, Tensor]] = []
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
        corner = places.new_tensor([left, top])
        places[:, :SIZE] += corner
        places[:, SIZE + 1 :] += corner
        found.append((sure[kept], places))
    return list(_faces(*(torch.cat(part).cpu() for part in zip(*found, strict=True))))


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


def _faces(sure: Tensor, places: Tensor) -> Iterator[Face]:
    """Each face once: those of ``(N,)`` and ``(N, 8, 2)`` that overlap are one, at their mean by likelihood."""
    order = sure.argsort(descending=True, stable=True)
    sure, places = sure[order], places[order]
    while len(sure):
        near = _overlap(places[:1], places) > SAME
        near[0] = True
        weight = sure[near, None, None]
        mean = (places[near] * weight).sum(0) / weight.sum()
        low, high = mean[MIDDLE] - mean[SIZE] / 2, mean[MIDDLE] + mean[SIZE] / 2
        left_eye, right_eye, mouth = ((float(x), float(y)) for x, y in mean[[LEFT_EYE, RIGHT_EYE, MOUTH]])
        left, top, right, bottom = (*low.tolist(), *high.tolist())
        yield Face((left, top, right, bottom), left_eye, right_eye, mouth, float(sure[0]))
        sure, places = sure[~near], places[~near]


def _overlap(one: Tensor, others: Tensor) -> Tensor:
    """The area that the boxes of places ``(1, 8, 2)`` and ``(N, 8, 2)`` share, of that of both together ``(N,)``."""
    low, high = (
        pick(one[:, MIDDLE] + sign * one[:, SIZE] / 2, others[:, MIDDLE] + sign * others[:, SIZE] / 2)
        for pick, sign in ((torch.maximum, -1), (torch.minimum, 1))
    )
    shared = (high - low).clamp(min=0).prod(1)
    together: Tensor = one[:, SIZE].prod(1) + others[:, SIZE].prod(1) - shared
    return shared / together.clamp(min=1e-9)
