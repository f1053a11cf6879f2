"""allaprima teaches a machine to paint with brushstrokes.

A painting is a list of strokes. A stroke is 12 named numbers on a square window, and a place for that window on the
canvas. The real brush is MyPaint's; it cannot be differentiated, so a neural brush learns to imitate it. With the
neural brush frozen, the strokes themselves are optimised until the canvas looks like a photo, and since they mean the
same to both brushes, the finished painting can be drawn again by the real MyPaint at any size.

>>> import allaprima
>>> painting = allaprima.paint("cat.jpg", strokes=500)        # doctest: +SKIP
>>> allaprima.write(painting, "cat.png", size=2048)           # doctest: +SKIP
>>> painting.save("cat.painting.json")                        # doctest: +SKIP

Read on: ``strokes`` (what a stroke is), ``image`` (pictures in, and colour), ``kernels`` (compiled code), ``brush``
(what draws a stroke), ``perception`` (how pictures are compared), ``learning`` (how a neural brush learns),
``rendering`` (strokes to pictures), ``painting`` (the painting as a value), ``painters`` (how strokes are found),
``export`` (what leaves the easel), ``film`` (strokes that live on from frame to frame), ``app`` (what people touch).
docs/house.md says where to add what.
"""

from typing import TYPE_CHECKING

from .errors import AllaprimaError, AllaprimaWarning, InputError, MachineError
from .lazy import lazy
from .spinning import sleep
from .version import VERSION as __version__

if TYPE_CHECKING:
    from . import brush, export, film, image, learning, painters, painting, perception, rendering  # noqa: F401
    from .brush.bristle import BristleBrush
    from .brush.library import brushes, load_brush
    from .brush.mypaint import MyPaintBrush
    from .brush.neural import NeuralBrush
    from .brush.programs import PaintingProgram
    from .export.export import Export
    from .export.write import write
    from .film.frames import paint_frames
    from .history import History
    from .learning.apprentice import Apprentice
    from .learning.dataset import StrokeData
    from .learning.generate import draw_strokes
    from .painters.paint import optimise, paint
    from .painters.step import Step
    from .painting.compute import Compute
    from .painting.painting import Painting
    from .painting.settings import Settings
    from .perception.term import LossTerm
    from .rendering.compositing import composite
    from .rendering.rendering import Rendering
    from .strokes import PlacedStrokes, Strokes

sleep()

__all__ = [
    "AllaprimaError",
    "AllaprimaWarning",
    "Apprentice",
    "BristleBrush",
    "Compute",
    "Export",
    "History",
    "InputError",
    "LossTerm",
    "MachineError",
    "MyPaintBrush",
    "NeuralBrush",
    "Painting",
    "PaintingProgram",
    "PlacedStrokes",
    "Rendering",
    "Settings",
    "Step",
    "StrokeData",
    "Strokes",
    "__version__",
    "brushes",
    "composite",
    "draw_strokes",
    "load_brush",
    "optimise",
    "paint",
    "paint_frames",
    "write",
]

__getattr__, _ = lazy(  # PEP 562: torch is imported when something needs it
    __name__,
    {
        "Apprentice": ".learning.apprentice",
        "Compute": ".painting.compute",
        "Export": ".export.export",
        "History": ".history",
        "BristleBrush": ".brush.bristle",
        "LossTerm": ".perception.term",
        "MyPaintBrush": ".brush.mypaint",
        "NeuralBrush": ".brush.neural",
        "Painting": ".painting.painting",
        "PaintingProgram": ".brush.programs",
        "PlacedStrokes": ".strokes",
        "Rendering": ".rendering.rendering",
        "Settings": ".painting.settings",
        "Step": ".painters.step",
        "StrokeData": ".learning.dataset",
        "Strokes": ".strokes",
        "draw_strokes": ".learning.generate",
        "brushes": ".brush.library",
        "composite": ".rendering.compositing",
        "load_brush": ".brush.library",
        "optimise": ".painters.paint",
        "paint": ".painters.paint",
        "paint_frames": ".film.frames",
        "write": ".export.write",
    },
    rooms=("brush", "export", "film", "image", "learning", "painters", "painting", "perception", "rendering"),
)


def __dir__() -> list[str]:
    return __all__
