"""How a picture of a painting is wanted: how large, who draws, with which brushes. Free of torch, for quick help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, TypedDict

from ..errors import InputError
from ..options import check_called, check_known, choice
from .light import Light

if TYPE_CHECKING:
    from ..brush.neural import NeuralBrush

AUTO, NEURAL, REAL = "auto", "neural", "real"
ENGINES = (AUTO, NEURAL, REAL)
MYPAINT = "mypaint"  # what the real engine was called when there was one
ENGINE_HELP = "Who draws the picture in the end; auto: bristles as they are, and MyPaint's brushes by the neural ones."
TEXTURE_HELP = "The neural engine draws each stroke with its own grain, not the mean."
LARGEST = 32_768  # px of a picture's long side


@dataclass(frozen=True)
class Rendering:
    """``size`` px on the picture's long side (None: the canvas' own), drawn by an ``engine``: "neural" draws with the
    brushes that painted, and with ``texture`` each stroke as its own sample and not as the mean of all (None: as the
    painting's settings say); "real" with the brushes that these imitate, of bristles or of MyPaint, which always have
    texture ("mypaint" is taken for it); "auto" is real where all are of bristles, and else neural; and any painting
    program of your own draws what was painted for it, ``program(strokes, size)`` as in docs/learning.md, or a
    :class:`~allaprima.BristleBrush` or :class:`~allaprima.MyPaintBrush` with all that it can. ``brushes`` replaces
    those that ship with the package. Small pictures in bristles are drawn larger and averaged, unless it is to be
    ``quick``. ``relief``, ``light``, ``gloss`` and ``canvas`` are another light than the
    painting's own.

    Raises InputError, naming value and bound, for a size or an engine that cannot be.
    """

    size: int | None = choice(None, "Long side of the written picture in pixels; the canvas' size if not given.")
    engine: str | Callable[..., Any] = choice(AUTO, ENGINE_HELP, among=(*ENGINES, MYPAINT))
    texture: bool | None = choice(None, TEXTURE_HELP)
    quick: bool = choice(False, "Bristles rougher and faster in small pictures: to look at while work goes on.")
    brushes: Sequence[NeuralBrush] | None = field(default=None, compare=False, repr=False)
    relief: float | None = None
    light: str | None = None
    gloss: float | None = None
    canvas: str | None = None

    def __post_init__(self) -> None:
        size = self.size
        whole = isinstance(size, SupportsIndex) and not isinstance(size, bool)
        if size is not None and (not whole or not 1 <= int(size) <= LARGEST):
            told = f"{size!r}"[:40] if isinstance(size, str) else f"{size}"[:40]
            raise InputError(f"the picture's size is {told}: choose a whole number, 1 to {LARGEST:,} px")
        if not isinstance(self.texture, bool | None):
            raise InputError(f"texture is {f'{self.texture!r}'[:40]}: it must be true or false")
        if not isinstance(self.quick, bool):
            raise InputError(f"quick is {f'{self.quick!r}'[:40]}: it must be true or false")
        object.__setattr__(self, "engine", REAL if self.engine == MYPAINT else self.engine)
        if callable(self.engine):
            check_called(self.engine, "strokes, size", "the engine")
        elif self.engine not in ENGINES:
            raise InputError(f"engine is {self.engine!r}: choose from {', '.join(ENGINES)}")
        self.lighting(Light())

    def lighting(self, light: Light) -> Light:
        """The light of a painting, with what is asked to be otherwise. Raises InputError for one that cannot be."""
        names = [one.name for one in fields(Light)]
        return replace(light, **{name: value for name in names if (value := getattr(self, name)) is not None})

    def change(self, **changes: Any) -> Rendering:
        """With some of it changed. Raises InputError for a name that is none (and lists them)."""
        check_known(changes, Rendering, what="choice of a rendering")
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
    engine: Literal["auto", "neural", "real", "mypaint"] | Callable[..., Any]
    texture: bool | None
    quick: bool
    brushes: Sequence[NeuralBrush] | None
    relief: float | None
    light: str | None
    gloss: float | None
    canvas: str | None
