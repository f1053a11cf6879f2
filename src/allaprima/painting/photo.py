"""Reading a photo the way a person sees it."""

from __future__ import annotations

import hashlib
import io
import logging
import re
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from ..errors import InputError

PhotoLike: TypeAlias = str | Path | Image.Image | NDArray[np.uint8]
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "AVIF", "JPEG2000", "ICO", "TGA")
DAMAGE = (OSError, ValueError, SyntaxError, RuntimeError, NotImplementedError, EOFError, struct.error, IndexError)
LARGEST_FILE = 1_000_000_000  # bytes
SMALLEST = 8  # pixels: neither a photo nor a canvas may have a shorter side


logging.getLogger("PIL").setLevel(logging.CRITICAL)  # what is wrong with a photo is told in one line, by us


@dataclass(frozen=True)
class Photo:
    """An upright RGB picture, and the sha256 of what it was read from (the file's bytes, or the pixels)."""

    image: Image.Image
    sha256: str

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    def canvas(self, size: int) -> tuple[int, int]:
        """Width and height of a canvas whose long side is ``size``. Raises InputError for a side under 8 px."""
        width, height = fit(self.width, self.height, size)
        if min(width, height) < SMALLEST:
            enough = -(-SMALLEST * max(self.width, self.height) // min(self.width, self.height))
            raise InputError(
                f"a canvas of {width}x{height} px is too narrow, each side needs {SMALLEST} px: "
                f"choose a size of at least {enough}"
            )
        return width, height

    def at(self, width: int, height: int) -> Tensor:
        """The photo at this size, ``(3, height, width)`` float in [0,1]: averaged when smaller, bicubic when larger."""
        smaller = width <= self.width and height <= self.height
        picture = self.image.resize((width, height), Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC)
        return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


def fit(width: int, height: int, size: int) -> tuple[int, int]:
    """Width and height scaled so that the long side is ``size``; neither under 1."""
    longest = max(width, height)
    return max(1, round(width * size / longest)), max(1, round(height * size / longest))


def read_photo(photo: PhotoLike) -> Photo:
    """A photo from a path, a PIL image, or a uint8 array ``(H, W)`` grey, ``(H, W, 3)`` RGB or ``(H, W, 4)`` RGBA.
    Transparency is laid on white.

    Raises :class:`InputError`, in one line, for what is no picture, is damaged, too large or under 8 px.
    """
    if isinstance(photo, (str, Path)):
        image, sha256 = _open(Path(photo))
    elif isinstance(photo, (Image.Image, np.ndarray)):
        image = _read(_picture(photo).copy(), "the photo")
        sha256 = hashlib.sha256(image.tobytes()).hexdigest()
    else:
        raise InputError(f"the photo is of type {type(photo).__name__}: give a path, a PIL image or an array")
    if min(image.size) < SMALLEST:
        raise InputError(f"the photo is {image.width}x{image.height} px: each side needs at least {SMALLEST} px")
    return Photo(image, sha256)


def _picture(photo: Image.Image | NDArray[np.uint8]) -> Image.Image:
    if isinstance(photo, Image.Image):
        return photo
    if photo.dtype != np.uint8 or photo.ndim not in (2, 3) or (photo.ndim == 3 and photo.shape[2] not in (3, 4)):
        raise InputError(f"the photo is a {photo.dtype} array of shape {photo.shape}: give (H, W, 3) uint8")
    return Image.fromarray(photo)


def _open(path: Path) -> tuple[Image.Image, str]:
    try:
        if path.is_dir():
            raise InputError(f"the photo {path} is a folder: give a picture file")
        if path.exists() and not path.is_file():
            raise InputError(f"the photo {path} is no file: give a picture file")
        if path.exists() and path.stat().st_size > LARGEST_FILE:
            raise InputError(f"the photo {path} has {path.stat().st_size / 1e9:.1f} GB: at most 1 GB is read")
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no photo {path}: give the path of a picture file") from None
    except OSError as error:
        raise InputError(f"the photo {path} cannot be read ({error.strerror})") from None
    if not content:
        raise InputError(f"the photo {path} is empty: give a picture file")
    try:
        return _read(_opened(content), f"the photo {path}"), hash_of(content)
    except Image.DecompressionBombError as error:
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0)
        size = next(iter(re.findall(r"\((\d+) pixels\)", str(error))), "too many")
        raise InputError(f"the photo {path} is too large: {size} px, and at most {most:,} are read") from None
    except UnidentifiedImageError:
        raise InputError(f"the photo {path} is no picture that can be read: use JPEG, PNG, WebP or TIFF") from None
    except DAMAGE as error:
        raise InputError(f"the photo {path} is damaged ({error})") from None


def _opened(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # large is fine, a bomb is an error
        Image.init()
        return Image.open(io.BytesIO(content), formats=[name for name in FORMATS if name in Image.OPEN])


def hash_of(content: bytes) -> str:
    """The sha256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def _read(image: Image.Image, name: str) -> Image.Image:
    """The pixels, upright and RGB; warnings of damaged metadata are nobody's concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _upright(image)
        except DAMAGE as error:
            raise InputError(f"{name} is damaged ({error})") from None


def _upright(turned: Image.Image) -> Image.Image:
    ImageOps.exif_transpose(turned, in_place=True)  # a copy of 50 megapixels is 200 MB
    if turned.mode.startswith(("I", "F")):  # more than 8 bits: scaled, where convert("RGB") would clip to white
        deep = np.asarray(turned, np.float64)
        top = next((top for top in (1.0, 255.0) if deep.max() <= top), 65535.0)
        if turned.mode == "I;16":
            top = 65535.0
        turned = Image.fromarray((deep / top * 255).clip(0, 255).round().astype(np.uint8))
    if turned.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in turned.info:
        clear = turned if turned.mode == "RGBA" else turned.convert("RGBA")
        turned = Image.new("RGB", clear.size, "white")
        turned.paste(clear, mask=clear.getchannel("A"))
    return turned if turned.mode == "RGB" else turned.convert("RGB")
