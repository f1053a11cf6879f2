"""The painting as a value and as a file, and its picture by either engine."""

import base64
import json
import warnings
from dataclasses import fields, replace
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
from allaprima.painting import Compute, file
from allaprima.painting.file import from_json, to_json
from allaprima.rendering import Background, mypaint_drawing

from .conftest import SCHEMA, Golden, made, placed


@settings(max_examples=30)
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
    golden.check(f"{brush}-{engine}", made(brush=brush).render(160, engine=engine))


def test_the_comparison_can_fail(golden: Golden) -> None:
    if golden.refresh:
        pytest.skip("refreshing")
    with pytest.raises(pytest.fail.Exception, match="differs by"):
        golden.check("dry_brush-neural", made(seed=1).render(160))


@pytest.mark.parametrize("brush", ["dry_brush", "oil", "flat"])
def test_the_engines_agree(brush: str) -> None:
    """Large strokes of one colour each: the neural brush imitates the real one."""
    painting = made(12, brush=brush, window=96)
    flat: dict[str, Any] = {"relief": 0.0, "canvas": "none"}
    neural, real = (painting.render(192, engine=engine, **flat).astype(float) for engine in ("neural", "real"))
    plain = np.full_like(neural, [183, 169, 148])
    assert np.square(neural - real).mean() < np.square(plain - real).mean() / 5


@pytest.mark.parametrize(("brush", "engine"), [("dry_brush", "neural"), ("dry_brush", "mypaint"), ("flat", "auto")])
@pytest.mark.parametrize("size", [1, 10, 77, 300])
def test_any_size(brush: str, engine: str, size: int) -> None:
    picture = made(5, brush=brush).render(size, engine=engine)
    assert picture.dtype == np.uint8 and max(picture.shape[:2]) == size and picture.shape[2] == 3


def test_no_strokes_is_paper() -> None:
    for engine in ("auto", "neural", "mypaint"):
        assert (made(0).render(engine=engine) == [183, 169, 148]).all()
    bare = made(0, brush="flat")
    assert (bare.render(relief=0.0, canvas="none") == [183, 169, 148]).all()
    assert np.abs(bare.render(1600).astype(int) - [183, 169, 148]).max() > 2  # linen


def test_real_strokes_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stroke looks the same whatever was drawn before: the last of three, alone on what the first two left."""
    strokes = placed(3, 96, 2, 64)
    far = strokes.change(window_x=torch.tensor([-500.0, -500.0, 10.0]))
    together = replace(made(), strokes=far).render(engine="mypaint")
    alone = replace(made(), strokes=far[2:]).render(engine="mypaint")
    assert (together == alone).all()
    assert mypaint_drawing.MOST >= 96


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
    ("version", 3, "version is 3; this library reads 1 to 2: update allaprima"),
    ("version", 0, "version is 0"),
    ("version", None, "version is None"),
    ("canvas", 3, "canvas is '3': it must be an object"),
    ("canvas.width", 0, "canvas.width is 0"),
    ("canvas.background", "red", "canvas.background is 'red'"),
    ("settings.strokes", 0, "settings.strokes is 0"),
    ("settings.weather", "x", "settings.'weather' is unknown"),
    ("settings.threads", "two", "settings.threads is 'two'"),
    ("settings.loss", "taste", "settings.loss is 'taste': choose from pixel, features, both"),
    ("settings.min_size", "0.1", "settings.min_size is '0.1': it must be a number"),
    ("settings.max_size", 1.5, "settings.max_size is 1.5: choose 0 to 1"),
    ("settings.style_weight", 10**400, "settings.style_weight is too large: choose 0 to 100"),
    ("settings.opaque", 1, "settings.opaque is 1: it must be true or false"),
    ("settings.connected", "no", "settings.connected is 'no': it must be true or false"),
    ("settings.palette", 5, "settings.palette is 5: it must be text"),
    ("settings.engine", "krita", "settings.engine is 'krita': choose from auto, neural, real"),
    ("settings.relief", 1.5, "settings.relief is 1.5: choose 0 to 1"),
    ("settings.light", "noon", "settings.light is 'noon': give a time of the clock and 10 to 80 degrees"),
    ("settings.gloss", "much", "settings.gloss is 'much': it must be a number"),
    ("settings.canvas", "silk", "settings.canvas is 'silk': choose from linen, cotton, paper, board, none"),
    ("canvas.picture", 5, "canvas.picture is '5': it must be text"),
    ("canvas.picture", "#", "canvas.picture is damaged: it is not base64"),
    ("canvas.picture", "AAAA", "canvas.picture is damaged (it is no PNG)"),
    ("unfinished", None, "unfinished is 'None': it must be text"),
    ("unfinished", "#", "unfinished is damaged: it is not base64"),
    ("brushes.0.name", 7, "brushes[0].name is '7': it must be text"),
    ("strokes", [{}] * 20_001, "strokes are 20,001: a painting has at most 20,000"),
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


def test_a_painting_is_a_file_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"the painting /dev/zero is no file: give a \.painting\.json file"):
        Painting.load("/dev/zero")
    monkeypatch.setattr(file, "LARGEST", 999)
    (tmp_path / "a.json").write_bytes(b" " * 1000)
    with pytest.raises(InputError, match="has more than 999 bytes"):
        Painting.load(tmp_path / "a.json")


@pytest.mark.parametrize("name", ["format", "canvas", "photo", "settings", "brushes", "strokes", "library"])
def test_missing_fields_are_told(name: str) -> None:
    data = json.loads(to_json(made(2)))
    del data[name]
    with pytest.raises(InputError, match=f"{name} is (missing|None)"):
        from_json(json.dumps(data))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


@pytest.mark.parametrize("mood", [True, False])
def test_files_of_version_1_are_read(mood: bool) -> None:
    painting = made(3)
    older = json.loads(to_json(painting))
    kept = ["brush", "strokes", "size", "seed", "quality", "engine", "device", "threads"] + ["mood"] * mood
    older |= {"version": 1, "settings": {name: older["settings"][name] for name in kept}}
    jsonschema.validate(older, SCHEMA)
    assert from_json(json.dumps(older)) == painting and painting.settings.mood == "painterly"
    assert json.loads(to_json(from_json(json.dumps(older))))["version"] == 2


def test_mypaint_was_the_real_engine_when_there_was_one() -> None:
    painting = made(3)
    older = json.loads(to_json(painting))
    for name in ("relief", "light", "gloss", "canvas"):  # nothing was lit then
        del older["settings"][name]
    older["settings"]["engine"] = "mypaint"
    jsonschema.validate(older, SCHEMA)
    loaded = Painting.from_record(from_json(json.dumps(older)))
    assert loaded == replace(painting, settings=painting.settings.change(engine="real"))
    assert json.loads(to_json(loaded))["settings"]["engine"] == "real"
    assert (loaded.render(engine="real") == painting.render(engine="mypaint")).all()


def test_every_part_of_a_file_is_kept(photo: Path, tmp_path: Path) -> None:
    Image.effect_noise((30, 20), 80).save(tmp_path / "noise.png")
    noise = str(tmp_path / "noise.png")
    changes: dict[str, Any] = {
        "brush": "oil:0.7,chalk:0.3", "loss": "both", "style": noise, "style_weight": 0.5, "focus": noise,
        "background": noise, "palette": "3", "min_size": 0.05, "max_size": 0.2, "opaque": True, "connected": True,
        "grayscale": True, "mood": "painterly", "relief": 0.3, "light": "2:15,60", "gloss": 0.7, "canvas": "cotton:1.5",
    }  # fmt: skip
    for step in allaprima.optimise(photo, strokes=10, size=48, quality="draft", **changes):
        painting = step.painting()
        assert painting.background.picture is not None and (painting.unfinished is None) == (step.index == step.total)
        text = to_json(painting)
        jsonschema.validate(json.loads(text), SCHEMA)
        assert from_json(text) == painting and to_json(from_json(text)) == text
        assert str(tmp_path) not in text and painting.settings.brush == changes["brush"]


def test_damaged_grounds_are_read_or_refused() -> None:
    ground = np.random.default_rng(0).integers(0, 255, (9, 12, 3), np.uint8)
    data = json.loads(to_json(replace(made(1), background=Background("#b7a994", ground))))
    assert (from_json(json.dumps(data)).background.picture == ground).all()
    packed, rng = base64.b64decode(data["canvas"]["picture"]), np.random.default_rng(1)
    for length in rng.integers(0, len(packed), 60):
        for damaged in (packed[:length], packed[:length] + rng.bytes(1) + packed[length + 1 :]):
            data["canvas"]["picture"] = base64.b64encode(damaged).decode()
            try:
                from_json(json.dumps(data))
            except InputError as error:
                assert str(error).startswith("canvas.picture is damaged") and "\n" not in str(error)


def test_the_schema_has_the_bounds_of_the_settings() -> None:
    told = SCHEMA["properties"]["settings"]["properties"]
    assert set(told) == {"threads", *(one.name for one in (*fields(Settings), *fields(Compute)))}
    for one in (*fields(Settings), *fields(Compute)):
        low, high, among = (one.metadata[name] for name in ("low", "high", "among"))
        if among:
            assert told[one.name] == {"enum": list(among)}
        elif str(one.type) in ("int", "float"):
            kind = {"int": "integer", "float": "number"}[str(one.type)]
            top = {} if one.name == "seed" else {"maximum": high}
            assert told[one.name] == {"type": kind, "minimum": low, **top}


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


@settings(max_examples=60)
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
    with pytest.raises(InputError, match="is by dry_brush, dry_brush, and 1 brushes are given"):
        replace(painting, brushes=painting.brushes * 2).render(32, brushes=[allaprima.load_brush("oil")])
    foreign = replace(painting, brushes=(replace(painting.brushes[0], name="mine"),))
    with pytest.raises(InputError, match="brush 'mine' does not ship with allaprima"):
        foreign.render(32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        foreign.render(32, brushes=[allaprima.load_brush("dry_brush")])
