"""Of processes that learn together the first one speaks for all."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

from .terminal import ENDS, console

TOGETHER = ("train", "learn-brush")  # commands that several processes may be started with
LATER, SOON = 10.0, 1.0  # seconds in which the first one is sure to have said the same, and to have said that it stops


def is_silent(arguments: list[str]) -> bool:
    """Whether another process speaks for this one: torchrun numbers those that it starts."""
    words = [word for word in arguments if not word.startswith("-")]
    return words[:1] != [] and words[0] in TOGETHER and os.environ.get("RANK", "0") != "0"


def silently(work: Callable[[], int]) -> int:
    """Do what has an exit code, and keep what it says. An error is most likely everybody's: the first process tells it
    and ends, and a launcher then ends the others. Whoever is still here after a while has an error of its own.
    """
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
        code = work()
    if code:
        for end in ENDS:
            signal.signal(end, lambda *_: os._exit(code))
        time.sleep(SOON if code == 130 else LATER)
        if code != 130:
            console.file.write(said.getvalue())
    return code
