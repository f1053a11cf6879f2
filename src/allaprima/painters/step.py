"""What is reported of each step of a painting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..painting.painting import Painting


@dataclass(frozen=True)
class Step:
    """One step of the optimisation. Consumers never change the result. A step is a record of numbers; its painting
    and canvas are what is there when they are asked for, so ask before the next step.

    ``index`` of ``total`` steps; ``level`` under way (the number of levels during the joint refinement);
    ``strokes`` on the canvas so far; ``loss`` and its named ``parts``; ``psnr`` in dB on a canvas with ``size`` px on
    its long side, as this step saw it. Steps that see a part of the canvas only tell the loss there, and the dB of all
    of it as it was before them, the last one as it is then. ``share`` of the whole work done, 0 to 1; ``refining``,
    whether all levels are refined together by now.
    """

    index: int
    total: int
    level: int
    strokes: int
    loss: float
    parts: dict[str, float]
    psnr: float
    size: int
    share: float
    refining: bool
    _painting: Callable[[], Painting] = field(repr=False, compare=False)
    _picture: Callable[[Painting, int | None, bool], NDArray[np.uint8]] = field(repr=False, compare=False)

    def painting(self) -> Painting:
        """The painting as it is now: valid, with the strokes there are. Until the last step it holds what is needed to
        go on: ``paint(photo, resume=...)``.
        """
        return self._painting()

    def canvas(self, size: int | None = None, quick: bool = False) -> NDArray[np.uint8]:
        """That painting's picture, ``(H, W, 3)`` uint8, by the very brushes that paint it; ``quick`` as a
        :class:`~allaprima.Rendering` may be.
        """
        return self._picture(self._painting(), size, quick)
