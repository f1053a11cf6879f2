"""What a .myb says, and what is wrong with one; whether a brush has anything to teach."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from allaprima import AllaprimaWarning, InputError, MyPaintBrush, Strokes
from allaprima.app.cli import run
from allaprima.brush import trial
from allaprima.brush.engine_brush import EngineBrush
from allaprima.brush.libmypaint import Surface, engine
from allaprima.brush.myb import INPUTS, LIMITS, for_engine, parse_myb
from allaprima.brush.mypaint import _paths, brush_file
from allaprima.learning.paintable import check_paints

from .commands import assert_one_line, listed

DRY = "classic/dry_brush"
CURVE = "radius_logarithmic"


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    """The dry brush with something else in its settings."""
    brush = json.loads(brush_file(DRY).read_text())
    change(brush["settings"])
    return json.dumps(brush)


def curve(*points: object) -> str:
    return changed(lambda settings: settings[CURVE].update(inputs={"pressure": list(points)}))


def value(name: str, base_value: object) -> str:
    return changed(lambda settings: settings.setdefault(name, {"inputs": {}}).update(base_value=base_value))


WRONG = {
    "a list": ('{"version": 3, "settings": []}', "settings is [], not an object"),
    "no settings": ('{"version": 3, "settings": {"foo": 1}}', "has no settings such as opaque"),
    "one point": (curve([0, 0]), f"{CURVE} by pressure has 1 point: a curve has 2 to 64"),
    "65 points": (curve(*([x, 0] for x in range(65))), "has 65 points: a curve has 2 to 64"),
    "falling": (curve([0, 0], [1, 0], [0.5, 1]), "x goes from 1 back to 0.5, and must rise"),
    "text": (value("opaque", "1"), 'opaque: base_value is "1", not a number'),
    "true": (value("opaque", True), "opaque: base_value is true, not a number"),
    "NaN": (value("opaque", float("nan")), "opaque: base_value is nan: -2 to 4 is possible"),
    "infinite": (curve([0, 0], [1, float("inf")]), "y is inf: -16 to 16 is possible"),
    "no list": (curve(0, 1), "is [0, 1], not a list of points [x, y]"),
    "for ever": (value("dabs_per_second", 1e9), "dabs_per_second: base_value is 1e+09: -200 to 400 is possible"),
    "far away": (value("offset_by_random", 1e9), "offset_by_random: base_value is 1e+09: -25 to 50 is possible"),
    "old": ("# a brush\nversion 2\nopaque 1.0 | pressure (0.0 0.0), (1.0 0.5)\n", "of MyPaint's old text format"),
    "new": ('{"version": 4, "settings": {}}', "it is of version 4, and must be of version 3"),
    "no version": ('{"settings": {}}', "it is without a version"),
    "no text": ("", "it holds no {...}"),
    "half": (brush_file(DRY).read_text()[:900], "its JSON is broken"),
    "deep": ('{"version": ' + "[" * 100_000, "its JSON is broken"),
    "long": ("{" + " " * 1_000_000, "it has 1,000,001 characters, and a brush at most 1,000,000"),
    "a number": ('{"version": 3, "settings": {"opaque": 1}}', "opaque is 1, not an object"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told(what: str) -> None:
    text, told = WRONG[what]
    with pytest.raises(InputError, match=re.escape(told)) as error:
        MyPaintBrush("own", text)
    assert str(error.value).startswith("own is no MyPaint brush: ") and str(error.value).isprintable()


def test_read_as_leniently_as_the_engine_does() -> None:
    """And more: a published pack has commas too many, and text around the object."""
    whole = brush_file(DRY).read_text()
    settings = parse_myb(whole)
    commas = re.sub(r"([}\]])(\s*[}\]])", r"\1,\2", whole)
    assert commas.count(",}") + commas.count(",\n") > whole.count(",\n") + 10
    quotes = whole.replace('"', "'")
    remarks, version = whole.replace("{", "{ /* {,} */ // it's\n", 2), whole.replace('"version": 3', '"version": 3.0')
    for text in (commas, quotes, remarks, version, f"{whole}\nsome text", f"a brush\n{whole}", f"\ufeff{whole}"):
        assert parse_myb(text) == settings
    assert MyPaintBrush("own", commas).text == commas
    assert (MyPaintBrush("own", commas)(Strokes.random(2)) == MyPaintBrush(DRY)(Strokes.random(2))).all()
    equal = parse_myb(curve([0, 0], [0, 1], [1, 1]))  # MyPaint's own brushes have steps
    assert equal[CURVE].inputs == {"pressure": [[0, 0], [0, 1], [1, 1]]} and not parse_myb(curve())[CURVE].inputs


def test_the_engine_draws_what_was_read() -> None:
    content = brush_file(DRY).read_bytes()
    (path,) = _paths(Strokes.random(1, 3), torch.full((1,), 64))
    pictures = []
    for text in (content, for_engine(parse_myb(content.decode()))):
        surface = Surface(64, 64)
        EngineBrush(text).draw(surface, path)
        pictures.append(surface.rgba())
    assert (pictures[0] == pictures[1]).all() and pictures[0].any()


def test_settings_are_the_engines() -> None:
    assert all(engine().brush_setting_from_cname(name.encode()) >= 0 for name in LIMITS)
    assert len(LIMITS) == 64 and len(INPUTS) == 18


def test_a_suffix_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "MINE.MYB").write_bytes(brush_file(DRY).read_bytes())
    brush = MyPaintBrush(tmp_path / "MINE.MYB")
    assert brush.name == "MINE" and brush.sha256 == MyPaintBrush(DRY).sha256


CODES = {
    "import os; os.abort()": r"engine crashes on it \(SIGABRT\)",
    "print('no brush', file=__import__('sys').stderr); raise SystemExit(1)": r"crashes on it \(no brush\)",
    "while True: pass": "was not done with 24 strokes after 1 s",
}


@pytest.mark.parametrize("code", CODES)
def test_a_crash_is_told_in_one_line(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "CODE", code)
    monkeypatch.setattr(trial, "LONGEST", 1.0)
    monkeypatch.setattr(trial, "PATIENCE", 1)
    with pytest.raises(InputError, match=CODES[code]) as error:
        MyPaintBrush("own", value("opaque", 0.9))
    assert str(error.value).isprintable()


NOTHING = {
    "lock_alpha": (value("lock_alpha", 1), "it locks alpha"),
    "eraser": (value("eraser", 1), "it erases"),
    "smudge": (brush_file("classic/smudge").read_text(), "it smudges what is there"),
    "dabs": (changed(lambda settings: [settings[f"dabs_per_{of}"].update(base_value=0, inputs={})
                                       for of in ("second", "basic_radius", "actual_radius")]), "it lays no dabs"),
    "opaque": (changed(lambda settings: settings["opaque"].update(base_value=0, inputs={})), "its settings leave"),
}  # fmt: skip


@pytest.mark.parametrize("what", NOTHING)
def test_a_brush_that_paints_nothing_is_refused(what: str) -> None:
    text, reason = NOTHING[what]
    with pytest.raises(InputError, match=f"own paints nothing on an empty canvas: {reason}"):
        check_paints(MyPaintBrush("own", text), "own", 64)


def test_colors_of_its_own_are_told() -> None:
    """What is learned is opacity in one colour; the dry brush is just that."""
    check_paints(MyPaintBrush(DRY), DRY, 64)
    with pytest.warns(AllaprimaWarning, match=r"smudge\+paint .* by up to 0\.\d\d of 1, and takes up to 0\.\d\d of"):
        check_paints(MyPaintBrush("classic/smudge+paint"), "smudge+paint", 64)
    with pytest.raises(InputError, match="mine paints nothing: none of 24 strokes shows"):
        check_paints(lambda strokes, size: torch.zeros(len(strokes), 1, size, size), "mine", 64)


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("what", ["one point", "a list", "old", "half", "eraser"])
def test_commands_leave_nothing_behind(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, told = (WRONG | NOTHING)[what]
    Path("own.myb").write_text(text)
    for command in (["learn-brush", "own.myb", "-o", "a.safetensors"], ["strokes", "data", "--brush", "own.myb"]):
        assert run(command) == 2
        assert_one_line(capsys, told)
        assert listed() == ["own.myb"]
