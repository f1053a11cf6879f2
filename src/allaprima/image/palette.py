"""A few colours to paint with: named, read from a file, or found in the photo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError, check_kind
from ..files import is_there
from .color import colors_to_hex, hex_to_colors, oklab_to_srgb, srgb_to_oklab
from .hex import is_hex, named
from .palette_file import read_colors

MOST = 256
ALIKE = 0.02  # in OKLab: colours that hardly differ count as one
VIVID = np.array([1, 2.5, 2.5])  # hues count more than light and dark, or a palette would be shades of one colour
AT_ONCE = 1 << 16  # colours, or many of them times all of a palette would fill the memory
COUNT = re.compile("[0-9]{1,3}")


@dataclass(frozen=True)
class Palette:
    """These ``colors``, ``#rrggbb`` each; or, if none are named, so many as ``count`` says, to be found in a photo. As
    text it is as it stands in a painting file: a number, or ``#rrggbb,#rrggbb``.
    """

    count: int = 0
    colors: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Palette:
        """A palette from its text. Raises InputError for anything else."""
        if COUNT.fullmatch(text) and 1 <= int(text) <= MOST:
            return cls(count=int(text))
        colors = tuple(text.split(","))
        if not all(map(is_hex, colors)):
            raise InputError(f"palette is {text[:80]!r}: it must be 1 to {MOST}, or a list like #b7a994,#21170b")
        return cls(colors=colors)

    @classmethod
    def of(cls, colors: Tensor) -> Palette:
        """Of colours ``(K, 3)`` in [0,1]."""
        return cls(colors=tuple(colors_to_hex(colors)))

    def __str__(self) -> str:
        return ",".join(self.colors) or str(self.count)

    def find(self, photo: Tensor, seed: int) -> Tensor:
        """The colours ``(K, 3)`` in [0,1]; those that are not named are found in the photo ``(3, H, W)``, by k-means in
        OKLab.
        """
        if self.colors:
            return hex_to_colors(self.colors)
        from scipy.cluster.vq import kmeans2  # takes a while to load

        pixels = srgb_to_oklab(photo.flatten(1).T.double()).numpy() * VIVID
        alike, counts = np.unique((pixels / ALIKE).round(), axis=0, return_counts=True)
        # large quiet areas would take all colours, and leave none for the eyes of a cat
        pixels = np.repeat(alike * ALIKE, np.ceil(np.sqrt(counts)).astype(int), axis=0)
        found, _ = kmeans2(pixels, min(self.count, len(alike)), 20, minit="++", rng=seed)
        colors = (oklab_to_srgb(torch.from_numpy(found / VIVID)).clamp(0, 1) * 255).round() / 255
        distinct: Tensor = torch.unique(colors, dim=0)
        return distinct.float()


def nearest(colors: Tensor, palette: Tensor) -> Tensor:
    """For each color ``(N, 3)`` the one of the palette ``(K, 3)`` that looks most like it."""
    return palette.to(colors)[index_of_nearest(colors, palette)]


def index_of_nearest(colors: Tensor, palette: Tensor) -> Tensor:
    """Likewise its place in the palette, ``(N,)`` int64."""
    known = srgb_to_oklab(palette.double())
    return torch.cat(
        [torch.cdist(srgb_to_oklab(some.double()), known).argmin(1) for some in torch.split(colors, AT_ONCE)]
    )


def read_palette(text: str) -> Palette:
    """A palette as a person gives it: a number, a list of ``#rrggbb`` or colours' names, or the path of a file, also
    one called as a colour, that :func:`~allaprima.image.palette_file.read_colors` reads. Raises InputError for what is
    none of these.
    """
    check_kind(text, str, "palette", "text: a number, a list of #rrggbb, or the path of a file")
    text = text.strip()
    if re.fullmatch("-?[0-9]+", text):
        if len(text) > 9 or not 1 <= int(text) <= MOST:
            raise InputError(f"palette is {text[:20]}: choose 1 to {MOST} colours")
        return Palette(count=int(text))
    colors = [named(part.strip()) for part in text.split(",")]
    if all(map(is_hex, colors)) and (text.startswith("#") or not is_there(Path(text))):
        return _distinct(colors, "palette")
    return _distinct(read_colors(text), text)


def _distinct(colors: list[str], where: str) -> Palette:
    distinct = tuple(dict.fromkeys(color.lower() for color in colors))
    if not 1 <= len(distinct) <= MOST:
        raise InputError(f"the palette {where} has {len(distinct)} colours: choose 1 to {MOST}")
    return Palette(colors=distinct)
