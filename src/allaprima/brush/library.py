"""Neural brushes in files: the ones that ship with the package by name, your own by path. No pickle anywhere.

A brush file is safetensors: the generator's weights, and in its metadata a card that says what they are, how they
were trained and how good they are, with the MyPaint brush itself (its ``.myb`` text), so that paintings can be drawn
again by the real one.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..files import as_path, is_there
from ..kernels.device import find_device
from ..metadata import load_card, load_weights, save_weights, undamaged
from ..strokes import Strokes
from .bristle_shape import SUFFIXES
from .generator import Generator
from .generators import make_generator
from .neural import Card, NeuralBrush
from .texture import Texture

OF_TEXTURE = "texture."  # begins the names of the texture's weights in a file
REAL = (".myb", *SUFFIXES)  # of files of real brushes, from which neural ones learn
TRIAL = 8  # strokes drawn by a brush of somebody's own, before it is given out
ABOUT = {  # what the brushes that ship are like
    "calligraphy": "a broad pen, thick one way and thin the other",
    "chalk": "chalk, soft and grainy, that crumbles under a light hand",
    "charcoal": "charcoal, loose grains that thin out to dust",
    "dry_brush": "a dry brush, paint broken up into small dabs",
    "fan": "oil paint, a few bristles far apart and half dry: grass, fur, clouds",
    "filbert": "oil paint, broad with rounded ends: soft forms",
    "flat": "oil paint, broad with straight ragged ends: planes",
    "knife": "oil paint, a palette knife's thick smooth slab with crisp edges",
    "oil": "thick soft paint, very broad, that fades at its edges",
    "rigger": "thin paint, smooth and round, clear under a light hand",
    "round": "oil paint, fine, that comes to a point: stems, whiskers, last touches",
}
WEIGHTS = Path(__file__).parent / "weights"


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

    Raises :class:`InputError` for an unknown name (and lists the known), a damaged or foreign file, and a device
    that is not there.
    """
    path, device = as_path(name, "the brush"), find_device(device)
    if path.suffix.lower() != ".safetensors":
        known = [shipped.stem for shipped in sorted(WEIGHTS.glob("*.safetensors"))]
        if path.suffix.lower() in REAL and is_there(path):
            raise InputError(
                f"the brush {path} is to be learned before it can paint: allaprima learn-brush {path} -o "
                f"{path.with_suffix('.safetensors').name}"
            )
        if str(name) not in known:
            choices = ", ".join(known)
            raise InputError(f"there is no brush {name}: choose from {choices}, or give the path of a .safetensors")
        path = WEIGHTS / f"{name}.safetensors"
    elif not path.is_file():
        raise InputError(f"there is no brush file {path}: train one with `allaprima train`")
    card, weights = read_card(path), load_weights(path, "brush")
    with undamaged("brush", path):
        generator = _filled(card, {name: w for name, w in weights.items() if not name.startswith(OF_TEXTURE)})
        texture = Texture(card.myb, **card.texture) if card.texture else None
        if texture:
            of_texture = {name: w for name, w in weights.items() if name.startswith(OF_TEXTURE)}
            texture.load_state_dict({name.removeprefix(OF_TEXTURE): w for name, w in of_texture.items()})
        brush = NeuralBrush(generator, card, hashlib.sha256(path.read_bytes()).hexdigest(), texture)
        if path.parent != WEIGHTS:
            _check_draws(brush)
    return brush.to(device)


def _filled(card: Card, weights: dict[str, Tensor]) -> Generator:
    """The generator of a card. Raises ValueError, before memory is taken, if these weights are not its."""
    with torch.device("meta"):
        wanted = make_generator(card.kind, **card.config).state_dict()
    for name, value in wanted.items():
        if name not in weights or weights[name].shape != value.shape:
            raise ValueError(f"its weights {name} are missing, or of another shape than its card says")
    generator = make_generator(card.kind, **card.config)
    for name, value in weights.items():
        if (largest := float(value.abs().max())) > generator.heaviest:
            raise ValueError(f"its weights {name} reach {largest:.3g}, and can be {generator.heaviest:g} at most")
    generator.load_state_dict(weights)
    return generator


@torch.enable_grad()
def _check_draws(brush: NeuralBrush) -> None:
    """Raise ValueError for weights that are numbers, but draw none; or no gradient, by which strokes are found."""
    for one in (brush, brush.textured):
        actions = Strokes.random(TRIAL, 0).actions.requires_grad_()
        opacity = one(actions)
        (gradient,) = torch.autograd.grad(opacity.sum(), actions)
        if not (opacity.isfinite().all() and gradient.isfinite().all()):
            raise ValueError("what its weights draw is no finite number")


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
