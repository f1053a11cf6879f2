"""Work on many machines, through Ray: what a machine that is lost had begun, another one does again.

Every machine needs this package, and must see the files under the same paths. Needs the extra ``cluster``.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .errors import InputError, MachineError, to_install
from .processes import cores

LOCAL = "local"
OFTEN = 0.2  # seconds between two looks
SOON = 5.0  # seconds that a cluster has to answer
AHEAD = 2  # tasks for each processor: what runs, and what waits to
TRIES = 3  # of a task whose machine is lost, or whose process is killed, after the first
SECURE = {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
ALONE = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


class Cluster:
    """A connection with a cluster: one of this machine alone (``local``), of so many ``processes``, or that at an
    ``address``, whose token is known. Raises InputError without the extra, and for a cluster that does not answer.
    """

    def __init__(self, address: str, processes: int | None = None) -> None:
        os.environ.update(SECURE)
        try:
            import ray
        except ModuleNotFoundError:
            raise InputError(f"a cluster needs Ray: {to_install('ray')}") from None
        _check_there(address)
        place: dict[str, Any] = {"address": address}
        if address == LOCAL:
            place = {"num_cpus": processes or cores(), "include_dashboard": False}
        try:
            ray.init(**place, log_to_driver=False, logging_level="ERROR", runtime_env={"env_vars": ALONE | SECURE})
        except Exception as error:
            told = " ".join(str(error).split())[:200]
            raise InputError(
                f"no cluster answers at {address} ({told}): is it there, and is its token in RAY_AUTH_TOKEN?"
            ) from None
        self._ray = ray

    @property
    def at_once(self) -> int:
        """On how many processors it works, as it is now."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def close(self) -> None:
        self._ray.shutdown()

    def work(
        self,
        function: Callable[..., Any],
        tasks: Sequence[tuple[Any, ...]],
        look: Callable[[], None],
        stopped: Callable[[], bool] = bool,
    ) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Call a function with what each task holds. Gives each with what came of it, or the exception that did, as
        soon as it is there. ``look`` is called five times a second. Once ``stopped`` says so, no more are begun, and
        KeyboardInterrupt is raised in those under way; what has no result by then is not given.
        """
        ray, left, asked = self._ray, deque(tasks), False
        remote = ray.remote(num_cpus=1, max_retries=TRIES)(function)
        under_way: dict[Any, tuple[Any, ...]] = {}
        while under_way or (left and not stopped()):
            most = AHEAD * self.at_once
            while left and not stopped() and len(under_way) < most:
                task = left.popleft()
                under_way[remote.remote(*task)] = task
            if stopped() and not asked:
                asked = True
                for reference in under_way:
                    ray.cancel(reference)
            # all that are ready: to wait for one takes as long as there are tasks under way
            ready, _ = ray.wait(list(under_way), num_returns=len(under_way), timeout=OFTEN)
            look()
            for reference in ready:
                task = under_way.pop(reference)
                try:
                    yield task, ray.get(reference)
                except ray.exceptions.TaskCancelledError:
                    continue
                except ray.exceptions.RayTaskError as error:
                    yield task, error.cause
                except ray.exceptions.RayError as error:
                    told = " ".join(str(error).split())[:120]
                    yield task, MachineError(f"its machine, or its process, was lost {TRIES + 1} times: {told}")


def _check_there(address: str) -> None:
    """Raise InputError if nobody listens at a host and port: Ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        return
    try:
        socket.create_connection((host, int(port)), SOON).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no cluster answers at {address} ({error}): start one, or give its address") from None
