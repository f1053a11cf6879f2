"""Public names that are imported when somebody asks for them, so that ``import allaprima`` is quick (PEP 562)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any


def lazy(
    package: str, where: Mapping[str, str], rooms: Collection[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package whose names live in these of its modules: ``{name: ".module"}``;
    ``rooms`` are packages within it, which are found, too.
    """

    def find(name: str) -> Any:
        if name in where:
            return getattr(import_module(where[name], package), name)
        if name in rooms:
            return import_module(f".{name}", package)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find, lambda: sorted(where)
