"""Paintings made from paintings."""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from typing import TypeVar

import torch

from ..errors import InputError, check_kind
from ..image.palette import Palette, nearest, read_palette
from ..options import as_number
from ..rendering.compositing import as_picture
from ..strokes import PlacedStrokes
from .record import PaintingRecord
from .settings import Settings

AnyRecord = TypeVar("AnyRecord", bound=PaintingRecord)


def added(lower: AnyRecord, upper: PaintingRecord) -> AnyRecord:
    """See :meth:`Painting.__add__`."""
    check_kind(upper, PaintingRecord, "what is laid over a painting", "another painting")
    if (lower.width, lower.height) != (upper.width, upper.height):
        raise InputError(
            f"a painting of {upper.width}x{upper.height} px cannot be laid over one of {lower.width}x{lower.height}: "
            f"scale or crop one of them first"
        )
    if lower.settings.opaque != upper.settings.opaque:
        raise InputError("one painting is opaque and the other is not: they cannot be one")
    brushes = list(dict.fromkeys([*lower.brushes, *upper.brushes]))
    index = torch.tensor([brushes.index(brush) for brush in upper.brushes])
    strokes = PlacedStrokes.cat([lower.strokes, upper.strokes.change(brush=index[upper.strokes.brush])])
    most = Settings.about("strokes").metadata["high"]
    if len(strokes) > most:
        raise InputError(f"together they have {len(strokes):,} strokes, and a painting at most {most:,}")
    counts = strokes.brush.bincount(minlength=len(brushes)).tolist()
    shares = [f"{ref.name}:{count}" for ref, count in zip(brushes, counts, strict=True)]
    settings = lower.settings.change(brush=",".join(shares) if len(brushes) > 1 else brushes[0].name)
    at_hand = lower.at_hand.over(upper.at_hand)
    return replace(lower, settings=settings).change(strokes, brushes=tuple(brushes), at_hand=at_hand)


def recolored(painting: AnyRecord, text: str) -> AnyRecord:
    """See :meth:`Painting.recolored`."""
    palette = read_palette(text)
    colors = painting.strokes.color
    if not len(colors):
        return painting
    found = palette.find(colors.T[:, None].float(), painting.settings.seed)
    red, green, blue = nearest(colors, found).unbind(1)
    # not how many: strokes that are added later would find others, in the photo
    settings = painting.settings.change(palette=str(Palette.of(found)))
    return painting.change(painting.strokes.change(color_r=red, color_g=green, color_b=blue), settings=settings)


def cropped(painting: AnyRecord, box: tuple[int, int, int, int]) -> AnyRecord:
    """See :meth:`Painting.cropped`."""
    try:
        left, top, right, bottom = (operator.index(side) for side in box)
    except (TypeError, ValueError):
        raise InputError(f"the box is {box!r}: give four whole numbers, left, top, right, bottom") from None
    if not (0 <= left < right <= painting.width and 0 <= top < bottom <= painting.height):
        raise InputError(
            f"the box is {left}, {top}, {right}, {bottom}: it must be a part of the canvas, within "
            f"0, 0, {painting.width}, {painting.height}"
        )
    width, height = right - left, bottom - top
    strokes = painting.strokes
    moved = strokes.change(window_x=strokes.window_x - left, window_y=strokes.window_y - top)
    background = painting.background
    if background.picture is not None:
        whole = painting.paper(painting.width, painting.height)
        background = replace(background, picture=as_picture(whole[:, top:bottom, left:right]))
    settings = _sized(painting, max(width, height))
    photo = painting.photo
    part = (width, height) != (painting.width, painting.height)
    if photo and part:  # nothing can be added from the whole photo any more
        photo = replace(photo, sha256=f"part of {photo.sha256.removeprefix('part of ')}")
    return painting.change(moved, width=width, height=height, background=background, settings=settings, photo=photo)


def scaled(painting: AnyRecord, factor: float) -> AnyRecord:
    """See :meth:`Painting.scaled`."""
    factor = as_number("the factor", factor)
    if not (math.isfinite(factor) and factor > 0):
        raise InputError(f"the factor is {factor:g}: it must be above 0, and finite")
    width, height = (max(1, round(side * factor)) for side in (painting.width, painting.height))
    settings = _sized(painting, max(width, height))
    strokes = painting.strokes
    factor = max(width, height) / painting.size  # what the whole pixels of the canvas allow
    larger = strokes.change(
        window_x=strokes.window_x * factor, window_y=strokes.window_y * factor, window=strokes.window * factor
    )
    return painting.change(larger, width=width, height=height, settings=settings)


def _sized(painting: PaintingRecord, size: int) -> Settings:
    """Its settings with another long side of the canvas, which may be shorter than one that is painted on."""
    about = Settings.about("size").metadata
    if not about["low"] <= size <= about["high"]:
        told = f"{size:,}" if size < 10**9 else "too many"
        raise InputError(
            f"the canvas would have {told} px on its long side: choose {about['low']} to {about['high']:,}"
        )
    return replace(painting.settings, size=size)
