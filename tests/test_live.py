"""What a notebook shows: short words for every object, a picture where there is one, and work as it grows."""

import re
import sys
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

import allaprima
from allaprima import Strokes
from allaprima import live as live_module
from allaprima.brush import BristleBrush
from allaprima.learning import StrokeData
from allaprima.live import Live, live

SMALL: Any = {"strokes": 12, "size": 48, "quality": "draft"}


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A notebook's display that keeps all that it is told to show."""
    shown: list[str] = []
    handle = SimpleNamespace(update=lambda content: shown.append(content.data))
    monkeypatch.setattr(live_module, "notebook", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda content, display_id: handle)
    monkeypatch.setattr(live_module, "OFTEN", 0.0)
    return shown


def test_a_painting_grows(notebook: list[str], photo: Path) -> None:
    """One bar that only grows and one picture; in the end the picture alone."""
    painting = allaprima.paint(photo, **SMALL)
    bars = [re.search(r'value="([\d.]+)"', content) for content in notebook[:-1]]
    shares = [float(bar[1]) for bar in bars if bar]
    assert len(shares) == len(bars) > 2 and shares == sorted(shares) and shares[-1] == 1
    assert notebook[-1].startswith("<img") and "progress" not in notebook[-1]
    assert len(painting) == 12


def test_elsewhere_nothing_is_shown(photo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with live() as view:
        assert view is None
    allaprima.paint(photo, **SMALL)
    assert capfd.readouterr() == ("", "")


def test_a_kernel_is_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1)))
    assert live_module.notebook() is not None
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert live_module.notebook() is None  # IPython in a terminal


def test_pictures_take_little_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, made, shown = [0.0], [0], []

    def picture() -> Image.Image:
        made[0] += 1
        now[0] += 2.0  # a slow one
        return Image.new("RGB", (4, 4))

    monkeypatch.setattr("allaprima.live.time.monotonic", lambda: now[0])
    view = Live(shown.append)
    for step in range(100):
        now[0] += 1.0
        view.show(step / 100, "<b>", picture)
    assert made[0] * 2.0 < 0.2 * now[0] and made[0] > 3
    assert "&lt;b&gt;" in shown[-1]


def test_words_are_short(data: StrokeData, photo: Path) -> None:
    brush = allaprima.load_brush("dry_brush")
    strokes = Strokes.random(500)
    things = [strokes, strokes.placed(0, 0, 64), data, brush, brush.card, allaprima.paint(photo, **SMALL)]
    things.append(BristleBrush("flat"))
    for thing in things:
        assert 10 < len(repr(thing)) < 120, repr(thing)


def test_pictures(data: StrokeData, photo: Path) -> None:
    things = [data, allaprima.load_brush("flat"), BristleBrush("fan"), allaprima.paint(photo, **SMALL)]
    for thing in things:
        shown = thing._repr_png_()  # type: ignore[attr-defined]
        with Image.open(BytesIO(shown)) as picture:
            assert picture.format == "PNG" and picture.convert("L").getextrema()[0] < 200


def test_strokes_are_shown_as_curves() -> None:
    strokes = Strokes.random(500)
    assert strokes._repr_html_().count("<path") == 24
    placed = strokes.placed(10.0, 20.0, 64.0)._repr_html_()
    assert placed.count("<path") == 500 and "500 of 12 numbers" in placed
    assert strokes[:0].placed(0.0, 0.0, 1.0)._repr_html_().count("<path") == 0
    with_gradient = strokes.map(lambda value: value.clone().requires_grad_())
    assert with_gradient._repr_html_() == strokes._repr_html_()
