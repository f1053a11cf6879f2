"""What lies ready beside the photo: brushes and their shares, pictures of style and focus, the ground to paint on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ..brush.library import NeuralBrush
from ..errors import InputError
from ..image.palette import read_palette
from ..image.photo import Photo, fit, read_photo
from ..painting.settings import Settings, shares_of
from ..strokes import PlacedStrokes

SEEN_AT = 256  # px: the long side at which style and focus are looked at
GROUND_AT = 1024  # px: the most that a painting file keeps of a picture that is painted on
COLOR = re.compile("#[0-9a-f]{6}")
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Materials:
    """``brushes`` and the ``shares`` of the strokes that they take; ``style`` ``(H, W, 3)``, ``focus`` ``(H, W)`` and
    ``ground`` ``(H, W, 3)`` uint8, where there are such; ``base``, strokes that are there already and stay.
    """

    brushes: tuple[NeuralBrush, ...]
    shares: tuple[float, ...]
    style: Picture | None = None
    focus: Picture | None = None
    ground: Picture | None = None
    base: PlacedStrokes | None = None

    def kinds(self, count: int) -> Tensor:
        """Which brush each of ``count`` strokes takes: the first ones, which are the coarsest, the first brush."""
        ends = np.cumsum(np.divide(self.shares, max(self.shares)))
        ends = ends / ends[-1] * count
        return torch.from_numpy(np.searchsorted(ends.round(), np.arange(count), "right").clip(max=len(ends) - 1))

    def as_mypaint_draws(self) -> tuple[Sequence[NeuralBrush], float]:
        """The brushes that draw strokes as MyPaint will draw them, and what a step then costs, in steps that draw the
        mean. Where chance plays a part, that is the texture; if there is none, or it was not learned, the engine itself
        draws, which takes longer.
        """
        grain: list[NeuralBrush] = []
        cost = 0.0
        for brush in self.brushes:
            if brush.textured is not brush:
                grain, cost = [*grain, brush.textured], max(cost, 3.0)
            elif brush.fused:
                from ..brush.straight_through import Drawn  # numba takes a while to load

                grain, cost = [*grain, Drawn(brush)], 12.0
            else:
                grain.append(brush)
        return grain, cost


def gather(settings: Settings, photo: Photo, brushes: Sequence[NeuralBrush]) -> tuple[Materials, Settings]:
    """All that the settings name besides the brushes, read, and the settings as they stand in the painting file, where
    pictures are named by their sha256 and brushes by their names. Raises InputError for what cannot be read.
    """
    shares = shares_of(settings.brush)
    recorded = settings.change(brush=named(brushes, tuple(shares.values())), vgg_weights="")
    if settings.palette:
        recorded = recorded.change(palette=read_palette(settings.palette))
    ground = None
    if settings.background not in ("photo-mean", "white"):
        color = settings.background.lower()
        if color.startswith("#") and not COLOR.fullmatch(color):
            raise InputError(f"background is {color[:20]!r}: a colour must look like #b7a994")
        if not color.startswith("#"):
            picture = read_named(settings.background, "background")
            width, height = photo.canvas(min(settings.size, GROUND_AT))
            ground = np.asarray(picture.image.resize((width, height), Image.Resampling.LANCZOS))
            color = f"sha256:{picture.sha256}"
        recorded = recorded.change(background=color)
    return with_pictures(Materials(tuple(brushes), tuple(shares.values()), ground=ground), recorded)


def with_pictures(materials: Materials, settings: Settings) -> tuple[Materials, Settings]:
    """The same with the pictures of style and focus that the settings name, which become their sha256."""
    style = focus = None
    if settings.style:
        style, sha256 = look(settings.style, "style")
        settings = settings.change(style=sha256)
    if settings.focus:
        focus, sha256 = look(settings.focus, "focus")
        focus = np.asarray(Image.fromarray(focus).convert("L"))
        if not focus.any():
            raise InputError(f"the focus {settings.focus} is black all over: make it bright where detail is wanted")
        settings = settings.change(focus=sha256)
    return replace(materials, style=style, focus=focus), settings


def look(path: str, what: str) -> tuple[Picture, str]:
    """A picture as it is looked at, and what a painting file says of it."""
    picture = read_named(path, what)
    size = fit(picture.width, picture.height, min(SEEN_AT, max(picture.width, picture.height)))
    return np.asarray(picture.image.resize(size, Image.Resampling.BOX)), f"sha256:{picture.sha256}"


def read_named(path: str, what: str) -> Photo:
    """A picture that a setting names. Raises InputError, saying which, if it cannot be read."""
    if path.startswith("sha256:"):
        raise InputError(f"{what} is known by its {path[:19]} only: give its file")
    try:
        return read_photo(Path(path), most=GROUND_AT)
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


def named(brushes: Sequence[NeuralBrush], shares: Sequence[float]) -> str:
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
