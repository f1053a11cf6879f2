"""What came of each photo, for programs."""

import csv
import json
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


def test_of_one_photo(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paint", str(photo), *QUICK, "-o", "a.painting.json", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["files"] == ["a.painting.json"]
