"""What is peculiar to TIFF: many pictures in a file, numbers of many kinds, and the raw data of cameras."""

from __future__ import annotations

import io

from PIL import Image, TiffImagePlugin

from ..errors import InputError

REDUCED, BITS, PLANES, INSIDE, KIND = 254, 258, 284, 330, 339  # tags; inside: other pictures of the same
ROWS, ACROSS, DOWN = 278, 322, 323  # tags: a strip's rows; a tile's sides
SEPARATE, SIGNED, FLOAT = 2, 2, 3  # planes; kinds of numbers
MOST = 1000  # pictures that are looked at
LARGEST_BLOCK = 256_000_000  # bytes of a strip or tile, which is decoded whole, beside the picture
DENSEST = 100  # bytes of such a one in each of the file: no photo has as many


def choose_picture(image: Image.Image, name: str) -> None:
    """Go to the first of a TIFF's pictures that has no less than half of the largest's pixels: not to a thumbnail.
    Raises InputError for one that has nothing else to be read, as a camera's raw data.
    """
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return
    pixels = []
    try:
        for index in range(MOST):  # how many there are takes long to tell
            image.seek(index)
            pixels.append(image.width * image.height)
    except Exception:  # EOFError after the last; whatever a damaged one raises, those before it may be whole
        pixels = pixels or [0]
    image.seek(next(index for index, count in enumerate(pixels) if 2 * count >= max(pixels)))
    if image.tag_v2.get(REDUCED, 0) & 1 and INSIDE in image.tag_v2:
        raise InputError(
            f"{name} is a camera's raw data, of which only a thumbnail of {image.width}x{image.height} px can be read: "
            "develop it, and give a TIFF or a JPEG"
        )


def check_blocks(image: Image.Image, length: int, name: str) -> None:
    """Raise InputError for a small file, of ``length`` bytes, whose strips or tiles would take gigabytes."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return
    tags = image.tag_v2
    rows = min(int(tags.get(ROWS, image.height)), image.height)
    block = int(tags.get(ACROSS, image.width)) * int(tags.get(DOWN, rows)) * sum(tags.get(BITS, (1,))) // 8
    if block > max(LARGEST_BLOCK, DENSEST * length):
        raise InputError(
            f"{name} is a TIFF with {block / 1e6:,.0f} MB in one strip or tile, and has {length:,} bytes: save it with "
            f"strips of at most {LARGEST_BLOCK / 1e6:,.0f} MB, or as PNG"
        )


def check_numbers(content: bytes, name: str) -> None:
    """Raise InputError, saying its kind, for a TIFF that is no picture to Pillow."""
    if content[:4] not in TiffImagePlugin.PREFIXES:
        return
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(content[:8])
        stream = io.BytesIO(content)
        stream.seek(tags.next)
        tags.load(stream)
        bits, kinds = tags[BITS], tags.get(KIND, ())
    except Exception:  # whatever a damaged one raises
        return
    what = "floating point numbers" if FLOAT in kinds else f"{' + '.join(map(str, bits[:5]))} bits of an unusual kind"
    what = f"whose colours are {what}" if len(bits) > 1 else f"of {what}"
    raise InputError(f"{name} is a TIFF {what}: save it with 8 or 16 bits")


def mend_planes(image: Image.Image) -> None:
    """Colours of 16 bits that lie one after another, uncompressed: Pillow 13 takes them for 8 bits."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile) or image.tag_v2.get(PLANES) != SEPARATE:
        return
    if image.tag_v2.get(BITS, ())[:1] == (16,) and image.mode in ("RGB", "RGBA", "CMYK"):
        order = ";16L" if image.tag_v2.prefix == b"II" else ";16B"
        image.tile = [
            tile._replace(args=(tile.args[0] + order, *tile.args[1:]))
            if tile.codec_name == "raw" and isinstance(tile.args, tuple) and len(tile.args[0]) == 1
            else tile
            for tile in image.tile
        ]
