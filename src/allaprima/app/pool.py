"""Many tasks at once, each in a process of a pool; what a killed process leaves behind, another one takes up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ..errors import MachineError
from ..processes import SPAWN, beginning, cores, pool

OFTEN = 0.2  # seconds between two looks
KILLED = "its process was killed, twice: memory ran out, or it crashes there"
_here: dict[str, Any] = {}  # of a worker: what it shares with all others


class Outcome(Protocol):
    """What comes of a task: it is finished, or there is an error; or neither, if it was stopped."""

    @property
    def finished(self) -> bool: ...

    @property
    def error(self) -> str | None: ...


Task = TypeVar("Task")
Done = TypeVar("Done", bound=Outcome)


def alike(_task: object) -> float:
    """As much work as any other."""
    return 1.0


@dataclass(frozen=True)
class Work(Generic[Task, Done]):
    """What is done with a task, ``do``, which is given where to tell the share that is done, 0 to 1; what comes of one
    that could not be, ``failed``; and how much ``work`` it is. All are functions of a module.
    """

    do: Callable[[Task, Callable[[float], None]], Done]
    failed: Callable[[Task, Exception], Done]
    work: Callable[[Task], float] = alike


class Pool(Generic[Task, Done]):
    """Works on tasks in so many processes, ``at_once``, which share the processors: on no more threads each than this
    one has (``OMP_NUM_THREADS``). :meth:`stop` asks them to come to an end, and to keep what there is; ``share`` is how
    much of all is done, 0 to 1.
    """

    def __init__(self, work: Work[Task, Done], processes: int) -> None:
        import torch

        self._work = work
        self.at_once, self._threads = processes, max(1, min(torch.get_num_threads(), cores() // processes))
        self._stop = SPAWN.RawValue("b", 0)
        self._shares, self._works = SPAWN.RawArray("d", 1), [1.0]  # of each task, how much is done, and of how much

    def stop(self) -> None:
        self._stop.value = 1

    @property
    def share(self) -> float:
        done = sum(share * work for share, work in zip(self._shares, self._works, strict=True))
        return float(done / sum(self._works))

    def close(self) -> None:
        """Nothing is left of it, whenever work has ended."""

    def work(self, tasks: Sequence[Task], look: Callable[[], None]) -> Iterator[Done]:
        """What comes of each task that is done, or failed, as soon as it is; not of what was stopped. ``look`` is
        called five times a second. Raises OSError where the disk is full.
        """
        self._shares = SPAWN.RawArray("d", max(1, len(tasks)))
        self._works = [self._work.work(task) for task in tasks] or [1.0]
        left = deque(enumerate(tasks))
        while left and not self._stop.value:
            killed: list[tuple[int, Task]] = []
            yield from self._round(left, self.at_once, killed, look)
            for number, task in killed:  # one of them may be at fault: each alone, so that it is known which
                again: list[tuple[int, Task]] = []
                yield from self._round(deque([(number, task)]), 1, again, look)
                if again:
                    yield self._work.failed(task, MachineError(KILLED))

    def _round(
        self,
        left: deque[tuple[int, Task]],
        processes: int,
        killed: list[tuple[int, Task]],
        look: Callable[[], None],
    ) -> Iterator[Done]:
        """Work on what is ``left`` until it is done, or a process was ``killed``, with the tasks under way."""
        workers = pool(processes, self._threads, _begin, self._stop, self._shares)
        under_way: dict[Future[Done], tuple[int, Task]] = {}
        try:
            while not killed and (under_way or (left and not self._stop.value)):
                while left and len(under_way) < processes and not self._stop.value:
                    task = left.popleft()
                    try:
                        with beginning():
                            under_way[workers.submit(_work, self._work.do, *task)] = task
                    except BrokenProcessPool:  # just now
                        killed.append(task)
                        break
                finished, _ = wait(under_way, OFTEN, return_when=FIRST_COMPLETED)
                look()
                for future in finished:
                    task = under_way.pop(future)
                    try:
                        found = future.result()
                    except BrokenProcessPool:
                        killed.append(task)
                        continue
                    if found.finished or found.error:
                        yield found
            killed += under_way.values()
        finally:
            workers.shutdown(wait=True, cancel_futures=True)


def _begin(stop: Any, shares: Any) -> None:
    _here.update(stop=stop, shares=shares)


def _work(do: Callable[[Any, Callable[[float], None]], Any], number: int, task: Any) -> Any:
    """In a worker: a task, which tells how far it is."""

    def tell(share: float) -> None:
        _here["shares"][number] = share
        if _here["stop"].value:
            raise KeyboardInterrupt

    found = do(task, tell)
    _here["shares"][number] = 1.0
    return found
