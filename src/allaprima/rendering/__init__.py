"""Strokes to pictures, at any size: by neural brushes, or by the painting programs that they imitate.

``rendering.py`` says how a picture is wanted, ``background.py`` what lies under the strokes; ``compositing.py`` lays
strokes over one another, and ``drawing.py`` draws a whole painting, stop by stop.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .background import Background
    from .compositing import composite
    from .drawing import Composition, Drawing, begin_drawing
    from .rendering import Rendering

__all__ = ["Background", "Composition", "Drawing", "Rendering", "begin_drawing", "composite"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "Background": ".background",
        "Composition": ".drawing",
        "Drawing": ".drawing",
        "Rendering": ".rendering",
        "begin_drawing": ".drawing",
        "composite": ".compositing",
    },
)
