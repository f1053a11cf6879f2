"""Painting: exact counts, any shape, the same again, and better with every pass."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

import allaprima
from allaprima import Compute, InputError, Painting, Step
from allaprima.image.photo import fit, read_photo
from allaprima.painters.bounds import MOODS
from allaprima.painters.levels import levels
from allaprima.strokes import ACTION

from .conftest import PLAIN

SMALL = {**PLAIN, "size": 64, "quality": "draft"}


@given(st.integers(1, 20_000), st.integers(16, 8192), st.integers(8, 8192), st.sampled_from(sorted(MOODS)))
@example(40, 8192, 8, "oil")
@example(3500, 2048, 1024, "oil")
def test_levels_hold_exactly_the_strokes(strokes: int, width: int, height: int, mood: str) -> None:
    bounds = MOODS[mood](long_side=max(width, height))
    plan = levels(strokes, width, height, bounds)
    assert sum(level.strokes for level in plan) == strokes
    windows = [level.window for level in plan if not level.rows]
    assert windows == sorted(windows, reverse=True) and windows[-1] >= 16
    assert all(level.strokes > 0 for level in plan)
    ground = [level for level in plan if level.rows]
    assert ground == plan[: len(ground)] and len(ground) <= bool(bounds.ground)
    sketch = [level for level in plan if level.sketch]
    assert sketch == plan[: len(sketch)] and sum(level.strokes for level in sketch) in (0, int(strokes * bounds.sketch))
    for part in (sketch, plan[len(sketch) :]):
        late = [level for level in part if level.late]
        assert late == part[len(part) - len(late) :] and len(late) <= bool(bounds.late)
        assert all(level.strokes <= strokes / 4 for level in late)
    assert all(level.strokes % level.rows == 0 and level.strokes <= strokes / 4 for level in ground)


@pytest.mark.parametrize("strokes", [1, 2, 7, 40, 133])
def test_exact_stroke_count(photo: Path, strokes: int) -> None:
    painting = allaprima.paint(photo, strokes=strokes, **SMALL)
    assert len(painting) == strokes
    actions = painting.strokes.actions
    assert actions.min() >= 0 and actions.max() <= 1
    assert painting.strokes.level is not None and (painting.strokes.level.diff() >= 0).all()


@pytest.mark.parametrize("changes", [{}, {"mood": "oil", "brush": "flat"}], ids=["plain", "oil"])
@pytest.mark.parametrize("shape", [(300, 24), (24, 300), (64, 64), (91, 57), (8, 8)])
def test_any_shape(shape: tuple[int, int], changes: dict[str, Any]) -> None:
    gradient = np.linspace(0, 255, shape[0] * shape[1] * 3).reshape(*shape, 3).astype(np.uint8)
    painting = allaprima.paint(gradient, **SMALL | {"strokes": 40, "size": 128, **changes})
    assert (painting.width, painting.height) == fit(shape[1], shape[0], 128)
    assert painting.render().shape == (painting.height, painting.width, 3)
    assert painting.render(50).shape[:2] == fit(painting.width, painting.height, 50)[::-1]


def test_same_seed_same_bytes(photo: Path, painting: Painting, tmp_path: Path) -> None:
    again = allaprima.paint(photo, strokes=40, **SMALL)
    other = allaprima.paint(photo, strokes=40, seed=1, **SMALL)
    for name, one in (("a", painting), ("b", again), ("c", other)):
        one.save(tmp_path / f"{name}.painting.json")
    first, second, third = ((tmp_path / f"{name}.painting.json").read_bytes() for name in "abc")
    assert first == second and first != third
    assert painting == again and painting != other


def test_steps(photo: Path) -> None:
    steps: list[Step] = []
    painting = allaprima.paint(photo, strokes=150, on_step=steps.append, **SMALL | {"size": 128})
    assert [step.index for step in steps] == list(range(1, steps[0].total + 1))
    assert [step.share for step in steps] == sorted(step.share for step in steps)
    assert steps[-1].share == pytest.approx(1)
    assert steps[-1].strokes == 150 and steps[-1].psnr > steps[0].psnr + 4
    assert steps[-1].psnr > 24  # dB; a coat of the mean colour has 16
    assert steps[-1].painting() == painting
    assert all(set(step.parts) == {"pixel", "color"} and sum(step.parts.values()) == step.loss for step in steps)


@pytest.mark.parametrize("strokes", [60, 400])
def test_painterly_strokes_stay_strokes(photo: Path, strokes: int) -> None:
    placed = allaprima.paint(photo, strokes=strokes, focus="none", **SMALL | {"size": 128}).strokes
    width = 2 * placed.radius
    length = placed.curve(torch.linspace(0, 1, 33, dtype=torch.float64)).diff(dim=1).norm(dim=-1).sum(1)
    assert (length > 2 * width).double().mean() >= 0.9
    assert placed.window is not None and (width * placed.window).min() >= 128 / 80 - 1e-3


def test_strokes_on_detail_lie_over_those_on_quiet_ground() -> None:
    half = np.full((64, 64, 3), 128, np.uint8)
    half[:, 32:] = np.random.default_rng(0).integers(0, 255, (64, 32, 3))
    for step in allaprima.optimise(half, strokes=100, **SMALL):
        placed = step.painting().strokes
    x = placed.window_x + placed.window * placed.through[:, 0]
    for level in placed.level.unique():
        there = x[placed.level == level]
        assert there[: len(there) // 2].mean() < there[len(there) // 2 :].mean()


def test_leaving_early_keeps_a_valid_painting(photo: Path, tmp_path: Path) -> None:
    for step in allaprima.optimise(photo, strokes=60, **SMALL):
        if step.index == 5:
            break
    painting = step.painting()
    painting.save(tmp_path / "early.painting.json")
    assert Painting.load(tmp_path / "early.painting.json") == painting
    assert 0 < len(painting) < 60
    assert step.canvas().shape == (painting.height, painting.width, 3)


def test_on_step_does_not_change_the_result(photo: Path, painting: Painting) -> None:
    seen = allaprima.paint(photo, strokes=40, **SMALL, on_step=lambda step: step.canvas())
    assert seen == painting


def test_photo_as_path_image_and_array(photo: Path) -> None:
    image = Image.open(photo)
    pictures = [read_photo(source).at(32, 20) for source in (str(photo), photo, image, np.asarray(image))]
    assert all(torch.equal(pictures[0], picture) for picture in pictures)
    grey, clear = np.asarray(image.convert("L")), np.asarray(image.convert("RGBA"))
    assert read_photo(grey).at(9, 9).shape == (3, 9, 9) and torch.equal(read_photo(clear).at(32, 20), pictures[0])
    for bad, told in ((np.zeros((4, 4)), r"float64 array of shape \(4, 4\)"), (None, "of type NoneType")):
        with pytest.raises(InputError, match=told):
            read_photo(bad)  # type: ignore[arg-type]


def test_photos_are_read_as_a_person_sees_them(tmp_path: Path) -> None:
    half = np.zeros((20, 40, 3), np.uint8)
    half[:, 20:] = 255
    exif = Image.Exif()
    exif[274] = 6  # to be turned by 90 degrees
    Image.fromarray(half).save(tmp_path / "turned.jpg", exif=exif)
    turned = read_photo(tmp_path / "turned.jpg").at(20, 40)
    assert turned[:, :15].max() < 0.1 and turned[:, 25:].min() > 0.9
    deep = (np.linspace(0, 65535, 400).reshape(20, 20)).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    grey = read_photo(tmp_path / "deep.png").at(20, 20)
    assert grey[0, 0, 0] == 0 and 0.45 < grey.mean() < 0.55 and (grey == 1).float().mean() < 0.01
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    assert read_photo(tmp_path / "clear.png").at(20, 20).min() == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"strokes": 0}, "strokes is 0: choose 1 to 20,000"),
        ({"strokes": 10**9}, "strokes is 1000000000"),
        ({"strokes": 2.5}, "strokes is 2.5: it must be a whole number"),
        ({"size": 15}, "size is 15: choose 16 to 8,192"),
        ({"quality": "superb"}, "quality is 'superb': choose from draft, normal, best"),
        ({"engine": "krita"}, "engine is 'krita': choose from auto, neural, real"),
        ({"brush": "mop"}, "there is no brush mop: choose from calligraphy, chalk, charcoal, dry_brush"),
        ({"device": "tpu"}, "device is 'tpu'"),
        ({"mood": "sad"}, "mood is 'sad': choose from oil, flow, dots, painterly, likeness"),
        ({"colour": 1}, ", gloss, canvas, device, vgg_weights"),
        ({"device": torch.device("cuda:1")}, "device is 'cuda:1': choose from auto, cpu, cuda, mps"),
        ({"on_step": 3}, "on_step is 3, of type int: give a function of (step)"),
        ({"on_step": lambda: None}, "on_step <lambda> takes (): it is called with (step)"),
    ],
)
def test_bad_settings(photo: Path, changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as error:
        allaprima.paint(photo, **changes)
    assert told in str(error.value)


def test_a_device_is_known_by_its_name() -> None:
    """As torch knows it; the first of its kind is that kind."""
    for device, name in ((torch.device("cpu"), "cpu"), (torch.device("cuda", 0), "cuda"), (torch.device("mps"), "mps")):
        assert Compute(device=device).device == name  # type: ignore[arg-type]
    picture = np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8)
    painting = allaprima.paint(picture, strokes=10, device=torch.device("cpu"), **SMALL)
    assert painting == allaprima.paint(picture, strokes=10, device="cpu", **SMALL)


def test_too_narrow_a_canvas() -> None:
    with pytest.raises(InputError, match=r"2x16 px is too narrow.*at least 64"):
        allaprima.paint(np.zeros((800, 100, 3), np.uint8), size=16)


def test_strokes_stay_named() -> None:
    """Every one of the 12 numbers is moved by painting: none is a dead field."""
    painting = allaprima.paint(np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8), strokes=30, **SMALL)
    for name in ACTION:
        assert getattr(painting.strokes, name).std() > 1e-3, name
