"""A batch on a cluster of Ray, with two processes of this machine: the same paintings, whatever is killed meanwhile."""

import signal
import subprocess
from pathlib import Path

import psutil
import pytest

import allaprima
from allaprima import Painting
from allaprima.app.batch import kept_beside
from allaprima.app.cli import run

from .clips import pan, read_film, write_film
from .commands import QUICK, start
from .many import OUT, SLOW, make_photos, rows, until

pytest.importorskip("ray")
pytestmark = pytest.mark.xdist_group("ray")
CLUSTER = ["--cluster", "local", "--processes", "2"]


@pytest.fixture(autouse=True)
def photos(photo: Path, inside: None) -> None:
    make_photos(photo)


def workers(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Those that paint now."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [one for one in children if one.name().startswith("ray::") and "_work" in one.name()]


def test_a_folder() -> None:
    Path("in/bad.png").write_bytes(b"no picture")
    process = start("batch", "in", *QUICK, *OUT, *CLUSTER)
    out, err = process.communicate(timeout=180)
    assert process.returncode == 2, err
    assert "out/report.json" in out and "1 of 4 photos could not be painted: see out/report.csv" in err
    assert Painting.load("out/a.painting.json") == allaprima.paint("in/a.png", strokes=20, size=48, quality="draft")
    assert [row["code"] for row in rows().values()] == [0, 0, 2, 0]


def test_a_worker_that_is_killed_and_ctrl_c() -> None:
    """Its photo is taken up by another; what is stopped is kept, and the same command goes on."""
    command = ["batch", "in", *SLOW, *OUT, *CLUSTER]
    process = start(*command)
    kept = [kept_beside(Path(f"out/{name}.png")) for name in "ab"]
    until(lambda: all(path.exists() for path in kept), process)
    workers(process)[0].kill()
    until(lambda: len(workers(process)) == 2, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130 and "the same command goes on with them" in err, err
    assert any(path.exists() and len(Painting.load(path)) for path in kept)
    process = start(*command)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert all(row["finished"] for row in rows().values()) and len(rows()) == 3
    assert not list(Path("out").glob("*unfinished*"))


def test_strokes_to_learn_from(tmp_path: Path) -> None:
    """The same bytes as on one machine."""
    folders = [tmp_path / "one", tmp_path / "cluster"]
    draw = ["--brush", "flat", "--count", "40"]
    assert run(["strokes", str(folders[0]), *draw]) == 0
    process = start("strokes", str(folders[1]), *draw, *CLUSTER)
    _, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    one, other = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert one == other and len(one) > 4


def test_no_cluster_there() -> None:
    process = start("batch", "in", *QUICK, *OUT, "--cluster", "127.0.0.1:1")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2 and not out
    assert "no cluster answers at 127.0.0.1:1" in err and err.count("\n") == 1, err


def test_a_film() -> None:
    """A task a scene; joined as one."""
    pytest.importorskip("cv2")
    write_film(Path("in.mp4"), [*pan(7), *pan(7, name="dandelions.jpg")])
    process = start("film", "in.mp4", "-o", "out.mp4", *QUICK, *CLUSTER)
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0 and out == "out.mp4\n", err
    frames, heard = read_film(Path("out.mp4"))
    assert len(frames) == 14 and abs(heard - 14 / 12) < 0.1
