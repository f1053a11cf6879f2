"""What a person sees of long work: a bar with time left, and a Ctrl-C that is heard at the next safe moment."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console

from ..errors import escaped
from ..pace import TimeLeft

if TYPE_CHECKING:
    from rich.progress import Progress

console = Console(stderr=True)
ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # they end a process at once


class Stopped(BaseException):
    """Ctrl-C was heard, what there was is saved, and the person was told: no error."""


def tell(text: str, style: str = "") -> None:
    """One line for the person, on stderr, whatever stands in it."""
    say(f"allaprima: {text}", style)


def say(line: str, style: str = "") -> None:
    """The same without our name before it: one of many lines, to be copied."""
    console.print(escaped(line), style=style, markup=False, highlight=False, emoji=False, soft_wrap=True)


def put(path: object) -> None:
    """The path of a result, on stdout: as it is for a program, and so that it leaves a terminal as that is."""
    print(for_stdout(path))


def for_stdout(text: object) -> str:
    """A text with a path in it, as stdout is to get it."""
    return escaped(str(text)) if sys.stdout.isatty() else str(text)


class Bar:
    """``bar.show(share, text)``: how much of the work is done, 0 to 1, and a few words on it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=1.0, left="")
        self._time = TimeLeft()

    def show(self, share: float, text: str) -> None:
        self._progress.update(self._task, completed=share, description=text, left=self._time.at(share))


@contextmanager
def bar() -> Iterator[Bar]:
    """A bar on stderr, if a person is there to see it."""
    # takes a tenth of the time in which help comes, which shows no bar
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress)


@contextmanager
def patient() -> Iterator[None]:
    """Within, a person who waits for the very first painting, or for each where nothing can be kept, is told why."""
    from ..kernels import on_compile

    with on_compile(tell_why):
        yield


def tell_why(kept: bool) -> None:
    """Something is compiled, and is ``kept`` for the next time, or cannot be."""
    often = "this once" if kept else "each time, as no folder can be written to keep it: set NUMBA_CACHE_DIR to one"
    tell(f"compiling for this machine, which takes some seconds, {often}")


@contextmanager
def hushed() -> Iterator[None]:
    """Within, C code prints nothing: the engine's remark "Time is running backwards!" is harmless, and would stand
    among the paths of results. The console still speaks.
    """
    streams = (sys.stdout, sys.stderr)
    if None in streams or sys.stderr is not sys.__stderr__:  # closed; or somebody else reads along: a notebook, a test
        yield
        return
    sys.stdout.flush()
    kept, nothing, before = [os.dup(1), os.dup(2)], os.open(os.devnull, os.O_WRONLY), console.file
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    try:
        with os.fdopen(os.dup(kept[1]), "w") as console.file:
            yield
    finally:
        if os.name == "posix":
            ctypes.CDLL(None).fflush(None)  # what C still holds back
        for descriptor, own in enumerate(kept, 1):
            os.dup2(own, descriptor)
            os.close(own)
        os.close(nothing)
        console.file = before


class Stop:
    """Whether Ctrl-C was pressed; :meth:`check` raises KeyboardInterrupt then, where nothing can be lost."""

    def __init__(self) -> None:
        self.asked = False

    def check(self) -> None:
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def loading() -> Iterator[None]:
    """Within, libraries are loaded and nothing is there to lose: a Ctrl-C ends the process at once. As an exception it
    would fall into the middle of somebody's import, and come out as another error, or not at all. Raises MachineError
    or InputError where they cannot be loaded.
    """
    from ..memory import check_before_loading

    check_before_loading()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        if sys.stderr is sys.__stderr__:  # or another process says it
            os.write(2, b"allaprima: stopped, with nothing to save yet\n")
        os._exit(130)

    gc.disable()  # all that is loaded stays: looking for what may go costs a quarter of a second
    try:
        with _hearing(leave):
            yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Within, a first Ctrl-C only asks; a second one interrupts at once."""
    stop = Stop()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    with _hearing(ask):
        yield stop


@contextmanager
def _hearing(do: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Within, a Ctrl-C does this."""
    before = signal.signal(signal.SIGINT, do)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
