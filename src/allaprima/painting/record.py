"""What a painting is, and what its file holds: placed strokes on a background, and what they were made with."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ..brush.neural import NeuralBrush
from ..rendering.background import Background
from ..rendering.drawing import Composition
from ..rendering.light import Light
from ..strokes import PlacedStrokes
from .companions import Companions
from .settings import Settings

if TYPE_CHECKING:
    from typing_extensions import Self

DIGITS = 6


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
class PaintingRecord:
    """Strokes, bottom first, over a ``background`` on a canvas of ``width x height`` px; the ``settings``, in which
    pictures are known by their hashes; the ``device`` that was asked for, and the number of ``threads``.
    ``unfinished``: what is needed to go on with a painting under way. One of somebody's own strokes has no ``photo``.
    ``at_hand`` is what it was made with in this process and no file can hold: no part of the value.

    All numbers of the strokes are rounded to 6 decimals, so that the file is the painting, exactly. Two paintings are
    equal if their files are.
    """

    strokes: PlacedStrokes
    width: int
    height: int
    background: Background
    settings: Settings
    threads: int
    photo: PhotoRef | None
    brushes: tuple[BrushRef, ...]
    library: str
    device: str = "auto"
    unfinished: bytes | None = None
    at_hand: Companions = field(default_factory=Companions, compare=False, repr=False)

    def __post_init__(self) -> None:
        exact = self.strokes.detach().to("cpu").to(torch.float64)
        rounded = exact.map(lambda value: value.round(decimals=DIGITS) if value.is_floating_point() else value)
        object.__setattr__(self, "strokes", rounded)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PaintingRecord):
            return NotImplemented
        plain = [one.name for one in fields(self) if one.compare and one.name != "strokes"]
        mine, theirs = self.strokes, other.strokes
        return all(getattr(self, name) == getattr(other, name) for name in plain) and all(
            torch.equal(getattr(mine, one.name), getattr(theirs, one.name)) for one in fields(PlacedStrokes)
        )

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.strokes)

    @property
    def size(self) -> int:
        """Long side of the canvas in pixels."""
        return max(self.width, self.height)

    @property
    def made_of(self) -> str:
        """How many strokes of which brushes, in words."""
        return f"{len(self):,} strokes of {', '.join(ref.name for ref in self.brushes)}"

    @property
    def composition(self) -> Composition:
        """What is drawn of it."""
        settings, size = self.settings, (self.width, self.height)
        return Composition(self.strokes, *size, self.background, settings.opaque, Light.of(settings))

    def paper(self, width: int, height: int) -> Tensor:
        """What was painted on, ``(3, height, width)`` in [0,1]."""
        return self.background.at(width, height)

    def change(self, strokes: PlacedStrokes, **values: Any) -> Self:
        """With other strokes, and what goes with them; nothing is left unfinished."""
        settings = self.settings.change(strokes=max(1, len(strokes)))
        return replace(self, strokes=strokes, **{"settings": settings, "unfinished": None, **values})
