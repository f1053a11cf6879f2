"""The painting as a value and as a file, and its picture by either engine."""

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import allaprima
from allaprima import InputError, Painting, Settings
from allaprima.errors import AllaprimaWarning
from allaprima.painting import replay
from allaprima.painting.painting import BrushRef, PhotoRef
from allaprima.painting.storage import from_json, to_json

from .conftest import ROOT, Golden, placed

SCHEMA = json.loads((ROOT / "docs/painting.schema.json").read_text())


def made(count: int = 30, seed: int = 0, brush: str = "dry_brush", window: int = 48) -> Painting:
    return Painting(
        strokes=placed(count, 96, seed, window),
        width=96,
        height=72,
        background="#b7a994",
        settings=Settings(strokes=max(1, count), size=96, brush=brush),
        threads=2,
        photo=PhotoRef("00", 10, 10),
        brushes=(BrushRef.of(allaprima.load_brush(brush)),),
        library="0.1.0",
    )


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 40), st.integers(0, 10**6))
def test_file_and_back(count: int, seed: int) -> None:
    painting = made(count, seed)
    text = to_json(painting)
    assert from_json(text) == painting
    assert to_json(from_json(text)) == text
    jsonschema.validate(json.loads(text), SCHEMA)


def test_saved_loaded_rendered_is_the_same(painting: Painting, tmp_path: Path) -> None:
    allaprima.write(painting, tmp_path / "one.png", size=100)
    painting.save(tmp_path / "one.painting.json")
    allaprima.write(Painting.load(tmp_path / "one.painting.json"), tmp_path / "two.png", size=100)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@pytest.mark.parametrize("brush", ["dry_brush", "oil"])
@pytest.mark.parametrize("engine", ["neural", "mypaint"])
def test_golden(golden: Golden, brush: str, engine: str) -> None:
    golden.check(f"{brush}-{engine}", made(brush=brush).render(160, engine))


def test_the_comparison_can_fail(golden: Golden) -> None:
    if golden.refresh:
        pytest.skip("refreshing")
    with pytest.raises(pytest.fail.Exception, match="differs by"):
        golden.check("dry_brush-neural", made(seed=1).render(160))


@pytest.mark.parametrize("brush", ["dry_brush", "oil"])
def test_the_engines_agree(brush: str) -> None:
    """Large strokes of one colour each: the neural brush imitates the real one."""
    painting = made(12, brush=brush, window=96)
    neural, real = (painting.render(192, engine).astype(float) for engine in ("neural", "mypaint"))
    plain = np.full_like(neural, [183, 169, 148])
    assert np.square(neural - real).mean() < np.square(plain - real).mean() / 5


@pytest.mark.parametrize("engine", ["neural", "mypaint"])
@pytest.mark.parametrize("size", [1, 10, 77, 300])
def test_any_size(engine: str, size: int) -> None:
    picture = made(5).render(size, engine)
    assert picture.dtype == np.uint8 and max(picture.shape[:2]) == size and picture.shape[2] == 3


def test_no_strokes_is_paper() -> None:
    for engine in ("neural", "mypaint"):
        assert (made(0).render(engine=engine) == [183, 169, 148]).all()


def test_real_strokes_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stroke looks the same whatever was drawn before: the last of three, alone on what the first two left."""
    strokes = placed(3, 96, 2, 64)
    far = strokes.change(window_x=torch.tensor([-500.0, -500.0, 10.0]))
    together = replace(made(), strokes=far).render(engine="mypaint")
    alone = replace(made(), strokes=far[2:]).render(engine="mypaint")
    assert (together == alone).all()
    assert replay.MOST >= 96


def test_a_huge_box_is_drawn_smaller() -> None:
    """Boxes over 1,024 px are enlarged: the picture stays the same."""
    painting = made(4, window=96)
    large = Image.fromarray(painting.render(1600)).resize((400, 300), Image.Resampling.BOX)
    assert np.abs(np.asarray(large).astype(int) - painting.render(400)).mean() < 1.5


def test_values_are_equal_and_unhashable() -> None:
    assert made() == made() and made() != made(seed=1) and made() != "painting"
    with pytest.raises(TypeError):
        hash(made())


DAMAGE: list[tuple[str, Any, str]] = [
    ("format", "other", "format is 'other'"),
    ("version", 2, "version is 2; this library reads version 1"),
    ("version", None, "version is None"),
    ("canvas", 3, "canvas is '3': it must be an object"),
    ("canvas.width", 0, "canvas.width is 0"),
    ("canvas.background", "red", "canvas.background is 'red'"),
    ("settings.strokes", 0, "settings.strokes is 0"),
    ("settings.weather", "x", "settings.'weather' is unknown"),
    ("settings.threads", "two", "settings.threads is 'two'"),
    ("brushes.0.name", 7, "brushes[0].name is '7': it must be text"),
    ("strokes", {}, "strokes is '{}': it must be a list"),
    ("strokes.3.size", 1.2, "strokes[3].size is 1.2: it must be 0 to 1"),
    ("strokes.3.size", "big", "strokes[3].size is 'big': it must be a number"),
    ("strokes.3.size", True, "strokes[3].size is 'True'"),
    ("strokes.2.brush", 1, "strokes[2].brush is 1: it must be 0 to 0"),
    ("strokes.2.window", 0, "strokes[2].window is 0"),
    ("strokes.2.window_x", 1e99, "strokes[2].window_x is 1e+99"),
    ("strokes.2.window_x", 10**400, "strokes[2].window_x is 1000"),
    ("strokes.2.window", 1e-9, "strokes[2].window is 1e-09: it must be 0.001 to 1000000"),
    ("strokes.2.sample", 256, "strokes[2].sample is 256: it must be 0 to 255"),
    ("strokes.2.mood", 1, "strokes[2].'mood' is unknown"),
    ("mood", 1, "'mood' is unknown"),
    ("version", True, "version is True"),
    ("brushes", [], "brushes is empty"),
    ("strokes.1", [], "strokes[1] is '[]': it must be an object"),
]


@pytest.mark.parametrize(("where", "value", "told"), DAMAGE)
def test_damage_is_told(where: str, value: Any, told: str, tmp_path: Path) -> None:
    data = json.loads(to_json(made(5)))
    *path, last = where.split(".")
    place = data
    for name in path:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[int(last) if isinstance(place, list) else last] = value
    (tmp_path / "bad.painting.json").write_text(json.dumps(data))
    with pytest.raises(InputError) as error:
        Painting.load(tmp_path / "bad.painting.json")
    assert told in str(error.value) and "bad.painting.json" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["format", "canvas", "photo", "settings", "brushes", "strokes", "library"])
def test_missing_fields_are_told(name: str) -> None:
    data = json.loads(to_json(made(2)))
    del data[name]
    with pytest.raises(InputError, match=f"{name} is (missing|None)"):
        from_json(json.dumps(data))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


def test_files_of_older_libraries_are_read() -> None:
    painting = made(3)
    older = json.loads(to_json(painting))
    del older["settings"]["mood"]
    assert from_json(json.dumps(older)) == painting


def test_every_stroke_field_is_needed() -> None:
    data = json.loads(to_json(made(2)))
    for name in list(data["strokes"][1]):
        kept = data["strokes"][1].pop(name)
        with pytest.raises(InputError, match=rf"strokes\[1\]\.{name} is missing"):
            from_json(json.dumps(data))
        data["strokes"][1][name] = kept


@pytest.mark.parametrize("text", ["", "no json", "[1, 2]", "null", '{"format": NaN}', "[" * 100_000, '"\\ud800"'])
def test_what_is_no_painting(text: str) -> None:
    with pytest.raises(InputError):
        from_json(text)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_mutated_files_are_read_or_refused(data: st.DataObject) -> None:
    text = to_json(made(2))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    mutated = text[:start] + data.draw(st.text(max_size=10)) + text[end:]
    try:
        from_json(mutated)
    except InputError as error:
        assert "\n" not in str(error)


def test_other_weights_are_a_warning_that_names_both() -> None:
    painting = made(3)
    other = replace(painting, brushes=(replace(painting.brushes[0], weights="sha256:feedfeedfeed"),))
    with pytest.warns(AllaprimaWarning, match=r"feedfeedfeed.*than those that draw.*dry_brush sha256"):
        other.render(32)
    with pytest.raises(InputError, match="has 2 brushes and 1 are given"):
        replace(painting, brushes=painting.brushes * 2).render(32, brushes=[allaprima.load_brush("oil")])
    foreign = replace(painting, brushes=(replace(painting.brushes[0], name="mine"),))
    with pytest.raises(InputError, match="brush 'mine' does not ship with allaprima"):
        foreign.render(32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        foreign.render(32, brushes=[allaprima.load_brush("dry_brush")])
