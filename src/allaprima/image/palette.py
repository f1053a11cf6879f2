"""A few colours to paint with: named, read from a file, or found in the photo."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError

MOST = 256
ALIKE = 0.02  # in OKLab: colours that hardly differ count as one
VIVID = np.array([1, 2.5, 2.5])  # hues count more than light and dark, or a palette would be shades of one colour
SEEN = 96  # px: the long side of the photo at which its colours are looked at
HEX = re.compile("#[0-9a-fA-F]{6}(?![0-9a-fA-F])")
COUNT = re.compile("[0-9]{1,3}")


def read_palette(text: str) -> str:
    """A palette as it stands in a painting file: a number, or colours as ``#rrggbb,#rrggbb``.

    ``text`` is such a palette, or the path of a GIMP palette (``.gpl``), or of a file with a ``#rrggbb`` in each line.
    Raises InputError for what is none of these.
    """
    text = text.strip()
    if re.fullmatch("-?[0-9]+", text):
        if len(text) > 9 or not 1 <= int(text) <= MOST:
            raise InputError(f"palette is {text[:20]}: choose 1 to {MOST} colours")
        return str(int(text))
    if all(HEX.fullmatch(part.strip()) for part in text.split(",")):
        return _joined([part.strip() for part in text.split(",")], "palette")
    path = Path(text)
    try:
        if not text:
            raise FileNotFoundError
        content = path.read_text(encoding="utf-8-sig")  # Windows begins text with a mark
    except FileNotFoundError:
        raise InputError(
            f"palette is {text[:80]!r}: give a number of colours, a .gpl, a file with lines of #rrggbb, or such a list"
        ) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InputError(f"the palette {text[:80]} cannot be read ({why})") from None
    return _joined(_gimp(path, content) if content.startswith("GIMP Palette") else _lines(path, content), str(path))


def _gimp(path: Path, content: str) -> list[str]:
    found = []
    for number, line in enumerate(content.splitlines()[1:], 2):
        words = line.split()
        if not words or line.startswith(("#", "Name:", "Columns:", "Channels:")):
            continue
        if len(words) < 3 or not all(COUNT.fullmatch(word) and int(word) < 256 for word in words[:3]):
            raise InputError(f"the palette {path} is damaged: line {number} begins with no three numbers of 0 to 255")
        found.append("#" + "".join(f"{int(word):02x}" for word in words[:3]))
    return found


def _lines(path: Path, content: str) -> list[str]:
    lines = {number: line.strip() for number, line in enumerate(content.splitlines(), 1) if line.strip()}
    for number, line in lines.items():
        if not HEX.match(line):
            raise InputError(f"the palette {path} is damaged: line {number} is {line[:20]!r}, not like #b7a994")
    return [line[:7] for line in lines.values()]


def _joined(colors: list[str], where: str) -> str:
    colors = list(dict.fromkeys(color.lower() for color in colors))
    if not 1 <= len(colors) <= MOST:
        raise InputError(f"the palette {where} has {len(colors)} colours: choose 1 to {MOST}")
    return ",".join(colors)


def colors_of(palette: str, photo: Tensor, seed: int) -> Tensor:
    """The colours ``(K, 3)`` in [0,1] of a palette as :func:`read_palette` gives it; where it is a number, they are
    found in the photo ``(3, H, W)``, by k-means in OKLab (B. Ottosson, *A perceptual color space for image processing*,
    2020), a space in which distances are as large as they look.
    """
    if not COUNT.fullmatch(palette) or not 1 <= int(palette) <= MOST:
        return parse(palette)
    from scipy.cluster.vq import kmeans2

    pixels = oklab(photo.flatten(1).T.double()).numpy() * VIVID
    alike, counts = np.unique((pixels / ALIKE).round(), axis=0, return_counts=True)
    # large quiet areas would take all colours, and leave none for the eyes of a cat
    pixels = np.repeat(alike * ALIKE, np.ceil(np.sqrt(counts)).astype(int), axis=0)
    found, _ = kmeans2(pixels, min(int(palette), len(alike)), 20, minit="++", rng=seed)
    colors = (rgb(torch.from_numpy(found / VIVID)).clamp(0, 1) * 255).round() / 255
    distinct: Tensor = torch.unique(colors, dim=0)
    return distinct.float()


def parse(palette: str) -> Tensor:
    """``(K, 3)`` in [0,1] from ``#rrggbb,#rrggbb``. Raises InputError for anything else."""
    if not all(HEX.fullmatch(color) for color in palette.split(",")):
        raise InputError(f"palette is {palette[:80]!r}: it must be 1 to {MOST}, or a list like #b7a994,#21170b")
    return torch.tensor([list(bytes.fromhex(color[1:])) for color in palette.split(",")], dtype=torch.float32) / 255


def named(colors: Tensor) -> str:
    """``#rrggbb,#rrggbb`` from ``(K, 3)`` in [0,1]: the opposite."""
    return ",".join("#" + bytes(color).hex() for color in (colors * 255).round().int().tolist())


def nearest(colors: Tensor, palette: Tensor) -> Tensor:
    """For each color ``(N, 3)`` the one of the palette ``(K, 3)`` that looks most like it."""
    apart: Tensor = torch.cdist(oklab(colors.double()), oklab(palette.double()))
    return palette.to(colors)[apart.argmin(1)]


def oklab(colors: Tensor) -> Tensor:
    """sRGB ``(N, 3)`` in [0,1] to OKLab."""
    linear = torch.where(colors > 0.04045, ((colors.clamp(min=0) + 0.055) / 1.055) ** 2.4, colors / 12.92)
    cones = (linear @ _CONES.to(linear).T).clamp(min=0).pow(1 / 3)
    return cones @ _LAB.to(linear).T


def rgb(lab: Tensor) -> Tensor:
    """OKLab ``(N, 3)`` to sRGB, which may lie a little outside of [0,1]."""
    linear = (lab @ _LAB.inverse().to(lab).T).pow(3) @ _CONES.inverse().to(lab).T
    back: Tensor = torch.where(linear > 0.0031308, 1.055 * linear.clamp(min=0) ** (1 / 2.4) - 0.055, 12.92 * linear)
    return back


_CONES = torch.tensor([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
], dtype=torch.float64)  # fmt: skip
_LAB = torch.tensor([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
], dtype=torch.float64)  # fmt: skip
