"""What tests of many photos share: three photos, the report's rows, and waiting for a command that goes on."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

SLOW = ["--strokes", "800", "--size", "192", "--quality", "best"]  # until it has been killed, and stopped
OUT = ["-o", "out/{name}.{png,painting.json}"]


def make_photos(photo: Path) -> None:
    Path("in").mkdir()
    for name in "abc":
        Path(f"in/{name}.png").write_bytes(photo.read_bytes())


def rows() -> dict[str, dict[str, object]]:
    return {row["photo"]: row for row in json.loads(Path("out/report.json").read_text())}


def until(what: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 120
    while not what():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
