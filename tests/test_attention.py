"""Where people look: faces are found where they are, in whatever place and size, and none where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

import allaprima
from allaprima.errors import InputError
from allaprima.image.blur import box
from allaprima.painting.pictures import AutoFocus
from allaprima.perception.attention import FACE, GROUND, attention
from allaprima.perception.faces import WEIGHTS, Face, find_faces, load_faces

DATA = Path(skimage.__file__).parent / "data"
EYES = (203.0, 102.0), (247.0, 103.0)  # of the astronaut, 512 x 512 px
MOUTH = (224.0, 150.0)


def picture(name: str) -> Tensor:
    return torch.from_numpy(np.array(Image.open(DATA / name).convert("RGB"))).permute(2, 0, 1).float() / 255


def near(found: tuple[float, float], true: tuple[float, float], away: float = 6) -> bool:
    return float(np.hypot(found[0] - true[0], found[1] - true[1])) < away


@pytest.fixture(scope="module")
def astronaut() -> Tensor:
    return picture("astronaut.png")


def test_a_face_and_its_parts_are_found(astronaut: Tensor) -> None:
    (face,) = find_faces(astronaut)
    assert near(face.left_eye, EYES[0]) and near(face.right_eye, EYES[1]) and near(face.mouth, MOUTH)
    left, top, right, bottom = face.box
    assert left < EYES[0][0] < EYES[1][0] < right and top < EYES[0][1] < MOUTH[1] < bottom and face.sure > 0.8


@pytest.mark.parametrize(("shift", "scale"), [((0, 0), 0.5), ((300, 100), 0.75), ((700, 250), 0.4), ((60, 500), 1.0)])
def test_wherever_it_is(astronaut: Tensor, shift: tuple[int, int], scale: float) -> None:
    small = F.interpolate(astronaut[None], scale_factor=scale, mode="bilinear", antialias=True)[0]
    wide = torch.full((3, max(600, shift[1] + small.shape[1]), max(1000, shift[0] + small.shape[2])), 0.5)
    wide[:, shift[1] : shift[1] + small.shape[1], shift[0] : shift[0] + small.shape[2]] = small
    faces = find_faces(wide)
    assert len(faces) == 1
    for found, (x, y) in ((faces[0].left_eye, EYES[0]), (faces[0].right_eye, EYES[1]), (faces[0].mouth, MOUTH)):
        assert near(found, (x * scale + shift[0], y * scale + shift[1]), 8)


@pytest.mark.parametrize("name", ["coffee.png", "rocket.jpg", "page.png"])
def test_none_where_there_is_none(name: str) -> None:
    assert find_faces(picture(name)) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (300, 2), (17, 16)])
def test_any_shape(shape: tuple[int, int]) -> None:
    seen = attention(torch.rand(3, *shape, generator=torch.Generator().manual_seed(0)))
    assert seen.shape == shape and seen.min() >= GROUND and seen.max() <= 1


def test_eyes_count_most_then_the_face_then_what_stands_out(astronaut: Tensor) -> None:
    seen = attention(astronaut)
    eye, cheek, wall = seen[102, 203], seen[130, 245], seen[60, 400]
    assert eye > 0.95 and 0.9 * FACE < cheek < 0.95 and wall < 0.35


def test_a_plain_picture_has_nothing_to_look_at() -> None:
    assert attention(torch.full((3, 40, 60), 0.5)).max() < FACE


def test_foreign_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="features"):
        load_faces(WEIGHTS.parent / "pocket.safetensors")
    (tmp_path / "a.safetensors").write_bytes(WEIGHTS.read_bytes()[:1000])
    with pytest.raises(InputError, match="damaged"):
        load_faces(tmp_path / "a.safetensors")


def test_strokes_gather_and_are_smaller_in_eyes() -> None:
    options = {"strokes": 400, "size": 512, "quality": "draft"}
    count, width = {}, {}
    for focus in ("auto", "none"):
        painting = allaprima.paint(DATA / "astronaut.png", focus=focus, **options)  # type: ignore[arg-type]
        strokes = painting.strokes
        middle = strokes.through * strokes.window[:, None] + strokes.places[:, :2]
        inside = ((middle - middle.new_tensor([224, 118])).abs() < middle.new_tensor([50, 45])).all(1)
        count[focus], width[focus] = int(inside.sum()), float((strokes.radius * strokes.window)[inside].median())
        assert (painting.settings.focus == AutoFocus()) == (focus == "auto")
    assert count["auto"] > 1.5 * count["none"] and width["auto"] < 0.85 * width["none"]


@pytest.mark.parametrize("bounds", [(0.03, 0.0), (0.0, 0.02), (0.02, 0.04)])
def test_a_persons_own_bounds_hold_in_eyes(bounds: tuple[float, float]) -> None:
    low, high = bounds
    options = {"strokes": 150, "size": 300, "quality": "draft", "min_size": low, "max_size": high}
    painting = allaprima.paint(DATA / "astronaut.png", **options)  # type: ignore[arg-type]
    width = 2 * painting.strokes.radius * painting.strokes.window / 300
    assert width.min() >= low - 1e-5 and width.max() <= (high or 1) + 1e-5


def test_side_is_that_of_the_box() -> None:
    assert Face((0, 0, 10, 20), (0, 0), (0, 0), (0, 0), 1).side == 15


@settings(max_examples=20)
@given(st.integers(1, 9), st.integers(1, 3), st.integers(10, 40))
def test_a_box_is_the_mean_around(reach: int, times: int, side: int) -> None:
    picture = torch.rand(2, 3, side, side + 5)
    known = picture
    for _ in range(times):
        known = F.avg_pool2d(F.pad(known, (reach,) * 4, mode="replicate"), 2 * reach + 1, stride=1)
    assert torch.allclose(box(picture, reach, times), known, atol=1e-5)
