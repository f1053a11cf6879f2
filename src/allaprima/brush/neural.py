"""A trained neural brush, and the card that says where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..errors import InputError, check_kind
from ..strokes import WINDOW, Strokes, as_strokes, check_window
from .generator import Generator
from .programs import RealBrush, real_brush
from .texture import Texture

FORMAT, VERSION = "allaprima.brush", 1
GIVE = "a list of what load_brush gives"


@dataclass(frozen=True)
class Card:
    """What a brush file says of itself. Raises ValueError for a configuration that cannot be."""

    name: str
    kind: str  # of generator, one of ``generators.GENERATORS``
    config: dict[str, int]  # the generator's arguments
    mypaint: str  # the brush it imitates, such as classic/dry_brush or bristle/flat
    myb_sha256: str  # of that brush's file
    myb: str  # that brush, as MyPaint reads it; empty for one of another program
    data: dict[str, int]  # count, size and seed of the strokes it learned from
    command: str  # the command that trained it
    fidelity: dict[str, float] = field(default_factory=dict)  # opacity PSNR in dB
    library: str = ""  # version that trained it
    texture: dict[str, int] = field(default_factory=dict)  # the texture's arguments, if the brush has one
    bristles: str = ""  # the brush, as our own program reads it; empty for one of another
    note: str = ""  # what else is to be known of it
    format: str = FORMAT
    version: int = VERSION

    def __post_init__(self) -> None:
        for config in (self.config, self.texture):
            if not all(isinstance(value, int) and 1 <= value <= 4096 for value in config.values()):
                raise ValueError(f"config is {config}")


class NeuralBrush:
    """A trained brush, frozen: no gradient reaches its weights, only the strokes.

    ``brush(strokes, size)`` gives opacity ``(N, 1, size, size)`` float32 in [0,1], on the brush's device: strokes that
    are elsewhere are brought there first, and so is what the other functions are given.
    """

    differentiable = True

    def __init__(self, generator: Generator, card: Card, sha256: str = "", texture: Texture | None = None) -> None:
        self.generator, self.card, self.sha256 = generator.requires_grad_(False).eval(), card, sha256
        self.name, self.texture = card.name, texture
        self.reach = generator.reach  # in radii: how far paint lies from the curve

    @property
    def device(self) -> torch.device:
        """Where the brush is."""
        return next(self.generator.parameters()).device

    def __call__(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        check_window(size)
        opacity: Tensor = self.generator(self._here(as_strokes(strokes)), size)
        return opacity

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        """Opacity ``(N, 1, H, W)`` at columns ``x`` ``(N, W)`` and rows ``y`` ``(N, H)``, one pixel apart, in fractions
        of each stroke's window, where a pixel is ``pixel`` ``(N,)`` wide: any part of the window, or beyond it.
        """
        where = (value.to(self.device) for value in (x, y, pixel))
        return self.generator.opacity_at(self._here(strokes), *where)

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """What strokes paint on their boxes: opacity ``(P,)`` of painted pixels and their runs ``(R, 5)`` int32; of
        strokes with windows at ``places`` ``(N, 3)`` on ``boxes`` ``(N, 4)`` int32, both in pixels (see
        ``kernels.columns``).
        """
        return self.generator.runs_at(self._here(strokes), boxes.to(self.device), places.to(self.device))

    def _here(self, strokes: Strokes) -> Strokes:
        strokes = strokes.to(torch.float32)
        return strokes if strokes.device == self.device else strokes.to(self.device)

    @property
    def textured(self) -> NeuralBrush:
        """The brush that draws each stroke's own ``sample``, with its grain, in place of the mean of all samples; the
        brush itself, if chance plays no part in its strokes or it learned no texture.
        """
        return NeuralBrush(self.texture, self.card, self.sha256) if self.texture else self

    def to(self, device: torch.device | str) -> NeuralBrush:
        """The same brush on another device."""
        self.generator.to(device)
        if self.texture:
            self.texture.to(device)
        return self

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


def check_brushes(brushes: object) -> None:
    """The door of brushes that a caller gives. Raises InputError for what is no list of one or more."""
    check_kind(brushes, (list, tuple), "brushes", GIVE)
    assert isinstance(brushes, (list, tuple))
    if not brushes:
        raise InputError(f"brushes is empty: give {GIVE}")
    for brush in brushes:
        check_kind(brush, NeuralBrush, "one of the brushes", GIVE)
