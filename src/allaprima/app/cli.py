"""The command line: a command parses, makes one library call and prints.

Messages go to stderr, paths of results to stdout. Exit codes: 0 done, 2 wrong input, 1 the machine failed (disk,
memory), 130 Ctrl-C after saving. Torch is imported when a command needs it, so that help comes at once.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from types import FrameType
from typing import Annotated

import typer
from typer.exceptions import TyperException

from ..errors import AllaprimaWarning, one_line
from ..files import discard_unfinished
from ..version import VERSION
from . import (
    batch_command,
    brushes_command,
    compare_command,
    film_command,
    learn_commands,
    looks_command,
    paint_command,
    render_command,
    studio_command,
)
from .failures import DEBUG, debugging, tell_failure
from .one_voice import is_silent, silently
from .terminal import ENDS, Stopped, tell

app = typer.Typer(
    name="allaprima",
    help="Paint a photo in oil, or with MyPaint's brushes, stroke by stroke, and draw it at any size.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line and exit with its code."""
    streams = [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, io.TextIOWrapper)]
    for stream in streams:  # a path that a terminal cannot show is no reason to fail; a program gets its very bytes
        exact = stream is sys.stdout and not stream.isatty() and stream.encoding.lower() == "utf-8"
        stream.reconfigure(errors="surrogateescape" if exact else "backslashreplace")
    for end in ENDS:
        if signal.getsignal(end) != signal.SIG_IGN:  # nohup
            signal.signal(end, _end)
    arguments = sys.argv[1:]
    code = silently(lambda: run(arguments)) if is_silent(arguments) else run(arguments)
    for stream in streams:
        stream.flush()
    os._exit(code)  # torch would take another third of a second to be unloaded


def _end(number: int, _frame: FrameType | None) -> None:
    """Asked to end, do so at once, without what is half written. As an exception it would fall into whatever is under
    way, such as somebody's import, where it may be lost.
    """
    discard_unfinished()
    os._exit(128 + number)


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. Whatever goes wrong is told in one line; ``--debug``, anywhere among the options,
    shows the traceback too.
    """
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    debugging.set(DEBUG in words)
    arguments = [word for word in words if word != DEBUG] + arguments[len(words) :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", AllaprimaWarning)
        warnings.showwarning = lambda message, *_args, **_more: tell(str(message))
        try:
            code = int(app(arguments, standalone_mode=False) or 0)
            if code == 130:  # typer caught the Ctrl-C, before there was anything to keep
                tell("stopped, with nothing to save yet")
            return code
        except Stopped:
            return 130
        except TyperException as error:
            if error.format_message():
                tell(one_line(error.format_message()), "red")
            return error.exit_code
        except typer.Abort as error:  # what typer makes of any EOFError
            return tell_failure(error.__cause__ if isinstance(error.__cause__, Exception) else error)
        except Exception as error:
            return tell_failure(error)


@app.callback(invoke_without_command=True)
def start(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
    _debug: Annotated[bool, typer.Option(DEBUG, help="Show the traceback of an error, too.")] = False,
) -> None:
    if version:
        print(f"allaprima {VERSION}")
        raise typer.Exit


GROUPS = (
    paint_command,
    batch_command,
    film_command,
    studio_command,
    render_command,
    looks_command,
    brushes_command,
    compare_command,
    film_command,
    learn_commands,
)
for commands in GROUPS:
    for command in commands.COMMANDS:
        app.command()(command)
