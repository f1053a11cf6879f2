"""What is given on the command line means what is there, and not what it looks like."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import allaprima
from allaprima import Painting
from allaprima.app.cli import run
from allaprima.brush.library import WEIGHTS
from allaprima.errors import InputError
from allaprima.export.export import Export
from allaprima.painting.settings import Settings, shares_of

from .commands import QUICK, assert_one_line

pytestmark = pytest.mark.usefixtures("inside")


@pytest.mark.parametrize(("command", "size"), [("paint", "2048"), ("film", "1280")])
def test_the_help_tells_the_size(command: str, size: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The command's own, where it has another than paintings have."""
    assert run([command, "--help"]) == 0
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert re.search(rf"--size <int> Long side of the canvas in pixels. 16 to 8,192. Default: {size}\.", told)


# ---- folders and patterns


@pytest.mark.parametrize("folder", ["painted/", "painted.d/", "there"])
def test_a_folder_of_one_photo(folder: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("there").mkdir()
    assert run(["paint", str(photo), *QUICK, "-o", folder]) == 0
    names = [f"{folder.rstrip('/')}/chelsea-painted{suffix}" for suffix in (".png", ".painting.json")]
    assert capsys.readouterr().out.split() == names


def test_a_pattern(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names all outputs of all photos; what is done is passed over, and what was stopped goes on."""
    for name in ("a.png", "b.png", "c.png"):
        Path(name).write_bytes(photo.read_bytes())
    command = ["paint", *QUICK, "-o", "out/{name}.{jpg,painting.json}"]
    files = [f"out/{one}{suffix}" for one in "abc" for suffix in (".jpg", ".painting.json")]
    assert run([*command, "a.png"]) == 0
    assert capsys.readouterr().out.split() == files[:2]
    before = Path("out/a.jpg").stat().st_mtime_ns
    kept = Path("out/c.jpg.unfinished.painting.json")
    next(allaprima.optimise(photo, strokes=9, size=48, quality="draft")).painting().save(kept)
    assert run([*command, "a.png", "b.png", "c.png"]) == 0
    shown = capsys.readouterr()
    assert shown.out.split() == files[2:] and "a.png is painted already" in shown.err
    assert Path("out/a.jpg").stat().st_mtime_ns == before and len(Painting.load(files[-1])) == 9
    assert not kept.exists()
    assert run([*command, "a.png", "b.png"]) == 0 and not capsys.readouterr().out
    assert run([*command, "a.png", "--force"]) == 0 and Path("out/a.jpg").stat().st_mtime_ns > before
    Path("out/b.jpg").unlink()
    capsys.readouterr()
    assert run([*command, "b.png"]) == 2
    assert_one_line(capsys, "out/b.painting.json is there already: give another name")


def test_a_pattern_without_the_name(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is of one photo; braces that are there, or mean nothing, are letters."""
    assert run(["paint", str(photo), *QUICK, "-o", "x.{png,svg}"]) == 0
    assert capsys.readouterr().out.split() == ["x.png", "x.svg", "x.painting.json"]
    assert run(["paint", str(photo), str(photo), *QUICK, "-o", "y.{png,svg}"]) == 2
    assert_one_line(capsys, "would both become y.png")
    assert run(["paint", str(photo), *QUICK, "-o", "{x}.png", "--no-painting"]) == 0
    assert capsys.readouterr().out == "{x}.png\n"


# ---- brushes


def test_a_path_that_is_there_is_a_path(photo: Path) -> None:
    names = ["my,brush.safetensors", "oil:0.5.safetensors", "chalk:2"]
    for name in names:
        Path(name).write_bytes((WEIGHTS / "oil.safetensors").read_bytes())
        assert shares_of(name) == {name: 1.0}
    assert shares_of(f"chalk:1,{names[0]}:2,{names[1]}:3") == {"chalk": 1, names[0]: 2, names[1]: 3}
    assert len(allaprima.paint(photo, brush=names[0], strokes=5, size=48, quality="draft")) == 5
    for share in ("0", "-5", "nan", "inf"):
        with pytest.raises(InputError, match=f"brush is 'flat:{share}': give a share above 0, or the name alone"):
            shares_of(f"flat:{share}")
    for wrong in ("my,other.safetensors", "oil,my,brush.safetensors:2", "oil:1,", "oil:1,chalk", "oil:-1,chalk:2"):
        with pytest.raises(InputError, match="give each of several brushes a share above 0"):
            shares_of(wrong)


# ---- photos that are no files


def paint_from(stdin: "int | object", *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "allaprima", "paint", *QUICK, *arguments]
    return subprocess.run(command, stdin=stdin, capture_output=True, text=True, timeout=120)  # type: ignore[call-overload]


def test_a_name_that_is_no_unicode(photo: Path) -> None:
    """A program gets the very bytes of what it asked for."""
    name = os.fsdecode(b"caf\xe9.png")
    Path(name).write_bytes(photo.read_bytes())
    command = [sys.executable, "-m", "allaprima", "paint", *QUICK, name]
    done = subprocess.run(command, capture_output=True, timeout=120)
    made = [b"caf\xe9-painted.png", b"caf\xe9-painted.painting.json"]
    assert done.returncode == 0 and done.stdout.split() == made, done
    assert all(Path(os.fsdecode(path)).is_file() for path in made)


def test_standard_input(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And any pipe: the same painting as of the file."""
    whole = allaprima.paint(photo, strokes=20, size=48, quality="draft")
    with subprocess.Popen(["cat", str(photo)], stdout=subprocess.PIPE) as cat:
        done = paint_from(cat.stdout, "-")
    assert (done.returncode, done.stdout) == (0, "stdin-painted.png\nstdin-painted.painting.json\n"), done.stderr
    assert Painting.load("stdin-painted.painting.json") == whole
    with photo.open("rb") as file:
        assert paint_from(file, "-", "-o", "b.painting.json").returncode == 0
    assert Painting.load("b.painting.json") == whole
    os.mkfifo("pipe")
    with subprocess.Popen(["sh", "-c", f"cat '{photo}' > pipe"]):
        assert run(["paint", "pipe", *QUICK, "-o", "c.painting.json"]) == 0
    assert Painting.load("c.painting.json") == whole
    capsys.readouterr()
    assert run(["paint", "pipe", *QUICK, "-o", "c.gif", "--beside"]) == 2
    assert_one_line(capsys, "a film beside its photo reads pipe twice, which is a pipe: give a file")
    done = paint_from(subprocess.DEVNULL, "-")
    assert (done.returncode, done.stderr) == (
        2, "allaprima: the photo /dev/stdin is no file: give a picture file\n"
    )  # fmt: skip


# ---- names of papers and colours


@pytest.mark.parametrize(
    ("paper", "size"),
    [("A4", (210, 297)), ("a3", (297, 420)), (" A6 ", (105, 148)), ("Letter", (216, 279)), ("10x8in", (203, 254))],
)
def test_papers(paper: str, size: tuple[int, int]) -> None:
    assert Export(print=paper, dpi=25.4).paper() == size


def test_paper_lies_as_the_picture_does() -> None:
    """Upright, unless the picture is wider than high."""
    for width, height, lies in ((300, 400, (210, 297)), (400, 300, (297, 210)), (300, 300, (210, 297))):
        assert Export(print="A4", dpi=25.4).sheet(width, height) == lies
    assert Export().sheet(300, 400) is None


@pytest.mark.parametrize("digits", [9, 400, 5000])
def test_numbers_without_end(digits: int) -> None:
    with pytest.raises(InputError, match="print is"):
        Export(print=f"{'9' * digits}x1cm")
    with pytest.raises(InputError, match=r"layers is '9+': choose"):
        Export(layers="9" * digits)


def test_colours_by_name(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, color in (
        ("black", "#000000"),
        ("DarkSlateGray", "#2f4f4f"),
        ("white", "#ffffff"),
        ("#ABCDEF", "#abcdef"),
    ):
        painting = allaprima.paint(photo, background=name, strokes=5, size=48, quality="draft")
        assert painting.background.color == color
        painting.save("a.painting.json")
        assert Painting.load("a.painting.json") == painting
    Image.new("RGB", (9, 9), "red").save("tan", "png")
    assert str(Settings(background="tan").background) == "tan"
    assert allaprima.paint(photo, background="tan", strokes=5, size=48).background.picture is not None
    assert run(["paint", str(photo), "--background", "blakc"]) == 2
    assert_one_line(capsys, "background: there is no picture blakc")
