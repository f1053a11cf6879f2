"""Work in a thread of its own: it tells how far it is, waits for its turn, can pause, and stops when nobody looks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from typing import Any

from ...errors import InputError
from ...pace import TimeLeft

OFTEN = 0.08  # seconds: so often a job looks whether it is its turn
NEWS = 0.2  # seconds between two news, at least: a page that is told more is busy with that alone
WAITING = 8  # jobs at most
SOON = 1.0  # seconds: who waits longer is told why


class Stopped(BaseException):
    """Work was told to stop: no error."""


@dataclass(frozen=True)
class News:
    """How far work is: a ``share``, 0 to 1, a few words on it, the time ``left``, and the latest ``picture`` of it as
    JPEG, if there is one.
    """

    share: float = 0.0
    text: str = ""
    left: str = ""
    picture: bytes = b""
    paused: bool = False


def before_yours(count: int) -> str:
    """What somebody is told who waits for so many others; for none, if it is for what ends already."""
    return (
        "1 painting is before yours"
        if count == 1
        else f"{count} paintings are before yours"
        if count
        else "in a moment"
    )


class Turns:
    """One job works at a time; ``most`` others wait for it, in their order, and are told what ``waiting`` says of how
    many are before them.
    """

    def __init__(self, most: int = WAITING, waiting: Callable[[int], str] = before_yours) -> None:
        self._most, self._waiting, self._jobs, self._lock = most, waiting, list[Job](), Lock()

    def take(self, job: Job, again: bool = False) -> None:
        """Wait until it is the turn of a job, which is told how many are before it. Raises InputError if too many are
        waiting, unless it had a turn and wants it ``again``: it has something to lose; and Stopped.
        """
        with self._lock:
            if not again and len(self._jobs) > self._most:
                raise InputError(f"{self._most} paintings are waiting already: try again in a few minutes")
            self._jobs.append(job)
        since = time.monotonic()
        while before := self._jobs[: self._jobs.index(job)]:
            if time.monotonic() - since > SOON:  # one's own sketches need a moment to stop
                job.tell(text=self._waiting(sum(not one.stopped for one in before)))
            time.sleep(OFTEN)
            job.check_stop()

    def leave(self, job: Job) -> None:
        """Let the next one begin, if this one had a turn, or waited for one."""
        with self._lock, suppress(ValueError):
            self._jobs.remove(job)


class Job:
    """``work(job)``, in a thread, from :meth:`start` on; it looks now and then whether it may go on: :meth:`check`."""

    def __init__(self, work: Callable[[Job], None], turns: Turns) -> None:
        self._work, self._turns = work, turns
        self._thread = Thread(target=self._run, daemon=True)
        self._stop, self._pause, self._time = Event(), Event(), TimeLeft()
        self.news = News()
        self.error: Exception | None = None

    def start(self) -> Job:
        self._thread.start()
        return self

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._turns.take(self)
            self._work(self)
        except Stopped:
            pass
        except Exception as error:
            self.error = error
        finally:
            self._turns.leave(self)

    # ---- for the work itself

    def tell(self, **changes: Any) -> None:
        """What is new: fields of :class:`News`."""
        if "share" in changes:
            changes["left"] = self._time.at(changes["share"])
        self.news = replace(self.news, **changes)

    def check_stop(self) -> None:
        """Raise Stopped if it was told to stop."""
        if self.stopped:
            raise Stopped

    def check(self) -> None:
        """The same; and while it is paused, wait, and let others have their turn."""
        self.check_stop()
        if not self._pause.is_set():
            return
        self.tell(paused=True)
        self._turns.leave(self)
        while self._pause.is_set():
            time.sleep(OFTEN)
            self.check_stop()
        self._turns.take(self, again=True)
        self._time = TimeLeft()
        self.tell(paused=False, left="")

    # ---- for who looks on

    def stop(self) -> None:
        self._stop.set()

    def pause(self, paused: bool = True) -> None:
        (self._pause.set if paused else self._pause.clear)()

    async def follow(self) -> AsyncIterator[News]:
        """What is new, until the work is done. Who leaves the loop stops it; what went wrong in it is raised."""
        last = None
        try:
            while True:
                alive, news = self.alive, self.news
                if news != last:
                    last = news
                    yield news
                if not alive:
                    break
                await asyncio.sleep(NEWS)
        finally:
            self.stop()
        if self.error:
            raise self.error
