"""How long work will go on, by the pace of what was done."""

from __future__ import annotations

import time

SURE, SURER = 1.0, 5.0  # seconds of work that tell how long the rest takes: if ENOUGH is done, and if less
ENOUGH = 0.02


class TimeLeft:
    """Of one piece of work, from when its share is told for the first time: not while it was loaded."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None  # share and time then

    def at(self, share: float) -> str:
        """What is left of the work when ``share`` of it, 0 to 1, is done, such as ``1:05 left``; see
        :func:`time_left`.
        """
        now = time.monotonic()
        share_then, then = self._first = self._first or (share, now)
        return time_left(share - share_then, now - then, 1 - share)


def time_left(done: float, seconds: float, left: float) -> str:
    """What is left of the work, at the pace of all that was done since it began; nothing before there is a pace."""
    if done <= 0 or seconds < (SURE if done >= ENOUGH else SURER):
        return ""
    minutes, rest = divmod(round(seconds * left / done), 60)
    return f"{minutes}:{rest:02} left"
