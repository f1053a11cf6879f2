"""What somebody sees who paints for the first time."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from allaprima.app.batch import Order
from allaprima.app.cli import run
from allaprima.app.terminal import Bar
from allaprima.export.export import Export
from allaprima.pace import time_left
from allaprima.rendering.rendering import Rendering

from .commands import QUICK
from .conftest import picture_size

pytestmark = pytest.mark.usefixtures("inside")


# ---- the bar


@pytest.mark.parametrize(
    ("done", "seconds", "left", "told"),
    [
        (0.1, 4, 0.9, "0:36 left"),
        (0.5, 300, 0.5, "5:00 left"),
        (0, 9, 1, ""),
        (0.5, 0.5, 0.5, ""),
        (1, 9, 0, "0:00 left"),
        (0.001, 2, 0.999, ""),
        (0.02, 2, 0.98, "1:38 left"),
        (0.01, 6, 0.99, "9:54 left"),
    ],
)
def test_time_left(done: float, seconds: float, left: float, told: str) -> None:
    assert time_left(done, seconds, left) == told


@pytest.mark.parametrize(
    ("flags", "words"), [([], r"[\d,]+ strokes"), (["-v"], r"(level \d|all levels), \d+ strokes, .* dB")]
)
def test_one_bar(flags: list[str], words: str, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over painting and drawing together, which only grows; dB are for those who ask."""
    shown: list[tuple[float, str]] = []
    monkeypatch.setattr(Bar, "__init__", lambda *_: None)
    monkeypatch.setattr(Bar, "show", lambda _, share, text: shown.append((share, text)))
    assert run(["paint", str(photo), *QUICK, *flags]) == 0
    shares = [share for share, _ in shown]
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] == pytest.approx(1)
    assert all(re.fullmatch(words, text) or text == "20 strokes, drawing" for _, text in shown)
    assert shown[-1][1] == "20 strokes, drawing"


def test_how_long_drawing_takes() -> None:
    def share(name: str, **changes: Any) -> float:
        return Order(Path("a.jpg"), (Path(name),), **changes).drawing_share

    assert share("a.painting.json") == share("a.csv") == 0
    assert 0 < share("a.png", changes={"size": 512}) < share("a.png") < share("a.png", rendering=Rendering(8192)) < 1
    assert share("a.webp", export=Export(film=True)) > 0


# ---- the last line


def test_how_to_get_it_larger(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paint", str(photo), *QUICK, "-o", "my cat.jpg"]) == 0
    told = capsys.readouterr().err
    assert re.search(r"20 strokes on 48x32 px in \d+ s; larger: ", told) and "dB" not in told
    assert run(shlex.split(told.partition("larger: ")[2])[1:]) == 0
    assert picture_size("my cat-96.jpg") == (96, 64)
    for words in (["-o", "a.svg"], ["-o", "b.png", "--no-painting"], ["-o", "c.png", "--print", "A6", "--dpi", "20"]):
        assert run(["paint", str(photo), *QUICK, *words, "-v"]) == 0
        told = capsys.readouterr().err
        assert re.search(r"in \d+ s, \d+\.\d dB seen at 48 px\n$", told)


# ---- a style that is far from the photo


@pytest.mark.parametrize(("grey", "weight", "warned"), [(8, "3", True), (8, "0.1", False), (120, "3", False)])
def test_dark_styles(grey: int, weight: str, warned: bool, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(0).integers(0, 8, (64, 64, 3)) + grey
    Image.fromarray(noise.astype(np.uint8)).save("style.png")
    words = ["--style", "style.png", "--style-weight", weight, "-o", "a.painting.json"]
    assert run(["paint", str(photo), *QUICK, *words]) == 0
    told = capsys.readouterr().err
    assert ("the painting will be nearly black" in told) == warned
    assert not warned or "choose a smaller style_weight than 3, or a brighter style" in told


# ---- completion


def completed(*words: str) -> list[str]:
    """What a shell would offer."""
    asked = {"_ALLAPRIMA_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    code = "import sys; sys.argv = ['allaprima']; from allaprima.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_completion(capsys: pytest.CaptureFixture[str]) -> None:
    assert completed("allaprima", "pa") == ["paint"]
    assert set(completed("allaprima", "paint", "--style")) == {"--style", "--style-weight"}
    assert run(["--help"]) == 0
    assert "--install-completion" in capsys.readouterr().out
