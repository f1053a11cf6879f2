"""Pictures in, and colour.

``photo.py`` opens what a person gives and refuses what is no picture (``jpeg.py`` and ``tiff.py`` know what is peculiar
to these), ``decode.py`` makes upright RGB of its pixels, and ``encode.py`` writes plain pictures; ``hex.py`` and
``color.py`` are colours as text and as tensors, ``palette.py`` a few of them to paint with, ``palette_file.py`` reads
them, and ``color_transfer.py`` brings one picture's to another's.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .encode import save_picture
    from .palette import Palette, read_palette
    from .photo import Photo, PhotoLike, read_photo

__all__ = ["Palette", "Photo", "PhotoLike", "read_palette", "read_photo", "save_picture"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "Palette": ".palette",
        "Photo": ".photo",
        "PhotoLike": ".photo",
        "read_palette": ".palette",
        "read_photo": ".photo",
        "save_picture": ".encode",
    },
)
