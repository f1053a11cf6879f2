"""The very first painting on a machine, for which all is compiled, is the one that comes ever after."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from allaprima.app.terminal import patient
from allaprima.kernels.cpu import compiler

PAINT = """
import sys, allaprima
from allaprima.kernels import on_compile
said = []
with on_compile(lambda kept: said.append(f"compiling {kept}")):
    allaprima.paint(sys.argv[1], strokes=60, size=96, quality="draft").save(sys.argv[2])
print(*said)
"""


@pytest.mark.slow
def test_the_first_painting_is_the_second(photo: Path, tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    said = []
    for name in ("first", "second"):
        command = [sys.executable, "-c", PAINT, str(photo), str(tmp_path / f"{name}.painting.json")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        said.append(done.stdout.strip())
    assert said == ["compiling True", ""]
    assert (tmp_path / "first.painting.json").read_bytes() == (tmp_path / "second.painting.json").read_bytes()
    assert list((tmp_path / "compiled").rglob("*.compiled"))


@pytest.mark.parametrize(("kept", "told"), [(True, ", this once"), (False, ", each time, as no folder can be written")])
def test_what_is_said(
    kept: bool, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is once is said only where it is kept."""
    monkeypatch.setattr(compiler, "homeless", [] if kept else ["here"])
    with patient():
        compiler.announce()
    shown = capsys.readouterr().err
    assert told in shown and ("this once" in shown) == kept
