"""How strokes are found: optimised, one photo at a time, until the canvas looks like it.

``paint.py`` is the door, where ``own_parts.py`` takes the objects that are given in place of names. ``inputs.py``
reads what a painting needs (``resume.py`` what one that is there had), and ``optimizer.py`` does the work:
``levels.py`` says how many strokes of which size, ``placement.py`` where they begin, ``parameters.py`` what moves,
within ``bounds.py`` and ``constraints.py``; ``schedule.py`` says for how long, and ``losses.py`` what is wrong with
the canvas. ``step.py`` reports, ``observers.py`` look on, ``checkpoint.py`` keeps where to go on, and ``assembly.py``
makes the painting.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .observers import Autosave, Preview, Progress
    from .paint import PaintOptions
    from .step import Step

__all__ = ["Autosave", "PaintOptions", "Preview", "Progress", "Step"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "Autosave": ".observers",
        "PaintOptions": ".paint",
        "Preview": ".observers",
        "Progress": ".observers",
        "Step": ".step",
    },
)
