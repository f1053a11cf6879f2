"""Many orders over many machines, through Ray: a task a photo, which another machine takes up when one is lost.

All machines must see the photos and the folder of results under the same paths. Needs the extra ``cluster``.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..errors import InputError, MachineError, to_install
from ..processes import cores
from .batch import Order
from .batch_report import Row
from .work import failed, work_on

LOCAL = "local"
OFTEN = 0.2  # seconds between two looks
SOON = 5.0  # seconds that a cluster has to answer
AHEAD = 2  # tasks for each processor: what runs, and what waits to
TRIES = 3  # of a task whose machine is lost, or whose process is killed, after the first
SECURE = {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
ALONE = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


def connect(address: str, processes: int | None = None) -> Any:
    """Ray, connected with a cluster: one on this machine alone (``local``), of so many ``processes``, or that at an
    ``address``, whose token is known. Raises InputError without the extra, and for a cluster that does not answer.
    """
    os.environ.update(SECURE)
    try:
        import ray
    except ModuleNotFoundError:
        raise InputError(f"a cluster needs Ray: {to_install('ray')}") from None
    _check_there(address)
    local = {"num_cpus": processes or cores(), "include_dashboard": False} if address == LOCAL else {"address": address}
    try:
        ray.init(
            **local, log_to_driver=False, logging_level="ERROR", configure_logging=True,
            runtime_env={"env_vars": ALONE | SECURE},
        )  # fmt: skip
    except Exception as error:
        told = " ".join(str(error).split())[:200]
        raise InputError(
            f"no cluster answers at {address} ({told}): is it there, and is its token in RAY_AUTH_TOKEN?"
        ) from None
    return ray


def _check_there(address: str) -> None:
    """Raise InputError if nobody listens at a host and port: Ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        return
    try:
        socket.create_connection((host, int(port)), SOON).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no cluster answers at {address} ({error}): start one, or give its address") from None


class Cluster:
    """Works on orders at an ``address``. :meth:`stop` asks them to come to an end, and to keep what there is; ``share``
    is how much of all is done, 0 to 1.
    """

    def __init__(self, address: str, processes: int | None = None) -> None:
        self._ray, self._stopped, self._done, self._total = connect(address, processes), False, 0, 1

    @property
    def at_once(self) -> int:
        """Of the whole cluster, as it is now."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def stop(self) -> None:
        self._stopped = True

    @property
    def share(self) -> float:
        return self._done / self._total

    def close(self) -> None:
        self._ray.shutdown()

    def work(self, orders: Sequence[Order], look: Callable[[], None]) -> Iterator[Row]:
        """A row for each order that is done, or failed, as soon as it is; none for what was stopped. ``look`` is called
        five times a second. Raises OSError where the disk is full.
        """
        ray, left = self._ray, deque(orders)
        task = ray.remote(num_cpus=1, max_retries=TRIES)(_work)
        under_way: dict[Any, Order] = {}
        self._total, asked = max(1, len(orders)), False
        while left or under_way:
            while left and not self._stopped and len(under_way) < AHEAD * self.at_once:
                order = left.popleft()
                under_way[task.remote(order)] = order
            if self._stopped:
                left.clear()
                if not asked:
                    for reference in under_way:
                        ray.cancel(reference)  # as a Ctrl-C within it
                    asked = True
            ready, _ = ray.wait(list(under_way), timeout=OFTEN) if under_way else ([], [])
            look()
            for reference in ready:
                row = self._row(reference, under_way.pop(reference))
                if row and (row.finished or row.error):
                    self._done += 1
                    yield row

    def _row(self, reference: Any, order: Order) -> Row | None:
        """What came of a task; None if it was stopped before it began."""
        errors = self._ray.exceptions
        try:
            row: Row = self._ray.get(reference)
        except errors.TaskCancelledError:
            return None
        except errors.RayTaskError as error:
            if isinstance(error.cause, OSError):
                raise error.cause from None
            return failed(order, error.cause)
        except errors.RayError as error:
            told = " ".join(str(error).split())[:120]
            return failed(order, MachineError(f"its machine, or its process, was lost {TRIES + 1} times: {told}"))
        return row


def _work(order: Order) -> Row:
    """On a worker: an order; Ray interrupts it as Ctrl-C would."""
    return work_on(order, lambda share: None)
