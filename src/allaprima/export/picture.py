"""Pictures: PNG, JPEG, TIFF and WebP, marked with their colours, their resolution, and how they were made."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from ..image.encode import options_for
from ..painting.file import settings_of
from ..painting.painting import Painting
from ..rendering.drawing import Drawing, Picture
from ..version import VERSION
from .base import Job, Writer

DESCRIPTION, SOFTWARE, X_RESOLUTION, Y_RESOLUTION, UNIT, INCHES = 270, 305, 282, 283, 296, 2  # of EXIF and TIFF


class PictureFile(Writer):
    """The finished picture."""

    @property
    def moments(self) -> tuple[int]:
        return (len(self.job.painting),)

    def see(self, drawing: Drawing, moment: int) -> None:
        picture = on_paper(self.job, drawing.picture())
        Image.fromarray(picture).save(self.path, **how(self.job, self.path.suffix.lower()))


def on_paper(job: Job, picture: Picture) -> Picture:
    """The picture ``(H, W, 3)`` on the paper that it is printed on, in the middle: with white margins, or cropped."""
    paper = job.export.paper()
    if paper is None:
        return picture
    height, width = paper if picture.shape[0] <= picture.shape[1] else paper[::-1]
    sheet = np.full((height, width, 3), 255, np.uint8)
    into, out = [], []
    for have, want in zip(picture.shape[:2], (height, width), strict=True):
        into.append(slice(max(0, (want - have) // 2), max(0, (want - have) // 2) + min(have, want)))
        out.append(slice(max(0, (have - want) // 2), max(0, (have - want) // 2) + min(have, want)))
    sheet[into[0], into[1]] = picture[out[0], out[1]]
    return sheet


def how(job: Job, suffix: str) -> dict[str, Any]:
    """The arguments with which Pillow saves a picture."""
    chosen = options_for(suffix) | {"icc_profile": srgb()}
    dpi = job.export.marked_dpi
    if dpi and suffix != ".webp":
        chosen["dpi"] = (dpi, dpi)
    told = described(job.painting, job.export.title) if job.export.metadata else None
    if suffix == ".png":
        if told:
            info = PngImagePlugin.PngInfo()
            for name, value in told.items():
                info.add_itxt(name, value)
            chosen["pnginfo"] = info
        return chosen
    exif = Image.Exif()
    if dpi and suffix == ".webp":  # the format itself has no place for it
        exif[X_RESOLUTION] = exif[Y_RESOLUTION] = dpi
        exif[UNIT] = INCHES
    if told:
        exif[DESCRIPTION] = f"{told['Title']}. {told['Description']}"
        exif[SOFTWARE] = told["Software"]
    return chosen | ({"exif": exif} if len(exif) else {})


def described(painting: Painting, title: str) -> dict[str, str]:
    """What a picture says of itself: title, seed and settings, by the names of PNG's keywords."""
    settings = json.dumps(settings_of(painting), ensure_ascii=False)
    made = f"{len(painting):,} strokes of {', '.join(ref.name for ref in painting.brushes)}"
    return {"Title": title or made, "Software": f"allaprima {VERSION}", "Description": f"settings: {settings}"}


@cache
def srgb() -> bytes:
    """The sRGB profile, without the moment at which it was made: the same bytes always."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07e800010001000000000000")  # 2024-01-01
    profile[84:100] = bytes(16)  # the hash of it all, which is optional
    return bytes(profile)
