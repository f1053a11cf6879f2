"""The very first painting on a machine, for which all is compiled, is the one that comes ever after."""

import os
import subprocess
import sys
from pathlib import Path

PAINT = """
import sys, allaprima
from allaprima.kernels import on_compile
said = []
with on_compile(lambda: said.append("compiling")):
    allaprima.paint(sys.argv[1], strokes=60, size=96, quality="draft").save(sys.argv[2])
print(*said)
"""


def test_the_first_painting_is_the_second(photo: Path, tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    said = []
    for name in ("first", "second"):
        command = [sys.executable, "-c", PAINT, str(photo), str(tmp_path / f"{name}.painting.json")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        said.append(done.stdout.strip())
    assert said == ["compiling", ""]
    assert (tmp_path / "first.painting.json").read_bytes() == (tmp_path / "second.painting.json").read_bytes()
    assert list((tmp_path / "compiled").rglob("*.compiled"))
