"""Work in parts, on some threads at once. Compiled code runs without the interpreter's lock.

How work is parted depends on the work alone, and no two parts add to the same number: the result is the same, bit for
bit, whatever the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ...spinning import threads

Result = TypeVar("Result")
A_STROKE = 1000  # pixels: what a stroke costs besides those of its box


def arrays(*tensors: Tensor) -> list[NDArray[Any]]:
    """The numbers of tensors, in place where they stand in a row."""
    return [tensor.detach().contiguous().numpy() for tensor in tensors]


def share(work: Callable[..., Result], parts: Sequence[tuple[Any, ...]]) -> list[Result]:
    """``work`` on all parts, in order."""
    some = min(threads(), len(parts))
    if some == 1:
        return [work(*part) for part in parts]
    return list(_pool(some).map(lambda part: work(*part), parts))


def chunks(areas: NDArray[np.int64], pixels: int) -> list[tuple[int, int]]:
    """Bounds of strokes of these ``areas`` ``(N,)`` that are drawn together, about so many ``pixels`` at a time: of an
    even number of parts, so that two threads end together.
    """
    done = np.cumsum(areas + A_STROKE)
    parts = 2 * -(-int(done[-1]) // (2 * pixels))
    bounds = np.searchsorted(done, np.arange(1, parts) * done[-1] // parts, "right")
    return list(pairwise(sorted({0, *bounds.tolist(), len(areas)})))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Kept, as to start threads takes longer than to draw a few strokes."""
    return ThreadPoolExecutor(threads)


if hasattr(os, "register_at_fork"):  # a child has no threads
    os.register_at_fork(after_in_child=_pool.cache_clear)
