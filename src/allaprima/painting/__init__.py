"""The painting as a value: its strokes, what it was made with, and its file.

``settings.py`` holds what a person chooses, ``pictures.py`` how the pictures among it are named, ``compute.py`` where
it is computed; ``record.py`` is what a painting holds, ``companions.py`` what it remembers beside that, ``file.py`` its
text, ``changes.py`` paintings made from paintings, ``own_strokes.py`` one of somebody's own strokes, and
``painting.py`` all of it together.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .compute import Compute
    from .painting import Painting
    from .record import BrushRef, PaintingRecord, PhotoRef
    from .settings import Settings

__all__ = ["BrushRef", "Compute", "Painting", "PaintingRecord", "PhotoRef", "Settings"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "BrushRef": ".record",
        "Compute": ".compute",
        "Painting": ".painting",
        "PaintingRecord": ".record",
        "PhotoRef": ".record",
        "Settings": ".settings",
    },
)
