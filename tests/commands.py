"""What tests of the command line share."""

import subprocess
import sys
from pathlib import Path

import pytest

QUICK = ["--strokes", "20", "--size", "48", "--quality", "draft"]


def listed() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def start(*arguments: str, before: str = "pass") -> "subprocess.Popen[str]":
    # a job in the background, and all that it starts, does not hear a Ctrl-C, nor one under nohup that its terminal
    # is gone: here both are always heard
    hears = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "hasattr(signal, 'SIGHUP') and signal.signal(signal.SIGHUP, signal.SIG_DFL)"
    )
    code = f"{hears}; from allaprima.__main__ import main; {before}; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def assert_one_line(capsys: pytest.CaptureFixture[str], told: str) -> None:
    shown = capsys.readouterr()
    assert told in shown.err and shown.err.startswith("allaprima: ")
    assert shown.err.count("\n") == 1 and not shown.out, shown


def assert_told(capsys: pytest.CaptureFixture[str], told: str) -> None:
    shown = capsys.readouterr().err
    assert told in shown and shown.count("\n") == 1
