"""A painting is a value: an ordered list of placed strokes on a canvas, and what it was made with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ..brush.library import NeuralBrush, find_brush
from ..errors import AllaprimaWarning, InputError
from ..image.photo import fit
from ..rendering.drawing import Drawing, NeuralDrawing, OpaqueDrawing, RealDrawing
from ..strokes import PlacedStrokes
from . import changes as ops
from .settings import Settings

DIGITS = 6
LARGEST = 32_768  # px of a rendering's long side


@dataclass(frozen=True)
class PhotoRef:
    """The photo that was painted: the file's sha256, and its size in pixels."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class BrushRef:
    """A brush of a painting: its name, the weights that painted, and the MyPaint brush that they imitate."""

    name: str
    weights: str
    mypaint: str
    myb: str

    @classmethod
    def of(cls, brush: NeuralBrush) -> BrushRef:
        return cls(brush.name, f"sha256:{brush.sha256}", brush.card.mypaint, f"sha256:{brush.card.myb_sha256}")


@dataclass(frozen=True, eq=False)
class Painting:
    """Strokes on a canvas of ``width x height`` px over a ``background`` color, ``#rrggbb``, or the picture ``ground``
    ``(H, W, 3)`` of any size; bottom stroke first. ``unfinished``: what is needed to go on with one under way.

    All numbers of the strokes are rounded to 6 decimals, so that the file is the painting, exactly. Two paintings
    are equal if their files are.
    """

    strokes: PlacedStrokes
    width: int
    height: int
    background: str
    settings: Settings
    threads: int
    photo: PhotoRef
    brushes: tuple[BrushRef, ...]
    library: str
    ground: NDArray[np.uint8] | None = None
    unfinished: bytes | None = None

    def __post_init__(self) -> None:
        exact = self.strokes.detach().to("cpu").to(torch.float64)
        rounded = exact.map(lambda value: value.round(decimals=DIGITS) if value.is_floating_point() else value)
        object.__setattr__(self, "strokes", rounded)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Painting):
            return NotImplemented
        plain = [one.name for one in fields(self) if one.name not in ("strokes", "ground")]
        same = all(getattr(self, name) == getattr(other, name) for name in plain)
        mine, theirs = self.strokes, other.strokes
        return (
            same
            and all(_equal(getattr(mine, f.name), getattr(theirs, f.name)) for f in fields(PlacedStrokes))
            and (self.ground is other.ground or np.array_equal(self.ground, other.ground))  # type: ignore[arg-type]
        )

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.strokes)

    @property
    def size(self) -> int:
        """Long side of the canvas in pixels."""
        return max(self.width, self.height)

    def paper(self, width: int, height: int) -> Tensor:
        """What was painted on, ``(3, height, width)`` in [0,1]."""
        return paper_of(self.background, self.ground, width, height)

    def __getitem__(self, part: slice) -> Painting:
        """Some of the strokes: ``painting[:200]`` are the lowest 200, as if it had been stopped there."""
        if not isinstance(part, slice) or (part.step or 1) < 0:
            raise InputError(f"a painting has no part {part!r}: give a range that rises, such as painting[:200]")
        return self.change(self.strokes[part])

    def __add__(self, other: Painting) -> Painting:
        """Another painting's strokes over this one's. Raises InputError for canvases of two sizes."""
        return ops.added(self, other)

    def recolored(self, palette: str | Path) -> Painting:
        """Each stroke in the colour of a palette (a list of ``#rrggbb``, a file of them or a GIMP ``.gpl``, or how many
        to find among the strokes' colours) that looks most like its own. The ground stays. Raises InputError for a bad
        palette.
        """
        return ops.recolored(self, str(palette))

    def cropped(self, box: tuple[int, int, int, int]) -> Painting:
        """The part in a ``box`` of canvas pixels: left, top, right, bottom. Raises InputError for one that is empty or
        not on the canvas.
        """
        return ops.cropped(self, box)

    def scaled(self, factor: float) -> Painting:
        """The same on a canvas so many times as large. Raises InputError for one that is too small or too large."""
        return ops.scaled(self, factor)

    def change(self, strokes: PlacedStrokes, **values: Any) -> Painting:
        """With other strokes, and what goes with them; nothing is left unfinished."""
        settings = self.settings.change(strokes=max(1, len(strokes)))
        return replace(self, strokes=strokes, **{"settings": settings, "unfinished": None, **values})

    def render(
        self,
        size: int | None = None,
        engine: str = "neural",
        *,
        texture: bool = False,
        brushes: Sequence[NeuralBrush] | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> NDArray[np.uint8]:
        """The picture, ``(H, W, 3)`` uint8, with ``size`` px on its long side (the canvas' size where none is given).

        ``engine`` "neural" draws with the brushes that painted, and with ``texture`` each stroke as its own sample and
        not as the mean of all; "mypaint" draws with the real ones, which always have texture. ``brushes`` replaces
        those that ship with the package; ``on_progress`` sees the share done, 0 to 1. Raises InputError for a bad size
        or engine and for brushes that are missing.
        """
        drawing = self.drawing(size, engine, texture=texture, brushes=brushes)
        drawing.draw(0, len(self), on_progress)
        return drawing.picture()

    def drawing(
        self,
        size: int | None = None,
        engine: str = "neural",
        *,
        texture: bool = False,
        brushes: Sequence[NeuralBrush] | None = None,
        layered: bool = False,
    ) -> Drawing:
        """What :meth:`render` draws, before the first stroke; ``layered``, if layers are to be taken from it."""
        size = self.size if size is None else size
        check_size(size)
        check_engine(engine)
        width, height = fit(self.width, self.height, size)
        neural = self.find_brushes(brushes)
        if engine == "mypaint":
            kind = OpaqueDrawing if self.settings.opaque else RealDrawing
            return kind(self, neural, width, height, layered)
        return NeuralDrawing(self, [brush.textured for brush in neural] if texture else neural, width, height, layered)

    def find_brushes(self, brushes: Sequence[NeuralBrush] | None = None) -> Sequence[NeuralBrush]:
        """The brushes that painted, or those given in their place, one for each. Other weights than those recorded are
        a warning that names both. Raises InputError if one is missing.
        """
        if brushes is None:
            brushes = [find_brush(ref.name) for ref in self.brushes]
        if len(brushes) < len(self.brushes):
            raise InputError(
                f"the painting has {len(self.brushes)} brushes and {len(brushes)} are given: give them all"
            )
        for brush, ref in zip(brushes, self.brushes, strict=False):
            if ref.weights != f"sha256:{brush.sha256}":
                warnings.warn(
                    f"painted with other weights ({ref.name} {ref.weights[:19]}) than those that draw "
                    f"({brush.name} sha256:{brush.sha256[:12]}): the picture will differ",
                    AllaprimaWarning,
                    stacklevel=3,
                )
        return brushes

    def save(self, path: str | Path) -> None:
        """Write the painting file; see :mod:`allaprima.painting.storage`."""
        from .file import save

        save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Painting:
        """Read a painting file. Raises InputError, saying what is wrong and where."""
        from .file import load

        return load(Path(path))


def paper_of(background: str, ground: NDArray[np.uint8] | None, width: int, height: int) -> Tensor:
    """``(3, height, width)`` in [0,1] of one color ``#rrggbb``, or of a picture ``(H, W, 3)``, brought to that size."""
    if ground is None:
        color = torch.tensor(list(bytes.fromhex(background[1:]))) / 255
        return color[:, None, None].expand(3, height, width)
    resampling = Image.Resampling.BOX if width <= ground.shape[1] else Image.Resampling.BICUBIC
    picture = Image.fromarray(ground).resize((width, height), resampling)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


def check_size(size: int | None) -> None:
    """Raise InputError unless a picture can have this long side; None is the canvas' own."""
    if size is not None and (not isinstance(size, SupportsIndex) or not 1 <= int(size) <= LARGEST):
        raise InputError(f"the picture's size is {size}: choose 1 to {LARGEST:,} px")


def check_engine(engine: str) -> None:
    """Raise InputError unless there is this engine."""
    known = Settings.about("engine").metadata["among"]
    if engine not in known:
        raise InputError(f"engine is {engine!r}: choose from {', '.join(known)}")


def _equal(one: torch.Tensor | None, other: torch.Tensor | None) -> bool:
    return (one is None and other is None) or (one is not None and other is not None and torch.equal(one, other))
