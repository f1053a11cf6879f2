"""How functions are compiled by numba, and the small ones that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from numba.core import event

F32 = np.float32
FAST = {"nnan", "ninf", "nsz", "contract", "reassoc"}
"""What the compiler may do for speed: reorder sums, but not "arcp" and "afn". With these a quotient would have other
last bits in a vector than at the end of a loop, and the same stroke was not always the same."""
OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": FAST, "error_model": "numpy"}


class Compiling(event.Listener):  # type: ignore[misc]
    """Calls ``tell`` when something is compiled, once at most: with whether that is kept for later runs."""

    def __init__(self, tell: Callable[[bool], None]) -> None:
        self.tell, self.told = tell, False

    def on_start(self, _event: event.Event | None = None) -> None:
        if not self.told:
            self.told = True
            self.tell(not homeless)

    def on_end(self, _event: event.Event) -> None:
        pass


waiting: list[Compiling] = []
homeless: list[str] = []  # functions that cannot be kept on disk


@contextmanager
def on_compile(tell: Callable[[bool], None]) -> Iterator[None]:
    """Within, ``tell`` is called when a function has to be compiled first, which takes seconds: once at most, with
    whether that is kept for later runs.
    """
    listener = Compiling(tell)
    event.register("numba:compile", listener)
    waiting.append(listener)
    try:
        yield
    finally:
        waiting.remove(listener)
        event.unregister("numba:compile", listener)


def announce() -> None:
    """Something is compiled now, though not in this process."""
    for listener in waiting:
        listener.on_start()


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: the function is compiled when it is first called, runs without the interpreter's lock, and is kept
    on disk between runs where there is a folder for that.
    """
    options = OPTIONS | {"no_cfunc_wrapper": True} | options

    def compile(function: Callable[..., Any]) -> Callable[..., Any]:
        compiled: Callable[..., Any]
        try:
            compiled = numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no folder can be written
            homeless.append(function.__name__)
            compiled = numba.njit(**options)(function)
        return compiled

    return compile


def private(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for functions that only compiled ones call: they need no door for Python, nor a place on disk."""
    made: Callable[..., Any] = numba.njit(**OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return made


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for small functions that are written into those that call them."""
    options = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "inline": "always"}
    made: Callable[..., Any] = numba.njit(**options)(function)
    return made


@private
def copy(row: Any, put: Any) -> None:
    """The numbers of ``row`` to the beginning of ``put``: to assign slices takes seconds to compile."""
    for j in range(len(row)):
        put[j] = row[j]


@private
def fill(row: Any, value: Any) -> None:
    """The same number everywhere."""
    for j in range(len(row)):
        row[j] = value


@private
def exp(x: Any) -> Any:
    """Of x <= 80, to 6e-7: unlike math.exp, it goes into vectors."""
    power = max(x * F32(1.44269504), F32(-126))
    whole = np.int32(power + F32(127.5)) - np.int32(127)
    part = power - F32(whole)
    series = F32(1.535336188e-4)
    series = series * part + F32(1.339887440e-3)
    series = series * part + F32(9.618437358e-3)
    series = series * part + F32(5.550332471e-2)
    series = series * part + F32(2.402264791e-1)
    series = series * part + F32(6.931472029e-1)
    series = series * part + F32(1)
    return series * np.int32((whole + np.int32(127)) << np.int32(23)).view(F32)


@private
def log(x: Any) -> Any:
    """Of x > 0, to 2e-7."""
    bits = F32(x).view(np.int32)
    power = np.int32(bits >> np.int32(23)) - np.int32(127)
    part = np.int32((bits & np.int32(0x7FFFFF)) | np.int32(0x3F800000)).view(F32) - F32(1.5)
    ratio = part / (part + F32(3))
    square = ratio * ratio
    series = F32(2 / 9)
    series = series * square + F32(2 / 7)
    series = series * square + F32(2 / 5)
    series = series * square + F32(2 / 3)
    series = series * square + F32(2)
    return series * ratio + F32(0.4054651081) + F32(power) * F32(0.6931471806)


@private
def tanh(x: Any) -> Any:
    """To 2e-7."""
    return F32(1) - F32(2) / (exp(F32(2) * min(x, F32(40))) + F32(1))
