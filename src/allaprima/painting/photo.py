"""Reading a photo the way a person sees it."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from ..errors import InputError

SMALLEST = 8  # pixels: neither a photo nor a canvas may have a shorter side


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
            raise InputError(
                f"a canvas of {width}x{height} px is too narrow: each side needs {SMALLEST} px, choose a larger size"
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


def read_photo(photo: str | Path | Image.Image | NDArray[np.uint8]) -> Photo:
    """A photo from a path, a PIL image or an ``(H, W, 3)`` uint8 array. Transparency is laid on white.

    Raises :class:`InputError`, in one line, for what is no picture, is damaged, too large or under 8 px.
    """
    if isinstance(photo, (str, Path)):
        image, sha256 = _open(Path(photo))
    elif isinstance(photo, Image.Image):
        image = _upright(photo)
        sha256 = hashlib.sha256(image.tobytes()).hexdigest()
    else:
        if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8:
            raise InputError(f"the photo is a {photo.dtype} array of shape {photo.shape}: give (H, W, 3) uint8")
        image = Image.fromarray(photo)
        sha256 = hashlib.sha256(image.tobytes()).hexdigest()
    if min(image.size) < SMALLEST:
        raise InputError(f"the photo is {image.width}x{image.height} px: each side needs at least {SMALLEST} px")
    return Photo(image, sha256)


def _open(path: Path) -> tuple[Image.Image, str]:
    if not path.exists():
        raise InputError(f"there is no photo {path}")
    if path.is_dir():
        raise InputError(f"the photo {path} is a folder: give a picture file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"the photo {path} cannot be read ({error.strerror})") from None
    if not content:
        raise InputError(f"the photo {path} is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # large is fine, a bomb is an error
            with Image.open(io.BytesIO(content)) as opened:
                image = _upright(opened)
    except Image.DecompressionBombError:
        raise InputError(f"the photo {path} is too large: at most {2 * (Image.MAX_IMAGE_PIXELS or 0):,} px") from None
    except UnidentifiedImageError:
        raise InputError(f"the photo {path} is no picture that can be read: use JPEG, PNG, WebP or TIFF") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"the photo {path} is damaged ({error})") from None
    return image, hashlib.sha256(content).hexdigest()


def _upright(image: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith(("I", "F")):  # more than 8 bits: scaled, where convert("RGB") would clip to white
        deep = np.asarray(turned, np.float64)
        top = 65535.0 if turned.mode.startswith("I") else 1.0
        turned = Image.fromarray((deep / top * 255).clip(0, 255).round().astype(np.uint8))
    if turned.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in turned.info:
        clear = turned.convert("RGBA")
        turned = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return turned.convert("RGB")
