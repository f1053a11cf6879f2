"""Every kind of generator that a neural brush can have, a row each. A new one is a row here, and a file with a class of
:class:`~allaprima.brush.generator.Generator`.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import InputError
from .dcgan import DCGANBrush
from .generator import Generator
from .ribbon import RibbonBrush
from .splat import SplatBrush

GENERATORS: dict[str, Callable[..., Generator]] = {make.kind: make for make in (SplatBrush, RibbonBrush, DCGANBrush)}


def make_generator(kind: str, **config: int) -> Generator:
    """An untrained generator by its kind. Raises InputError for an unknown one."""
    if kind not in GENERATORS:
        raise InputError(f"there is no generator {kind!r}: choose from {', '.join(GENERATORS)}")
    return GENERATORS[kind](**config)
