"""What stops the command: Ctrl-C, a kill, a full disk. Nothing is lost."""

import os
import random
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import allaprima
from allaprima import Painting
from allaprima.app.cli import run
from allaprima.painters.checkpoint import Checkpoint

from .commands import QUICK, assert_one_line, listed, start
from .conftest import picture_size

pytestmark = pytest.mark.usefixtures("inside")


def test_disk_full_leaves_the_old_file(photo: Path) -> None:
    """A file-size limit of the system stands for the full disk: the write fails half-way."""
    for name, large in (("old.png", ["--output-size", "600"]), ("old.painting.json", [])):
        Path(name).write_bytes(b"precious")
        process = start(
            "paint", str(photo), *QUICK, *large, "-o", name, "--force",
            before="import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))",
        )  # fmt: skip
        out, err = process.communicate()
        assert process.returncode == 1 and out == "" and "the machine failed" in err and "Traceback" not in err
        assert Path(name).read_bytes() == b"precious"
    assert listed() == ["old.painting.json", "old.png"]


def test_ctrl_c_saves_what_is_there(photo: Path) -> None:
    process = start(
        "paint", str(photo), "--strokes", "1500", "--size", "256", "--quality", "best",
        "-o", "a.png", "-o", "a.painting.json", "--preview", "growing.png",
    )  # fmt: skip
    looks = set[float]()
    deadline = time.monotonic() + 60
    while len(looks) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
        if Path("growing.png").exists():
            assert picture_size("growing.png") == (512, 340)
            looks.add(Path("growing.png").stat().st_mtime)
    assert process.poll() is None and len(looks) > 1
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out.split() == ["a.png", "a.painting.json"]
    assert "stopped at step" in err
    painting = Painting.load("a.painting.json")
    assert 0 < len(painting) <= 1500
    assert (np.asarray(Image.open("a.png")) == painting.render()).all()
    command = shlex.split(err.strip().partition("go on with: ")[2])
    assert command[:4] == ["allaprima", "paint", str(photo), "--resume"]
    assert Painting.load(command[4]) == painting and painting.unfinished is not None


def test_what_fails_while_drawing_keeps_the_painting(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("b.painting.json").write_text("another painting")
    for error, code in ((KeyboardInterrupt(), 130), (OSError(28, "No space left on device"), 1), (MemoryError(), 1)):
        monkeypatch.setattr(Painting, "drawing", Fails(error))
        assert run(["paint", str(photo), *QUICK, "-o", "a.png"]) == code
        told = capsys.readouterr()
        assert "kept in a.png.unfinished.painting.json: draw it with" in told.err and not told.out
        assert listed() == ["a.png.unfinished.painting.json", "b.painting.json"]
        assert len(Painting.load("a.png.unfinished.painting.json")) == 20
        Path("a.png.unfinished.painting.json").unlink()
    assert "No space left on device" not in told.err and "out of memory" in told.err
    assert Path("b.painting.json").read_text() == "another painting"


class Fails:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __call__(self, *_: object, **__: object) -> None:
        raise self.error


def test_ctrl_c_before_anything_is_told(photo: Path) -> None:
    for seconds in (0.1, 0.4, 0.8, 1.2, 2.0):
        process = start(
            "paint", str(photo), "--strokes", "5000", "-o", f"{seconds}.png",
            before="print('begun', file=sys.stderr, flush=True)",
        )  # fmt: skip
        assert process.stderr and process.stderr.readline() == "begun\n"  # from here on it is ours to hear it
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode in (130, -signal.SIGINT) and "Traceback" not in err.replace(
            'Traceback (most recent call last):\n  File "<string>"', ""
        )


def test_ctrl_c_in_a_terminal_goes_to_every_process() -> None:
    """A terminal signals the whole group: the processes that draw must not die of it."""
    command = ["strokes", "data", "--brush", "classic/dry_brush", "--count", "1200", "--processes", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "allaprima", *command], start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    while not Path("data/meta.json").exists():
        time.sleep(0.05)
    time.sleep(0.7)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130 and "Traceback" not in err, err
    assert "finished shards are kept; run the same command again" in err
    assert run([*command[:4], "--count", "1200"]) == 0


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="groups of processes are asked for")
def test_processes_that_draw_end_with_the_one_that_was_killed() -> None:
    command = ["strokes", "data", "--brush", "classic/calligraphy", "--count", "5000", "--processes", "2"]
    process = subprocess.Popen([sys.executable, "-m", "allaprima", *command], start_new_session=True)
    while not list(Path().glob("data/*.npy")):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 5
    with pytest.raises(ProcessLookupError):  # nobody is left in the group
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.05)


def test_what_was_stopped_is_not_painted_over(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Path("a.png.unfinished.painting.json")
    kept.write_text("precious")
    assert run(["paint", str(photo), *QUICK, "-o", "a.png"]) == 2
    assert_one_line(capsys, f"there is a painting that was stopped, {kept}: delete it, or go on with: allaprima paint ")
    assert kept.read_text() == "precious"


@pytest.mark.slow
def test_killed_at_any_moment(photo: Path) -> None:
    """SIGKILL 20 times: what is kept is always whole, never older than ten seconds, and leads to the same end."""
    chance = random.Random(0)
    command = ["paint", str(photo), "--strokes", "1500", "--size", "256", "--quality", "best", "-o", "a.painting.json"]
    kept = Path("a.painting.json.unfinished.painting.json")
    going_on: list[str] = []
    steps = [0]
    for _ in range(20):
        process = start(*command, *going_on)
        deadline = time.monotonic() + 60
        before = kept.stat().st_mtime if kept.exists() else 0
        while time.monotonic() < deadline and not (kept.exists() and kept.stat().st_mtime > before):
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 6))
        process.kill()
        process.communicate()
        if Path("a.painting.json").exists():
            break
        assert time.time() - kept.stat().st_mtime < 10
        painting = Painting.load(kept)
        assert painting.unfinished is not None
        steps.append(int(Checkpoint.unpack(painting.unfinished, len(painting)).index))
        going_on, command = ["--resume", str(kept)], ["paint", str(photo), "-o", "a.painting.json"]
    assert steps == sorted(steps) and steps[-1] > 0
    if not Path("a.painting.json").exists():
        assert run([*command, *going_on]) == 0
    whole = allaprima.paint(photo, strokes=1500, size=256, quality="best")
    assert Painting.load("a.painting.json") == whole
    assert not kept.exists()


def test_ended_while_writing(photo: Path) -> None:
    """SIGTERM: no half-written file stays."""
    quick = ["--strokes", "60", "--size", "64", "--quality", "draft", "--output-size", "6000"]
    process = start("paint", str(photo), *quick, "-o", "a.tif", "-o", "b.ora")
    while not list(Path().glob(".allaprima-*.ora")) and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.5)  # what C code imports may swallow a signal
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 143, err
    assert listed() == ["a.tif.unfinished.painting.json"]
