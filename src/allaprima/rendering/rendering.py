"""How a picture of a painting is wanted: how large, who draws, with which brushes. Free of torch, for quick help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, TypedDict

from ..errors import InputError
from ..options import choice

if TYPE_CHECKING:
    from ..brush.neural import NeuralBrush

ENGINES = ("neural", "mypaint")
LARGEST = 32_768  # px of a picture's long side


@dataclass(frozen=True)
class Rendering:
    """``size`` px on the picture's long side (None: the canvas' own), drawn by an ``engine``: "neural" draws with the
    brushes that painted, and with ``texture`` each stroke as its own sample and not as the mean of all; "mypaint" draws
    with the real ones, which always have texture. ``brushes`` replaces those that ship with the package.

    Raises InputError, naming value and bound, for a size or an engine that cannot be.
    """

    size: int | None = choice(None, "Long side of the written picture in pixels; the canvas' size if not given.")
    engine: str = choice("neural", "Who draws the picture in the end.", among=ENGINES)
    texture: bool = choice(False, "The neural engine draws each stroke with its own grain, not the mean.")
    brushes: Sequence[NeuralBrush] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.size is not None and (not isinstance(self.size, SupportsIndex) or not 1 <= int(self.size) <= LARGEST):
            raise InputError(f"the picture's size is {self.size}: choose 1 to {LARGEST:,} px")
        if self.engine not in ENGINES:
            raise InputError(f"engine is {self.engine!r}: choose from {', '.join(ENGINES)}")

    def change(self, **changes: Any) -> Rendering:
        """With some of it changed. Raises InputError for a name that is none (and lists them)."""
        known = [one.name for one in fields(self)]
        if unknown := [name for name in changes if name not in known]:
            raise InputError(f"a rendering has no {unknown[0]!r}: choose from {', '.join(known)}")
        return replace(self, **changes)

    @classmethod
    def of(cls, rendering: Rendering | int | None, **changes: Any) -> Rendering:
        """From what a caller gives: a rendering, or its size alone, or nothing; and what is to be otherwise."""
        given = rendering if isinstance(rendering, cls) else cls(size=rendering)  # type: ignore[arg-type]
        return given.change(**changes)

    @classmethod
    def about(cls, name: str) -> Field[Any]:
        """Default, bounds and help of one field."""
        return next(one for one in fields(cls) if one.name == name)


class RenderingOptions(TypedDict, total=False):
    """The fields of :class:`Rendering` by name, for editors; a test holds the two together."""

    size: int | None
    engine: Literal["neural", "mypaint"]
    texture: bool
    brushes: Sequence[NeuralBrush] | None
