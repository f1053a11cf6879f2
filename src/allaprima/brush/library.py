"""Neural brushes in files: the ones that ship with the package by name, your own by path. No pickle anywhere.

A brush file is safetensors: the generator's weights, and in its metadata a card that says what they are, how they
were trained and how good they are, with the MyPaint brush itself (its ``.myb`` text), so that paintings can be drawn
again by the real one.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError, check_kind
from ..files import as_path, is_there
from ..kernels.device import find_device
from ..metadata import load_card, load_weights, save_weights, undamaged
from ..options import OWN
from .bristle_shape import SUFFIXES
from .generator import Generator
from .generators import GENERATORS, make_generator
from .neural import OF_TEXTURE, SUFFIX, Card, NeuralBrush, check_name, weights_of
from .own import OwnModule, as_generator, fault_of
from .texture import Texture

REAL = (".myb", *SUFFIXES)  # of files of real brushes, from which neural ones learn
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
GIVEN = "the name or the path of a brush, a NeuralBrush, an nn.Module or a function, or a list of those"
WEIGHTS = Path(__file__).parent / "weights"


def save_brush(path: Path, generator: nn.Module, card: Card, texture: Texture | None = None) -> None:
    """Write a brush file; the same weights and card give the same bytes."""
    save_weights(path, weights_of(generator, texture), card)


def brushes() -> dict[str, Card]:
    """The brushes that ship with the package, by name."""
    return {path.stem: read_card(path) for path in sorted(WEIGHTS.glob("*.safetensors"))}


def load_brush(
    name: str | Path, device: torch.device | str = "cpu", *, generator: OwnModule | None = None
) -> NeuralBrush:
    """A brush that ships with the package by its name, or your own by the path of its ``.safetensors``. One that was
    made of a module of your own (see :class:`NeuralBrush`) needs such a module, into which its weights go:
    ``load_brush("mine.safetensors", generator=MyModule())``.

    Raises :class:`InputError` for an unknown name (and lists the known), a damaged or foreign file, a module of another
    kind, and a device that is not there.
    """
    path, device = as_path(name, "the brush"), find_device(device)
    if path.suffix.lower() != SUFFIX:
        known = [shipped.stem for shipped in sorted(WEIGHTS.glob("*.safetensors"))]
        if path.suffix.lower() in REAL and is_there(path):
            raise InputError(
                f"the brush {path} is to be learned before it can paint: allaprima learn-brush {path} -o "
                f"{path.with_suffix('.safetensors').name}"
            )
        if str(name) not in known:
            choices = ", ".join(known)
            raise InputError(f"there is no brush {name}: choose from {choices}, or give the path of a .safetensors")
        path = WEIGHTS / f"{name}{SUFFIX}"
    elif not path.is_file():
        raise InputError(f"there is no brush file {path}: train one with `allaprima train`")
    card, weights = read_card(path), load_weights(path, "brush")
    with undamaged("brush", path):
        mine = {name: w for name, w in weights.items() if not (card.texture and name.startswith(OF_TEXTURE))}
        filled = _own(path, card, generator, mine) if card.kind == OWN or generator else _filled(card, mine)
        texture = Texture(card.myb, **card.texture) if card.texture else None
        if texture:
            of_texture = {name: w for name, w in weights.items() if name.startswith(OF_TEXTURE)}
            texture.load_state_dict({name.removeprefix(OF_TEXTURE): w for name, w in of_texture.items()})
        brush = NeuralBrush(filled, card, hashlib.sha256(path.read_bytes()).hexdigest(), texture)
        if path.parent != WEIGHTS:
            for one in (brush, brush.textured):
                if fault := fault_of(one):
                    raise ValueError(f"what its weights draw is no stroke: it {fault}")
    return brush.to(device)


def _own(path: Path, card: Card, module: OwnModule | None, weights: dict[str, Tensor]) -> Generator:
    """A module of somebody's own with the weights of its file. Raises InputError if it is missing, or another one."""
    if module is None:
        raise InputError(
            f"the brush {path} is made of a module of somebody's own: give it in Python, as "
            f"load_brush({path.name!r}, generator=MyModule())"
        )
    if card.kind in GENERATORS:
        raise InputError(f"the brush {path} is of our own kind {card.kind}, and takes no other generator: give none")
    generator = as_generator(module)
    wanted = generator.state_dict()
    for name in sorted(wanted.keys() | weights.keys()):
        if name not in wanted or name not in weights or wanted[name].shape != weights[name].shape:
            raise InputError(
                f"the weights of {path} are not those of this {type(module).__name__}: {name} is missing on one side, "
                f"or of another shape"
            )
    generator.load_state_dict(weights)
    return generator


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


@cache
def find_brush(name: str) -> NeuralBrush:
    """The brush of a painting by its name, loaded once. Raises InputError if it does not ship with the package."""
    return load_brush(shipped(name))


def shipped(name: str) -> str:
    """The name of a painting's brush. Raises InputError, saying what to give, if it does not ship with the package."""
    if name not in brushes():
        raise InputError(
            f"the painting's brush {name!r} does not ship with allaprima: give it (brushes=[...], or its file by "
            f"--brush)"
        )
    return name


def ships(brush: NeuralBrush) -> bool:
    """Whether it is one of those that :func:`find_brush` finds."""
    return brush.name in brushes() and find_brush(brush.name).sha256 == brush.sha256


def as_brushes(given: object, device: torch.device | str = "cpu") -> list[NeuralBrush]:
    """The brushes that a caller gives, one or a list of them: each by its name, its path, itself, or a module or a
    function that it is made of. Raises InputError for anything else, for an empty list, and for two of one name.
    """
    each: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    if not each:
        raise InputError(f"brush is an empty list: give {GIVEN}")
    found = []
    for one in each:
        if isinstance(one, (str, Path)):
            one = load_brush(one, device)
        if not callable(one):
            check_kind(one, (str, Path), "brush" if one is given else "one of the brushes", GIVEN)
        found.append(one if isinstance(one, NeuralBrush) else NeuralBrush(one))
    names = [brush.name for brush in found]
    for name in names:
        check_name(name)
        if names.count(name) > 1:
            raise InputError(f"two of the brushes are called {name}: give each its own, as NeuralBrush(..., name=...)")
    return found


def read_card(path: Path) -> Card:
    """The card of a brush file. Raises InputError if the file is damaged or none of ours."""
    return load_card(path, Card, "brush")
