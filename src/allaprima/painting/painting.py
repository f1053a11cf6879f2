"""A painting is a value: an ordered list of placed strokes on a canvas, and what it was made with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import SupportsIndex

import numpy as np
import torch
from numpy.typing import NDArray

from ..brush.shipped import NeuralBrush, find_brush
from ..brush.strokes import Strokes
from ..errors import AllaprimaWarning, InputError
from .canvas import composite
from .photo import fit
from .replay import draw
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
    """Strokes on a canvas of ``width x height`` px over a ``background`` color, ``#rrggbb``; bottom stroke first.

    All numbers of the strokes are rounded to 6 decimals, so that the file is the painting, exactly. Two paintings
    are equal if their files are.
    """

    strokes: Strokes
    width: int
    height: int
    background: str
    settings: Settings
    threads: int
    photo: PhotoRef
    brushes: tuple[BrushRef, ...]
    library: str

    def __post_init__(self) -> None:
        exact = self.strokes.detach().to("cpu").to(torch.float64)
        rounded = exact.map(lambda value: value.round(decimals=DIGITS) if value.is_floating_point() else value)
        object.__setattr__(self, "strokes", rounded)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Painting):
            return NotImplemented
        same = all(getattr(self, one.name) == getattr(other, one.name) for one in fields(self) if one.name != "strokes")
        mine, theirs = self.strokes, other.strokes
        return same and all(_equal(getattr(mine, f.name), getattr(theirs, f.name)) for f in fields(Strokes))

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.strokes)

    @property
    def size(self) -> int:
        """Long side of the canvas in pixels."""
        return max(self.width, self.height)

    @property
    def paper(self) -> tuple[float, float, float]:
        """The background in [0,1]."""
        red, green, blue = bytes.fromhex(self.background[1:])
        return red / 255, green / 255, blue / 255

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
        size = self.size if size is None else size
        check_size(size)
        check_engine(engine)
        width, height = fit(self.width, self.height, size)
        neural = self.find_brushes(brushes)
        if engine == "mypaint":
            return draw(self, [brush.real() for brush in neural], width, height, on_progress)
        canvas = torch.tensor(self.paper)[:, None, None].expand(3, height, width)
        with torch.no_grad():
            scale = max(width, height) / self.size
            drawing = [brush.textured for brush in neural] if texture else neural
            canvas = composite(canvas, self.strokes.to(torch.float32), drawing, scale, on_progress)
        pixels: NDArray[np.uint8] = (canvas * 255).round().clamp(0, 255).byte().permute(1, 2, 0).numpy()
        return np.ascontiguousarray(pixels)

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
        from .storage import save

        save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Painting:
        """Read a painting file. Raises InputError, saying what is wrong and where."""
        from .storage import load

        return load(Path(path))


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
