"""``Painting.of``: a painting of one's own strokes, which is kept, changed and written as any other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from PIL import Image

import allaprima as ap
from allaprima import InputError, NeuralBrush, Painting, Strokes
from allaprima.app.cli import run
from allaprima.painting.file import from_json, to_json

from .conftest import SCHEMA, made, picture_size, placed
from .own_parts import Pen

STROKES = placed(30, 90, 3, 40).to(torch.float64)


@pytest.fixture(params=["flat", "dry_brush", "own", "several"])
def painting(request: pytest.FixtureRequest) -> Painting:
    if request.param == "several":
        strokes = STROKES.change(brush=torch.arange(30) % 3)
        return Painting.of(strokes, 90, 60, ["oil", NeuralBrush(Pen(2.0), name="broad"), Pen()], "tan")
    return Painting.of(STROKES, 90, 60, Pen() if request.param == "own" else request.param)


def test_it_is_what_was_given(painting: Painting) -> None:
    assert (painting.width, painting.height, len(painting)) == (90, 60, 30) and painting.photo is None
    assert torch.equal(painting.strokes.window_x, STROKES.window_x)
    assert (painting.strokes.actions - STROKES.actions).abs().max() <= 5e-7
    assert painting.settings.strokes == 30 and painting.settings.size == 90
    assert painting.background.color in ("#ffffff", "#d2b48c")


def test_it_is_drawn_by_compositing() -> None:
    painting = Painting.of(STROKES, 90, 60, "oil", "#336699")
    paper = painting.paper(90, 60).contiguous()
    canvas = ap.composite(paper, painting.strokes.to(torch.float32), ap.load_brush("oil"))
    assert np.abs(painting.render(engine="neural") - canvas.permute(1, 2, 0).numpy() * 255).max() < 1


def test_the_file_is_the_painting(painting: Painting, tmp_path: Path) -> None:
    text = to_json(painting)
    data = json.loads(text)
    jsonschema.validate(data, SCHEMA)
    assert data["photo"] is None and to_json(from_json(text)) == text
    painting.save(tmp_path / "a.painting.json")
    loaded = Painting.load(tmp_path / "a.painting.json")
    assert loaded == painting and loaded != made(30)
    assert (loaded.render(brushes=painting.find_brushes()) == painting.render()).all()


@pytest.mark.parametrize("suffix", ["png", "svg", "ora", "csv", "gif", "psd", "painting.json"])
def test_every_file_is_written_as_after_loading(painting: Painting, suffix: str, tmp_path: Path) -> None:
    painting.save(tmp_path / "kept.painting.json")
    loaded = Painting.load(tmp_path / "kept.painting.json")
    here, there = tmp_path / f"here.{suffix}", tmp_path / f"there.{suffix}"
    ap.write(painting, here)
    ap.write(loaded, there, brushes=painting.find_brushes())
    assert here.read_bytes() == there.read_bytes()
    if suffix == "png":
        assert picture_size(here) == (90, 60)
        assert (np.asarray(Image.open(here).convert("RGB")) == painting.render()).all()


def test_a_film(tmp_path: Path) -> None:
    ap.write(Painting.of(STROKES, 90, 60), tmp_path / "a.mp4", seconds=0.5, fps=10)
    assert (tmp_path / "a.mp4").stat().st_size > 500


def test_the_command_draws_it(tmp_path: Path) -> None:
    Painting.of(STROKES, 90, 60).save(tmp_path / "a.painting.json")
    assert run(["render", str(tmp_path / "a.painting.json"), "-o", str(tmp_path / "a.png"), "--size", "180"]) == 0
    assert picture_size(tmp_path / "a.png") == (180, 120)


@pytest.mark.parametrize("give", [lambda strokes: strokes, lambda strokes: strokes.actions])
def test_strokes_without_a_place_share_a_window(give: Callable[[Strokes], Any]) -> None:
    strokes = Strokes.random(300)
    painting = Painting.of(give(strokes), 100, 60)
    assert painting.strokes.places.unique(dim=0).tolist() == [[0, -20, 100]]
    assert painting.strokes.sample.tolist() == [index % 256 for index in range(300)]
    assert len(Painting.of(strokes[:0], 50, 50)) == 0 and Painting.of(strokes[:0], 50, 50).render().min() == 255


def test_paintings_are_made_of_it(painting: Painting, photo: Path) -> None:
    assert painting.cropped((10, 10, 50, 40)).photo is None
    assert painting.scaled(2).render().shape == (120, 180, 3)
    for part in (painting[:10], painting.cropped((0, 0, 40, 40)), painting + painting, painting.recolored("3")):
        assert part.render().shape[2] == 3  # its brushes are at hand
    other = ap.paint(photo, strokes=9, size=90, quality="draft", brush="oil", mood="painterly")
    over = Painting.of(STROKES, other.width, other.height, Pen()) + other
    assert len(over) == 39 and over.photo is None and (other + over).photo == other.photo
    assert over.render().shape == (other.height, 90, 3)


def test_there_is_nothing_to_go_on_with(photo: Path) -> None:
    for more in ({}, {"add": 5}):
        with pytest.raises(InputError, match="is of somebody's own strokes, and of no photo: nothing can be optimised"):
            ap.paint(photo, resume=Painting.of(STROKES, 90, 60), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"strokes": Strokes.random(2).actions * 3}, r"of stroke \d is [\d.]+: it must be 0 to 1"),
        ({"strokes": STROKES.map(lambda value: value * float("nan"))}, "brush of stroke 0 is nan: it must be 0 to 0"),
        ({"strokes": STROKES.change(sample=STROKES.sample + 300)}, "sample of stroke 0 is 300: it must be 0 to 255"),
        ({"strokes": STROKES.change(window=STROKES.window * 0)}, "window of stroke 0 is 0: it must be 0.001 to 1,000,"),
        ({"strokes": STROKES.change(brush=STROKES.brush + 1)}, "brush of stroke 0 is 1: it must be 0 to 0"),
        ({"strokes": torch.rand(3, 11)}, r"actions have the shape \(3, 11\); they must be \(N, 12\)"),
        ({"strokes": np.zeros((3, 11))}, r"actions have the shape \(3, 11\)"),
        ({"strokes": Strokes.random(20_001)}, "strokes is 20001: choose 1 to 20,000"),
        ({"strokes": STROKES.change(pressure=1.000001)}, r"pressure of stroke 0 is 1\.000001: it must be 0 to 1"),
        ({"width": "64"}, "width is '64': give a whole number of pixels, 1 or more"),
        ({"width": 6.5}, "width is 6.5: give a whole number of pixels, 1 or more"),
        ({"height": 0}, "height is 0: give a whole number of pixels, 1 or more"),
        ({"width": 12, "height": 8}, "size is 12: choose 16 to 8,192"),
        ({"brush": "mop"}, "there is no brush mop: choose from"),
        ({"brush": 5}, "brush is 5, of type int: give the name or the path of a brush, .* or a function"),
        ({"brush": ["oil", 5]}, "one of the brushes is 5, of type int"),
        ({"brush": []}, "brush is an empty list"),
        ({"brush": [Pen(), Pen()]}, "two of the brushes are called Pen: give each its own, as NeuralBrush"),
        ({"background": "photo-mean"}, "background is 'photo-mean', and there is no photo: give a colour"),
        ({"background": "cat.png"}, "background is 'cat.png', and there is no photo: give a colour"),
        ({"background": "#12"}, "background is '#12'"),
        ({"background": 5}, "background is 5, of type int: give a colour|background is 5"),
    ],
)  # fmt: skip
def test_what_does_not_fit(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told) as error:
        Painting.of(**{"strokes": STROKES, "width": 90, "height": 60, **changes})
    assert "\n" not in str(error.value)
