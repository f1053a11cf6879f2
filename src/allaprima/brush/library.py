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
from torch import nn

from ..errors import InputError
from ..metadata import load_card, load_weights, save_weights, undamaged
from .generators import make_generator
from .neural import Card, NeuralBrush
from .texture import Texture

OF_TEXTURE = "texture."  # begins the names of the texture's weights in a file
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

    Raises :class:`InputError` for an unknown name (and lists the known) and for a damaged or foreign file.
    """
    path = Path(name)
    if path.suffix.lower() != ".safetensors":
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
