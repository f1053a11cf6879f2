"""Photos that a visitor brings: looked at before they are kept, and kept as they are."""

from __future__ import annotations

import math
from collections.abc import Collection
from io import BytesIO
from pathlib import Path
from threading import Lock

import torch
from PIL import Image, ImageChops

from ...errors import InputError
from ...files import written_aside
from ...image.encode import write_picture
from ...image.photo import FORMATS, Photo, hash_of, read_photo
from ...perception.attention import attention
from ...perception.faces import find_faces

LARGEST, MOST = 25_000_000, 100_000_000  # bytes, and pixels
SHOWN = 1000  # px of the long side of a picture on the page
NAME = 24  # signs of a sha256 that a photo is kept under
LOOKED_AT = 512  # px at which faces are looked for
GROUND = 30  # of 255 in a mask: where less is wanted
ELSE = 0.35  # what all else counts where more is wanted somewhere
ONE = Lock()  # photo is unpacked at a time: several of the largest would take all memory
Box = tuple[float, float, float, float]  # left, top, right, bottom, in shares of a picture's sides


class Photos:
    """Those in a visitor's ``folder``, each under a part of its sha256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def bring(self, path: Path) -> Path:
        """Keep a photo that was sent, and say where. Raises InputError for what is none, or too large."""
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST + 1)
        except OSError:
            raise InputError("the photo has not arrived: send it once more") from None
        if len(content) > LARGEST:
            raise InputError(f"the photo has more than {LARGEST // 1_000_000} MB: bring a smaller one")
        _check_pixels(content)
        return self.keep(content)

    def keep(self, content: bytes) -> Path:
        """Keep a photo with this content, and say where. Raises InputError, in words for people, for what is none."""
        kept = self.folder / hash_of(content)[:NAME]
        if not kept.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with written_aside(kept) as aside:
                aside.write_bytes(content)
        try:
            with ONE:
                photo = read_photo(kept, most=SHOWN)
            if photo.width * photo.height > MOST:
                raise InputError(_too_many(photo.width, photo.height))
        except InputError as error:
            kept.unlink()
            raise InputError(str(error).replace(f"the photo {kept}", "the photo")) from None
        return kept

    def sweep(self, used: Collection[str]) -> None:
        """Only those are kept whose sha256 is ``used``, or begins as one of these does."""
        known = {one[:NAME] for one in used}
        for path in list(self.folder.iterdir()) if self.folder.is_dir() else ():
            if path.name not in known:
                path.unlink(missing_ok=True)

    def find(self, sha256: str) -> Path | None:
        """The photo that was painted, if it is here."""
        path = self.folder / sha256[:NAME]
        return path if path.is_file() else None


def _check_pixels(content: bytes) -> None:
    """Raise InputError for a picture of too many pixels, before it is unpacked."""
    try:
        with Image.open(BytesIO(content), formats=[name for name in FORMATS if name in Image.OPEN]) as image:
            width, height = image.size
    except Image.DecompressionBombError:
        raise InputError(f"the photo has too many pixels: at most {MOST // 1_000_000} megapixels are taken") from None
    except Exception:  # whatever it is, who reads it says it better
        return
    if width * height > MOST:
        raise InputError(_too_many(width, height))


def _too_many(width: int, height: int) -> str:
    return f"the photo is {width:,}x{height:,} px: at most {MOST // 1_000_000} megapixels are taken"


def cropped(path: Path, box: Box) -> bytes:
    """A part of a photo, as PNG. Raises InputError for a box with nothing in it."""
    photo = read_photo(path).whole()
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in box)
    nothing = InputError("there is nothing in that part of the photo: draw a larger frame")
    if not all(map(math.isfinite, box)):
        raise nothing
    width, height = photo.image.size
    edges = (round(left * width), round(top * height), round(right * width), round(bottom * height))
    if edges[2] <= edges[0] or edges[3] <= edges[1]:
        raise nothing
    content = BytesIO()
    photo.image.crop(edges).save(content, "PNG", compress_level=1)
    return content.getvalue()


def faces_in(photo: Photo) -> list[Box]:
    """Boxes of the faces that will get the small strokes."""
    width, height = photo.canvas(LOOKED_AT)
    boxes = [face.box for face in find_faces(photo.at(width, height))]
    return [(left / width, top / height, right / width, bottom / height) for left, top, right, bottom in boxes]


def wished(photo: Photo, wishes: Image.Image) -> Image.Image:
    """A mask of where people look in a photo, and of what a visitor painted over it, ``(more, less)`` as red and blue
    of ``wishes``: white where it is to matter more, dark where less. Where more is wanted somewhere, people look there:
    all else counts less.
    """
    width, height = photo.canvas(LOOKED_AT)
    seen = (attention(photo.at(width, height)) * 255).round().to(torch.uint8).numpy()
    more, _, less = wishes.convert("RGB").resize((width, height), Image.Resampling.BOX).split()
    if more.getbbox():
        seen = (seen * ELSE).round().astype("uint8")
    mask = Image.composite(Image.new("L", (width, height), GROUND), Image.fromarray(seen), less)
    return ImageChops.lighter(mask, more)


def save_mask(mask: Image.Image, path: Path) -> None:
    """Write it where a painting reads it."""
    with written_aside(path) as aside:
        write_picture(mask, aside, format="PNG")
