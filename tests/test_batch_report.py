"""The report of a batch: every photo once, whatever stopped it; as a table and as JSON."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allaprima import InputError
from allaprima.app.batch_report import TEXT, Report, Row

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda text: text + "\udcff")


def rows(folder: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((folder / "report.json").read_text(*TEXT))
    return found


def painted(photo: str, file: str, psnr: float = 20.0) -> Row:
    return Row(photo, (file, f"{file}.painting.json"), 100, 2.5, psnr, True, ssim=0.5, settings={"strokes": 100})


def test_both_tell_the_same(tmp_path: Path) -> None:
    report = Report(tmp_path)
    report.add(painted("b.jpg", "b.png"))
    report.add(Row("a.jpg", error="it is none", code=2))
    report.write()
    assert [row["photo"] for row in rows(tmp_path)] == ["a.jpg", "b.jpg"]
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert table[1] == {
        "photo": "b.jpg", "files": "b.png; b.png.painting.json", "strokes": "100", "seconds": "2.5", "psnr": "20.0",
        "finished": "True", "error": "", "ssim": "0.5", "code": "0", "settings": '{"strokes": 100}',
    }  # fmt: skip
    assert table[0]["error"] == "it is none" and table[0]["code"] == "2" and table[0]["psnr"] == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.csv", "report.json"]


def test_a_killed_batch_leaves_its_rows(tmp_path: Path) -> None:
    """The line that it was writing is lost, and no other."""
    killed = Report(tmp_path)
    killed.add(painted("a.jpg", "a.png"))
    killed.add(painted("b.jpg", "b.png"))
    lines = tmp_path / "report.jsonl"
    lines.write_bytes(lines.read_bytes()[:-20])
    again = Report(tmp_path)
    assert again.has(Path("a.png")) and not again.has(Path("b.png"))
    again.add(painted("b.jpg", "b.png", 30.0))
    again.write()
    assert [row["psnr"] for row in rows(tmp_path)] == [20.0, 30.0] and not lines.exists()


def test_what_is_painted_anew_has_one_row(tmp_path: Path) -> None:
    """Also what failed before; but a photo that is painted in two ways has two."""
    for row in (Row("a.jpg", error="no memory", code=1), painted("a.jpg", "a.png"), painted("a.jpg", "a.png", 30.0)):
        report = Report(tmp_path)
        report.add(row)
        report.write()
        assert len(rows(tmp_path)) == 1
    assert rows(tmp_path)[0]["psnr"] == 30.0
    report = Report(tmp_path)
    report.add(painted("a.jpg", "ink.png"))
    report.write()
    assert len(rows(tmp_path)) == 2


@pytest.mark.parametrize("text", ["[", "{}", "[1]", '[{"photo": "a"}]', "null"])
def test_a_report_of_somebody_else(text: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(InputError, match=r"report.json is there, and no report of a batch"):
        Report(tmp_path)
    assert (tmp_path / "report.json").read_text() == text


def test_a_table_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text("mine")
    with pytest.raises(InputError, match=r"report.csv is there, and no report of a batch"):
        Report(tmp_path)


@given(NAMES, NAMES)
def test_whatever_it_is_called(tmp_path_factory: pytest.TempPathFactory, photo: str, error: str) -> None:
    folder = tmp_path_factory.mktemp("report")
    report = Report(folder)
    report.add(Row(photo, error=error))
    Report(folder).write()
    (row,) = rows(folder)
    assert (row["photo"], row["error"]) == (photo, error)
    with (folder / "report.csv").open("r", -1, *TEXT, newline="") as file:
        assert next(csv.DictReader(file))["error"] == error
