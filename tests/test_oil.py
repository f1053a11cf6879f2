"""The look by default: oil paint on a ground, by bristles, with a relief that light falls on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

import allaprima
from allaprima import BristleBrush, InputError, MyPaintBrush, Painting, Settings, Strokes
from allaprima.app.cli import run
from allaprima.image.photo import read_photo
from allaprima.painters.bounds import MOODS
from allaprima.painters.parameters import COLORS
from allaprima.painting.file import from_json, to_json
from allaprima.rendering import Background, Light, Rendering
from allaprima.rendering.boxed_drawing import BoxedDrawing
from allaprima.rendering.bristle_drawing import BristleDrawing
from allaprima.rendering.neural_drawing import NeuralDrawing
from allaprima.strokes import ACTION

from .commands import assert_one_line
from .conftest import made, psnr

SMALL: dict[str, Any] = {"strokes": 200, "size": 256, "quality": "draft"}  # as the fixture ``oil`` is painted
TINY: dict[str, Any] = {"strokes": 60, "size": 64, "quality": "draft"}
FLAT: dict[str, Any] = {"relief": 0.0, "canvas": "none"}
Pixels = NDArray[np.uint8]


def drawn(painting: Painting, size: int, layered: bool = False) -> BristleDrawing:
    """All strokes, by bristles."""
    drawing = painting.drawing(Rendering(size=size), layered)
    assert isinstance(drawing, BristleDrawing)
    drawing.draw(0, len(painting))
    return drawing


def alike(one: Pixels, other: Pixels) -> float:
    return psnr(*(torch.from_numpy(picture.copy()) / 255 for picture in (one, other)))


def test_it_is_the_default(oil: Painting) -> None:
    chosen = Settings()
    assert (chosen.brush, chosen.strokes, chosen.size) == ("flat", 3500, 2048)
    assert (chosen.mood, chosen.engine, chosen.quality) == ("oil", "auto", "normal")
    assert oil.settings.change(strokes=3500, size=2048, quality="normal") == chosen
    assert Settings(engine="mypaint").engine == Rendering(engine="mypaint").engine == "real"


# ---- light


def test_paint_without_relief_is_not_lit(oil: Painting) -> None:
    flat = oil.render(300, **FLAT)
    drawing = drawn(oil, 300)
    assert (flat == drawing.unlit()).all() and (flat != drawing.picture()).any()
    assert (flat == oil.render(300, gloss=1.0, light="3:00,20", **FLAT)).all()
    assert (oil.render(300, relief=0.0) != flat).any()  # linen


def test_another_light_needs_no_strokes(oil: Painting, monkeypatch: pytest.MonkeyPatch) -> None:
    other: dict[str, Any] = {"relief": 0.9, "light": "2:30,25", "gloss": 0.8, "canvas": "cotton:2"}
    wanted = oil.render(400, **other)
    drawing = drawn(oil, 400)
    first = drawing.picture().copy()

    def fail(*_: object) -> None:
        raise AssertionError("strokes are drawn")

    for kind, name in ((BristleDrawing, "draw"), (BristleBrush, "draw_on")):
        monkeypatch.setattr(kind, name, fail)
    assert (drawing.relit(Light(**other)) == wanted).all() and (first != wanted).any()
    assert (drawing.picture() == first).all() and (drawing.relit(Light()) == first).all()


def test_more_relief_is_more_light_and_shade(oil: Painting) -> None:
    drawing = drawn(oil, 400)
    flat = drawing.unlit().astype(float)
    shades = [drawing.relit(Light(relief=relief, gloss=0.0, canvas="none")) - flat for relief in (0.0, 0.3, 0.6, 1.0)]
    strong = [float(shade.std()) for shade in shades]
    assert strong == sorted(set(strong)) and strong[0] == 0 and strong[-1] > 2
    left, right = (drawing.relit(Light(relief=1.0, light=light, canvas="none")) - flat for light in ("9:00", "3:00"))
    assert np.corrcoef(left.mean(2).ravel(), right.mean(2).ravel())[0, 1] < -0.3


def nearly(grey: int) -> Pixels:
    """A picture of nearly one grey, with a soft round form in it."""
    y, x = np.mgrid[-1:1:180j, -1.5:1.5:270j]
    return (grey + 6 * np.exp(-4 * (x * x + y * y))[..., None] * [1, 0.8, 0.6]).clip(0, 255).astype(np.uint8)


def astronaut() -> Pixels:
    data = pytest.importorskip("skimage.data")
    picture: Pixels = data.astronaut()
    return picture


PHOTOS: dict[str, Callable[[], Pixels | None]] = {
    "chelsea": lambda: None, "astronaut": astronaut, "white": lambda: nearly(246), "black": lambda: nearly(3)
}  # fmt: skip


@pytest.mark.parametrize("name", PHOTOS)
def test_light_keeps_the_picture_as_bright_as_it_is(name: str, oil: Painting) -> None:
    """And takes away nothing where it is lightest and darkest."""
    picture = PHOTOS[name]()
    drawing = drawn(oil if picture is None else allaprima.paint(picture, **SMALL), 640)
    lit, flat = drawing.picture(), drawing.unlit()
    assert np.abs(lit.astype(float).mean((0, 1)) - flat.mean((0, 1))).max() < 2
    clipped = ((lit == 0) | (lit == 255)) & (flat > 0) & (flat < 255)
    assert clipped.mean((0, 1)).max() < 0.005


BAD: list[tuple[str, Any, str]] = [
    ("relief", 2, "relief is 2: choose 0 to 1"),
    ("relief", -0.5, "relief is -0.5: choose 0 to 1"),
    ("gloss", 1.5, "gloss is 1.5: choose 0 to 1"),
    ("gloss", float("nan"), "gloss is nan: it must be a number"),
    *(
        ("light", text, f"light is {text!r}: give a time of the clock and 10 to 80 degrees, such as 10:30,38")
        for text in ("noon", "", "25:00", "10:60", "10:30,5", "10:30,81", "10:30,", "10:30,38,2", "10:3")
    ),
    ("light", "9" * 500, "give a time of the clock and 10 to 80 degrees"),
    *(
        ("canvas", text, f"canvas is {text!r}: choose from linen, cotton, paper, board, none, with a scale of 0.2 to 5")
        for text in ("silk", "linen:9", "linen:0.1", "linen:coarse", "linen:nan", "Linen", "")
    ),
    ("canvas", "linen:" + "9" * 500, "canvas is 'linen:99"),
]


@pytest.mark.parametrize(("name", "value", "told"), BAD, ids=[f"{name} {value}"[:20] for name, value, _ in BAD])
def test_light_that_cannot_be(
    name: str, value: Any, told: str, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """In Python, and as options of both commands: one line that names value and bound, before anything is done."""
    monkeypatch.chdir(tmp_path)
    painting = made(2, brush="flat")
    painting.save(tmp_path / "a.painting.json")
    for attempt in (
        lambda: allaprima.optimise(photo, **{name: value}),
        lambda: painting.render(64, **{name: value}),
        lambda: allaprima.write(painting, "a.png", **{name: value}),
        lambda: Light(**{name: value}),
    ):
        with pytest.raises(InputError) as error:
            attempt()
        assert told in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 200
    for command in (["paint", str(photo)], ["render", "a.painting.json", "-o", "a.png"]):
        assert run([*command, f"--{name}={value}"]) == 2
        assert_one_line(capsys, told)
    assert [path.name for path in tmp_path.iterdir()] == ["a.painting.json"]


def test_light_that_is_no_text() -> None:
    for name, told in (("light", "it must be text"), ("canvas", "it must be text"), ("relief", "must be a number")):
        with pytest.raises(InputError, match=f"{name} is .*{told}"):
            Light(**{name: [1]})  # type: ignore[arg-type]


def test_light_by_the_command(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--strokes", "60", "--size", "64", "--quality", "draft", "--relief", "0.8", "--canvas", "paper:2"]
    assert run(["paint", str(photo), *words, "-o", "a.png"]) == 0
    painting = Painting.load("a.painting.json")
    assert (painting.settings.relief, painting.settings.canvas) == (0.8, "paper:2")
    assert painting == allaprima.paint(photo, relief=0.8, canvas="paper:2", **TINY)
    assert (np.asarray(Image.open("a.png")) == painting.render()).all()
    assert run(["render", "a.painting.json", "-o", "b.png", "--light", "3:00", "--gloss", "1", "--size", "90"]) == 0
    assert (np.asarray(Image.open("b.png")) == painting.render(90, light="3:00", gloss=1.0)).all()


# ---- the ground


def test_nothing_is_bare(oil: Painting) -> None:
    """Neither paper nor the ground's own gaps: on magenta paper no more than one pixel in a thousand shows it."""
    layer = drawn(oil, 1024, layered=True).layer()
    assert (layer[..., 3] < 128).mean() < 0.001
    magenta = Painting.from_record(oil.change(oil.strokes, background=Background("#ff00ff")))
    picture = magenta.render(1024, **FLAT).astype(int)
    assert ((picture[..., 1] < 40) & (picture[..., [0, 2]].min(2) > 180)).mean() < 0.001


def test_the_ground_stays_where_it_is(photo: Path) -> None:
    """Its colours are looked for, as those of all strokes."""
    first, *_, last = (step.painting().strokes for step in allaprima.optimise(photo, **SMALL))
    ground = last.level == 0
    count = int(ground.sum())
    assert 16 <= count <= 36 and len(first) == count and not ground[count:].any()
    assert (last.places[:count] == first.places).all()
    for name in ACTION:
        moved = (getattr(last, name)[:count] - getattr(first, name)).abs().max()
        assert moved > 0.01 if name in COLORS else moved < 1e-6, name


def test_strokes_follow_the_form_and_hardly_bow(photo: Path, oil: Painting) -> None:
    strokes, bounds = oil.strokes, MOODS["oil"](long_side=256)
    chord = strokes.end - strokes.start
    bow = (strokes.through - (strokes.start + strokes.end) / 2).norm(dim=1)
    assert (bow <= bounds.bow * chord.norm(dim=1) + 1e-4).all()
    stripes = np.full((120, 120, 3), 60, np.uint8)
    stripes[::12] = stripes[1::12] = stripes[2::12] = stripes[3::12] = 200
    along = allaprima.paint(stripes, **SMALL).strokes
    x, y = (along.end - along.start)[along.level > 0].abs().unbind(1)
    assert (x > y).double().mean() > 0.9


def test_the_last_strokes_begin_when_the_others_are_in_place(photo: Path) -> None:
    """Where all others together, as bristles lay them, are furthest from the photo."""
    spells = [*dict.fromkeys((step.strokes, step.refining) for step in allaprima.optimise(photo, **SMALL))]
    before, (laid, refined) = [one for one in spells if one[1]]
    assert refined and laid == SMALL["strokes"] and 0.75 * laid <= before[0] <= 0.9 * laid


# ---- who draws


def test_a_program_of_ones_own_draws(oil: Painting) -> None:
    seen: list[tuple[int, int]] = []
    bristles = BristleBrush("flat")

    def program(strokes: Strokes, size: int) -> torch.Tensor:
        seen.append((len(strokes), size))
        return bristles(strokes, size)

    picture = oil.render(200, engine=program)
    assert len(seen) == len(oil) and {count for count, _ in seen} == {1}
    assert alike(picture, oil.render(200, **FLAT)) > 24  # it does not know what lies under a stroke
    paper = oil.render(200, engine=lambda strokes, size: torch.zeros(len(strokes), 1, size, size))
    assert (paper == oil[:0].render(200, **FLAT)).all()


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (lambda strokes, size: torch.zeros(1, size, size), r"gave \(1, \d+, \d+\) for 1 strokes .*give \(1, 1, \d+"),
        (lambda strokes, size: torch.zeros(1, 1, size, size + 1), r"gave \(1, 1, \d+, \d+\) for 1 strokes"),
        (lambda strokes, size: None, "the painting program <lambda> gave NoneType for 1 strokes"),
        (lambda strokes, size: np.zeros((2, 1, size, size)), r"gave \(2, 1, \d+, \d+\)"),
    ],
    ids=["flat", "wide", "nothing", "two"],
)
def test_a_program_that_gives_something_else(oil: Painting, program: Callable[..., Any], told: str) -> None:
    with pytest.raises(InputError, match=told) as error:
        oil.render(100, engine=program)
    assert "\n" not in str(error.value)


def test_two_programs_draw_one_painting(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painting = allaprima.paint(photo, brush="oil:0.5,flat:0.5", engine="real", **TINY)
    drew: list[tuple[str, int]] = []
    for kind in (MyPaintBrush, BristleBrush):
        on_boxes = kind.on_boxes

        def counted(self: Any, strokes: Strokes, *where: Any, on_boxes: Any = on_boxes) -> Any:
            drew.append((type(self).__name__, len(strokes)))
            return on_boxes(self, strokes, *where)

        monkeypatch.setattr(kind, "on_boxes", counted)
    assert isinstance(painting.drawing(Rendering(engine="real")), BoxedDrawing)
    real = painting.render(256, engine="real")
    assert drew == [("MyPaintBrush", 30), ("BristleBrush", 30)]
    assert isinstance(painting.drawing(), NeuralDrawing)  # MyPaint may not be there
    target = (read_photo(photo).at(256, real.shape[0]) * 255).round().byte().permute(1, 2, 0).numpy()
    assert alike(real, target) > 18 and alike(painting.render(256), target) > 18


# ---- with all else


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.8, 0.97])
def test_stopped_and_resumed_is_the_same(photo: Path, share: float, whole: Painting) -> None:
    """To the bit, in every phase: the ground, all together, once more from near, and as bristles paint."""
    changes = TINY | {"quality": "normal"}
    for step in allaprima.optimise(photo, **changes):
        if step.index >= share * step.total:
            break
    under_way = Painting.from_record(from_json(to_json(step.painting())))
    assert under_way.unfinished is not None
    assert to_json(allaprima.paint(photo, resume=under_way)) == to_json(whole)


@pytest.fixture(scope="module")
def whole(photo: Path) -> Painting:
    return allaprima.paint(photo, **TINY | {"quality": "normal"})


def test_greys_and_few_colours(photo: Path) -> None:
    grey = allaprima.paint(photo, grayscale=True, **TINY)
    assert (np.ptp(grey.render(), axis=2) == 0).all()
    few = allaprima.paint(photo, palette="4", **TINY)
    assert 1 < len(few.strokes.color.unique(dim=0)) <= 4 and few.settings.mood == "oil"
