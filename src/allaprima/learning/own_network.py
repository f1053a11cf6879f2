"""A network of somebody's own that is to learn a brush: whether it can."""

from __future__ import annotations

import torch

from ..brush.generator import Generator
from ..brush.own import TRIAL, check_draws
from ..errors import InputError
from ..strokes import Strokes


def check_learns(generator: Generator, name: str) -> None:
    """Raise InputError, saying what is wrong, unless it draws strokes as a brush has to, from parameters of its own."""
    check_draws(generator, name)
    if next(generator.parameters(), None) is None:
        raise InputError(
            f"the generator {name} has no parameters, and these are what learns: give an nn.Module of some"
        )
    generator.requires_grad_(True)
    with torch.enable_grad():
        drawn = generator(Strokes.random(TRIAL, 0).to(generator.device))
    if not drawn.requires_grad:
        raise InputError(f"the generator {name} has no gradient by its parameters: compute the strokes from them")
