"""What is read for a painting: its photo, brushes, palette, and pictures of style, focus and background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ..brush.library import load_brush
from ..brush.neural import NeuralBrush
from ..errors import InputError
from ..image.palette import Palette, read_palette
from ..image.photo import Photo, PhotoLike, fit, read_photo
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
    ``painted_on`` is its background, and ``base`` the strokes that are there already and stay.
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

    def brush_of_each(self, count: int) -> Tensor:
        """Which brush each of ``count`` strokes takes: the first ones, which are the coarsest, the first brush."""
        ends = np.cumsum(np.divide(self.shares, max(self.shares)))
        ends = ends / ends[-1] * count
        return torch.from_numpy(np.searchsorted(ends.round(), np.arange(count), "right").clip(max=len(ends) - 1))


def load_inputs(photo: Photo, settings: Settings, brushes: Sequence[NeuralBrush]) -> tuple[Inputs, Settings]:
    """All that the settings name besides the brushes, read; and the settings as a painting records them, in which
    pictures are known by their hashes, brushes by their names, and a palette by its colours. Raises InputError for what
    cannot be read, and for more or fewer brushes than these are.
    """
    shares = tuple(shares_of(settings.brush).values())
    if len(brushes) != len(shares):
        raise InputError(
            f"brush is {settings.brush!r}, and {len(brushes)} brushes are given: name as many, as in a:0.7,b:0.3"
        )
    settings = settings.change(brush=brush_text(brushes, shares))
    inputs = Inputs(photo, tuple(brushes), shares)
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
        focus, known = read_picture(settings.focus, "focus")
        focus = np.asarray(Image.fromarray(focus).convert("L"))
        if not focus.any():
            raise InputError(f"the focus {settings.focus} is black all over: make it bright where detail is wanted")
        settings = settings.change(focus=known)
    return replace(inputs, style=style, focus=focus), settings


def read_picture(source: PictureSource, what: str) -> tuple[Picture, PictureHash]:
    """A picture ``(H, W, 3)`` uint8 as it is looked at, and what a painting records of it."""
    picture = read_source(source, what)
    size = fit(picture.width, picture.height, min(SEEN_AT, max(picture.width, picture.height)))
    return np.asarray(picture.image.resize(size, Image.Resampling.BOX)), PictureHash(picture.sha256)


def read_source(source: PictureSource, what: str) -> Photo:
    """A picture that a setting names. Raises InputError, saying which, if it cannot be read."""
    if isinstance(source, PictureHash):
        raise InputError(f"{what} is known by its {str(source)[:19]} only: give its file")
    try:
        return read_photo(Path(source.path), most=BACKGROUND_AT)
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
