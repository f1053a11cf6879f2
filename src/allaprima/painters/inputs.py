"""What is read for a painting: its photo, brushes, palette, and pictures of style, focus and background."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ..brush.library import load_brush
from ..brush.neural import NeuralBrush
from ..errors import AllaprimaWarning, InputError
from ..files import is_there
from ..image.hex import RGB
from ..image.palette import Palette, read_palette
from ..image.photo import Photo, PhotoLike, fit, read_photo
from ..painting.companions import Companions
from ..painting.pictures import AutoFocus, PictureFile, PictureHash, PictureSource, PlainColor
from ..painting.settings import Settings, shares_of
from ..perception.attention import attention
from ..rendering.background import Background
from ..strokes import PlacedStrokes

SEEN_AT = 256  # px: the long side at which style and focus are looked at
LOOKED_AT = 512  # px: and where people look is found
BACKGROUND_AT = 1024  # px: the most that a painting file keeps of a picture that is painted on
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Inputs:
    """``brushes`` and the ``shares`` of the strokes that they take; ``style`` ``(H, W, 3)``, ``focus`` ``(H, W)`` and
    ``background`` ``(H, W, 3)`` uint8 and a ``palette``, where there are such. Of a painting that goes on,
    ``painted_on`` is its background, and ``base`` the strokes that are there already and stay. ``own`` are somebody's
    own parts.
    """

    photo: Photo
    brushes: tuple[NeuralBrush, ...]
    shares: tuple[float, ...]
    palette: Palette | None = None
    style: Picture | None = None
    focus: Picture | None = None
    background: Picture | None = None
    painted_on: Background | None = None
    base: PlacedStrokes | None = None
    own: Companions = field(default_factory=Companions)

    def brush_of_each(self, count: int) -> Tensor:
        """Which brush each of ``count`` strokes takes: the first ones, which are the coarsest, the first brush."""
        ends = np.cumsum(np.divide(self.shares, max(self.shares)))
        ends = ends / ends[-1] * count
        return torch.from_numpy(np.searchsorted(ends.round(), np.arange(count), "right").clip(max=len(ends) - 1))


def load_inputs(
    photo: Photo, settings: Settings, brushes: Sequence[NeuralBrush], own: Companions | None = None
) -> tuple[Inputs, Settings]:
    """All that the settings name besides the brushes and somebody's ``own`` parts, read; and the settings as a
    painting records them, in which pictures are known by their hashes, brushes by their names, and a palette by its
    colours. Raises InputError for what cannot be read, and for more or fewer brushes than these are.
    """
    shares = tuple(shares_of(settings.brush).values())
    if len(brushes) != len(shares):
        raise InputError(
            f"brush is {settings.brush!r}, and {len(brushes)} brushes are given: name as many, as in a:0.7,b:0.3"
        )
    settings = settings.change(brush=brush_text(brushes, shares))
    inputs = Inputs(photo, tuple(brushes), shares, own=own or Companions())
    if settings.palette:
        inputs = replace(inputs, palette=read_palette(settings.palette))
        settings = settings.change(palette=str(inputs.palette))
    if isinstance(settings.background, (PictureFile, PictureHash)):
        picture = read_source(settings.background, "background")
        width, height = photo.canvas(min(settings.size, BACKGROUND_AT))
        inputs = replace(inputs, background=np.asarray(picture.image.resize((width, height), Image.Resampling.LANCZOS)))
        settings = settings.change(background=PictureHash(picture.sha256))
    return load_pictures(inputs, settings)


def load_pictures(inputs: Inputs, settings: Settings) -> tuple[Inputs, Settings]:
    """The same with the pictures of style and focus that the settings name, which become their hashes."""
    style = focus = None
    if settings.style:
        style, known = read_picture(settings.style, "style")
        settings = settings.change(style=known)
    if isinstance(settings.focus, AutoFocus):
        seen = attention(inputs.photo.at(*inputs.photo.canvas(min(settings.size, LOOKED_AT))))
        focus = (seen * 255).round().to(torch.uint8).numpy()
    elif settings.focus:
        focus, known = _read_mask(settings.focus, inputs.photo)
        settings = settings.change(focus=known)
    return replace(inputs, style=style, focus=focus), settings


def _read_mask(source: PictureSource, photo: Photo) -> tuple[Picture, PictureHash]:
    """A focus ``(H, W)`` uint8, black where it is clear, and what a painting records of it. Equally bright all over, or
    of another shape than the photo's, is a warning; black all over an InputError.
    """
    mask = read_source(source, "focus", (0, 0, 0))
    seen = np.asarray(Image.fromarray(_looked_at(mask)).convert("L"))
    if not seen.any():
        raise InputError(f"the focus {source} is black all over: make it bright where detail is wanted")
    if seen.min() == seen.max():
        warnings.warn(
            f"the focus {source} is equally bright all over: no place gets more", AllaprimaWarning, stacklevel=2
        )
    off = abs(mask.width * photo.height - mask.height * photo.width)
    if off > max(mask.width, mask.height, photo.width, photo.height):  # a pixel of the coarser one
        warnings.warn(
            f"the focus {source} is {mask.width}x{mask.height} px and has not the shape of the photo, "
            f"{photo.width}x{photo.height}: it is stretched over it",
            AllaprimaWarning,
            stacklevel=2,
        )
    return seen, PictureHash(mask.sha256)


def read_picture(source: PictureSource, what: str) -> tuple[Picture, PictureHash]:
    """A picture ``(H, W, 3)`` uint8 as it is looked at, and what a painting records of it."""
    picture = read_source(source, what)
    return _looked_at(picture), PictureHash(picture.sha256)


def _looked_at(picture: Photo) -> Picture:
    size = fit(picture.width, picture.height, min(SEEN_AT, max(picture.width, picture.height)))
    return np.asarray(picture.image.resize(size, Image.Resampling.BOX))


def read_source(source: PictureSource, what: str, paper: RGB = (255, 255, 255)) -> Photo:
    """A picture that a setting names, on ``paper`` where it is clear. Raises InputError, saying which, if it cannot be
    read.
    """
    if isinstance(source, PictureHash):
        raise InputError(f"{what} is known by its {str(source)[:19]} only: give its file")
    path = Path(source.path)
    if not is_there(path):
        raise InputError(f"{what}: there is no picture {path}: give the path of a picture file")
    try:
        return read_photo(path, paper, BACKGROUND_AT)
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


def read_subject(photo: PhotoLike, settings: Settings) -> Photo:
    """The photo that is painted: where it is clear, the colour that it is painted on shows."""
    background = settings.background
    return read_photo(photo, background.hex if isinstance(background, PlainColor) else "white", settings.size)


def load_brushes(settings: Settings, device: torch.device) -> list[NeuralBrush]:
    """The brushes that the settings name."""
    return [load_brush(name, device) for name in shares_of(settings.brush)]


def brush_text(brushes: Sequence[NeuralBrush], shares: Sequence[float]) -> str:
    """Brushes and shares as they stand in the settings."""
    if len(brushes) == 1:
        return brushes[0].name
    return ",".join(
        f"{brush.name}:{str(share).removesuffix('.0')}" for brush, share in zip(brushes, shares, strict=True)
    )


def as_tensor(picture: Picture | None) -> Tensor | None:
    """``(3, H, W)`` or ``(1, H, W)`` float in [0,1]."""
    if picture is None:
        return None
    channels = torch.from_numpy(np.array(picture)).float() / 255
    return channels[None] if channels.ndim == 2 else channels.permute(2, 0, 1)
