"""Many tasks over many machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic

from ..cluster import Cluster
from .pool import Done, Task, Work


class ClusterPool(Generic[Task, Done]):
    """As :class:`~.pool.Pool`, on a cluster at an ``address``."""

    def __init__(self, work: Work[Task, Done], address: str, processes: int | None = None) -> None:
        self._work, self._cluster = work, Cluster(address, processes)
        self._stopped, self._done, self._total = False, 0.0, 1.0

    @property
    def at_once(self) -> int:
        return self._cluster.at_once

    def stop(self) -> None:
        self._stopped = True

    @property
    def share(self) -> float:
        return self._done / self._total

    def close(self) -> None:
        self._cluster.close()

    def work(self, tasks: Sequence[Task], look: Callable[[], None]) -> Iterator[Done]:
        self._total = sum(map(self._work.work, tasks)) or 1.0
        made, each = self._work.do, [(task,) for task in tasks]

        def _work(task: Task) -> Done:
            return made(task, _unheard)

        for (task,), given in self._cluster.work(_work, each, look, lambda: self._stopped):
            if isinstance(given, OSError):
                raise given
            found = self._work.failed(task, given) if isinstance(given, Exception) else given
            if found.finished or found.error:
                self._done += self._work.work(task)
                yield found


def _unheard(_share: float) -> None:
    """On a worker: nobody hears how far it is, and a Ctrl-C of ours interrupts it."""
