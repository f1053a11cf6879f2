"""allaprima teaches a machine to paint with brushstrokes.

A painting is a list of strokes. A stroke is 12 named numbers on a square window, and a place for that window on the
canvas. The real brush is MyPaint's; it cannot be differentiated, so a neural brush learns to imitate it. With the
neural brush frozen, the strokes themselves are optimised until the canvas looks like a photo, and since they mean the
same to both brushes, the finished painting can be drawn again by the real MyPaint at any size.

>>> import allaprima
>>> painting = allaprima.paint("cat.jpg", strokes=500)        # doctest: +SKIP
>>> allaprima.write(painting, "cat.png", size=2048)           # doctest: +SKIP
>>> painting.save("cat.painting.json")                        # doctest: +SKIP

Read on: ``brush`` (what makes a stroke), ``learning`` (how a neural brush learns), ``painting`` (how a picture is
painted), ``export`` (what leaves the easel), ``app`` (what people touch).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import AllaprimaError, InputError
from .version import VERSION as __version__

if TYPE_CHECKING:
    from .brush.library import brushes, load_brush
    from .brush.mypaint import MyPaintBrush
    from .export.write import write
    from .painters.paint import optimise, paint
    from .painters.step import Step
    from .painting.painting import Painting
    from .painting.settings import Settings
    from .strokes import PlacedStrokes, Strokes

_LAZY = {
    "MyPaintBrush": ".brush.mypaint",
    "Painting": ".painting.painting",
    "PlacedStrokes": ".strokes",
    "Settings": ".painting.settings",
    "Step": ".painters.step",
    "Strokes": ".strokes",
    "brushes": ".brush.library",
    "load_brush": ".brush.library",
    "optimise": ".painters.paint",
    "paint": ".painters.paint",
    "write": ".export.write",
}

__all__ = [
    "AllaprimaError",
    "InputError",
    "MyPaintBrush",
    "Painting",
    "PlacedStrokes",
    "Settings",
    "Step",
    "Strokes",
    "__version__",
    "brushes",
    "load_brush",
    "optimise",
    "paint",
    "write",
]


def __getattr__(name: str) -> Any:  # PEP 562: torch is imported when something needs it
    if name in _LAZY:
        return getattr(import_module(_LAZY[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
