"""A network of somebody's own that is to learn a brush: whether it can."""

from __future__ import annotations

import torch
from torch import nn

from ..brush.generator import Generator
from ..brush.own import TRIAL, check_draws
from ..errors import InputError
from ..strokes import Strokes


def check_learns(generator: Generator, name: str) -> None:
    """Raise InputError, saying what is wrong, unless it draws strokes as a brush has to, from free parameters of its
    own.
    """
    check_draws(generator, name)
    if next(generator.parameters(), None) is None:
        raise InputError(
            f"the generator {name} has no parameters, and these are what learns: give an nn.Module of some"
        )
    check_free(generator, name)
    with torch.enable_grad():
        drawn = generator(Strokes.random(TRIAL, 0).to(generator.device))
    if not drawn.requires_grad:
        raise InputError(f"the generator {name} has no gradient by its parameters: compute the strokes from them")


def check_free(network: nn.Module, name: str) -> None:
    """Raise InputError for a network whose parameters are all frozen: one that is frozen stays as it is."""
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise InputError(
            f"the generator {name} is frozen, so nothing of it can learn: call requires_grad_(True) on what is to learn"
        )
