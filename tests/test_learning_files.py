"""What the commands that teach write: nothing of somebody else's is lost, and what cannot be is told at once."""

from pathlib import Path

import pytest

from allaprima.app.cli import run
from allaprima.app.terminal import Bar
from allaprima.brush.neural import Card
from allaprima.learning.dataset import Meta, StrokeData, save_meta

from .commands import assert_one_line, listed

pytestmark = pytest.mark.usefixtures("inside")

LEARN = ["learn-brush", "flat", "-o", "a.safetensors", "--count", "20", "--steps", "3", "--features", "none"]
ONCE = [*LEARN, "--stages", "1"]
OWN = Path(".a.safetensors.strokes")


def test_folders_of_others_stay(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Strokes lie in a hidden folder of our own; what is there and is not from us is refused before the work."""

    def draw(folder: Path, *_: object, **__: object) -> None:
        save_meta(folder, Meta("flat", "", "", 20, 64, 0))
        if stopped:
            raise KeyboardInterrupt

    def learn(folder: Path, output: Path, *_: object, **__: object) -> Card:
        output.write_bytes((folder / "meta.json").read_bytes())
        return Card("a", "ribbon", {}, "", "", "", {}, "", {"psnr": 1, "agreement": 1})

    monkeypatch.setattr("allaprima.learning.generate.draw_strokes", draw)
    monkeypatch.setattr("allaprima.learning.train.learn_brush", learn)
    for folder in (Path("a.strokes"), OWN):
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
    assert run(ONCE) == 2
    assert_one_line(capsys, f"{OWN} is in the way, where strokes would be drawn and then removed: rename it")
    OWN.rename("other")
    OWN.symlink_to("other")
    assert run(ONCE) == 2
    assert_one_line(capsys, "is in the way")
    OWN.unlink()
    for stopped in (True, False):
        assert run(ONCE) == (130 if stopped else 0)
        assert OWN.exists() == stopped
    assert listed() == ["a.safetensors", "a.strokes", "other"]
    assert {Path(f"{name}/notes.txt").read_text() for name in ("a.strokes", "other")} == {"mine"}
    Path("a.safetensors").write_text("precious")
    capsys.readouterr()
    assert run(ONCE) == 2
    assert_one_line(capsys, "a.safetensors is there already: give another name, or --force to overwrite it")
    assert run([*ONCE, "--force"]) == 0 and Path("a.safetensors").read_text() != "precious"


def test_a_trained_brush_is_not_overwritten(data: StrokeData, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.safetensors").write_text("precious")
    train = ["train", str(data.folder), "-o", "a.safetensors", "--steps", "2", "--features", "none"]
    assert run(train) == 2
    assert_one_line(capsys, "a.safetensors is there already")
    assert Path("a.safetensors").read_text() == "precious"
    assert run([*train, "--force"]) == 0 and len(Path("a.safetensors").read_bytes()) > 100


def test_a_training_that_is_complete_says_so(data: StrokeData, capsys: pytest.CaptureFixture[str]) -> None:
    """Given once more, the same command gives its result; another one is told that a brush is there."""
    train = ["train", str(data.folder), "-o", "a.safetensors", "--steps", "2", "--features", "none"]
    assert run(train) == 0
    told = capsys.readouterr()
    assert told.out == "a.safetensors\n" and "dB on strokes it never saw" in told.err
    assert "the texture is left out: with it a sample is drawn to" in told.err.splitlines()[-1]
    before = Path("a.safetensors").read_bytes()
    assert run(train) == 0
    told = capsys.readouterr()
    assert told.out == "a.safetensors\n" and "complete already, and nothing was done: --force learns" in told.err
    assert Path("a.safetensors").read_bytes() == before
    assert run([*train, "--seed", "1"]) == 2
    assert_one_line(capsys, "a.safetensors is there already")
    assert run(ONCE) == 2  # another brush's
    assert_one_line(capsys, "a.safetensors is there already")


def test_a_device_that_is_not_there(data: StrokeData, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["train", str(data.folder), "-o", "b.safetensors", "--features", "none"], ONCE):
        for device in ("mps", "gpu"):
            assert run([*command, "--device", device]) == 2
            told = f"there is no device {device} on this machine: choose from auto, cpu"
            assert_one_line(
                capsys, f"{told}; cuda is an NVIDIA GPU, and mps Apple's, where torch was installed for them"
            )
    assert run(["strokes", "a", "--brush", "flat", "--count", "5", "--device", "cuda"]) == 2
    assert_one_line(capsys, "cuda")
    assert run(["strokes", "a", "--import", "b", "--device", "cpu"]) == 2
    assert_one_line(capsys, "device is cpu, which has no effect")
    assert not listed()


def test_a_program_in_python_is_learned_in_python(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rake.py").write_text("def rake(strokes, size): ...")
    for command in (["learn-brush", "rake.py", "-o", "a.safetensors"], ["strokes", "a", "--brush", "rake.py"]):
        assert run(command) == 2
        assert_one_line(
            capsys, "rake.py is no brush: give a .myb of MyPaint or a .toml of bristles; a program of your own"
        )
    assert listed() == ["rake.py"]


def test_one_bar_for_all_stages(data: StrokeData, monkeypatch: pytest.MonkeyPatch) -> None:
    """It only grows, whatever stage is under way."""
    shown: list[float] = []
    monkeypatch.setattr(Bar, "__init__", lambda *_: None)
    monkeypatch.setattr(Bar, "show", lambda _, share, text: shown.append(share))
    steps = ["--steps", "3", "--critic-steps", "2", "--gan-steps", "2", "--features", "none"]
    assert run(["train", str(data.folder), "-o", "a.safetensors", "--stages", "1,2,3", *steps]) == 0
    assert shown == sorted(shown) and 0 < shown[0] < 0.2 and shown[-1] == pytest.approx(1)


def test_exported_strokes_are_not_overwritten(data: StrokeData, capsys: pytest.CaptureFixture[str]) -> None:
    Path("npz").mkdir()
    Path("npz/episodes_0.npz").write_text("precious")
    assert run(["strokes", str(data.folder), "--export", "npz"]) == 2
    assert_one_line(capsys, "npz/episodes_0.npz is there already: choose another folder")
    assert Path("npz/episodes_0.npz").read_text() == "precious"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["strokes", "DATA", "--export", "file"], "file is a file: give a folder for the episodes"),
        (["strokes", "DATA", "--export", "file/x"], "file is a file: give a folder for the episodes"),
        (["strokes", "DATA", "--export", "/proc/x"], "nothing can be written in /proc"),
        (["strokes", "file", "--import", "DATA"], "file is a file: give a folder for the strokes"),
        (["strokes", "file/x", "--import", "DATA"], "file is a file: give a folder for the strokes"),
        (["strokes", "/proc/x", "--brush", "flat"], "nothing can be written in /proc"),
        ([*ONCE, "--report", "file"], "file is a file: give a folder for the report"),
        (["train", "DATA", "-o", "a.safetensors", "--report", "file/x"], "give a folder for the report"),
        (["strokes", "a", "--import", "DATA", "--count", "7"], "count is 7, which has no effect: it is for strokes"),
        (["strokes", "DATA", "--export", "a", "--seed", "3"], "seed is 3, which has no effect"),
        (
            ["train", "DATA", "-o", "a.safetensors", "--gan-steps", "9", "--features", "none"],
            "gan-steps is 9, which has no effect: stage 3 is not among the stages",
        ),
        (["train", "DATA", "-o", "a.safetensors", "--mix", "0.9"], "mix is 0.9, which has no effect"),
        ([*LEARN, "--stages", "3"], "steps is 3, which has no effect: stage 1 is not among the stages"),
    ],
)
def test_what_cannot_be_is_told_before_the_work(
    arguments: list[str], told: str, data: StrokeData, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").write_text("mine")
    assert run([str(data.folder) if word == "DATA" else word for word in arguments]) == 2
    shown = capsys.readouterr().err
    assert told in shown and shown.count("\n") == 1
    assert listed() == ["file"] and Path("file").read_text() == "mine"
