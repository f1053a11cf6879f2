"""Pictures: PNG, JPEG, TIFF and WebP, marked with their colours, their resolution, and how they were made."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

from ..image.encode import options_for, write_picture
from ..painting.file import settings_of
from ..painting.painting import Painting
from ..rendering.bristle_drawing import BristleDrawing
from ..rendering.drawing import Drawing
from ..version import VERSION
from .base import Job, Writer
from .maps import check_relief, shown
from .xmp import xmp_of

DESCRIPTION, SOFTWARE, X_RESOLUTION, Y_RESOLUTION, UNIT, XMP = 270, 305, 282, 283, 296, 700  # of EXIF and TIFF
INCHES = 2


class PictureFile(Writer):
    """The finished picture, or a map of it."""

    @property
    def moments(self) -> tuple[int]:
        return (len(self.job.painting),)

    def check(self, drawing: Drawing) -> None:
        check_relief(self.job.export, isinstance(drawing, BristleDrawing))

    def see(self, drawing: Drawing, moment: int) -> None:
        picture, about, colors = shown(self.job, drawing)
        write_picture(Image.fromarray(picture), self.path, **how(self.job, self.path.suffix.lower(), about, colors))


def how(job: Job, suffix: str, about: str = "", colors: bool = True) -> dict[str, Any]:
    """The arguments with which Pillow saves a picture, of ``colors`` or of other numbers; ``about`` is told of it."""
    chosen = options_for(suffix) | ({"icc_profile": srgb()} if colors else {})
    dpi = job.export.marked_dpi
    if dpi and suffix != ".webp":
        chosen["dpi"] = (dpi, dpi)
    told = described(job.painting, job.export.title, about) if job.export.metadata else None
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
        # as bytes: of text Pillow would make ASCII, with question marks
        exif[DESCRIPTION] = f"{told['Title']}. {told['Description']}".encode()
        exif[SOFTWARE] = told["Software"]
        if chosen["format"] == "TIFF":
            exif[XMP] = xmp_of(told)
        else:
            chosen["xmp"] = xmp_of(told)
    return chosen | ({"exif": exif} if len(exif) else {})


def described(painting: Painting, title: str, about: str = "") -> dict[str, str]:
    """What a picture says of itself: title, what is to be told of it first, seed and settings, by the names of PNG's
    keywords.
    """
    settings = json.dumps(settings_of(painting), ensure_ascii=False)
    description = f"{about}; settings: {settings}" if about else f"settings: {settings}"
    return {"Title": title or painting.made_of, "Software": f"allaprima {VERSION}", "Description": description}


@cache
def srgb() -> bytes:
    """The sRGB profile, without the moment at which it was made: the same bytes always."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07e800010001000000000000")  # 2024-01-01
    profile[84:100] = bytes(16)  # the hash of it all, which is optional
    return bytes(profile)
