"""From the pixels that a file holds to RGB as a person sees them: of any depth, in any colours, clear, turned."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageCms, TiffImagePlugin

from .color import linear_to_srgb
from .hex import RGB
from .tiff import BITS, KIND, SIGNED, mend_planes

STRIP = 4_000_000  # px: whole copies of 50 megapixels are 200 MB each
SAME = 2  # of 255: a profile that moves no colour further than this is sRGB
ORIENTATION, PHOTOMETRIC, WHITE_IS_ZERO = 274, 262, 0  # tags of EXIF and TIFF
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
GRAY = ("1", "L", "LA", "La", "I", "F")
SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # of profiles, and the mode that a profile reads


@dataclass(frozen=True)
class Depth:
    """More than 8 bits: the value that is white, and whether it is the other way round, or has no sign."""

    top: float
    inverted: bool = False
    unsigned: bool = False

    def scaled(self, strip: Image.Image) -> Image.Image:
        """In 8 bits, where convert("RGB") would clip to white; with an alpha where one value is clear."""
        numbers = _numbers(strip, self.unsigned)
        shares = (numbers / self.top).clip(0, 1)
        picture = Image.fromarray(((1 - shares if self.inverted else shares) * 255).round().astype(np.uint8))
        if "transparency" in strip.info:
            picture.putalpha(Image.fromarray((numbers != strip.info["transparency"]).astype(np.uint8) * 255))
        return picture


@dataclass(frozen=True)
class ToSrgb:
    """From a picture's own colours, in pixels of a ``mode``, to sRGB."""

    mode: str
    apply: Callable[[Image.Image], Image.Image | None]


def upright(image: Image.Image, paper: RGB, factor: int = 1) -> Image.Image:
    """The picture as RGB on ``paper`` where it is clear, turned as its EXIF says, each side a ``factor`` smaller.

    ``image`` itself is changed or returned where it is RGB already.
    """
    mend_planes(image)
    image.load()
    turn = TURNS.get(orientation(image))
    seen = _on_paper(image, paper, factor)
    return seen if turn is None else seen.transpose(turn)


def orientation(image: Image.Image) -> int:
    """1 to 8, as EXIF has it; 1 where it says nothing that can be read."""
    try:
        found = image.getexif().get(ORIENTATION, 1)
    except Exception:  # whatever a damaged one raises, the picture may be whole
        return 1
    return found if found in TURNS else 1


def _on_paper(image: Image.Image, paper: RGB, factor: int) -> Image.Image:
    to_srgb, depth = _by_profile(image) or _by_gamma(image), _depth(image)
    if image.mode == "RGB" and to_srgb is None and factor == 1 and "transparency" not in image.info:
        return image
    width, height = image.size
    in_place = image.mode == "RGB" and factor == 1
    seen = image if in_place else Image.new("RGB", (-(-width // factor), -(-height // factor)))
    for top, strip in _strips(image, factor):
        part = _seen(depth.scaled(strip) if depth else strip, to_srgb, paper)
        seen.paste(part.reduce(factor) if factor > 1 else part, (0, top // factor))
    seen.info.clear()
    return seen


def _strips(image: Image.Image, factor: int = 1) -> Iterator[tuple[int, Image.Image]]:
    rows = max(1, STRIP // (image.width * factor)) * factor
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(image.height, top + rows)))


def _seen(strip: Image.Image, to_srgb: ToSrgb | None, paper: RGB) -> Image.Image:
    if strip.mode == "La":
        strip = strip.convert("LA")
    mask = None
    if strip.mode in ("RGBA", "LA", "PA", "RGBa") or "transparency" in strip.info:
        clear = strip.convert("RGBA")
        mask, strip = clear.getchannel("A"), clear.convert("L" if strip.mode in GRAY else "RGB")
    mode = "RGB" if to_srgb is None else to_srgb.mode
    picture = strip if strip.mode == mode else strip.convert(mode)
    if to_srgb is not None:
        picture = to_srgb.apply(picture) or picture
    if mask is None:
        return picture
    on = Image.new("RGB", picture.size, paper)
    on.paste(picture, mask=mask)
    return on


def _by_profile(image: Image.Image) -> ToSrgb | None:
    """From the image's own colours to sRGB; None where it has no profile, one that is damaged, that is of other kinds
    of pixels (as after a conversion), or that is sRGB: then nothing may change.
    """
    content = image.info.get("icc_profile")
    if not content:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
        mode = SPACES.get(profile.profile.xcolor_space.strip())
        own = image.mode if image.mode in ("CMYK", "LAB") else "L" if _is_gray(image) else "RGB"
        if mode is None or (mode != own and (own, mode) != ("L", "RGB")):
            return None
        transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
        if mode == "RGB":
            few = _lattice()
            moved = np.asarray(transform.apply(few), np.int16) - np.asarray(few, np.int16)
            return ToSrgb(mode, transform.apply) if np.abs(moved).max() > SAME else None
    except Exception:  # whatever a damaged one raises, the picture may be whole
        return None
    return ToSrgb(mode, transform.apply)


def _by_gamma(image: Image.Image) -> ToSrgb | None:
    """As a PNG's gAMA says, where nothing else does (sRGB's own is 1 / 2.2): values are light to that power."""
    gamma = image.info.get("gamma")
    if not gamma or image.info.keys() & {"icc_profile", "srgb"} or abs(gamma * 2.2 - 1) < 0.05:
        return None
    light = torch.linspace(0, 1, 256, dtype=torch.float64) ** (1 / gamma)
    levels = (linear_to_srgb(light) * 255).round().int().tolist()
    return ToSrgb("RGB", lambda picture: picture.point(levels * 3))


def _is_gray(image: Image.Image) -> bool:
    return image.mode in GRAY or image.mode.startswith("I;16")


def _lattice() -> Image.Image:
    """Colours from all over RGB: 9 x 9 x 9 of them."""
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(levels, levels, levels), -1).reshape(27, 27, 3))


def _depth(image: Image.Image) -> Depth | None:
    if not image.mode.startswith(("I", "F")):
        return None
    tags = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else {}
    if image.mode.startswith("I;16"):
        return Depth(4095 if tags.get(BITS) == (12,) else 65535, tags.get(PHOTOMETRIC) == WHITE_IS_ZERO)
    if image.format == "PPM" and image.mode == "I":  # scaled by Pillow, whatever its largest value
        return Depth(65535)
    bits, kind = tags.get(BITS, (0,))[0], tags.get(KIND, (1,))[0]
    if (bits, kind) == (16, SIGNED):
        return Depth(32767)
    unsigned = image.mode == "I" and (bits, kind) == (32, 1)
    largest = max(float(_numbers(strip, unsigned).max()) for _, strip in _strips(image))
    tops = (1.0, 255.0, 65535.0, 2.0**32 - 1 if unsigned else 2.0**31 - 1)
    return Depth(next((top for top in tops if largest <= top), largest), unsigned=unsigned)


def _numbers(strip: Image.Image, unsigned: bool) -> NDArray[np.float32]:
    numbers = np.asarray(strip)  # of mode I in int32, whatever they are
    numbers = numbers.astype(np.int32).view(np.uint32) if unsigned else numbers
    return np.nan_to_num(numbers.astype(np.float32), nan=0, posinf=0, neginf=0)
