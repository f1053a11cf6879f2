"""Pictures to learn from and to measure with: photos, ten ways to distort them, paintings and single strokes.

Photos are told apart by the name of their file: those of TEST are never trained on, those of VALIDATION choose
between trainings, the others teach.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

import allaprima
from allaprima import Strokes

TEST = ("calla", "Dune", "LadyBird", "RainDrops", "TwoWings", "coffee", "motorcycle_left", "rocket")
VALIDATION = ("Garden", "camera", "chelsea", "goldfish")
ASIDE = ("motorcycle_right", "Elephants_3840x2160", "Elephants", "vnc-d", "vnc-l", "symbolic-d", "symbolic-l")  # twins
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
Image.MAX_IMAGE_PIXELS = None  # a wallpaper may be large


def photos(folders: Sequence[Path], stems: Sequence[str] = ()) -> list[Path]:
    """The photos under the folders, in the order of their names: those named in ``stems``, or, where none is, those
    that teach.
    """
    found = sorted((path for folder in folders for path in folder.rglob("*") if path.suffix in SUFFIXES), key=_name)
    if stems:
        return [path for path in found if path.stem in stems]
    kept = {*TEST, *VALIDATION, *ASIDE}
    return [path for path in found if path.stem not in kept and min(Image.open(path).size) >= 256]


def _name(path: Path) -> tuple[str, str]:
    return path.stem, str(path)


def read(path: Path, longest: int = 2048) -> Image.Image:
    """A photo as RGB, no longer than ``longest``."""
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return picture


def square(path: Path, side: int) -> Tensor:
    """The middle of a photo: ``(3, side, side)`` in [0,1]."""
    picture = read(path)
    short = min(picture.size)
    left, top = (picture.width - short) // 2, (picture.height - short) // 2
    return tensor(picture.resize((side, side), Image.Resampling.LANCZOS, (left, top, left + short, top + short)))


def crop(picture: Image.Image, side: int, rng: np.random.Generator) -> Tensor:
    """Any part of a photo at any scale, perhaps mirrored: ``(3, side, side)`` in [0,1]."""
    short = min(picture.size)
    wide = min(short, side * float(np.exp(rng.uniform(0, np.log(max(1.01, short / side))))))
    left, top = rng.uniform(0, picture.width - wide), rng.uniform(0, picture.height - wide)
    part = tensor(picture.resize((side, side), Image.Resampling.LANCZOS, (left, top, left + wide, top + wide)))
    return part.flip(2) if rng.random() < 0.5 else part


def tensor(picture: Image.Image) -> Tensor:
    """``(3, H, W)`` float32 in [0,1]."""
    return torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1).float() / 255


def image(picture: Tensor) -> Image.Image:
    """The opposite of :func:`tensor`."""
    return Image.fromarray((picture.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy())


def blur(picture: Tensor, sigma: float, rng: np.random.Generator) -> Tensor:
    """Gaussian, with the edge repeated."""
    reach = int(3 * sigma) + 1
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma) ** 2)
    line = (line / line.sum()).expand(3, 1, 1, -1)
    wide = F.pad(picture[None], (reach,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(wide, line, groups=3), line.transpose(2, 3), groups=3)[0]


def noise(picture: Tensor, sigma: float, rng: np.random.Generator) -> Tensor:
    return picture + sigma * torch.from_numpy(rng.standard_normal(picture.shape)).float()


def colour(picture: Tensor, amount: float, rng: np.random.Generator) -> Tensor:
    """All pixels towards a random hue."""
    way = rng.standard_normal(3)
    way -= way.mean()
    return picture + amount * torch.from_numpy(way / np.abs(way).max()).float()[:, None, None]


def contrast(picture: Tensor, kept: float, rng: np.random.Generator) -> Tensor:
    mean = picture.mean()
    return mean + kept * (picture - mean)


def gamma(picture: Tensor, power: float, rng: np.random.Generator) -> Tensor:
    """Darker, or lighter, by turns."""
    return picture.clamp(0, 1) ** (power if rng.random() < 0.5 else 1 / power)


def saturation(picture: Tensor, kept: float, rng: np.random.Generator) -> Tensor:
    grey = picture.mean(0, keepdim=True)
    return grey + kept * (picture - grey)


def jpeg(picture: Tensor, quality: float, rng: np.random.Generator) -> Tensor:
    file = io.BytesIO()
    image(picture).save(file, "JPEG", quality=round(quality))
    return tensor(Image.open(file))


def shift(picture: Tensor, pixels: float, rng: np.random.Generator) -> Tensor:
    """By whole pixels, across and perhaps down; what leaves comes in again on the other side."""
    return picture.roll((round(pixels), round(pixels) * int(rng.integers(-1, 2))), (2, 1))


def mosaic(picture: Tensor, block: float, rng: np.random.Generator) -> Tensor:
    """Square blocks of one colour."""
    small = F.interpolate(picture[None], scale_factor=1 / block, mode="area")
    return F.interpolate(small, picture.shape[1:], mode="nearest")[0]


Distortion = Callable[[Tensor, float, np.random.Generator], Tensor]
DISTORTIONS: dict[str, tuple[Distortion, tuple[float, ...]]] = {  # five strengths, the weakest first
    "blur": (blur, (0.5, 1, 2, 3, 5)),
    "noise": (noise, (0.02, 0.05, 0.1, 0.15, 0.25)),
    "colour": (colour, (0.05, 0.1, 0.15, 0.2, 0.3)),
    "contrast": (contrast, (0.85, 0.7, 0.5, 0.3, 0.1)),
    "gamma": (gamma, (1.2, 1.5, 2, 2.5, 3)),
    "saturation": (saturation, (0.8, 0.6, 0.4, 0.2, 0)),
    "jpeg": (jpeg, (70, 40, 20, 10, 4)),
    "shift": (shift, (1, 2, 4, 8, 16)),
    "mosaic": (mosaic, (2, 3, 4, 8, 12)),
}
STROKES = (2000, 1000, 500, 200, 50)
"""The tenth way: paintings, the closest first."""


def painted(picture: Tensor, name: str, strokes: int, brush: str, cache: Path) -> Tensor:
    """A painting of a picture ``(3, H, W)``, kept in the folder ``cache`` under a name."""
    kept = cache / f"{name}-{picture.shape[2]}px-{strokes}-{brush}.png"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        size = max(picture.shape)
        photo = np.asarray(image(picture))
        painting = allaprima.paint(photo, strokes=strokes, size=size, brush=brush, quality="draft")
        Image.fromarray(painting.render()).save(kept)
    return tensor(Image.open(kept))


def distorted(picture: Tensor, rng: np.random.Generator) -> Tensor:
    """One of the nine ways, or two after one another, with any strength between the weakest and the strongest."""
    for _ in range(1 + (rng.random() < 0.2)):
        change, strengths = DISTORTIONS[rng.choice(list(DISTORTIONS))]
        low, high = strengths[0], strengths[-1]
        positive = min(low, high) > 0
        place = rng.random()
        strength = low * (high / low) ** place if positive else low + (high - low) * place
        picture = change(picture, strength, rng).clamp(0, 1)
    return picture


def stroke_pair(side: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """One stroke twice, by two brushes or a little changed: opacity, or in colour on white, ``(3, side, side)``."""
    strokes = Strokes.random(1, int(rng.integers(2**31)))
    names = list(allaprima.brushes())
    first, second = (_brush(names[int(rng.integers(len(names)))]) for _ in range(2))
    other = strokes if rng.random() < 0.5 else strokes.change(size=(strokes.size + 0.2).clamp(0, 1))
    pair = (first(strokes, side)[0], second(other, side)[0])
    if rng.random() < 0.4:
        return pair[0].expand(3, -1, -1).contiguous(), pair[1].expand(3, -1, -1).contiguous()
    paint = torch.from_numpy(rng.random((3, 1, 1))).float()
    return 1 + pair[0] * (paint - 1), 1 + pair[1] * (paint - 1)


_BRUSHES: dict[str, allaprima.brush.library.NeuralBrush] = {}


def _brush(name: str) -> allaprima.brush.library.NeuralBrush:
    if name not in _BRUSHES:
        _BRUSHES[name] = allaprima.load_brush(name)
    return _BRUSHES[name]
