"""What the tests share: the sample photo, a small painting, and pictures to compare with."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does
if "PYTEST_XDIST_WORKER" in os.environ:  # one process of as many as there are cores: it and its children share one
    os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # as where we are installed

import numpy as np
import pytest
import torch
from hypothesis import settings
from numpy.typing import NDArray
from PIL import Image

import allaprima
from allaprima import MyPaintBrush, Painting, PlacedStrokes, Settings, Strokes
from allaprima.app.studio.guard import Guard
from allaprima.kernels import BACKENDS, Backend
from allaprima.learning import StrokeData, draw_strokes
from allaprima.painting import BrushRef, PhotoRef
from allaprima.rendering import Background

from .door import Behind

settings.register_profile("allaprima", deadline=None)  # speed is not tested, and machines are busy
settings.load_profile("allaprima")
ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs/painting.schema.json").read_text())  # of painting files
GOLDEN = Path(__file__).parent / "golden"
PLAIN: dict[str, Any] = {"brush": "dry_brush", "mood": "painterly"}
"""A painting without oil: by one of MyPaint's brushes, which the neural one draws if nobody else is asked."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write the golden pictures anew")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the mark
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What learns from ``data`` runs in one process, as each would draw these strokes anew, in a dozen seconds."""
    for item in items:
        if "data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("data"))


@pytest.fixture(scope="session")
def photo() -> Path:
    return ROOT / "examples/chelsea.png"


@pytest.fixture(scope="session")
def painting(photo: Path) -> Painting:
    return allaprima.paint(photo, strokes=40, size=64, quality="draft", **PLAIN)


@pytest.fixture(scope="session")
def oil(photo: Path) -> Painting:
    """A painting as it is by default: in oil, with bristles."""
    return allaprima.paint(photo, strokes=200, size=256, quality="draft")


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in a folder of their own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def mask(tmp_path: Path) -> Callable[..., str]:
    """Makes a picture of upright stripes of these greys."""

    def make(*greys: int) -> str:
        path = tmp_path / f"{'-'.join(map(str, greys))}.png"
        Image.fromarray(np.repeat(np.uint8([greys]), 30, 1).repeat(60, 0)).save(path)
        return str(path)

    return make


COUNT = 2300  # strokes of ``data``: two whole shards and a part


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> StrokeData:
    """Strokes to learn from."""
    folder = tmp_path_factory.mktemp("strokes") / "dry"
    seen: list[tuple[int, int]] = []
    data = draw_strokes(
        folder, MyPaintBrush("classic/dry_brush"), COUNT, seed=5, on_progress=lambda *at: seen.append(at)
    )
    assert seen[-1][0] == seen[-1][1] == 3 * COUNT + COUNT // 10 and seen == sorted(seen)
    return data


@pytest.fixture
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> "Golden":
    return Golden(request.config.getoption("--refresh-golden"), tmp_path)


class Golden:
    """Compares a picture with the one that was kept, within a tolerance; on failure a picture of the difference."""

    def __init__(self, refresh: bool, folder: Path) -> None:
        self.refresh, self.folder = refresh, folder

    def check(self, name: str, picture: NDArray[np.uint8], tolerance: int = 2) -> None:
        path = GOLDEN / f"{name}.png"
        if self.refresh:
            Image.fromarray(picture).save(path)
        kept = np.asarray(Image.open(path)).astype(int)
        assert kept.shape == picture.shape
        difference = np.abs(kept - picture)
        if difference.max() > tolerance:
            shown = self.folder / f"{name}-difference.png"
            Image.fromarray((difference * 255 // difference.max()).astype(np.uint8)).save(shown)
            pytest.fail(f"{name} differs by {difference.max()} of 255, more than {tolerance}: see {shown}")


def picture_size(path: str | Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        picture.load()
        return picture.size


def psnr(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(-10 * torch.log10((one - other).square().mean()))


def placed(count: int, side: int, seed: int = 0, window: int = 32) -> PlacedStrokes:
    """Random strokes on windows of ``window`` px anywhere on (and over the edge of) a canvas of ``side`` px."""
    rng = np.random.default_rng([seed, 7])
    corner = torch.from_numpy(rng.integers(-window // 2, side - window // 2, (2, count))).float()
    return Strokes.random(count, seed).placed(*corner, window, sample=torch.arange(count) % 7)


def made(count: int = 30, seed: int = 0, brush: str = "dry_brush", window: int = 48) -> Painting:
    """A painting of 96x72 px with strokes on windows of ``window`` px anywhere on it."""
    return Painting(
        strokes=placed(count, 96, seed, window),
        width=96,
        height=72,
        background=Background("#b7a994"),
        settings=Settings(strokes=max(1, count), size=96, brush=brush, mood="painterly"),
        threads=2,
        photo=PhotoRef("00", 10, 10),
        brushes=(BrushRef.of(allaprima.load_brush(brush)),),
        library="0.1.0",
    )


@pytest.fixture(params=[row for row in BACKENDS if row.name != "reference"], ids=lambda row: row.name)
def row(request: pytest.FixtureRequest) -> Backend:
    """A backend, where there is hardware for it."""
    row: Backend = request.param
    if row.device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no GPU")
    return row


@pytest.fixture
def behind() -> Behind:
    """What stands behind the studio's door."""
    return Behind()


@pytest.fixture
def guard(behind: Behind) -> Guard:
    """The studio's door, on this computer."""
    return Guard(behind, {"127.0.0.1", "localhost", "[::1]"})
