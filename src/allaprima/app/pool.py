"""Many orders at once, each in a process of a pool; what a killed process leaves behind, another one takes up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from ..errors import MachineError
from ..processes import SPAWN, beginning, cores, pool
from .batch import Order
from .batch_report import Row
from .work import failed, work_on

OFTEN = 0.2  # seconds between two looks
KILLED = "its process was killed, twice: memory ran out, or it crashes there"
_here: dict[str, Any] = {}  # of a worker: what it shares with all others


class Pool:
    """Works on orders in so many processes, ``at_once``, which share the processors: on no more threads each than this
    one has (``OMP_NUM_THREADS``). :meth:`stop` asks them to come to an end, and to keep what there is; ``share`` is how
    much of all is done, 0 to 1.
    """

    def __init__(self, processes: int) -> None:
        import torch

        self.at_once, self._threads = processes, max(1, min(torch.get_num_threads(), cores() // processes))
        self._stop = SPAWN.RawValue("b", 0)
        self._shares = SPAWN.RawArray("d", 1)  # of each order, how much is done

    def stop(self) -> None:
        self._stop.value = 1

    @property
    def share(self) -> float:
        return float(sum(self._shares) / len(self._shares))

    def close(self) -> None:
        """Nothing is left of it, whenever work has ended."""

    def work(self, orders: Sequence[Order], look: Callable[[], None]) -> Iterator[Row]:
        """A row for each order that is done, or failed, as soon as it is; none for what was stopped. ``look`` is called
        five times a second. Raises OSError where the disk is full.
        """
        self._shares = SPAWN.RawArray("d", max(1, len(orders)))
        left = deque(enumerate(orders))
        while left and not self._stop.value:
            killed: list[tuple[int, Order]] = []
            yield from self._round(left, self.at_once, killed, look)
            for number, order in killed:  # one of them may be at fault: each alone, so that it is known which
                again: list[tuple[int, Order]] = []
                yield from self._round(deque([(number, order)]), 1, again, look)
                if again:
                    yield failed(order, MachineError(KILLED))

    def _round(
        self,
        left: deque[tuple[int, Order]],
        processes: int,
        killed: list[tuple[int, Order]],
        look: Callable[[], None],
    ) -> Iterator[Row]:
        """Work on what is ``left`` until it is done, or a process was ``killed``, with the orders under way."""
        workers = pool(processes, self._threads, _begin, self._stop, self._shares)
        under_way: dict[Future[Row], tuple[int, Order]] = {}
        try:
            while not killed and (under_way or (left and not self._stop.value)):
                while left and len(under_way) < processes and not self._stop.value:
                    order = left.popleft()
                    try:
                        with beginning():
                            under_way[workers.submit(_work, *order)] = order
                    except BrokenProcessPool:  # just now
                        killed.append(order)
                        break
                finished, _ = wait(under_way, OFTEN, return_when=FIRST_COMPLETED)
                look()
                for future in finished:
                    order = under_way.pop(future)
                    try:
                        row = future.result()
                    except BrokenProcessPool:
                        killed.append(order)
                        continue
                    if row.finished or row.error:
                        yield row
            killed += under_way.values()
        finally:
            workers.shutdown(wait=True, cancel_futures=True)


def _begin(stop: Any, shares: Any) -> None:
    _here.update(stop=stop, shares=shares)


def _work(number: int, order: Order) -> Row:
    """In a worker: an order, which tells how far it is."""

    def tell(share: float) -> None:
        _here["shares"][number] = share
        if _here["stop"].value:
            raise KeyboardInterrupt

    row = work_on(order, tell)
    _here["shares"][number] = 1.0
    return row
