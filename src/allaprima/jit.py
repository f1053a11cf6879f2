"""Functions that numba compiles, where the brush and the canvas are too slow in torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """The decorator of compiled functions: they run without the interpreter's lock, and are kept on disk between runs
    where there is a folder for that.
    """
    if function is None:
        return lambda named: compiled(named, **options)
    options = {"nogil": True, "fastmath": True, "error_model": "numpy"} | options
    try:
        return numba.njit(function, cache=True, **options)
    except RuntimeError:  # no folder can be written
        return numba.njit(function, **options)
