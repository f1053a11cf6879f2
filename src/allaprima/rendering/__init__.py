"""Strokes to pictures, at any size: by neural brushes, or by the painting programs that they imitate.

``rendering.py`` says how a picture is wanted, ``background.py`` what lies under the strokes; ``compositing.py`` lays
strokes over one another, and ``drawing.py`` draws a whole painting, stop by stop.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .background import Background
    from .begin import begin_drawing
    from .compositing import composite
    from .drawing import Composition, Drawing
    from .light import Light
    from .rendering import Rendering

__all__ = ["Background", "Composition", "Drawing", "Light", "Rendering", "begin_drawing", "composite"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "Background": ".background",
        "Composition": ".drawing",
        "Drawing": ".drawing",
        "Light": ".light",
        "Rendering": ".rendering",
        "begin_drawing": ".begin",
        "composite": ".compositing",
    },
)
