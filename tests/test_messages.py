"""What is told, whatever stands in files and arguments, is a line: nothing rules the terminal, nothing is endless."""

import json
import os
import sys
import warnings
from pathlib import Path

import pytest

from allaprima import InputError, Painting
from allaprima.app.cli import run
from allaprima.errors import LONGEST, AllaprimaWarning
from allaprima.painting.file import from_json, to_json

from .commands import QUICK, listed
from .conftest import made

pytestmark = pytest.mark.usefixtures("inside")
OPTIONS = ("mood", "size", "print", "brush", "palette", "layers", "title", "style", "background", "focus", "look")
RULING = "\x1b]0;pwned\x07\x1b[31m\u202e\x9b2J"


@pytest.mark.parametrize("kind", [InputError, AllaprimaWarning])
def test_messages_are_lines(kind: type[Exception]) -> None:
    assert str(kind(f"a {RULING}\n\tb \udcff")) == r"a \x1b]0;pwned\x07\x1b[31m\u202e\x9b2J \tb \udcff"
    assert str(kind("für 猫\u3000und\u202fmehr 🐈")) == "für 猫\u3000und\u202fmehr 🐈"
    long = str(kind("the value " + "\x1b" * 3_000_000 + ": choose another"))
    assert len(long) == LONGEST and long.startswith("the value \\x1b") and long.endswith(": choose another")


def test_names_in_a_painting_do_not_rule_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    kept = json.loads(to_json(made(3)))
    for part, name, told in (
        ("brushes", "weights", "painted with other weights"), ("brushes", "name", "does not ship"),
        ("canvas", "background", "must look like"), ("", "format", "format is"), ("", "version", "version is"),
        ("settings", "device", "settings.device is"), ("settings", "brush", ""),
        ("settings", "mood", "settings.mood is"),
        ("settings", RULING, "is unknown"), ("", RULING, "is unknown"),
    ):  # fmt: skip
        for value in (RULING, RULING * 100_000):
            data = json.loads(json.dumps(kept))
            place = data[part][0] if part == "brushes" else data[part] if part else data
            place[name] = value
            Path("a.painting.json").write_text(json.dumps(data))
            run(["render", "a.painting.json", "-o", "a.png", "--size", "16", "--force"])
            err = capsys.readouterr().err
            assert told in err and len(err) < 1200 and err.replace("\n", "").isprintable(), (name, err[:200])


def test_arguments_do_not_rule_the_terminal(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = RULING + "x" * 100_000
    paint = ["paint", str(photo)]
    for arguments in (
        [RULING], [long], ["paint", RULING], ["paint", long], ["render", long, "-o", "a.png"], [*paint, "--" + long],
        [*paint, "-o", long], *([*paint, f"--{name}", long] for name in OPTIONS), ["looks", str(photo), "--look", long],
    ):  # fmt: skip
        assert run(arguments) == 2
        err = capsys.readouterr().err
        assert len(err) < 1200 and err.count("\n") == 1 and err.strip().isprintable(), (arguments[:4], err[:300])
    assert listed() == []


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are bytes elsewhere")
@pytest.mark.parametrize("option", ["--title", "--brush", "--layers"])
def test_what_is_no_unicode_is_refused_before_painting(
    option: str, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["paint", str(photo), *QUICK, option, os.fsdecode(b"\xff\xfe")]) == 2
    err = capsys.readouterr().err
    assert f"{option[2:]} is '\\udcff\\udcfe': it must be Unicode text" in err and err.count("\n") == 1
    assert listed() == []


@pytest.mark.parametrize("place", [("settings", "brush"), ("brushes", 0, "name"), ("library",), ("photo", "sha256")])
def test_half_signs_in_a_painting(place: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(to_json(made(3)))
    part = data
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = "\ud800"
    Path("a.painting.json").write_text(json.dumps(data))
    assert run(["render", "a.painting.json", "-o", "a.png", "--size", "16"]) == 2
    assert "is '\\ud800': it must be Unicode text" in capsys.readouterr().err
    assert listed() == ["a.painting.json"]


def test_deep_paintings() -> None:
    text = to_json(made(1))
    for depth in (*range(900, 1001, 3), 100_000):
        nested = "[" * depth + "]" * depth
        for part in ('"0.1.0"', '"dry_brush"'):
            with pytest.raises(InputError, match=r"nested too deeply|it must be|is damaged"):
                from_json(text.replace(part, nested))


def test_warnings_are_lines(tmp_path: Path) -> None:
    data = json.loads(to_json(made(3)))
    data["brushes"][0]["weights"] = RULING
    (tmp_path / "a.painting.json").write_text(json.dumps(data))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        Painting.load(tmp_path / "a.painting.json").render(size=16)
    assert str(told[0].message).isprintable()
