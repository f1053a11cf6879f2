"""Colours as text, ``#rrggbb``. Free of torch, for quick help; as tensors they stand in ``color.py``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import InputError

HEX = re.compile("#[0-9a-fA-F]{6}")
SHORT = re.compile("#[0-9a-fA-F]{3}")

RGB = tuple[int, int, int]  # 0 to 255 each


def is_hex(text: str) -> bool:
    """Whether a text is a colour, ``#rrggbb`` in either case."""
    return HEX.fullmatch(text) is not None


def named(text: str) -> str:
    """``#rrggbb`` of a colour as CSS has it, its name or ``#rgb``, in either case; any other text as it is."""
    from PIL import ImageColor  # which help does without

    if text.lower() in ImageColor.colormap:
        return rgb_to_hex(ImageColor.getrgb(text)[:3])
    if SHORT.fullmatch(text):
        return "#" + "".join(2 * digit for digit in text[1:])
    return text


def hex_to_rgb(text: str, what: str) -> RGB:
    """Red, green and blue of ``#rrggbb``. Raises InputError for anything else, naming ``what`` it is of."""
    if not is_hex(text):
        raise InputError(f"{what} is {text[:20]!r}: a colour must look like #b7a994")
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def rgb_to_hex(rgb: Sequence[int]) -> str:
    """``#rrggbb`` of red, green and blue, 0 to 255."""
    return "#" + bytes(rgb).hex()
