"""Many photos in one run, and what is left when it is stopped; nothing that is read is overwritten."""

import json
import shlex
import signal
from pathlib import Path

import pytest
from PIL import Image

import allaprima
from allaprima import Painting
from allaprima.app.batch import kept_beside
from allaprima.app.cli import run
from allaprima.app.terminal import Stop

from .commands import QUICK, assert_one_line, listed

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def photos(photo: Path) -> list[str]:
    names = ["a.png", "b.png", "c.png"]
    for name in names:
        Path(name).write_bytes(photo.read_bytes())
    return names


def keep(path: str, photo: Path) -> Path:
    """A painting that was stopped on its way there."""
    kept = kept_beside(Path(path))
    kept.parent.mkdir(exist_ok=True)
    next(allaprima.optimise(photo, strokes=9, size=48, quality="draft")).painting().save(kept)
    return kept


# ---- stopped


def test_a_folder_goes_on(photos: list[str], photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what was stopped, past what is done under its plain name."""
    kept = keep("out/b-painted.png", photo)
    for suffix in (".png", ".painting.json"):
        Path(f"out/a-painted{suffix}").write_text("precious")
    command = ["paint", *photos, *QUICK, "-o", "out/"]
    assert run(command) == 0
    shown = capsys.readouterr()
    names = [f"out/{name}-painted{suffix}" for name in "bc" for suffix in (".png", ".painting.json")]
    assert shown.out.split() == names and "a.png is painted already" in shown.err
    assert Path("out/a-painted.png").read_text() == "precious" and not kept.exists()
    assert len(Painting.load(names[1])) == 9 and len(Painting.load(names[3])) == 20
    kept = keep("out/b-painted-2.png", photo)
    assert run(command[:3] + command[4:]) == 0
    assert capsys.readouterr().out.split() == ["out/b-painted-2.png", "out/b-painted-2.painting.json"]


def test_what_is_left_is_told(
    photos: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Stop.check
    with monkeypatch.context() as patch:
        patch.setattr(Stop, "check", lambda stop: (signal.raise_signal(signal.SIGINT), check(stop)))
        assert run(["paint", *photos, *QUICK, "-o", "out/"]) == 130
    told = capsys.readouterr().err.splitlines()
    assert "go on with: allaprima paint a.png --resume" in told[-2]
    assert told[-1] == "allaprima: 3 of 3 photos are left: the same command goes on with them"
    assert run(["paint", *photos, *QUICK, "-o", "out/"]) == 0
    assert len(capsys.readouterr().out.split()) == 6


def test_what_is_left_where_nothing_is_kept(
    photos: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def paint(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("allaprima.app.batch.paint_order", paint)
    for output, how in (("out/", "those from a.png on"), ("out/{name}.png", "the same command goes on with them")):
        assert run(["paint", *photos, *QUICK, "-o", output]) == 130
        assert f"3 of 3 photos are left: {how}" in capsys.readouterr().err
    assert listed() == photos


def test_a_stopped_drawing_goes_on(photos: list[str], photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All is painted then, and is not painted again; a single photo is told how."""
    painting = allaprima.paint(photo, strokes=9, size=48, quality="draft")
    kept = kept_beside(Path("b-painted.png"))
    for words in (photos, ["b.png"]):
        painting.save(kept)
        if len(words) == 1:
            assert run(["paint", "b.png", *QUICK]) == 2
            words = shlex.split(capsys.readouterr().err.partition("go on with: ")[2])[2:]
        assert run(["paint", *words, *(QUICK if words == photos else [])]) == 0
        assert "b-painted.png" in capsys.readouterr().out and not kept.exists()
        assert Painting.load("b-painted.painting.json") == painting
        for name in ("b-painted.png", "b-painted.painting.json"):
            Path(name).unlink()


# ---- long names


def test_long_names_are_told_apart(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is kept of each has a name of its own, that fits whatever its letters."""
    one, other = (f"{'n' * 120}{number}.png" for number in (1, 2))
    assert kept_beside(Path(one)) != kept_beside(Path(other))
    kept = keep(one, photo)
    Path(one).write_text("a picture of it")
    assert run(["paint", str(photo), *QUICK, "-o", other]) == 0
    capsys.readouterr()
    assert run(["paint", str(photo), "--resume", str(kept), "-o", one]) == 0
    assert capsys.readouterr().out.split()[0] == one
    name = "\N{ARTIST PALETTE}" * 58 + ".png"
    Path(name).write_bytes(photo.read_bytes())
    assert run(["paint", name, *QUICK, "--no-painting"]) == 0


# ---- refused


@pytest.mark.parametrize("arguments", [["p.png", "--seconds", "3"], ["nope.png"], ["nope.png", "gone.png"]])
@pytest.mark.parametrize("output", ["new/", "new/{name}.png"])
def test_no_folder_is_left(arguments: list[str], output: str, photo: Path) -> None:
    Path("p.png").write_bytes(photo.read_bytes())
    assert run(["paint", *arguments, *QUICK, "-o", output]) == 2
    assert listed() == ["p.png"]


def test_the_error_of_one_photo(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("--json", "--csv"):
        assert run(["paint", "nope.png", *QUICK, form]) == 2
        assert "there is no photo nope.png" in capsys.readouterr().out
    run(["paint", "nope.png", *QUICK, "--json"])
    (result,) = json.loads(capsys.readouterr().out)
    assert result["photo"] == "nope.png" and not result["files"]


# ---- what is read


@pytest.mark.parametrize(
    "words",
    [
        "-o x.png --style s.png --preview s.png",
        "-o x.png --focus s.png --preview s.png",
        "-o s.png --background s.png",
        "-o s.png --style s.png --force",
        "-o s.png --look s.toml --force",
        "-o s.csv --palette s.csv --force",
    ],
)
def test_what_a_painting_reads_is_not_overwritten(
    words: str, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("allaprima.app.batch.paint")  # it does not come to that
    Image.new("RGB", (20, 20), "red").save("s.png")
    Path("s.csv").write_text("#ff0000\n#00ff00\n")
    Path("s.toml").write_text('style = "s.png"\n')
    before = {name: Path(name).read_bytes() for name in listed()}
    assert run(["paint", str(photo), *QUICK, *words.split()]) == 2
    assert_one_line(capsys, "is the input itself: choose another name")
    assert {name: Path(name).read_bytes() for name in listed()} == before


def test_photos_are_not_overwritten(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By another one's painting."""
    for name in ("a.png", "a-painted.png"):
        Path(name).write_bytes(photo.read_bytes())
    assert run(["paint", "a.png", "a-painted.png", *QUICK, "-o", ".", "--force"]) == 2
    assert_one_line(capsys, "a.png would become a-painted.png, which is a photo itself: choose another folder")


def test_what_a_drawing_reads_is_not_overwritten(
    painting: Painting, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    painting.save("a.painting.json")
    Image.open(photo).save("photo.gif")
    before = Path("photo.gif").read_bytes()
    words = ["-o", "photo.gif", "--beside", "--photo", "photo.gif", "--force"]
    assert run(["render", "a.painting.json", *words]) == 2
    assert_one_line(capsys, "the output photo.gif is the input itself: choose another name")
    assert Path("photo.gif").read_bytes() == before
