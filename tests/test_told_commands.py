"""Commands that are told work as they stand, and what is told leaves a terminal as it is."""

import shlex
import sys
from pathlib import Path

import pytest

from allaprima.app.cli import run
from allaprima.app.command_line import command

from .commands import QUICK

pytestmark = pytest.mark.usefixtures("inside")


def test_names_like_options(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("-x.png").write_bytes(photo.read_bytes())
    assert run(["paint", *QUICK, "--", "-x.png"]) == 0
    larger = shlex.split(capsys.readouterr().err.partition("larger: ")[2])
    assert larger[:3] == ["allaprima", "render", "./-x-painted.painting.json"]
    assert run(larger[1:]) == 0 and Path("-x-painted-96.png").exists()


@pytest.mark.parametrize(
    ("script", "begins"),
    [
        ("/my env/bin/allaprima", "'/my env/bin/allaprima' paint ./-x.png"),
        ("/somewhere/allaprima/__main__.py", f"{sys.executable} -m allaprima paint ./-x.png"),
    ],
)
def test_what_this_person_can_run(script: str, begins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where our name is not found."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "argv", [script])
    assert command("paint", Path("-x.png"), "--size", "9") == f"{begins} --size 9"


def test_paths_on_a_terminal(photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Raw for a program that reads them, and escaped for a person who sees them."""
    Path("\x1b[31mred.png").write_bytes(photo.read_bytes())
    for terminal in (False, True):
        monkeypatch.setattr(sys.stdout, "isatty", lambda terminal=terminal: terminal)
        for words in ([], ["--csv"]):
            assert run(["paint", "\x1b[31mred.png", *QUICK, "--force", *words]) == 0
            assert ("\x1b" in capsys.readouterr().out) != terminal
