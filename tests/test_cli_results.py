"""What the command leaves: the painting beside its picture, and all that was there before."""

import shlex
import signal
from pathlib import Path

import pytest

import allaprima
from allaprima import Painting
from allaprima.app.cli import run
from allaprima.app.terminal import Stop

from .commands import QUICK, assert_one_line, listed
from .conftest import picture_size

pytestmark = pytest.mark.usefixtures("inside")


def put(*names: str) -> None:
    """Files that were there before."""
    for name in names:
        Path(name).write_text("precious")


def assert_untouched(*names: str) -> None:
    assert {Path(name).read_text() for name in names} == {"precious"}


# ---- the painting


def test_the_painting_is_kept(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the first output, whatever is written; a larger picture of it needs no painting."""
    Path("there").mkdir()
    assert run(["paint", str(photo), *QUICK, "-o", "there/my.cat.JPG", "-o", "b.svg"]) == 0
    assert capsys.readouterr().out.split() == ["there/my.cat.JPG", "b.svg", "there/my.cat.painting.json"]
    assert listed() == ["b.svg", "there"]
    painting = Painting.load("there/my.cat.painting.json")
    assert painting == allaprima.paint(photo, strokes=20, size=48, quality="draft") and painting.unfinished is None
    assert run(["render", "there/my.cat.painting.json", "-o", "large.png", "--size", "96"]) == 0
    assert picture_size("large.png") == (96, 64)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--no-painting"], ["chelsea-painted.png"]),
        (["-o", "a.png", "-o", "b.painting.json"], ["a.png", "b.painting.json"]),
        (["-o", "b.painting.json", "--no-painting"], ["b.painting.json"]),
    ],
)
def test_no_other_painting(
    arguments: list[str], names: list[str], photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["paint", str(photo), *QUICK, *arguments]) == 0
    assert capsys.readouterr().out.split() == listed() == names


# ---- names that are not given


@pytest.mark.parametrize(
    ("there", "number"),
    [
        (["chelsea-painted.png"], "-2"),
        (["chelsea-painted.painting.json"], "-2"),
        (["chelsea-painted.png", "chelsea-painted-2.painting.json"], "-3"),
        (["chelsea-painted-2.png"], ""),
    ],
)
def test_a_number_is_added(there: list[str], number: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In this folder and in another; picture and painting have the same."""
    Path("made").mkdir()
    made = [f"made/{name}" for name in there]
    put(*there, *made)
    names = [f"chelsea-painted{number}{suffix}" for suffix in (".png", ".painting.json")]
    assert run(["paint", str(photo), *QUICK]) == 0
    assert capsys.readouterr().out.split() == names
    assert run(["paint", str(photo), *QUICK, "-o", "made"]) == 0
    assert capsys.readouterr().out.split() == [f"made/{name}" for name in names]
    assert_untouched(*there, *made)


def test_several_photos_twice(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.png", "b.png"):
        Path(name).write_bytes(photo.read_bytes())
    for number in ("", "-2"):
        assert run(["paint", "a.png", "b.png", *QUICK, "-o", "made"]) == 0
        names = [f"made/{one}-painted{number}{suffix}" for one in "ab" for suffix in (".png", ".painting.json")]
        assert capsys.readouterr().out.split() == names
    assert len(list(Path("made").iterdir())) == 8


def test_no_number_by_force(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("chelsea-painted.png", "chelsea-painted.painting.json")
    assert run(["paint", str(photo), *QUICK, "--force"]) == 0
    assert capsys.readouterr().out.split() == ["chelsea-painted.png", "chelsea-painted.painting.json"]
    assert picture_size("chelsea-painted.png") == (48, 32) and len(Painting.load("chelsea-painted.painting.json")) == 20


# ---- names that are given


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-o", "a.png"], "a.png is there already: give another name, or --force to overwrite it"),
        (["-o", "b.png", "-o", "a.png"], "a.png is there already"),
        (["-o", "./a.png", "--no-painting"], "a.png is there already"),
        (["-o", "link.svg"], "link.svg is there already"),
        (["-o", "a.painting.json"], "a.painting.json is there already: give another name, or --force"),
        (
            ["-o", "a.jpg"],
            "a.painting.json is there already, where the painting of a.jpg is to be: give another name, --force to "
            "overwrite it, or --no-painting",
        ),
        (["-o", "a.jpg", "--preview", "a.jpg"], "a.jpg is given twice"),
        (["-o", "b.png", "-o", "b.png.unfinished.painting.json"], "is kept for the painting under way: choose another"),
        (["-o", "n" * 245 + ".png"], "cannot be (File name too long): choose another name"),
    ],
)
def test_nothing_is_overwritten(
    arguments: list[str],
    told: str,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr("allaprima.app.batch.paint")  # it does not come to that
    put("a.png", "a.painting.json")
    Path("link.svg").symlink_to("a.png")
    before = listed()
    assert run(["paint", str(photo), *QUICK, *arguments]) == 2
    assert_one_line(capsys, told)
    assert listed() == before
    assert_untouched("a.png", "a.painting.json")


def test_overwritten_by_force(photo: Path) -> None:
    put("a.png", "a.painting.json")
    assert run(["paint", str(photo), *QUICK, "-o", "a.jpg", "--no-painting"]) == 0
    assert_untouched("a.png", "a.painting.json")
    assert run(["paint", str(photo), *QUICK, "-o", "a.png", "--force"]) == 0
    assert picture_size("a.png") == (48, 32) and len(Painting.load("a.painting.json")) == 20


def test_a_preview_is_overwritten(photo: Path) -> None:
    put("growing.png")
    assert run(["paint", str(photo), *QUICK, "-o", "a.png", "--preview", "growing.png"]) == 0
    assert picture_size("growing.png") == (512, 341)


def test_render_overwrites_by_force(painting: Painting, capsys: pytest.CaptureFixture[str]) -> None:
    painting.save("a.painting.json")
    put("a.png")
    assert run(["render", "a.painting.json", "-o", "b.png", "-o", "a.png"]) == 2
    assert_one_line(capsys, "a.png is there already: give another name, or --force to overwrite it")
    assert listed() == ["a.painting.json", "a.png"]
    assert run(["render", "a.painting.json", "-o", "a.png", "--force"]) == 0
    assert picture_size("a.png") == (64, 43)
    allaprima.write(painting, "a.png", size=32)
    assert picture_size("a.png")[0] == 32


# ---- a painting that goes on


@pytest.mark.parametrize("output", [[], ["-o", "chelsea-painted.png"]])
def test_what_was_stopped_goes_on(output: list[str], photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Into the file that is there of it already, even where the name was not given; now the painting is finished."""
    kept = Path("chelsea-painted.png.unfinished.painting.json")
    step = next(allaprima.optimise(photo, strokes=20, size=48, quality="draft"))
    step.painting().save(kept)
    put("chelsea-painted.png")
    assert run(["paint", str(photo), *QUICK, *output]) == 2
    shown = capsys.readouterr().err
    assert f"there is a painting that was stopped, {kept}: delete it, or go on with: " in shown
    assert_untouched("chelsea-painted.png")
    assert run(shlex.split(shown.partition("go on with: ")[2])[1:]) == 0
    names = ["chelsea-painted.png", "chelsea-painted.painting.json"]
    assert capsys.readouterr().out.split() == names and listed() == sorted(names)
    whole = allaprima.paint(photo, strokes=20, size=48, quality="draft")
    assert Painting.load(names[1]) == whole and picture_size(names[0]) == (48, 32)


def test_long_names_are_not_taken_for_one_another(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The name of what is kept is cut: it does not tell whose it is."""
    kept, there = Path(f"{'n' * 60}.unfinished.painting.json"), f"{'n' * 70}.png"
    next(allaprima.optimise(photo, strokes=20, size=48, quality="draft")).painting().save(kept)
    put(there)
    assert run(["paint", str(photo), "--resume", str(kept), "-o", there]) == 2
    assert_one_line(capsys, f"{there} is there already")
    assert run(["paint", str(photo), "--resume", str(kept), "-o", f"{'n' * 71}.png"]) == 0
    assert_untouched(there)


def test_what_is_told_to_go_on_works(
    photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a Ctrl-C there is something at each output, and no painting that looks finished."""
    check = Stop.check
    for outputs in (["a.png"], ["b.png", "b.svg"]):
        flags = [word for name in outputs for word in ("-o", name)]
        with monkeypatch.context() as patch:
            patch.setattr(Stop, "check", lambda stop: (signal.raise_signal(signal.SIGINT), check(stop)))
            assert run(["paint", str(photo), *QUICK, *flags]) == 130
        told = capsys.readouterr()
        kept = f"{outputs[0]}.unfinished.painting.json"
        assert told.out.split() == outputs and sorted([*outputs, kept]) == [
            name for name in listed() if name.startswith(outputs[0][0])
        ]
        command = shlex.split(told.err.strip().partition("go on with: ")[2])
        assert ("--force" in command) == (len(outputs) > 1)  # only the first is known to be of this painting
        assert run(command[1:]) == 0
        assert capsys.readouterr().out.split() == [*outputs, f"{outputs[0][0]}.painting.json"]
        assert Painting.load(f"{outputs[0][0]}.painting.json").unfinished is None and not Path(kept).exists()


def test_more_strokes_go_into_the_same_painting(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is the same painting still; another that is in the way is not."""
    assert run(["paint", str(photo), *QUICK, "-o", "a.painting.json"]) == 0
    more = ["paint", str(photo), "--resume", "a.painting.json", "--add", "5"]
    assert run([*more, "-o", "a.png"]) == 0
    assert len(Painting.load("a.painting.json")) == 25
    assert run([*more, "-o", "a.painting.json"]) == 0
    assert len(Painting.load("a.painting.json")) == 30
    put("b.painting.json")
    capsys.readouterr()
    assert run([*more, "-o", "b.png"]) == 2
    assert_one_line(capsys, "b.painting.json is there already")
    assert run([*more, "-o", "a.png"]) == 2
    assert_one_line(capsys, "a.png is there already")
    assert len(Painting.load("a.painting.json")) == 30
    assert_untouched("b.painting.json")
