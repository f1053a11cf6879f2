"""A painting is a value: an ordered list of placed strokes on a canvas, and what it was made with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ..brush.library import as_brushes, find_brush
from ..brush.neural import NeuralBrush, check_brushes
from ..brush.own import OwnModule
from ..errors import AllaprimaWarning, InputError
from ..files import as_path, check_output
from ..history import History
from ..live import encoded
from ..options import OWN
from ..rendering.begin import begin_drawing
from ..rendering.drawing import Drawing
from ..rendering.rendering import AUTO, Rendering, RenderingOptions
from ..strokes import Strokes
from . import changes, file
from .own_strokes import record_of
from .record import BrushRef, PaintingRecord

if TYPE_CHECKING:
    from typing_extensions import Unpack

PREVIEW = 640  # px of the long side


class Painting(PaintingRecord):
    """Strokes on a canvas: a value that is drawn at any size, saved and loaded, and made other paintings of. What it
    holds: :class:`~allaprima.painting.record.PaintingRecord`.
    """

    def __repr__(self) -> str:
        return f"Painting: {self.made_of} on {self.width}x{self.height} px"

    def _repr_png_(self) -> bytes | None:
        try:
            return encoded(self.preview())
        except InputError:  # as a brush is not here
            return None

    def preview(self) -> Image.Image:
        """A small picture of it, as whoever draws it would draw it. Raises InputError for a brush that is not here."""
        return Image.fromarray(self.render(min(PREVIEW, self.size)))

    @property
    def history(self) -> History:
        """What was measured at each step, while it was painted in this process. Raises InputError for a painting that
        was not.
        """
        if self.at_hand.history is None:
            raise InputError("this painting has no history: it was not painted here, and its file keeps none")
        return self.at_hand.history

    def __getitem__(self, part: slice) -> Painting:
        """Some of the strokes: ``painting[:200]`` are the lowest 200, as if it had been stopped there."""
        if not isinstance(part, slice) or (part.step or 1) < 0:
            raise InputError(f"a painting has no part {part!r}: give a range that rises, such as painting[:200]")
        return self.change(self.strokes[part])

    def __add__(self, other: Painting) -> Painting:
        """Another painting's strokes over this one's. Raises InputError for canvases of two sizes."""
        return changes.added(self, other)

    def recolored(self, palette: str | Path) -> Painting:
        """Each stroke in the colour of a palette (a list of ``#rrggbb``, a file of them or a GIMP ``.gpl``, or how many
        to find among the strokes' colours) that looks most like its own. The ground stays. Raises InputError for a bad
        palette.
        """
        return changes.recolored(self, str(palette))

    def cropped(self, box: tuple[int, int, int, int]) -> Painting:
        """The part in a ``box`` of canvas pixels: left, top, right, bottom. Raises InputError for one that is empty or
        not on the canvas.
        """
        return changes.cropped(self, box)

    def scaled(self, factor: float) -> Painting:
        """The same on a canvas so many times as large. Raises InputError for one that is too small or too large."""
        return changes.scaled(self, factor)

    def render(
        self,
        rendering: Rendering | int | None = None,
        *,
        on_progress: Callable[[float], None] | None = None,
        **options: Unpack[RenderingOptions],
    ) -> NDArray[np.uint8]:
        """The picture, ``(H, W, 3)`` uint8, as a ``rendering`` says, or its ``options`` by name:
        ``painting.render(size=2048, engine="real")``; a number alone is its size. ``on_progress`` sees the share
        done, 0 to 1. Raises InputError for a bad size or engine and for brushes that are missing.
        """
        drawing = self.drawing(Rendering.of(rendering, **options))
        drawing.draw(0, len(self), on_progress)
        return drawing.picture()

    def drawing(self, rendering: Rendering | None = None, layered: bool = False) -> Drawing:
        """What :meth:`render` draws, before the first stroke; ``layered``, if layers are to be taken from it."""
        rendering = rendering or Rendering()
        if rendering.texture is None:
            rendering = rendering.change(texture=self.settings.texture)
        if rendering.engine == AUTO and self.settings.engine == OWN:
            if self.at_hand.program is None:
                raise InputError(
                    "the painting is drawn by a program of somebody's own: give it in Python, as engine=my_program, or "
                    "draw with the neural brush, by --engine neural"
                )
            rendering = rendering.change(engine=self.at_hand.program)
        return begin_drawing(self.composition, self.find_brushes(rendering.brushes), rendering, layered)

    def find_brushes(self, brushes: Sequence[NeuralBrush] | None = None) -> Sequence[NeuralBrush]:
        """The brushes that painted, or those given in their place, one for each. Other weights than those recorded are
        a warning that names both. Raises InputError if one is missing, or there are more or fewer.
        """
        if brushes is None:
            own = {BrushRef.of(brush): brush for brush in self.at_hand.brushes}
            brushes = [own.get(ref) or find_brush(ref.name) for ref in self.brushes]
        check_brushes(brushes)
        if len(brushes) != len(self.brushes):
            there = ", ".join(ref.name for ref in self.brushes)
            raise InputError(f"the painting is by {there}, and {len(brushes)} brushes are given: give one for each")
        for brush, ref in zip(brushes, self.brushes, strict=True):
            if ref.weights != f"sha256:{brush.sha256}":
                warnings.warn(
                    f"painted with other weights ({ref.name} {ref.weights[:19]}) than those that draw "
                    f"({brush.name} sha256:{brush.sha256[:12]}): the picture will differ",
                    AllaprimaWarning,
                    stacklevel=3,
                )
        return brushes

    def save(self, path: str | Path) -> None:
        """Write the painting file; see :mod:`allaprima.painting.file`. Raises InputError for a name that is not one of
        a painting, and a folder that is not there.
        """
        path = as_path(path, "the painting")
        check_output(path)
        file.save(self, path)

    @classmethod
    def load(cls, path: str | Path) -> Painting:
        """Read a painting file. Raises InputError, saying what is wrong and where."""
        return cls.from_record(file.load(as_path(path, "the painting")))

    @classmethod
    def from_record(cls, record: PaintingRecord) -> Painting:
        """The painting that a record holds."""
        return cls(**vars(record))

    @classmethod
    def of(
        cls,
        strokes: Strokes | Tensor | NDArray[np.floating[Any]],
        width: int,
        height: int,
        brush: str | Path | OwnModule | Sequence[str | Path | OwnModule] = "flat",
        background: str = "white",
    ) -> Painting:
        """A painting of your own strokes, bottom first, on ``width x height`` px of one color: drawn, changed, saved
        and written as any other. It has no photo, so that nothing can be added to it but another painting.

        ``strokes`` are placed on that canvas (``strokes.placed(x, y, side)``); those that are not, or an ``(N, 12)``
        tensor or array, share one window, as large as the canvas' long side, in its middle. ``brush`` is the name or
        the path of one, a :class:`NeuralBrush`, or a module or a function to make one of; or a list of those, of which
        each stroke tells its own by number. Raises InputError for numbers out of range, and for a brush or a color that
        is none.
        """
        return cls.from_record(record_of(strokes, width, height, as_brushes(brush), background))
