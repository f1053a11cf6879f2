"""Functions that numba compiles, where the brush and the canvas are too slow in torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
from numba.core import event

FAST = {"nnan", "ninf", "nsz", "contract", "reassoc"}
"""What the compiler may do for speed: reorder sums, but not "arcp" and "afn". With these a quotient would have other
last bits in a vector than at the end of a loop, and the same stroke was not always the same."""


@contextmanager
def on_compile(tell: Callable[[], None]) -> Iterator[None]:
    """Within, ``tell`` is called when a function has to be compiled first, which takes seconds: once at most."""

    class Compiling(event.Listener):  # type: ignore[misc]
        told = False

        def on_start(self, _event: event.Event) -> None:
            if not self.told:
                self.told = True
                tell()

        def on_end(self, _event: event.Event) -> None:
            pass

    listener = Compiling()
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: the function is compiled when it is first called, runs without the interpreter's lock, and is kept
    on disk between runs where there is a folder for that.
    """
    options = {"nogil": True, "fastmath": FAST, "error_model": "numpy"} | options

    def compile(function: Callable[..., Any]) -> Callable[..., Any]:
        compiled: Callable[..., Any]
        try:
            compiled = numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no folder can be written
            compiled = numba.njit(**options)(function)
        return compiled

    return compile
