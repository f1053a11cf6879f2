"""What is given and has no effect is told, or refused."""

from dataclasses import fields
from pathlib import Path

import pytest

from allaprima import InputError, Painting
from allaprima.app.cli import run
from allaprima.export.effects import TAKEN
from allaprima.export.export import Export
from allaprima.learning.train import TrainingConfig, load_network

from .commands import QUICK, assert_one_line, listed

pytestmark = pytest.mark.usefixtures("inside")


def test_each_choice_has_an_effect_somewhere() -> None:
    assert set().union(*TAKEN.values()) == {one.name for one in fields(Export)} | {"size"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("-o a.svg --svg-style centerline --print A4", "print is 'A4', which has no effect on a.svg: it is for .png,"),
        ("-o a.svg --svg-style centerline --size 90", "size is 90, which has no effect on a.svg"),
        ("-o a.png --film", "film is True, which has no effect on a.png: it is for .mp4, .webm, .gif; .webp becomes"),
        ("-o a.png --svg-width 100", "svg_width is 100.0, which has no effect on a.png: it is for .csv and .svg of"),
        ("-o a.svg --svg-width 100", "svg_width is 100.0, which has no effect on a.svg"),
        ("-o a.png -o b.csv --seconds 5", "seconds is 5.0, which has no effect on a.png, b.csv: it is for .mp4,"),
        ("-o a.csv --size 90", "size is 90"),
        ("-o a.psd --title x", "title is 'x'"),
        ("-o a.png --layers brush", "layers is 'brush', which has no effect on a.png: it is for .ora, .psd"),
        ("-o a.png --fit crop", "fit is 'crop', and there is no paper to fit: give it by --print"),
        ("-o a.painting.json --no-metadata", "metadata is False"),
        ("-o a.png --title x --no-metadata", "title is 'x', and --no-metadata leaves titles out: give one of them"),
        ("-o a.svg --dpi 300", "dpi is 300.0, which has no effect on a.svg: it is for .png,"),
        ("-o a.gif --dpi 300", "dpi is 300.0, which has no effect on a.gif: it is for .png,"),
        ("-o a.png --brush flat --brush oil", "is by dry_brush, and 2 brushes are given: give one for each"),
        ("-o a.png --photo b.jpg", "photo is b.jpg, which has no effect: it is for a film with --beside"),
    ],
)
def test_of_files(arguments: str, told: str, painting: Painting, capsys: pytest.CaptureFixture[str]) -> None:
    painting.save("p.painting.json")
    assert run(["render", "p.painting.json", *arguments.split()]) == 2
    assert_one_line(capsys, told)
    assert listed() == ["p.painting.json"]


def test_what_one_of_the_files_takes(painting: Painting) -> None:
    painting.save("p.painting.json")
    words = "-o a.png -o b.csv -o c.svg --svg-style centerline --svg-width 90 --print A6 --dpi 50 --fit crop --title x"
    assert run(["render", "p.painting.json", *words.split()]) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--no-texture", "--no-texture has no effect: real brushes always have their grain; --engine neural has"),
        ("--brush chalk --relief 0.9", "--relief has no effect: only bristle brushes, drawn by the real engine, leave"),
        ("--engine neural --gloss 0.9", "--gloss has no effect"),
        ("--style-weight 3", "--style-weight has no effect: there is no --style"),
        ("--features vgg16", "--features has no effect: a network looks for --loss features or both"),
        ("--vgg-weights there.pth", "--vgg-weights has no effect: VGG16 looks with --features vgg16"),
        ("--engine neural --no-texture --loss both --features pocket", ""),
        ("--relief 0.9", ""),
    ],
)
def test_of_a_painting(arguments: str, told: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may have come with a command for another one, so it is told, and painted."""
    Path("there.pth").write_bytes(b"never read")
    assert run(["paint", str(photo), *QUICK, *arguments.split(), "-o", "a.painting.json"]) == 0
    shown = capsys.readouterr().err
    assert told in shown and shown.count("has no effect") == bool(told)


def test_weights_that_are_not_there(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever looks."""
    assert run(["paint", str(photo), *QUICK, "--vgg-weights", "gone.pth"]) == 2
    assert_one_line(capsys, "there is no weights file gone.pth")


def test_of_a_drawing(painting: Painting, oil: Painting, capsys: pytest.CaptureFixture[str]) -> None:
    painting.save("m.painting.json")
    oil.save("o.painting.json")
    for name, words, told in (
        ("o", "--no-texture", "--no-texture has no effect"),
        ("o", "--engine neural --light 2:00", "--light has no effect"),
        ("m", "--canvas board", "--canvas has no effect"),
        ("o", "--light 2:00", ""),
        ("m", "--texture", ""),
        ("o", "--map flat --relief 0.9", "--relief has no effect: the flat map does not depend on it"),
        ("o", "--map height --gloss 0.9", "--gloss has no effect: the height map does not depend on it"),
        ("o", "--map normal --relief 0.9", ""),
        ("o", "--map flat -o a.ora --relief 0.9", ""),
    ):
        assert run(["render", f"{name}.painting.json", "-o", "a.png", "--size", "50", "--force", *words.split()]) == 0
        shown = capsys.readouterr().err
        assert told in shown and shown.count("has no effect") == bool(told), words


@pytest.mark.parametrize(
    "words", ["-o a.csv --relief 0.3", "-o a.svg --engine neural", "-o a.svg --texture", "-o b.painting.json --light 3"]
)
def test_of_what_is_not_drawn(words: str, oil: Painting, capsys: pytest.CaptureFixture[str]) -> None:
    oil.save("o.painting.json")
    assert run(["render", "o.painting.json", *words.split()]) == 0
    shown = capsys.readouterr().err
    told = f"{words.split()[2]} has no effect: it is for pictures, layers and films, and no file is one"
    assert told in shown and shown.count("has no effect") == 1


def test_of_a_training() -> None:
    """It takes long: it is refused."""
    config = TrainingConfig.plan((1,), "splat", (1, None, None), 0, features="pocket")
    for given in ({"vgg_weights": Path("gone.pth")}, {"download": True}):
        with pytest.raises(InputError, match="have no effect on features pocket"):
            load_network(config, **given)
