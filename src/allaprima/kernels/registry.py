"""The table of backends, and which of them works for some tensors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import NamedTuple, cast

import torch
from torch import Tensor

from .operations import Operations


class Backend(NamedTuple):
    """A row of the table."""

    name: str
    device: str | None  # the type of the tensors' device; None: any
    dtype: torch.dtype | None  # of the tensors that are floats; None: any
    module: str  # with the functions of ``Operations``, relative to this package

    def operations(self) -> Operations:
        """The functions themselves: imported when somebody asks, and with them numba, the only place where that
        happens. What a backend has to ``prepare`` is done before they are given.
        """
        module = import_module(self.module, __package__)
        if prepare := getattr(module, "prepare", None):
            prepare()
        return cast(Operations, module)


BACKENDS = [
    Backend("cpu", "cpu", torch.float32, ".cpu"),
    Backend("reference", None, None, ".reference"),
]
"""The first row that fits is taken."""


def backend_for(*tensors: Tensor) -> Operations:
    """The backend for these tensors, all of one device."""
    devices, dtypes = {tensor.device.type for tensor in tensors}, {tensor.dtype for tensor in tensors}
    for backend in BACKENDS:
        here = backend.device is None or devices == {backend.device}
        if here and (backend.dtype is None or dtypes == {backend.dtype}):
            return backend.operations()
    raise LookupError(f"no backend works with {dtypes} on {devices}")


def on_compile(tell: Callable[[bool], None]) -> AbstractContextManager[None]:
    """Within, ``tell`` is called when code has to be compiled for this machine first, which takes seconds: once at
    most, with whether that is kept for later runs.
    """
    compiler = import_module(".cpu.compiler", __package__)
    return cast("AbstractContextManager[None]", compiler.on_compile(tell))
