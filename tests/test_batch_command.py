"""Many photos at once: what is bad stops nobody, what is killed is done by another, and what is stopped goes on."""

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest
import torch

import allaprima
from allaprima import Painting
from allaprima.app.batch import kept_beside
from allaprima.app.cli import run
from allaprima.app.pool import Pool
from allaprima.app.work import PAINTING_PHOTOS

from .commands import QUICK, assert_one_line, listed, start
from .many import OUT, SLOW, make_photos, rows, until


@pytest.fixture(autouse=True)
def photos(photo: Path, inside: None) -> None:
    make_photos(photo)


def workers(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Those that paint: they have worked for more than a moment."""
    return [one for one in psutil.Process(process.pid).children() if one.cpu_times().user > 0.5]


def test_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no photo is told of, and is in the report; what is there is not painted again."""
    Path("in/bad.png").write_bytes(b"no picture")
    command = ["batch", "in", *QUICK, *OUT, "--processes", "2"]
    assert run(command) == 2
    shown = capsys.readouterr()
    files = [f"out/{name}.{suffix}" for name in "abc" for suffix in ("png", "painting.json")]
    assert sorted(shown.out.split()) == sorted([*files, "out/report.csv", "out/report.json"])
    assert "in/bad.png: " in shown.err and "1 of 4 photos could not be painted: see out/report.csv" in shown.err
    assert sorted(path.name for path in Path("out").iterdir()) == sorted(
        [Path(file).name for file in files] + ["report.csv", "report.json"]
    )
    found = rows()
    assert list(found) == ["in/a.png", "in/b.png", "in/bad.png", "in/c.png"]
    one = found["in/a.png"]
    assert one["files"] == files[:2] and one["strokes"] == 20 and one["finished"] and not one["error"]
    assert 5 < one["psnr"] < 40 and 0 < one["ssim"] < 1 and one["seconds"] > 0  # type: ignore[operator]
    assert one["settings"] == {"strokes": 20, "size": 48, "quality": "draft"}
    assert found["in/bad.png"]["error"] and found["in/bad.png"]["code"] == 2
    assert Painting.load("out/a.painting.json") == allaprima.paint("in/a.png", strokes=20, size=48, quality="draft")
    before = {path: path.stat().st_mtime_ns for path in Path("out").glob("?.*")}
    Path("in/bad.png").unlink()
    assert run(command) == 0
    assert "3 of 3 are painted already" in capsys.readouterr().err
    assert before == {path: path.stat().st_mtime_ns for path in Path("out").glob("?.*")}
    assert rows()["in/a.png"] == one


def test_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """With settings a row, before those of the command; a photo in two ways; one that is not there."""
    Path("in/list.csv").write_text("photo,name,strokes\na.png,few,12\na.png,more,\ngone.png,,\n")
    assert run(["batch", "in/list.csv", *QUICK, *OUT, "--processes", "1"]) == 2
    assert {name: len(Painting.load(f"out/{name}.painting.json")) for name in ("few", "more")} == {
        "few": 12,
        "more": 20,
    }
    assert len(json.loads(Path("out/report.json").read_text())) == 3
    Path("in/list.csv").write_text("photo,strokes\nb.png,12\na.png,0\n")
    capsys.readouterr()
    assert run(["batch", "in/list.csv", *OUT]) == 2
    assert_one_line(capsys, "line 3 of in/list.csv: strokes is 0: choose 1 to 20,000")
    assert not Path("out/b.png").exists()


def test_a_photo_that_kills_its_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is tried again, alone, and given up; the others are painted."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "def look(event, given):\n"
        "    if event == 'open' and str(given[0]).endswith('b.png') and 'in' in str(given[0]):\n"
        "        os.kill(os.getpid(), 9)\n"
        "if any('spawn_main' in word for word in sys.orig_argv):\n"
        "    sys.addaudithook(look)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = start("batch", "in", *QUICK, *OUT, "--processes", "2")
    _, err = process.communicate(timeout=180)
    assert process.returncode == 1, err
    found = rows()
    assert "its process was killed, twice" in str(found["in/b.png"]["error"])
    assert found["in/a.png"]["finished"] and found["in/c.png"]["finished"]


def test_a_process_that_is_killed_and_ctrl_c() -> None:
    """What it had begun goes on from what was kept; and after a Ctrl-C the same command does."""
    process = start("batch", "in", *SLOW, *OUT, "--processes", "2")
    kept = [kept_beside(Path(f"out/{name}.png")) for name in "ab"]
    until(lambda: all(path.exists() for path in kept), process)
    workers(process)[0].kill()
    until(lambda: len(workers(process)) == 1, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "photos are left; the same command goes on with them" in err and "Traceback" not in err
    stopped = {path: len(Painting.load(path)) for path in kept if path.exists()}
    assert stopped and all(stopped.values())
    process = start("batch", "in", *SLOW, *OUT, "--processes", "2")
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert all(row["finished"] for row in rows().values()) and len(rows()) == 3
    assert not list(Path("out").glob("*unfinished*"))
    assert listed() == ["in", "out"]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="a kill of this kind is of POSIX")
def test_the_command_itself_is_killed() -> None:
    """Its processes end with it, and its rows are not lost."""
    process = start("batch", "in", *QUICK, *OUT, "--processes", "1")
    lines = Path("out/report.jsonl")
    until(lambda: lines.exists() and lines.read_bytes().count(b"\n"), process)
    left = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    assert not psutil.wait_procs(left, timeout=30)[1]
    assert run(["batch", "in", *QUICK, *OUT, "--processes", "1"]) == 0
    assert all(row["finished"] and row["psnr"] for row in rows().values()) and len(rows()) == 3
    assert not lines.exists() and not list(Path("out").glob("*unfinished*"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["in", "-o", "a.png"],
            "-o a.png is one file for many photos: give a pattern, such as -o 'painted/{name}.png'",
        ),
        (["in", *OUT, "--processes", "0"], "processes is 0: it must be 1 to 256"),
        (["in", *OUT, "--strokes", "0"], "strokes is 0: choose 1 to 20,000"),
        (["in", "-o", "out/{name}.xyz"], "out/a.xyz"),
        (["in", "-o", "in/{name}.png"], "in/a.png"),
        (["in", "-o", "out/all.{png,svg}"], "would both become out/all.png"),
        (["gone", *OUT], "the photo gone is not there"),
    ],
)
def test_what_is_refused_before_anything_is_painted(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = listed()
    assert run(["batch", *arguments]) == 2
    assert_one_line(capsys, told)
    assert listed() == before


def test_a_folder_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    Path("in/b.png").unlink()
    Path("in/c.png").unlink()
    assert run(["batch", "in", *QUICK, "--no-painting", "-o", "out/"]) == 0
    assert capsys.readouterr().out.split() == ["out/a.png", "out/report.csv", "out/report.json"]


def test_threads_that_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes share the processors, on no more threads than OMP_NUM_THREADS lets this one have."""
    monkeypatch.setattr("allaprima.app.pool.cores", lambda: 8)
    for ours, processes, theirs in ((8, 1, 8), (8, 3, 2), (8, 9, 1), (1, 1, 1), (3, 2, 3)):
        monkeypatch.setattr(torch, "get_num_threads", lambda ours=ours: ours)
        assert Pool(PAINTING_PHOTOS, processes)._threads == theirs
