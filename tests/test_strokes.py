"""Properties of strokes: names, order, geometry."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from allaprima import InputError, PlacedStrokes, Strokes
from allaprima.strokes import ACTION, as_strokes

from .conftest import placed

COUNTS = st.integers(1, 20)
SEEDS = st.integers(0, 2**32)


@given(COUNTS, SEEDS)
def test_actions_and_back(count: int, seed: int) -> None:
    strokes = Strokes.random(count, seed)
    assert torch.equal(Strokes.from_actions(strokes.actions).actions, strokes.actions)
    assert strokes.actions.shape == (count, 12)
    assert strokes.actions.min() >= 0 and strokes.actions.max() < 1
    assert torch.equal(Strokes.random(count, seed).actions, strokes.actions)


def test_published_order() -> None:
    numbers = torch.arange(12.0)[None]
    strokes = as_strokes(numbers)
    assert [float(getattr(strokes, name)) for name in ACTION] == list(range(12))
    assert (
        ACTION[0] == "pressure" and ACTION[6:9] == ("color_r", "color_g", "color_b") and ACTION[11] == "entry_pressure"
    )


@given(COUNTS, SEEDS)
def test_curve_passes_through_its_points(count: int, seed: int) -> None:
    strokes = Strokes.random(count, seed).to(torch.float64)
    curve = strokes.curve(torch.tensor([0, 0.5, 1], dtype=torch.float64))
    for index, point in enumerate((strokes.start, strokes.through, strokes.end)):
        assert torch.allclose(curve[:, index], point)


@given(COUNTS, SEEDS)
def test_pressure_profile(count: int, seed: int) -> None:
    strokes = Strokes.random(count, seed).to(torch.float64)
    pressure = strokes.pressure_at(torch.tensor([0, 0.25, 0.5, 0.75, 1], dtype=torch.float64))
    entry, last = 0.8 * strokes.entry_pressure, 0.8 * strokes.pressure
    middle = (entry + last) / 2
    assert torch.allclose(pressure, torch.stack([entry, middle, middle, middle, last], 1))


@given(COUNTS, COUNTS, SEEDS)
def test_cat_and_slices(first: int, second: int, seed: int) -> None:
    one, other = placed(first, 64, seed), placed(second, 64, seed + 1)
    both = Strokes.cat([one, other])
    assert len(both) == first + second
    assert torch.equal(both[:first].actions, one.actions) and torch.equal(both[first:].places, other.places)
    assert isinstance(both, PlacedStrokes)


def test_radius_is_one_to_seven_pixels_of_64() -> None:
    sizes = Strokes.random(2).change(size=torch.tensor([0.0, 1.0])).radius * 64
    assert sizes.tolist() == pytest.approx([1, 7.389], abs=1e-3)


def test_refusals() -> None:
    with pytest.raises(InputError, match=r"shape \(3, 11\).*\(N, 12\)"):
        Strokes.from_actions(torch.zeros(3, 11))
    with pytest.raises(InputError, match="no strokes"):
        Strokes.cat([])
    with pytest.raises(InputError, match="some of the strokes are placed and some are not"):
        Strokes.cat([Strokes.random(1), placed(1, 64)])
    with pytest.raises(InputError, match="window is 'a': give one number for each"):
        Strokes.random(2).placed(0, 0, "a")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="number of strokes is -1"):
        Strokes.random(-1)
    numbers = dict(zip(ACTION, torch.rand(12, 4), strict=True))
    with pytest.raises(InputError, match=r"pressure has the shape \(4,\) and end_x \(3,\): give one number of each"):
        Strokes(**numbers | {"end_x": torch.rand(3)})
    with pytest.raises(InputError, match=r"size is 0\.5, of type float: give a tensor"):
        Strokes(**numbers | {"size": 0.5})


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ((0, 0, 0), "window of a stroke is 0: give its side in pixels of the canvas, above 0"),
        ((0, 0, [8, -4, 8]), "window of a stroke is -4: give its side"),
        ((0, 0, float("nan")), "window of a stroke is not finite: give pixels"),
        ((0, float("inf"), 8), "window_y of a stroke is not finite: give pixels"),
    ],
)
def test_a_place_that_cannot_be(place: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Strokes.random(3).placed(*place)


def test_a_time_is_a_number_a_list_or_a_tensor() -> None:
    strokes = Strokes.random(3)
    wanted = strokes.curve(torch.tensor([0.0, 0.5]))
    assert torch.equal(strokes.curve([0, 0.5]), wanted) and torch.equal(strokes.curve(0.5), wanted[:, 1:])
    assert strokes.curve(torch.tensor(0.5)).shape == (3, 1, 2) and strokes.pressure_at(1).shape == (3, 1)
    for times, told in (("a", "t is 'a': give numbers"), (torch.rand(2, 5), r"t has the shape \(2, 5\): give \(T,\)")):
        with pytest.raises(InputError, match=told):
            strokes.curve(times)  # type: ignore[arg-type]


def test_a_change_is_one_number_for_all_or_one_for_each() -> None:
    strokes = Strokes.random(3)
    assert strokes.change(size=1.0).size.tolist() == [1, 1, 1]
    assert strokes.change(size=1).size.dtype == strokes.size.dtype
    sizes = torch.rand(3).requires_grad_()
    assert strokes.change(size=sizes).size is sizes  # with the gradient that it may get
    assert strokes.placed(0, 0, 64).change(brush=2).brush.tolist() == [2, 2, 2]
    with pytest.raises(InputError, match=r"size has the shape \(2,\): give one number for each of the 3 strokes"):
        strokes.change(size=torch.ones(2))
    with pytest.raises(InputError, match="size is 'large': give one number"):
        strokes.change(size="large")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="strokes have no 'width': choose from pressure, size, "):
        strokes.change(width=1.0)
