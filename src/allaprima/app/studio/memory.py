"""What a process that runs for days does with its memory."""

from __future__ import annotations

import ctypes
from contextlib import suppress

ARENA_MAX = -8  # M_ARENA_MAX, of glibc's malloc.h
ARENAS = 2


def share_memory() -> None:
    """Let all threads take their memory from the same few heaps. Each painting is painted by a thread of its own, to
    which glibc gives a heap of its own, and what is free in one is of no use to the others: after an hour of painting
    a studio had twice the memory that it needs. Elsewhere than on Linux with glibc nothing changes.
    """
    with suppress(OSError, AttributeError, TypeError):  # no such library, or function
        ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)
