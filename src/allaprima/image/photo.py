"""Reading a photo the way a person sees it."""

from __future__ import annotations

import hashlib
import io
import logging
import math
import os
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, Jpeg2KImagePlugin, JpegImagePlugin, UnidentifiedImageError
from torch import Tensor

from ..errors import InputError, to_install
from ..files import as_path, read_bounded
from .decode import orientation, upright
from .hex import RGB, hex_to_rgb, named
from .jpeg import with_end
from .tiff import check_blocks, check_numbers, choose_picture

FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "AVIF", "JPEG2000", "ICO", "TGA")
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
HEIF = (b"mif1", b"msf1")  # of AVIF too
HUNGRY = ("WEBP", "AVIF", "HEIF", "JPEG2000")  # they take 10 to 20 bytes a pixel
LARGEST_FILE = 1_000_000_000  # bytes
LARGEST_TEXT = 8_000_000  # bytes: of a PPM of text, 2 MB a second
MOST_WORK = 10_000_000_000  # pixels times scans of a JPEG
MANY = 16_000_000  # pixels: with more, only as many are kept as are of use
SPARE = 4  # times the size that is of use: the mean of so few pixels is as good as that of all
QUIET = threading.Lock()
SMALLEST = 8  # pixels: neither a photo nor a canvas may have a shorter side


logging.getLogger("PIL").setLevel(logging.CRITICAL)  # what is wrong with a photo is told in one line, by us


@dataclass(frozen=True)
class Photo:
    """An upright RGB picture, and the sha256 of what it was read from (the file's bytes, or the pixels).

    ``width`` and ``height`` are the photo's own; ``image`` may be smaller, as :func:`read_photo` says: ``source`` is
    then where the whole is, and ``paper`` the colour that it is laid on.
    """

    image: Image.Image
    sha256: str
    width: int
    height: int
    source: Path | None = field(default=None, compare=False)
    paper: RGB = (255, 255, 255)

    def canvas(self, size: int) -> tuple[int, int]:
        """Width and height of a canvas whose long side is ``size``. Raises InputError for a side under 8 px."""
        return canvas_for(self.width, self.height, size)

    def at(self, width: int, height: int) -> Tensor:
        """The photo at this size, ``(3, height, width)`` float in [0,1]: averaged when smaller, bicubic when larger."""
        smaller = width <= self.image.width and height <= self.image.height
        if not smaller and self.source:
            return self.whole().at(width, height)
        picture = self.image.resize((width, height), Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC)
        return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255

    def whole(self) -> Photo:
        """With all its pixels: read once more if there are fewer. Raises InputError if the file is another by now."""
        if self.source is None:
            return self
        whole = read_photo(self.source, self.paper)
        if whole.sha256 != self.sha256:
            raise InputError(f"the photo {self.source} has changed since it was read: begin anew")
        return whole


PhotoLike: TypeAlias = str | Path | Image.Image | NDArray[np.uint8] | Photo


def fit(width: int, height: int, size: int) -> tuple[int, int]:
    """Width and height scaled so that the long side is ``size``; neither under 1."""
    longest = max(width, height)
    return max(1, round(width * size / longest)), max(1, round(height * size / longest))


def canvas_for(width: int, height: int, size: int) -> tuple[int, int]:
    """The same for a canvas. Raises InputError for a side under 8 px, and says which size is enough."""
    wide, high = fit(width, height, size)
    if min(wide, high) < SMALLEST:
        enough = -(-SMALLEST * max(width, height) // min(width, height))
        raise InputError(
            f"a canvas of {wide}x{high} px is too narrow, each side needs {SMALLEST} px: choose a size of at least "
            f"{enough}"
        )
    return wide, high


def read_photo(photo: PhotoLike, background: str | RGB = "white", most: int | None = None) -> Photo:
    """A photo from a path, a PIL image, or a uint8 array ``(H, W)`` grey, ``(H, W, 3)`` RGB or ``(H, W, 4)`` RGBA: in
    sRGB, upright; one that was read is as it is. Where it is clear, ``background`` shows: a colour's name, "#rrggbb" or
    ``(r, g, b)``.

    ``most`` is the longest side that is of use: of a file of over 16 megapixels ``image`` then has fewer, though enough
    for :meth:`Photo.at` any size up to that. Raises :class:`InputError`, in one line, for what is no picture, is
    damaged, too large or under 8 px.
    """
    if isinstance(photo, Photo):
        return photo
    paper = _color(background)
    if isinstance(photo, (str, Path)):
        return _open(as_path(photo, "the photo"), paper, most)
    if not isinstance(photo, (Image.Image, np.ndarray)):
        raise InputError(f"the photo is of type {type(photo).__name__}: give a path, a PIL image or an array")
    with _told("the photo"):
        image = upright(_picture(photo).copy(), paper)
    return _checked(Photo(image, hashlib.sha256(image.tobytes()).hexdigest(), *image.size))


def _checked(photo: Photo) -> Photo:
    if min(photo.width, photo.height) < SMALLEST:
        raise InputError(f"the photo is {photo.width}x{photo.height} px: each side needs at least {SMALLEST} px")
    return photo


def _color(background: str | RGB) -> RGB:
    if isinstance(background, tuple):
        if len(background) == 3 and all(0 <= part <= 255 for part in background):
            return background
        raise InputError(f"background is {background}: a colour must have three parts from 0 to 255")
    return hex_to_rgb(named(background), "background")


def _picture(photo: Image.Image | NDArray[np.uint8]) -> Image.Image:
    if isinstance(photo, Image.Image):
        return photo
    if photo.dtype != np.uint8 or photo.ndim not in (2, 3) or (photo.ndim == 3 and photo.shape[2] not in (3, 4)):
        raise InputError(f"the photo is a {photo.dtype} array of shape {photo.shape}: give (H, W, 3) uint8")
    return Image.fromarray(photo)


def _open(path: Path, paper: RGB, most: int | None) -> Photo:
    content = read_bounded(path, "photo", "a picture file", LARGEST_FILE)
    if not content:
        raise InputError(f"the photo {path} is empty: give a picture file")
    with _told(f"the photo {path}"):
        image = _opened(content, path)
        _check_effort(image, content, path)
        if image.format in ("JPEG", "MPO") and (mended := with_end(content, image.width * image.height)) != content:
            image = _opened(mended, path)
        size, factor = _smaller(image, None if path.is_fifo() else most)  # which is not read twice
        try:
            with _silent() if image.format == "TIFF" else nullcontext():
                picture = upright(image, paper, factor)
        except OSError:
            if not isinstance(image, Jpeg2KImagePlugin.Jpeg2KImageFile) or size is None:
                raise
            return _open(path, paper, None)  # it may be kept at fewer sizes, and be whole
        width, height = size or image.size
        if orientation(image) > 4:
            width, height = height, width
    source = path if size or factor > 1 else None
    return _checked(Photo(picture, hash_of(content), width, height, source, paper))


def _smaller(image: Image.Image, most: int | None) -> tuple[tuple[int, int] | None, int]:
    """Let a large picture be decoded smaller, where its format can: the size that it has then, else None, as some know
    theirs once they are decoded only; and by how much its sides are to be divided still.
    """
    if not most or image.width * image.height <= MANY:
        return None, 1
    factor = max(1, max(image.size) // (SPARE * most))
    power = min(3, factor.bit_length() - 1)
    if isinstance(image, Jpeg2KImagePlugin.Jpeg2KImageFile):  # whose sides are rounded up, where Pillow 13 rounds
        while any(-(-side >> power) != (side + (1 << power >> 1)) >> power for side in image.size):
            power -= 1
    if not power or not isinstance(image, (JpegImagePlugin.JpegImageFile, Jpeg2KImagePlugin.Jpeg2KImageFile)):
        return None, factor
    size = image.size
    if isinstance(image, JpegImagePlugin.JpegImageFile):  # MPO too
        image.draft(None, (image.width >> power, image.height >> power))
    else:
        image.reduce = power
    return size, factor >> power


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever a decoder raises, told in one line; its warnings of damaged metadata are nobody's concern."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # large is fine, a bomb is an error
            yield
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0)
        size = next(iter(re.findall(r"\((\d+) pixels\)", str(error))), "too many")
        raise InputError(f"{name} is too large: {size} px, and at most {most:,} are read") from None
    except UnidentifiedImageError:
        raise InputError(f"{name} is no picture that can be read: use JPEG, PNG, HEIC, WebP or TIFF") from None
    except MemoryError:
        raise InputError(f"{name} is too large for the memory of this machine") from None
    except Exception as error:  # there is no end to what damaged files make decoders raise
        raise InputError(f"{name} is damaged ({str(error)[:200]})") from None


@contextmanager
def _silent() -> Iterator[None]:
    """While libtiff is at work: besides raising, it writes to the process' own stderr."""
    with QUIET:
        try:
            kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        except OSError:  # there is none
            yield
            return
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def _opened(content: bytes, path: Path) -> Image.Image:
    if _is_heic(content):
        return _opened_heic(content, path)
    Image.init()
    try:
        image = Image.open(io.BytesIO(content), formats=[name for name in FORMATS if name in Image.OPEN])
    except UnidentifiedImageError:
        check_numbers(content, f"the photo {path}")
        raise
    choose_picture(image, f"the photo {path}")
    _check_size(image)
    return image


def _is_heic(content: bytes) -> bool:
    if content[4:8] != b"ftyp":
        return False
    brands = content[16 : min(int.from_bytes(content[:4], "big"), 1000)]
    return content[8:12] in HEIC or (content[8:12] in HEIF and b"avif" not in brands)


def _opened_heic(content: bytes, path: Path) -> Image.Image:
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise InputError(
            f"the photo {path} is HEIC, which needs pillow-heif: {to_install('pillow-heif')}; a JPEG does without"
        ) from None
    image: Image.Image = HeifImageFile(io.BytesIO(content))
    _check_size(image)
    return image


def _check_size(image: Image.Image) -> None:
    """Raise for a bomb, as Pillow does for what it opens itself."""
    if image.width * image.height > 2 * (Image.MAX_IMAGE_PIXELS or math.inf):
        raise Image.DecompressionBombError(f"({image.width * image.height} pixels)")


def _check_effort(image: Image.Image, content: bytes, path: Path) -> None:
    """Raise for small files that would take gigabytes or minutes: those that were made, or damaged, to do so."""
    pixels = image.width * image.height
    if image.format in HUNGRY and pixels > MANY and pixels > 1000 * len(content):
        raise ValueError(f"{image.width}x{image.height} px in {len(content):,} bytes")
    check_blocks(image, len(content), f"the photo {path}")
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        scans = content.count(b"\xff\xda")
        if scans * pixels > MOST_WORK:
            raise ValueError(f"{image.width}x{image.height} px in {scans:,} scans")
    if content[:2] in (b"P1", b"P2", b"P3") and len(content) > LARGEST_TEXT:
        raise InputError(
            f"the photo {path} has {len(content) / 1e6:.0f} MB of text: at most {LARGEST_TEXT / 1e6:.0f} MB are read, "
            "so save it as PNG"
        )


def hash_of(content: bytes) -> str:
    """The sha256 of a file's content."""
    return hashlib.sha256(content).hexdigest()
