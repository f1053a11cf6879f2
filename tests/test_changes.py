"""Paintings made from paintings: parts, sums, other colours, crops, other sizes."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import allaprima
from allaprima import InputError, Painting, Strokes
from allaprima.painters.parameters import COLORS
from allaprima.painting.file import from_json, to_json
from allaprima.rendering import Background
from allaprima.rendering.compositing import as_picture, composite
from allaprima.strokes import PLACE

from .conftest import made as small

GROUND = np.random.default_rng(5).integers(0, 255, (24, 32, 3), np.uint8).repeat(4, 0).repeat(4, 1)


def made(count: int = 12, seed: int = 0, brush: str = "dry_brush", ground: bool = False) -> Painting:
    """A painting of 96x72 px with strokes anywhere on it."""
    background = Background("#b7a994", GROUND if ground else None)
    return replace(small(count, seed, brush), background=background)


def over(picture: NDArray[np.uint8], painting: Painting) -> NDArray[np.uint8]:
    """The painting's strokes over a picture."""
    canvas = torch.from_numpy(picture.copy()).permute(2, 0, 1) / 255
    return as_picture(composite(canvas, painting.strokes.to(torch.float32), painting.find_brushes(), 1.0))


def apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other).max())


def kept(painting: Painting) -> Painting:
    """The same painting, which must be the same in its file."""
    assert from_json(to_json(painting)) == painting
    return painting


# ---- parts


@settings(max_examples=8)
@given(st.integers(0, 14), st.booleans())
def test_the_first_strokes(count: int, ground: bool) -> None:
    painting = made(ground=ground)
    part = kept(painting[:count])
    assert len(part) == min(count, 12) and part.settings.strokes == max(1, len(part))
    paper = as_picture(painting.paper(96, 72))
    assert apart(part.render(), over(paper, replace(painting, strokes=painting.strokes[:count]))) == 0
    assert painting[:12] == painting


def test_other_parts() -> None:
    painting = made()
    assert torch.equal(painting[-3:].strokes.actions, painting.strokes.actions[9:])
    assert torch.equal(painting[::4].strokes.actions, painting.strokes.actions[::4])
    assert apart((painting[:5] + painting[5:]).render(), painting.render()) == 0


def test_no_strokes_are_a_painting() -> None:
    nothing = made()[:0]
    assert (nothing + made()).render().shape == (72, 96, 3) and made() + nothing == made()
    for same in (nothing.cropped((0, 0, 96, 72)), nothing.scaled(1), nothing.recolored("4")):
        assert (kept(same).render() == nothing.render()).all()


def test_a_part_of_a_painting_under_way_is_finished(photo: Any) -> None:
    under_way = next(allaprima.optimise(photo, strokes=20, size=64, quality="draft")).painting()
    assert under_way.unfinished is not None
    for finished in (under_way[:3], under_way.cropped((0, 0, 40, 40)), under_way.recolored("2"), under_way + under_way):
        assert kept(finished).unfinished is None


# ---- sums


@settings(max_examples=8)
@given(st.sampled_from(["dry_brush", "oil"]), st.integers(0, 99), st.booleans())
def test_one_over_another(brush: str, seed: int, ground: bool) -> None:
    lower, upper = made(ground=ground), made(7, seed, brush)
    both = kept(lower + upper)
    assert len(both) == both.settings.strokes == 19
    assert apart(both.render(), over(lower.render(), upper)) <= 1
    assert (both.background, both.photo) == (lower.background, lower.photo)


def test_brushes_of_a_sum() -> None:
    three = kept(made(3) + made(2, 1, "oil") + made(1, 2) + made(2, 3, "chalk"))
    assert [ref.name for ref in three.brushes] == ["dry_brush", "oil", "chalk"]
    assert three.strokes.brush is not None and three.strokes.brush.tolist() == [0, 0, 0, 1, 1, 0, 2, 2]
    other_way = kept(made(2, 3, "chalk") + three)
    assert other_way.strokes.brush is not None
    assert [other_way.brushes[index].name for index in other_way.strokes.brush] == ["chalk"] * 2 + [
        three.brushes[index].name for index in three.strokes.brush
    ]


def test_sums_that_cannot_be() -> None:
    with pytest.raises(InputError, match="a painting of 48x36 px cannot be laid over one of 96x72: scale or crop"):
        made() + made().scaled(0.5)
    opaque = replace(made(), settings=made().settings.change(opaque=True))
    with pytest.raises(InputError, match="one painting is opaque and the other is not"):
        made() + opaque
    with pytest.raises(InputError, match=r"together they have 20,001 strokes, and a painting at most 20,000"):
        made(20_000) + made(1)


# ---- colours


@settings(max_examples=15)
@given(st.lists(st.integers(0, 2**24 - 1), min_size=1, max_size=5, unique=True))
def test_only_palette_colors(numbers: list[int]) -> None:
    palette = [f"#{number:06x}" for number in numbers]
    painting, recolored = made(), kept(made().recolored(",".join(palette)))
    found = {"#" + bytes(color).hex() for color in (recolored.strokes.color * 255).round().int().tolist()}
    assert found <= set(palette) and recolored.settings.palette == ",".join(palette)
    for one in fields(Strokes):
        if one.name not in COLORS:
            assert torch.equal(getattr(recolored.strokes, one.name), getattr(painting.strokes, one.name))


def test_a_number_of_colors_is_found_among_the_strokes() -> None:
    recolored = made(30).recolored("4")
    palette = recolored.settings.palette.split(",")
    assert len(recolored.strokes.color.unique(dim=0)) == len(palette) == 4
    assert recolored.recolored(recolored.settings.palette) == recolored
    assert (recolored.background.color, len(recolored)) == ("#b7a994", 30)


@pytest.mark.parametrize("palette", ["0", "257", "reddish", "", "#12", "missing.gpl"])
def test_bad_palettes(palette: str) -> None:
    with pytest.raises(InputError, match="palette is"):
        made().recolored(palette)


# ---- crops


@st.composite
def boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    left, top = draw(st.integers(0, 80)), draw(st.integers(0, 71))
    right = draw(st.integers(left + 16, 96))
    return left, top, right, draw(st.integers(top + 1, 72))


@settings(max_examples=12)
@given(boxes(), st.booleans())
def test_a_crop_is_that_part_of_the_picture(box: tuple[int, int, int, int], ground: bool) -> None:
    left, top, right, bottom = box
    painting = made(ground=ground)
    crop = kept(painting.cropped(box))
    assert (crop.width, crop.height, crop.settings.size) == (right - left, bottom - top, crop.size)
    assert apart(crop.render(), painting.render()[top:bottom, left:right]) <= 2
    assert torch.equal(crop.strokes.actions, painting.strokes.actions)


def test_crops_of_crops_and_by_the_real_brush() -> None:
    painting = made()
    assert painting.cropped((10, 5, 90, 70)).cropped((6, 7, 40, 50)) == painting.cropped((16, 12, 50, 55))
    whole, part = painting.render(192, engine="mypaint"), painting.cropped((0, 0, 96, 36)).render(192, engine="mypaint")
    assert np.abs(part.astype(int) - whole[:72]).mean() < 3


@pytest.mark.parametrize(
    ("box", "told"),
    [
        ((0, 0, 0, 20), "the box is 0, 0, 0, 20: it must be a part of the canvas, within 0, 0, 96, 72"),
        ((40, 0, 20, 20), "the box is 40, 0, 20, 20: it must be a part of the canvas"),
        ((-1, 0, 20, 20), "the box is -1, 0, 20, 20"),
        ((0, 0, 97, 20), "the box is 0, 0, 97, 20"),
        ((0, 0, 96, 73), "the box is 0, 0, 96, 73"),
        ((0, 0, 10, 15), "the canvas would have 15 px on its long side: choose 16 to 8,192"),
        ((0.5, 0, 20, 20), "the box is (0.5, 0, 20, 20): give four whole numbers, left, top, right, bottom"),
        ((0, 0, 20), "the box is (0, 0, 20): give four whole numbers"),
    ],
)
def test_bad_boxes(box: Any, told: str) -> None:
    with pytest.raises(InputError) as error:
        made().cropped(box)
    assert told in str(error.value)


def test_a_box_of_numpy_numbers_is_a_box() -> None:
    assert kept(made().cropped(tuple(np.array([0, 0, 40, 40])))) == made().cropped((0, 0, 40, 40))


# ---- sizes


@settings(max_examples=12)
@given(st.floats(0.2, 20), st.booleans())
def test_scaled_is_the_same_picture(factor: float, ground: bool) -> None:
    painting = made(ground=ground)
    scaled = kept(painting.scaled(factor))
    assert scaled.size == scaled.settings.size == round(96 * factor)
    one, other = painting.render(128), scaled.render(128)
    if one.shape == other.shape:
        assert apart(one, other) <= 1
    elif not ground:  # whole pixels: a little more or less of the paper is seen
        rows = min(len(one), len(other))
        assert abs(len(one) - len(other)) <= 4 and apart(one[:rows], other[:rows]) <= 1


def test_there_and_back() -> None:
    painting = made()
    back = painting.scaled(2).scaled(0.5)
    for name in PLACE:
        assert torch.allclose(getattr(back.strokes, name), getattr(painting.strokes, name), atol=1e-5)
    assert painting.scaled(1) == painting


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (0, "the factor is 0: it must be above 0"),
        (-1, "the factor is -1"),
        (float("nan"), "the factor is nan"),
        (float("inf"), "the factor is inf"),
        (0.1, "the canvas would have 10 px on its long side: choose 16 to 8,192"),
        (100, "the canvas would have 9,600 px"),
        (1e300, "the canvas would have too many px"),
    ],
)
def test_bad_factors(factor: float, told: str) -> None:
    with pytest.raises(InputError) as error:
        made().scaled(factor)
    assert told in str(error.value)
