"""Many orders over many machines: a task a photo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..cluster import Cluster
from .batch import Order
from .batch_report import Row
from .work import failed, work_on


class ClusterPool:
    """As :class:`~.pool.Pool`, on a cluster at an ``address``."""

    def __init__(self, address: str, processes: int | None = None) -> None:
        self._cluster, self._stopped, self._done, self._total = Cluster(address, processes), False, 0, 1

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

    def work(self, orders: Sequence[Order], look: Callable[[], None]) -> Iterator[Row]:
        self._total = max(1, len(orders))
        tasks = [(order,) for order in orders]
        for (order,), found in self._cluster.work(_work, tasks, look, lambda: self._stopped):
            if isinstance(found, OSError):
                raise found
            row = failed(order, found) if isinstance(found, Exception) else found
            if row.finished or row.error:
                self._done += 1
                yield row


def _work(order: Order) -> Row:
    """On a worker, which a Ctrl-C of ours interrupts."""
    return work_on(order, lambda share: None)
