"""Neural brushes in files: the ones that ship with the package by name, your own by path. No pickle anywhere.

A brush file is safetensors: the generator's weights, and in its metadata a card that says what they are, how they
were trained and how good they are, with the MyPaint brush itself (its ``.myb`` text), so that paintings can be drawn
again by the real one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..metadata import load_card, load_weights, save_weights, undamaged
from ..strokes import WINDOW, Strokes, as_strokes, check_window
from .curve import CurveBrush
from .mypaint import MyPaintBrush
from .splat import SplatBrush
from .texture import Texture

FORMAT, VERSION = "allaprima.brush", 1
OF_TEXTURE = "texture."  # begins the names of the texture's weights in a file
WEIGHTS = Path(__file__).parent / "weights"


def _dcgan(**config: Any) -> nn.Module:
    from .dcgan import DCGANBrush  # needs fastai, which the core does without

    return DCGANBrush(**config)


GENERATORS: dict[str, Callable[..., nn.Module]] = {"splat": SplatBrush, "dcgan": _dcgan}


@dataclass(frozen=True)
class Card:
    """What a brush file says of itself."""

    name: str
    kind: str  # of generator, one of GENERATORS
    config: dict[str, int]  # the generator's arguments
    mypaint: str  # the brush it imitates, such as classic/dry_brush
    myb_sha256: str
    myb: str  # that brush, as MyPaint reads it
    data: dict[str, int]  # count, size and seed of the strokes it learned from
    command: str  # the command that trained it
    fidelity: dict[str, float] = field(default_factory=dict)  # opacity PSNR in dB
    library: str = ""  # version that trained it
    texture: dict[str, int] = field(default_factory=dict)  # the texture's arguments, if the brush has one
    format: str = FORMAT
    version: int = VERSION

    def __post_init__(self) -> None:
        for config in (self.config, self.texture):
            if not all(isinstance(value, int) and 1 <= value <= 4096 for value in config.values()):
                raise ValueError(f"config is {config}")


class NeuralBrush:
    """A trained brush, frozen: no gradient reaches its weights, only the strokes.

    ``brush(strokes, size)`` gives opacity ``(N, 1, size, size)`` float32 in [0,1] on the brush's device.
    """

    differentiable = True

    def __init__(self, generator: nn.Module, card: Card, sha256: str = "", texture: Texture | None = None) -> None:
        self.generator, self.card, self.sha256 = generator.requires_grad_(False).eval(), card, sha256
        self.name, self.texture = card.name, texture
        self.reach = float(generator.reach)  # type: ignore[arg-type]  # in radii: how far paint lies from the curve

    def __call__(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        check_window(size)
        opacity: Tensor = self.generator(as_strokes(strokes).to(torch.float32), size)
        return opacity

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        """Opacity ``(N, 1, H, W)`` at columns ``x`` ``(N, W)`` and rows ``y`` ``(N, H)``, in fractions of each
        stroke's window, where a pixel is ``pixel`` ``(N,)`` wide: any part of the window, or beyond it.
        """
        opacity: Tensor = self.generator.opacity_at(strokes.to(torch.float32), x, y, pixel)  # type: ignore[operator]
        return opacity

    @property
    def fused(self) -> bool:
        """Whether ``runs_at`` can draw: see ``CurveBrush``."""
        return isinstance(self.generator, CurveBrush) and self.generator.fused

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """What strokes paint on their boxes, pixel by pixel in runs: see ``CurveBrush``."""
        assert isinstance(self.generator, CurveBrush)
        return self.generator.runs_at(strokes.to(torch.float32), boxes, places)

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

    def real(self) -> MyPaintBrush:
        """The real brush that this one imitates, from the card. Raises InputError without libmypaint, and for a brush
        that learned from another painting program.
        """
        if not self.card.myb:
            raise InputError(f"the brush {self.name} learned from no MyPaint brush: draw with --engine neural")
        return MyPaintBrush(self.card.mypaint, self.card.myb)


def make_generator(kind: str, **config: int) -> nn.Module:
    """An untrained generator by its kind. Raises InputError for an unknown one."""
    if kind not in GENERATORS:
        raise InputError(f"there is no generator {kind!r}: choose from {', '.join(GENERATORS)}")
    return GENERATORS[kind](**config)


def save_brush(path: Path, generator: nn.Module, card: Card, texture: Texture | None = None) -> None:
    """Write a brush file; the same weights and card give the same bytes."""
    weights = dict(generator.state_dict())
    if texture:
        weights |= {OF_TEXTURE + name: value for name, value in texture.state_dict().items()}
    save_weights(path, weights, card)


def brushes() -> dict[str, Card]:
    """The brushes that ship with the package, by name."""
    return {path.stem: read_card(path) for path in sorted(WEIGHTS.glob("*.safetensors"))}


def load_brush(name: str | Path, device: torch.device | str = "cpu") -> NeuralBrush:
    """A brush that ships with the package by its name, or your own by the path of its ``.safetensors``.

    Raises :class:`InputError` for an unknown name (and lists the known) and for a damaged or foreign file.
    """
    path = Path(name)
    if path.suffix != ".safetensors":
        known = [shipped.stem for shipped in sorted(WEIGHTS.glob("*.safetensors"))]
        if str(name) not in known:
            choices = ", ".join(known)
            raise InputError(f"there is no brush {name}: choose from {choices}, or give the path of a .safetensors")
        path = WEIGHTS / f"{name}.safetensors"
    elif not path.is_file():
        raise InputError(f"there is no brush file {path}: train one with `allaprima train`")
    card, weights = read_card(path), load_weights(path, "brush")
    with undamaged("brush", path):
        generator = make_generator(card.kind, **card.config)
        generator.load_state_dict({name: w for name, w in weights.items() if not name.startswith(OF_TEXTURE)})
        texture = Texture(card.myb, **card.texture) if card.texture else None
        if texture:
            of_texture = {name: w for name, w in weights.items() if name.startswith(OF_TEXTURE)}
            texture.load_state_dict({name.removeprefix(OF_TEXTURE): w for name, w in of_texture.items()})
    return NeuralBrush(generator, card, hashlib.sha256(path.read_bytes()).hexdigest(), texture).to(device)


@cache
def find_brush(name: str) -> NeuralBrush:
    """The brush of a painting by its name, loaded once. Raises InputError if it does not ship with the package."""
    if name not in brushes():
        raise InputError(
            f"the painting's brush {name!r} does not ship with allaprima: give its file (brushes, --brush)"
        )
    return load_brush(name)


def read_card(path: Path) -> Card:
    """The card of a brush file. Raises InputError if the file is damaged or none of ours."""
    return load_card(path, Card, "brush")
