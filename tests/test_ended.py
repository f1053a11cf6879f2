"""Ended at random moments: no file is damaged, nothing is left aside, and all goes on."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

import allaprima
from allaprima import Painting, load_brush
from allaprima.app.cli import run

from .commands import QUICK, listed, start
from .conftest import picture_size

pytestmark = [pytest.mark.usefixtures("inside"), pytest.mark.slow, pytest.mark.timeout(900)]
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TIMES = 25


def end_often(
    command: Callable[[], list[str]], signals: list[signal.Signals], seconds: float, check: Callable[[bool], None]
) -> None:
    """Start it again and again, and end it at a random moment within so many seconds, until it was ended so often.
    ``check(done)`` then looks at what is there: whether it was through or not.
    """
    chance, ended = random.Random(int(signals[0])), 0
    for end in cycle(signals):
        process = start(*command())
        time.sleep(chance.uniform(0, seconds))
        process.send_signal(end)
        _, err = process.communicate(timeout=60)
        assert "Traceback" not in err.replace('Traceback (most recent call last):\n  File "<string>"', ""), err
        assert process.returncode in (0, -end, 130 if end == signal.SIGINT else 128 + end), err
        assert end == signal.SIGKILL or not list(Path().rglob(".allaprima-*"))
        check(process.returncode == 0)
        ended += process.returncode != 0
        if ended == TIMES:
            return


@pytest.mark.parametrize("end", SIGNALS)
def test_while_painting(end: signal.Signals, photo: Path) -> None:
    """From the start to the drawing."""
    kept, picture, painting = (
        Path(f"a{suffix}") for suffix in (".png.unfinished.painting.json", ".png", ".painting.json")
    )

    def command() -> list[str]:
        new = ["--strokes", "600", "--size", "512", "--output-size", "1500"]
        return ["paint", str(photo), "-o", "a.png", *(["--resume", str(kept)] if kept.exists() else new)]

    def check(_done: bool) -> None:
        for path in (kept, painting):
            assert not path.exists() or len(Painting.load(path))
        if picture.exists():
            assert max(picture_size(picture)) in (512, 1500)
        if painting.exists():
            painting.unlink()
            if not kept.exists():
                picture.unlink()

    end_often(command, [end], 5, check)
    going_on = ["--resume", str(kept)] if kept.exists() else QUICK
    assert run(["paint", str(photo), "-o", "a.png", *going_on, "--force"]) == 0
    assert listed() == ["a.painting.json", "a.png"]


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_while_filming(name: str, photo: Path) -> None:
    allaprima.paint(photo, strokes=60, size=64, quality="draft").save("a.painting.json")
    command = ["render", "a.painting.json", "-o", name, "--size", "480", "--seconds", "4"]
    assert run(command) == 0
    film, whole = Path(name), Path(name).read_bytes()

    def check(done: bool) -> None:
        assert film.exists() >= done and (not film.exists() or film.read_bytes() == whole)
        film.unlink(missing_ok=True)

    end_often(lambda: command, list(SIGNALS), 3, check)
    assert run(command) == 0
    assert listed() == sorted([name, "a.painting.json"])


def test_while_drawing_strokes() -> None:
    def command(folder: str) -> list[str]:
        return ["strokes", folder, "--brush", "classic/calligraphy", "--count", "12000"]

    assert run(command("straight")) == 0
    whole = {path.name: path.read_bytes() for path in Path("straight").iterdir()}

    def check(done: bool) -> None:
        there = {path.name: path.read_bytes() for path in Path("data").glob("[!.]*")}
        assert there.items() <= whole.items()
        if done:
            assert there == whole
            shutil.rmtree("data")

    end_often(lambda: command("data"), list(SIGNALS), 6, check)
    assert run(command("data")) == 0
    assert {path.name: path.read_bytes() for path in Path("data").iterdir()} == whole


def test_while_learning() -> None:
    command = ["learn-brush", "classic/calligraphy", "-o", "a.safetensors", "--count", "600"]
    command += ["--steps", "300", "--stages", "1"]
    brush = Path("a.safetensors")

    def check(done: bool) -> None:
        assert brush.exists() >= done and (not brush.exists() or load_brush(brush))
        if done:
            assert listed() == ["a.safetensors"]
            brush.unlink()

    end_often(lambda: command, list(SIGNALS), 12, check)
    assert run(command) == 0
    assert listed() == ["a.safetensors"]
