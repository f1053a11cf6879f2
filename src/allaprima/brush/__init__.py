"""What draws a stroke.

A neural brush (``neural``, its weights in files by ``library``) has a ``generator`` inside, one of ``generators``:
``splat``, the default, with its ``texture``, or ``dcgan``, the reference's; or any module of one's ``own``. Real ones
belong to two ``programs``: ``mypaint``, by its engine ``libmypaint``, and our own oil paint, ``bristle``, whose
brushes a ``bristle_shape`` describes. Two brushes stand in for others: ``opaque`` paint covers or does not, and
``straight_through`` is the real brush's paint with the neural one's gradient. ``opacity`` says what all of them are
asked for, and may give.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .bristle import BristleBrush
    from .bristle_shape import BristleShape
    from .generator import Generator
    from .generators import GENERATORS, make_generator
    from .library import brushes, load_brush, save_brush
    from .mypaint import MyPaintBrush
    from .neural import Card, NeuralBrush
    from .opaque import OpaqueBrush
    from .straight_through import StraightThrough

__getattr__, __dir__ = lazy(
    __name__,
    {
        "GENERATORS": ".generators",
        "BristleBrush": ".bristle",
        "BristleShape": ".bristle_shape",
        "Card": ".neural",
        "Generator": ".generator",
        "MyPaintBrush": ".mypaint",
        "NeuralBrush": ".neural",
        "OpaqueBrush": ".opaque",
        "StraightThrough": ".straight_through",
        "brushes": ".library",
        "load_brush": ".library",
        "make_generator": ".generators",
        "save_brush": ".library",
    },
)

__all__ = [
    "GENERATORS",
    "BristleBrush",
    "BristleShape",
    "Card",
    "Generator",
    "MyPaintBrush",
    "NeuralBrush",
    "OpaqueBrush",
    "StraightThrough",
    "brushes",
    "load_brush",
    "make_generator",
    "save_brush",
]
