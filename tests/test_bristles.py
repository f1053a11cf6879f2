"""Bristle oil paint: what a stroke leaves, and what a brush's own file may say."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import allaprima
from allaprima import BristleBrush, InputError, Painting, Strokes
from allaprima.app.cli import run
from allaprima.rendering import Background
from allaprima.rendering.bristles_on_canvas import Bristles

PLAIN = "touch = 0\nlift = 0\nwave = 0\ngaps = 0\nspring = 0\nfront = 0\n"
"""A brush without chance in its outline: what it covers is known."""


def on_canvas(
    strokes: Strokes, side: int, brush: BristleBrush | None = None, background: Background | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The canvas ``(3, side, side)`` and its height with strokes over white, on windows as large as it."""
    background = background or Background("#ffffff")
    bristles = Bristles(strokes.placed(0, 0, 64), [brush or BristleBrush("flat")], 64, 64, background)
    canvas, height = background.at(side, side).contiguous().clone().numpy(), np.zeros((side, side), np.float32)
    for _ in bristles.draw_on(canvas, height, 0, len(strokes)):
        pass
    return canvas, height


def stroke(**values: float) -> Strokes:
    """A stroke across the middle, from left to right, in red."""
    numbers = {
        "pressure": 1, "size": 0.8, "control_x": 0.5, "control_y": 0.5, "end_x": 0.8, "end_y": 0.5, "color_r": 0.9,
        "color_g": 0.1, "color_b": 0.1, "start_x": 0.2, "start_y": 0.5, "entry_pressure": 1,
    }  # fmt: skip
    return Strokes(**{name: torch.tensor([float(value)]) for name, value in (numbers | values).items()})


number = st.floats(0, 1, width=32)


@settings(max_examples=150)
@given(st.lists(number, min_size=12, max_size=12), st.booleans())
def test_no_stroke_has_a_hole(numbers: list[float], hairpin: bool) -> None:
    """Whatever lies well within the brush's reach of the curve is covered: at hairpins, in tight bends, on a dab."""
    strokes = Strokes.from_actions(torch.tensor([numbers]))
    if hairpin:
        strokes = strokes.change(control_x=strokes.end_x, control_y=strokes.end_y)
    size = 160
    opacity = BristleBrush("plain", PLAIN)(strokes, size)[0, 0]
    assert opacity.isfinite().all()
    curve = strokes.curve(torch.linspace(0, 1, 200))[0]
    grid = (torch.arange(size) + 0.5) / size
    pixels = torch.stack(torch.meshgrid(grid, grid, indexing="xy"), -1).reshape(-1, 2)
    near = torch.cdist(pixels, curve).amin(1).reshape(size, size) < 0.45 * strokes.radius - 1.5 / size
    assert opacity[near].min() > 0.99 if near.any() else True


def test_bits_do_not_depend_on_threads() -> None:
    strokes, threads = Strokes.random(60, 4), torch.get_num_threads()
    drawn = []
    try:
        for many in (1, 2, 3):
            torch.set_num_threads(many)
            drawn.append((BristleBrush("fan")(strokes, 96), *on_canvas(strokes, 150)))
    finally:
        torch.set_num_threads(threads)
    for other in drawn[1:]:
        assert torch.equal(other[0], drawn[0][0])
        assert all(np.array_equal(mine, theirs) for mine, theirs in zip(other[1:], drawn[0][1:], strict=True))


def test_samples_differ_and_repeat() -> None:
    strokes, brush = Strokes.random(4, 5), BristleBrush("flat")
    first, second = (brush(strokes.placed(0, 0, 64, sample=sample)) for sample in (3, 4))
    assert torch.equal(first, brush(strokes.placed(0, 0, 64, sample=3)))
    assert (first - second).abs().max() > 0.3


@pytest.mark.parametrize("light", [{}, {"relief": 0.0, "canvas": "none"}], ids=["lit", "unlit"])
def test_large_averaged_is_small(painting: Painting, light: dict[str, Any]) -> None:
    small, large = (painting.render(size=size, **light).astype(np.float64) / 255 for size in (512, 2048))
    height, width = small.shape[:2]
    averaged = large[: height * 4, : width * 4].reshape(height, 4, width, 4, 3).mean((1, 3))
    assert -10 * np.log10(np.square(averaged - small).mean()) > 40


def ends(size: float, brush: str = "flat") -> NDArray[np.float64]:
    """Where a stroke ends, in radii, 40 times, across the middle six tenths of its breadth."""
    many = Strokes.cat([stroke(size=size)] * 40).placed(0, 0, 64, sample=torch.arange(40))
    covered = BristleBrush(brush)(many, 400)[:, 0] > 0.5
    reach = 0.6 * float(many.radius[0])
    rows = covered[:, int(400 * (0.5 - reach)) : int(400 * (0.5 + reach))]
    return ((torch.arange(400) * rows).amax(2).double() / 400 / many.radius[0]).numpy()


def test_ends_of_broad_strokes_are_less_ragged_for_their_breadth() -> None:
    """A comb as deep as the brush is broad would leave slits that shine through."""

    def raggedness(size: float) -> float:
        return float(np.abs(np.diff(ends(size), axis=1)).sum(1).mean())

    assert raggedness(0.95) < 0.75 * raggedness(0.3)


def test_no_brush_is_held_upright() -> None:
    """Ends slant to either side, as a square one, again and again, looks like tape."""
    lean = np.polyfit(np.linspace(-0.6, 0.6, ends(0.8).shape[1]), ends(0.8).T, 1)[0]
    assert lean.min() < -0.1 < 0.1 < lean.max()
    assert abs(lean.mean()) < 0.1


def test_a_gap_between_bristles_is_a_film_over_quite_another_colour() -> None:
    """White that runs out leaves gaps over what is nearly white, and no black slits over black."""
    dry = BristleBrush("dry", PLAIN.replace("gaps = 0", "gaps = 1") + "dry = 1\nway = 3\nparting = -0.5\ntone = 0\n")
    white = stroke(size=0.95, color_r=1, color_g=1, color_b=1)
    bare = {}
    for shade in ("#000000", "#f8f8f8"):
        canvas, _ = on_canvas(white, 128, dry, Background(shade))
        below = Background(shade).at(128, 128).numpy()
        bare[shade] = 1 - np.abs(canvas - below).mean() / np.abs(1 - below).mean()
    assert bare["#000000"] < bare["#f8f8f8"] - 0.02


def test_wet_in_wet_paint_is_carried_along() -> None:
    """Over a blue left half the brush picks up blue, and leaves some of it on the right."""
    picture = np.full((64, 64, 3), 255, np.uint8)
    picture[:, :32] = (0, 0, 255)
    halves = Background("#8080ff", picture)
    dry, wet = (BristleBrush("own", f"pickup = {share}\nsmear = 20\nblend = 0\n") for share in (0.0, 0.6))
    right = (slice(None), slice(60, 68), slice(68, 84))
    by_dry, by_wet = (on_canvas(stroke(), 128, brush, halves)[0][right].mean((1, 2)) for brush in (dry, wet))
    assert by_wet[2] > by_dry[2] + 0.1 and by_wet[0] < by_dry[0] - 0.1


def test_lights_are_laid_thick_and_darks_thin() -> None:
    black, white = ({f"color_{channel}": value for channel in "rgb"} for value in (0.0, 1.0))
    heights = [on_canvas(stroke(**color), 128)[1].max() for color in (black, white)]
    assert 0 < heights[0] < 0.2 * heights[1]


def test_paint_runs_out() -> None:
    """Along a long stroke of a dry brush there is less and less."""
    dry = BristleBrush("own", "dry = 1\nway = 4\nparting = 0.3\ngaps = 1\nwave = 0\n")
    strokes = stroke(size=0.9).map(lambda value: value.expand(40)).placed(0, 0, 200, sample=torch.arange(40))
    opacity = dry(strokes, 200).mean(0)[0, 92:108]
    quarters = [float(opacity[:, left : left + 20].mean()) for left in (50, 90, 135)]
    assert quarters[0] > 0.8 and quarters[0] > quarters[1] > quarters[2] + 0.2


def test_far_off_the_canvas_nothing_happens() -> None:
    strokes = Strokes.random(5, 8).placed(-5000, 7000, 64)
    bristles = Bristles(strokes, [BristleBrush("flat")], 64, 64, Background("#ffffff"))
    canvas, height = np.ones((3, 80, 80), np.float32), np.zeros((80, 80), np.float32)
    assert list(bristles.draw_on(canvas, height, 0, 5)) == [5]
    assert (canvas == 1).all() and not height.any()


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('# mine\nwidth = 1.5\n"pitch" = 0.05\n')
    mine = BristleBrush(path)
    assert mine.name == "bristle/mine" and mine.shape.width == 1.5
    assert mine(stroke()).sum() > BristleBrush("flat")(stroke()).sum()
    (tmp_path / "mine.json").write_text('{"width": 1.5, "pitch": 0.05}')
    assert torch.equal(BristleBrush(tmp_path / "mine.json")(stroke()), mine(stroke()))


@pytest.mark.parametrize(("text", "told"), [
    ("width = 3", "width is 3: choose 0.2 to 2"),
    ("width = 'wide'", "width is 'wide': it must be a number"),
    ("breadth = 1", "has no 'breadth': choose from width, spring"),
    ("width =", "is damaged"),
    ("{", "is damaged"),
    ("width = nan", "width is nan"),
])  # fmt: skip
def test_a_bad_file_is_told_in_a_line(tmp_path: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"bad\.toml") as error:
        BristleBrush(path)
    assert told in str(error.value) and "\n" not in str(error.value)
    assert run(["learn-brush", str(path), "-o", str(tmp_path / "bad.safetensors")]) == 2
    assert not (tmp_path / "bad.strokes").exists() and "Traceback" not in capsys.readouterr().err


def test_what_is_no_brush(tmp_path: Path) -> None:
    (tmp_path / "noise.toml").write_bytes(bytes(range(128, 256)))
    (tmp_path / "huge.toml").write_text("#" * 200_000)
    for name, told in (("nothing", "choose from fan"), ("gone.toml", "there is no brush"), ("noise.toml", "is no text"),
                       ("huge.toml", "more than 100,000")):  # fmt: skip
        with pytest.raises(InputError, match=told):
            BristleBrush(name if name == "nothing" else tmp_path / name)


def test_the_shipped_brushes_know_their_program() -> None:
    brush = allaprima.load_brush("flat")
    assert brush.bristly and brush.card.mypaint == "bristle/flat"
    assert brush.real().sha256 == brush.card.myb_sha256 == BristleBrush("flat").sha256
