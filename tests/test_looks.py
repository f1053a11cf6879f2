"""Looks: named sets of settings, files of one's own, and the sheet to choose from."""

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageColor

import allaprima
from allaprima import InputError, Painting, Settings
from allaprima.app.blocks import HALF, in_blocks
from allaprima.app.brush_sheet import COLORS, brush_sheet
from allaprima.app.cli import run
from allaprima.app.contact_sheet import SEEN_AT, Proposal, contact_sheet, in_looks, variations
from allaprima.painting.looks import find_look, look_names

from .conftest import ROOT

PHOTO = ROOT / "examples/chelsea.png"

SMALL: dict[str, Any] = {"strokes": 40, "size": 64, "quality": "draft"}


@pytest.mark.parametrize("name", look_names())
def test_every_look_is_a_painting(name: str) -> None:
    """Its settings are settings, and the painting says which look it is."""
    settings = Settings().change(look=name, **SMALL | {"size": 160})  # the thinnest pens can be seen
    assert find_look(name).about
    assert settings.look == name
    assert (settings.strokes, settings.size) == (40, 160)
    assert len(allaprima.paint(PHOTO, settings)) == 40


def test_what_is_given_beside_a_look_wins(tmp_path: Path) -> None:
    given = dict(find_look("impasto").settings)
    painting = allaprima.paint(PHOTO, look="impasto", relief=0.2, **SMALL)
    assert (painting.settings.brush, painting.settings.relief) == (given["brush"], 0.2)
    painting.save(tmp_path / "one.painting.json")
    again = Painting.load(tmp_path / "one.painting.json")
    assert again.settings == painting.settings
    assert again.settings.look == "impasto"


def test_a_look_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text('about = "few and grey"\nstrokes = 30\ngrayscale = true\n', encoding="utf-8")
    settings = Settings().change(look=tmp_path / "mine.toml")
    assert (settings.look, settings.strokes, settings.grayscale) == ("mine", 30, True)
    monkeypatch.chdir(tmp_path)
    size = ["--size", "64", "--quality", "draft"]
    assert run(["paint", str(PHOTO), "--look", "mine.toml", *size, "-o", "one.png"]) == 0
    assert Painting.load(tmp_path / "one.painting.json").settings.grayscale
    assert run(["paint", str(PHOTO), "--look", "mine.toml", "--strokes", "20", *size, "-o", "two.png"]) == 0
    assert len(Painting.load(tmp_path / "two.painting.json")) == 20


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stroke = 3", "the look bad: there is no setting 'stroke': choose from look, brush, strokes"),
        ("strokes = 0", "the look bad: strokes is 0: choose 1 to 20,000"),
        ("strokes = ", "is damaged"),
        ("[a]\nstrokes = 3", "has a part [a]"),
        ('look = "oil"', "names another look"),
        ("\0", "is damaged"),
    ],
)
def test_a_bad_look_is_told_in_a_line(tmp_path: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    assert run(["paint", str(PHOTO), "--look", str(path), "-o", str(tmp_path / "a.png")]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert told in lines[0]
    assert list(tmp_path.iterdir()) == [path]


def test_a_look_by_a_suffix_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "UP.TOML").write_text('brush = "chalk"')
    assert Settings().change(look=str(tmp_path / "UP.TOML")).brush == "chalk"


def test_no_such_look() -> None:
    with pytest.raises(InputError, match=r"look is 'oils': choose from oil, .*or give a \.toml of your own"):
        Settings().change(look="oils")
    with pytest.raises(InputError, match=r"there is no look nowhere\.toml: give the path"):
        Settings().change(look="nowhere.toml")


def test_moods_differ_in_how_long_strokes_are() -> None:
    """Those that swing with the form are the longest for their width, dots the shortest."""

    def slender(mood: str) -> float:
        strokes = allaprima.paint(PHOTO, mood=mood, strokes=300, size=256, quality="draft").strokes
        return float(((strokes.end - strokes.start).norm(dim=1) / (2 * strokes.radius)).median())

    dots, oil, flow = map(slender, ("dots", "oil", "flow"))
    assert dots < 1 < oil < flow


def test_variations_differ_and_repeat() -> None:
    largest = Settings.about("seed").metadata["high"]
    assert [Settings().change(**one.changes).seed for one in variations("oil", 3, largest)] == [0, 0, 1]
    found = variations("oil", 9, 5)
    assert found == variations("oil", 9, 5)
    assert len({str(one.changes) for one in found}) == 9
    for one in found:
        words = shlex.split(one.command(Path("my cat.jpg")))
        assert words[:3] == ["allaprima", "paint", "my cat.jpg"]
        given = dict(zip(words[3::2], words[4::2], strict=True))
        assert {name.lstrip("-"): value for name, value in given.items()} == {n: str(v) for n, v in one.changes.items()}
        Settings().change(**one.changes)


def test_the_sheet_shows_them_all() -> None:
    seen = []
    sheet = contact_sheet(PHOTO, in_looks(["dots", "alla-prima"]), lambda share, name: seen.append((share, name)))
    assert sheet.width > 2 * SEEN_AT
    left, right = (np.asarray(part, float) for part in (sheet.crop((0, 0, 400, 260)), sheet.crop((420, 0, 820, 260))))
    assert np.abs(left - right).mean() > 3
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert (seen[0][1], seen[-1]) == ("dots", (1.0, "alla-prima"))


def test_a_sheet_is_left_at_once() -> None:
    """By Ctrl-C, or when one of its paintings cannot be: the others, under way or not begun, are given up."""
    begun = []

    def stop(share: float, name: str) -> None:
        begun.append(share)
        if share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        contact_sheet(PHOTO, in_looks(["fine"] * 20), stop)
    assert begun[-1] < 0.1
    with pytest.raises(InputError, match="strokes is 0"):
        contact_sheet(PHOTO, [Proposal("none", {"strokes": 0}), *in_looks(["fine"] * 20)], stop)


def test_looks_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sheet.jpg"
    assert run(["looks", str(PHOTO), "--look", "alla-prima", "-o", str(path)]) == 0
    told = capsys.readouterr()
    assert told.out.strip() == str(path)
    assert f"alla-prima: allaprima paint {PHOTO} --look alla-prima" in told.err
    with Image.open(path) as sheet:
        assert sheet.width > SEEN_AT
    for wrong, why in (
        (["-o", str(path)], "is there already"),
        (["-o", str(tmp_path / "a.svg")], "is no picture"),
        (["-o", str(tmp_path / "a.png"), "--vary", "1"], "vary is 1: choose 2 to 36"),
        (["-o", str(tmp_path / "a.png"), "--look", "nothing"], "look is 'nothing'"),
    ):
        assert run(["looks", str(PHOTO), *wrong]) == 2
        assert why in capsys.readouterr().err
    Image.new("RGB", (400, 5)).resize((4000, 40)).save(tmp_path / "long.png")
    assert run(["looks", str(tmp_path / "long.png"), "-o", str(tmp_path / "a.png")]) == 2
    assert "the photo is 4000x40 px: on a sheet it can be 56 times as long as wide" in capsys.readouterr().err


def test_a_sheet_of_brushes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It shows each brush, in all its colours, and does not overwrite anything."""
    path = tmp_path / "brushes.png"
    assert run(["brushes", "-o", str(path)]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    with Image.open(path) as sheet:
        strips = brush_sheet([allaprima.load_brush("flat")]), sheet
        assert len({picture.width for picture in strips}) == 1 and sheet.height > 5 * strips[0].height
        found = np.asarray(strips[0], float)
    for color in COLORS:
        apart = np.abs(found - np.array(ImageColor.getrgb(color))).max(2)
        assert (apart < 40).sum() > 300
    assert run(["brushes", "-o", str(path)]) == 2
    assert run(["brushes", "-o", str(tmp_path / "a.csv")]) == 2
    assert "is no picture" in capsys.readouterr().err


def test_brushes_in_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A strip of each, where the terminal has all colours; and words alone where it has not, or nobody looks."""
    assert run(["brushes"]) == 0
    words = capsys.readouterr().out
    assert HALF not in words and "\x1b" not in words
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("COLUMNS", "40")
    assert run(["brushes"]) == 0
    lines = re.sub("\x1b.*?m", "", capsys.readouterr().out).splitlines()
    assert [line for line in lines if HALF not in line] == words.splitlines()
    assert {len(line) for line in lines if HALF in line} == {39}
    picture = Image.new("RGB", (4, 4), "red")
    picture.paste("blue", (0, 2, 4, 4))
    (span,) = in_blocks(picture, 2).spans
    assert in_blocks(picture, 2).plain == HALF * 2 and span.style == "#ff0000 on #0000ff"
