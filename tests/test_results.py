"""What came of each photo, for programs."""

import csv
import json
import shlex
from pathlib import Path

import pytest

from allaprima.app.cli import run

from .commands import QUICK, assert_one_line

pytestmark = pytest.mark.usefixtures("inside")


def test_as_json_and_csv(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.jpg").write_bytes(b"no picture")
    command = ["paint", str(photo), "bad.jpg", *QUICK, "-o", "made", "--force"]
    assert run([*command, "--json"]) == 2
    good, bad = json.loads(capsys.readouterr().out)
    assert good["photo"] == str(photo) and good["strokes"] == 20 and good["finished"] and not good["error"]
    assert good["files"] == ["made/chelsea-painted.png", "made/chelsea-painted.painting.json"]
    assert good["psnr"] > 10 and good["seconds"] >= 0
    assert bad["photo"] == "bad.jpg" and not bad["files"] and "is no picture that can be read" in bad["error"]
    assert bad["psnr"] is bad["seconds"] is None and bad["strokes"] == 0
    assert run([*command, "--csv"]) == 2
    first, second = csv.DictReader(capsys.readouterr().out.splitlines())
    assert first["files"] == " ".join(good["files"]) and first["strokes"] == "20"
    assert second["error"] == bad["error"] and second["psnr"] == second["seconds"] == "" != first["psnr"]
    assert run([*command, "--csv", "--json"]) == 2
    assert_one_line(capsys, "give one of --json and --csv")


def test_of_what_was_painted_before(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row of what is known, and names that a shell's words tell apart."""
    for name in ("a b.png", "c.png"):
        Path(name).write_bytes(photo.read_bytes())
    command = ["paint", "a b.png", "c.png", *QUICK, "-o", "out/{name}.png"]
    assert run([*command[:2], *command[3:], "--no-painting"]) == 0 and run(command[:1] + command[2:]) == 0
    capsys.readouterr()
    assert run([*command, "--no-painting", "--csv"]) == 0
    first, second = csv.DictReader(capsys.readouterr().out.splitlines())
    assert shlex.split(first["files"]) == ["out/a b.png"] and shlex.split(second["files"]) == ["out/c.png"]
    assert first["strokes"] == second["strokes"] == first["psnr"] == "" and first["finished"] == "True"
    Path("out/a b.png").unlink()
    assert run([*command, "--json"]) == 0
    before, now = json.loads(capsys.readouterr().out)
    assert before == {
        "photo": "c.png",
        "files": ["out/c.png", "out/c.painting.json"],
        "strokes": 20,
        "seconds": None,
        "psnr": None,
        "finished": True,
        "error": "",
    }
    assert now["photo"] == "a b.png" and now["psnr"] > 10 and shlex.join(now["files"]).count("'") == 4
    assert run(command) == 0 and not capsys.readouterr().out


def test_of_one_photo(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paint", str(photo), *QUICK, "-o", "a.painting.json", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["files"] == ["a.painting.json"]
