"""How torch's threads wait for one another: asleep, if we come early enough to say so.

Spinning, as they do unless they are told before torch is loaded, they take the processor from other programs, and from
one another: beside two busy programs a training took five times as long. Where torch was there first, and its threads
spin, small work is done by one of them; compiled code of ours, whose threads sleep, goes on sharing its work.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

POLICY, ASLEEP = "OMP_WAIT_POLICY", "PASSIVE"


class _Usual(local):
    threads: int | None = None  # of a thread that is within `few_threads`


spin = "torch" in sys.modules and os.environ.get(POLICY, "").upper() != ASLEEP
_usual = _Usual()


def sleep() -> None:
    """Let torch's threads sleep while they wait, if nobody has said otherwise, and torch is not loaded yet."""
    os.environ.setdefault(POLICY, ASLEEP)


@contextmanager
def few_threads(small: bool = True) -> Iterator[None]:
    """Within, torch works on one thread, if the work is ``small`` and its threads spin."""
    if not (spin and small) or _usual.threads:
        yield
        return
    import torch

    _usual.threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(_usual.threads)
        _usual.threads = None


def threads() -> int:
    """On how many threads compiled code of ours shares its work: as many as torch has, but for :func:`few_threads`."""
    import torch

    return _usual.threads or torch.get_num_threads()
