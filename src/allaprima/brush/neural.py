"""A trained neural brush, and the card that says where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..errors import InputError, check_kind
from ..files import as_path, check_output
from ..metadata import save_weights, weights_hash
from ..options import OWN, name_of
from ..strokes import WINDOW, Strokes, as_strokes
from .generator import Generator
from .opacity import check_window
from .own import OwnModule, as_generator, check_draws
from .programs import RealBrush, real_brush
from .shown import as_png
from .texture import Texture

if TYPE_CHECKING:
    from typing_extensions import Self

FORMAT, VERSION = "allaprima.brush", 1
GIVE = "a list of what load_brush gives"
SUFFIX = ".safetensors"
AGREEMENT, OLDER = "agreement", "mypaint_agreement"  # of a program with itself, in a card; as it was called once
OF_TEXTURE = "texture."  # begins the names of the texture's weights in a file


@dataclass(frozen=True, repr=False)
class Card:
    """What a brush file says of itself. Raises ValueError for a configuration that cannot be."""

    name: str
    kind: str  # of generator, one of ``generators.GENERATORS``; or "own", somebody's own module
    config: dict[str, int]  # the generator's arguments
    mypaint: str  # the brush it imitates, such as classic/dry_brush or bristle/flat
    myb_sha256: str  # of that brush's file
    myb: str  # that brush, as MyPaint reads it; empty for one of another program
    data: dict[str, int]  # count, size and seed of the strokes it learned from
    command: str  # the command that trained it
    fidelity: dict[str, float] = field(default_factory=dict)  # opacity PSNR in dB: psnr, texture, agreement
    library: str = ""  # version that trained it
    texture: dict[str, int] = field(default_factory=dict)  # the texture's arguments, if the brush has one
    bristles: str = ""  # the brush, as our own program reads it; empty for one of another
    note: str = ""  # what else is to be known of it
    format: str = FORMAT
    version: int = VERSION

    def __repr__(self) -> str:
        return f"Card: {self.name}, {self.kind}, {self.fidelity}"

    def __post_init__(self) -> None:
        for config in (self.config, self.texture):
            if not all(isinstance(value, int) and 1 <= value <= 4096 for value in config.values()):
                raise ValueError(f"config is {config}")
        figures = {AGREEMENT if name == OLDER else name: value for name, value in self.fidelity.items()}
        object.__setattr__(self, "fidelity", figures)

    @classmethod
    def of(cls, name: str, generator: Generator) -> Card:
        """That of a generator of which nothing else is known: what it learned from, and how."""
        return cls(name, getattr(generator, "kind", OWN), getattr(generator, "config", {}), "", "", "", {}, "")


class NeuralBrush(nn.Module):
    """A trained brush, frozen: no gradient reaches its weights, only the strokes, and it is never in training mode.

    ``brush(strokes, size)`` gives opacity ``(N, 1, size, size)`` float32 in [0,1], on the brush's device: strokes that
    are elsewhere, or of another floating type, are brought there first, and so is what the other functions are given.
    Its weights stay float32, whatever it is a part of.

    It is made of a generator of ours (see :class:`~allaprima.brush.generator.Generator`), or of any ``nn.Module`` or
    function of your own: ``NeuralBrush(module, name="mine")``, where ``module(strokes, size)`` gives opacity ``(N, 1,
    size, size)`` in [0,1] for :class:`~allaprima.Strokes`, with a gradient by their numbers; no other attribute is
    needed. While it paints it is asked for windows of 16, 32, 64, 128, 256 or 512 px, and what it paints outside of the
    window is not seen. The very module is frozen: give ``copy.deepcopy(module)`` to go on training it. Raises
    InputError for a module that draws something else.
    """

    differentiable = True

    def __init__(
        self,
        module: OwnModule,
        card: Card | None = None,
        sha256: str = "",
        texture: Texture | None = None,
        *,
        name: str = "",
    ) -> None:
        super().__init__()
        self.generator = as_generator(module)
        if name or card is None:
            check_name(name or name_of(module))
        card = Card.of(name_of(module), self.generator) if card is None else card
        check_kind(card, Card, "the brush's card", "a Card, or a name as NeuralBrush(..., name=...)")
        self.card = replace(card, name=name) if name else card
        self.name, self.texture, self._sha256 = self.card.name, texture, sha256
        self.reach = self.generator.reach  # in radii: how far paint lies from the curve
        self.requires_grad_(False).eval()
        self._as_saved = self._hash() if sha256 else ""
        if self.generator is not module:
            check_draws(self.generator, self.name)

    @property
    def device(self) -> torch.device:
        """Where the brush is."""
        return self.generator.device

    @property
    def sha256(self) -> str:
        """Of the brush's file, which a painting records: of the one that it came from, or that :meth:`save` writes."""
        now = self._hash()
        return self._sha256 if now == self._as_saved else now

    def _hash(self) -> str:
        return weights_hash(weights_of(self.generator, self.texture), self.card)

    def save(self, path: str | Path) -> None:
        """Write the brush to a ``.safetensors``, for :func:`load_brush`; the same brush gives the same bytes. Raises
        InputError for another suffix, and a folder that is not there.
        """
        path = as_path(path, "the brush")
        if path.suffix.lower() != SUFFIX:
            raise InputError(f"{path} is no name for a brush: call it {path.with_suffix(SUFFIX).name}")
        check_output(path)
        save_weights(path, weights_of(self.generator, self.texture), self.card)

    def __repr__(self) -> str:
        count = sum(parameter.numel() for parameter in self.generator.parameters())
        learned = f", learned from {self.card.mypaint}" if self.card.mypaint else ""
        return f"NeuralBrush {self.name}: {self.card.kind}, {count:,} numbers{learned}"

    def _repr_png_(self) -> bytes:
        return as_png(self.textured)

    def train(self, mode: bool = True) -> Self:
        """A brush stays as it is, in eval mode, whatever it is a part of."""
        return super().train(False)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """What ``to``, ``half`` and ``double`` do to weights, of a module that it is a part of, too."""
        super()._apply(lambda value: _of_its_kind(fn(value), value), recurse)  # type: ignore[no-untyped-call]
        return self

    def forward(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        check_window(size)
        opacity: Tensor = self.generator(self._here(as_strokes(strokes)), size)
        return opacity

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        """Opacity ``(N, 1, H, W)`` at columns ``x`` ``(N, W)`` and rows ``y`` ``(N, H)``, one pixel apart, in fractions
        of each stroke's window, where a pixel is ``pixel`` ``(N,)`` wide: any part of the window, or beyond it.
        """
        where = (value.to(self.device, torch.float32) for value in (x, y, pixel))
        return self.generator.opacity_at(self._here(strokes), *where)

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """What strokes paint on their boxes: opacity ``(P,)`` of painted pixels and their runs ``(R, 5)`` int32; of
        strokes with windows at ``places`` ``(N, 3)`` on ``boxes`` ``(N, 4)`` int32, both in pixels (see
        ``kernels.columns``).
        """
        return self.generator.runs_at(self._here(strokes), boxes.to(self.device), places.to(self.device, torch.float32))

    def _here(self, strokes: Strokes) -> Strokes:
        strokes = strokes.to(torch.float32)
        return strokes if strokes.device == self.device else strokes.to(self.device)

    @property
    def textured(self) -> NeuralBrush:
        """The brush that draws each stroke's own ``sample``, with its grain, in place of the mean of all samples; the
        brush itself, if chance plays no part in its strokes or it learned no texture.
        """
        return NeuralBrush(self.texture, self.card, self.sha256) if self.texture else self

    @property
    def bristly(self) -> bool:
        """Whether it imitates bristle oil paint, which covers by nature, and is always there to draw."""
        return bool(self.card.bristles)

    def real(self) -> RealBrush:
        """The real brush that this one imitates, from the card. Raises InputError where that needs libmypaint and it is
        not there, and for a brush that learned from a painting program of somebody's own.
        """
        if not self.card.myb and not self.card.bristles:
            raise InputError(f"the brush {self.name} learned from no program that is here: draw with --engine neural")
        return real_brush(self.card.mypaint, self.card.bristles or self.card.myb)


def weights_of(generator: nn.Module, texture: Texture | None = None) -> dict[str, Tensor]:
    """All of a brush's weights, by their names in its file."""
    weights = dict(generator.state_dict())
    if texture:
        weights |= {OF_TEXTURE + name: value for name, value in texture.state_dict().items()}
    return weights


def _of_its_kind(moved: Tensor, value: Tensor) -> Tensor:
    """A ``value`` where it was ``moved`` to, in its own type."""
    return moved if moved.dtype == value.dtype else value.to(moved.device)


def check_name(name: str) -> None:
    """Raise InputError for a name that a painting cannot tell from others."""
    check_kind(name, str, "the brush's name", "text")
    if not name or set(name) & set(",:"):
        raise InputError(f"the brush is called {name!r}: give it a name without , and :, as NeuralBrush(..., name=...)")


def check_brushes(brushes: object) -> None:
    """The door of brushes that a caller gives. Raises InputError for what is no list of one or more."""
    check_kind(brushes, (list, tuple), "brushes", GIVE)
    assert isinstance(brushes, (list, tuple))
    if not brushes:
        raise InputError(f"brushes is empty: give {GIVE}")
    for brush in brushes:
        check_kind(brush, NeuralBrush, "one of the brushes", GIVE)
