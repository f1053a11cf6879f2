"""What went wrong, told to a person: one line and an exit code, whatever it was."""

from __future__ import annotations

import traceback
from contextvars import ContextVar
from typing import NamedTuple

from ..errors import InputError, MachineError, one_line
from .terminal import tell

DEBUG = "--debug"
MEMORY = ("allocate memory", "bad_alloc", "failed to map segment")  # what libraries say when there is no more of it
THREADS = "can't start new thread"
debugging = ContextVar("debugging", default=False)  # whether tracebacks are shown


class Failure(NamedTuple):
    """``text`` says what went wrong; ``code`` is 2 for wrong input, and 1 if the machine failed, or we did."""

    text: str
    code: int

    @classmethod
    def of(cls, error: Exception) -> Failure:
        if isinstance(error, InputError):
            return cls(str(error), 2)
        if isinstance(error, MachineError):
            return cls(str(error), 1)
        if isinstance(error, MemoryError) or any(sign in str(error) for sign in MEMORY):
            return cls("the machine failed: out of memory", 1)
        if THREADS in str(error):
            return cls(f"the machine failed: {THREADS}: it has too many processes, or too little memory", 1)
        if isinstance(error, OSError):
            told = ": ".join(str(part) for part in (error.strerror or error, error.filename) if part)
            return cls(f"the machine failed: {told}", 1)
        where = traceback.extract_tb(error.__traceback__)
        place = f" in {where[-1].name}" if where else ""
        told = " ".join(str(error).split())[:200]
        return cls(
            f"something went wrong that was not foreseen ({type(error).__name__}{place}: {told}): the same command "
            f"with {DEBUG} shows where",
            1,
        )


def tell_failure(error: Exception) -> int:
    """Tell it, and give the exit code."""
    if debugging.get():
        traceback.print_exception(error)
    failure = Failure.of(error)
    tell(one_line(failure.text), "red")
    return failure.code
