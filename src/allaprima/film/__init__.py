"""Films: strokes that live on from frame to frame.

``follower.py`` paints one frame after another, and is the heart: ``motion.py`` says how the picture moves,
``moving.py`` takes the strokes along, ``renewal.py`` lets those that have lost what they showed begin anew where
something has come, and ``repainting.py`` paints anew what looks otherwise now. ``boil.py`` lets a still picture live a
little. ``frames.py`` is the door: from frames to paintings.

From a file to a file: ``footage.py`` reads a film's frames, and ``scenes.py`` finds its cuts; ``filming.py`` is what a
person chooses, ``order.py`` what is to be done; ``scene.py`` paints a scene into ``parts.py``, films of some frames
each, and goes on with what a stop has left; ``reel.py`` joins them, with the sound.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .frames import paint_frames

__all__ = ["paint_frames"]

__getattr__, __dir__ = lazy(__name__, {"paint_frames": ".frames"})
