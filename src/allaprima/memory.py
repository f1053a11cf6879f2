"""How much memory this process can still take: what needs more is refused before it begins, and not after hours."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from .errors import InputError, MachineError

if sys.platform != "win32":
    import resource

LIBRARIES = 4e9  # bytes of address space, of which they use a tenth: torch, numba and the others, and their threads

CONTAINERS = (  # of Linux: where it is told how much one may have, and has, and of what kind
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes"),
)
CACHED = ("inactive_file", "active_file")  # given back when it is wanted


def check_before_loading() -> None:
    """Raise MachineError if a limit leaves too little address space to load torch, which would abort the process or
    interrupt it; and InputError if the current folder is gone, without which it does not find its own parts.
    """
    if "torch" in sys.modules:
        return
    if (free := min(_address_space(), default=LIBRARIES)) < LIBRARIES:
        raise MachineError(
            f"loading the libraries takes about {LIBRARIES / 1e9:.0f} GB of address space, and ulimit -v leaves "
            f"{free / 1e9:.1f} GB: raise it"
        )
    try:
        Path.cwd()
    except FileNotFoundError:
        raise InputError("the current folder was removed: change to another one") from None


def check_memory(needed: float, what: str, instead: str) -> None:
    """Raise MachineError if ``what`` needs more bytes than there are, saying what to do ``instead``."""
    if needed > (free := free_memory()):
        raise MachineError(
            f"{what} takes about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free: {instead}"
        )


def free_memory() -> int:
    """Bytes, as far as the system tells: of the machine, of its container, and of what this process may have."""
    return max(0, min(_limits()))


def _limits() -> Iterator[int]:
    yield psutil.virtual_memory().available + psutil.swap_memory().free
    for folder, most, taken in CONTAINERS:
        with suppress(OSError, ValueError):  # not there, or "max"
            kinds = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            cached = sum(int(kinds.get(kind, 0)) for kind in CACHED)
            yield int((folder / most).read_text()) - int((folder / taken).read_text()) + cached
    yield from _address_space()


def _address_space() -> Iterator[int]:
    """What a limit leaves of it, if there is one."""
    if sys.platform != "win32":
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            yield limit - psutil.Process().memory_info().vms
