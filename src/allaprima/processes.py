"""Work in processes of its own: they begin without the caller's script, hear no Ctrl-C, are silent, and end with us."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import SpawnContext
from types import ModuleType
from typing import Any

SPAWN: SpawnContext = multiprocessing.get_context("spawn")  # what torch and numba hold does not survive a fork


def cores() -> int:
    """On how many processors this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pool(count: int, threads: int = 1, own: Callable[..., None] | None = None, *given: Any) -> ProcessPoolExecutor:
    """So many processes, each with so many threads, that begin with a call of ``own``. They begin when work is
    submitted: do that within :func:`beginning`.
    """
    return ProcessPoolExecutor(count, SPAWN, _begin, (threads, own, *given))


@contextmanager
def beginning(imported: bool = True) -> Iterator[None]:
    """Processes that begin within never hear Ctrl-C, which is for the parent, and finish what is under way. They do not
    run the caller's script once more, as Python would have it, if what they need is ``imported``.
    """
    main = sys.modules["__main__"]
    if imported:
        sys.modules["__main__"] = ModuleType("__main__")
    before = None
    if hasattr(signal, "pthread_sigmask"):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        sys.modules["__main__"] = main


def _begin(threads: int, own: Callable[..., None] | None, *given: Any) -> None:
    import torch

    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(threads)
    nothing = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)  # the engine prints harmless remarks about time
    if own:
        own(*given)


def _end_with_parent() -> None:
    """A killed parent cannot end its workers: they see for themselves that it is gone."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
