"""Going on with a painting: what was stopped ends as if nothing had happened, what is finished gets more strokes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import allaprima
from allaprima import InputError, Painting, Settings
from allaprima.image.photo import read_photo
from allaprima.painters.checkpoint import Checkpoint
from allaprima.painting.file import from_json, to_json
from allaprima.painting.pictures import AutoFocus, PictureHash

from .conftest import PLAIN, psnr

SMALL: dict[str, Any] = {**PLAIN, "strokes": 40, "size": 64, "quality": "draft"}
OIL = {"brush": "flat", "mood": "oil"}
STEPS = 30  # of SMALL: 6 on each of 2 levels, 18 on both


def stopped(photo: Any, step: int, **changes: Any) -> Painting:
    """A painting under way after so many steps, from its file; counted from the end if negative."""
    for now in allaprima.optimise(photo, **changes):
        if now.index == step % now.total:
            return Painting.from_record(from_json(to_json(now.painting())))
    raise AssertionError("no such step")


def likeness(painting: Painting, photo: Path) -> float:
    target = read_photo(photo).at(painting.width, painting.height)
    return psnr(torch.from_numpy(painting.render()).permute(2, 0, 1) / 255, target)


@pytest.fixture(scope="module")
def whole(photo: Path) -> Painting:
    return allaprima.paint(photo, **SMALL)


@pytest.fixture(scope="module")
def half(photo: Path) -> Painting:
    """Under way, in the middle of the first level."""
    return stopped(photo, 3, **SMALL)


@pytest.fixture
def right(tmp_path: Path) -> str:
    """A mask: only the right half counts."""
    Image.fromarray(np.uint8([[0, 255]]).repeat(30, 1).repeat(40, 0)).save(tmp_path / "right.png")
    return str(tmp_path / "right.png")


# ---- what was stopped


@pytest.mark.parametrize("step", [1, 3, 6, 7, 9, 12, 13, 20, STEPS - 1])
def test_stopped_and_resumed_is_the_same(photo: Path, whole: Painting, tmp_path: Path, step: int) -> None:
    for now in allaprima.optimise(photo, **SMALL):
        if now.index == step:
            break
    assert now.total == STEPS
    now.painting().save(tmp_path / "under-way.painting.json")
    loaded = Painting.load(tmp_path / "under-way.painting.json")
    assert loaded == now.painting() and loaded.unfinished is not None
    done = allaprima.paint(photo, resume=tmp_path / "under-way.painting.json")
    assert done == whole and to_json(done) == to_json(whole) and done.unfinished is None


@pytest.mark.parametrize(
    "changes",
    [
        {"connected": True},
        {"palette": "4"},
        {"opaque": True, "grayscale": True},
        {"loss": "both"},
        {"brush": "oil:0.1666666667,dry_brush:0.8333333333", "strokes": 51},
        {"background": "#102030", "min_size": 0.05, "max_size": 0.1, "mood": "likeness"},
        {"connected": True, "palette": "#000000,#ffffff", "brush": "oil:1,chalk:1"},
        OIL,
        OIL | {"connected": True, "palette": "4"},
        OIL | {"brush": "oil:1,flat:1", "engine": "real", "opaque": True},
    ],
    ids=str,
)
def test_controls_go_on_as_well(photo: Path, changes: dict[str, Any]) -> None:
    changes = SMALL | changes
    done = allaprima.paint(photo, **changes)
    for step in (4, -8):
        assert allaprima.paint(photo, resume=stopped(photo, step, **changes)) == done


def test_pictures_need_not_be_given_again(photo: Path, right: str) -> None:
    changes = SMALL | {"style": right, "focus": right, "background": right}
    done = allaprima.paint(photo, **changes)
    under_way = [stopped(photo, step, **changes) for step in (2, -5)]
    Path(right).unlink()
    assert all(allaprima.paint(photo, resume=one) == done for one in under_way)


@pytest.mark.parametrize("brush", ["dry_brush", "oil"])
def test_with_the_grain_that_mypaint_gives(photo: Path, brush: str) -> None:
    changes = SMALL | {"engine": "mypaint", "quality": "normal", "strokes": 14, "brush": brush}
    done = allaprima.paint(photo, **changes)
    for step in (-10, -4):  # the first and a later step with grain
        assert allaprima.paint(photo, resume=stopped(photo, step, **changes)) == done


def test_stopped_twice(photo: Path, half: Painting, whole: Painting) -> None:
    again = stopped(photo, 10, resume=half)
    assert again.unfinished != half.unfinished and len(again) > len(half)
    assert allaprima.paint(photo, resume=again) == whole


def test_photos_that_are_no_files(half: Painting, photo: Path) -> None:
    pixels = np.asarray(Image.open(photo).convert("RGB"))
    done = allaprima.paint(pixels, **SMALL)
    assert allaprima.paint(pixels, resume=stopped(pixels, 9, **SMALL)) == done


def test_an_unfinished_painting_is_a_painting(half: Painting) -> None:
    assert half.render(50).shape == (34, 50, 3) and half.settings.strokes == 40 and 0 < len(half) < 40
    assert half != replace(half, unfinished=None)


# ---- more strokes


@pytest.mark.parametrize(
    "changes",
    [{}, {"connected": True}, {"palette": "5"}, {"brush": "oil:1,chalk:2"}, {"background": "white"}, OIL],
    ids=str,
)
def test_strokes_are_added(photo: Path, changes: dict[str, Any]) -> None:
    before = allaprima.paint(photo, **SMALL | changes)
    more = allaprima.paint(photo, resume=before, add=30)
    assert len(more) == more.settings.strokes == 70 and more.unfinished is None
    assert more[:40] == before
    assert likeness(more, photo) > likeness(before, photo)
    assert more.strokes.level is not None and (more.strokes.level.diff() >= 0).all()
    if "connected" in changes:
        corner, side = more.strokes.places[:, :2], more.strokes.places[:, 2:]
        ends, starts = corner + more.strokes.end * side, corner + more.strokes.start * side
        assert (ends[:-1] - starts[1:]).abs().max() <= 1e-3 * more.size
    if "palette" in changes:
        assert len(more.strokes.color.unique(dim=0)) <= 5


def test_strokes_are_added_where_the_mask_is_bright(photo: Path, whole: Painting, right: str) -> None:
    more = allaprima.paint(photo, resume=whole, add=30, focus=right)
    new = more.strokes[40:]
    assert (new.places[:, 0] + new.through[:, 0] * new.places[:, 2] > more.width / 2).sum() >= 25
    assert isinstance(more.settings.focus, PictureHash) and whole.settings.focus == AutoFocus()


def test_of_strokes_that_are_added_to_a_small_place_all_go_there(photo: Path, tmp_path: Path) -> None:
    """Also those of the first levels, and with no line or dab elsewhere; as fine as the place is small."""
    mask = np.zeros((80, 120), np.uint8)
    mask[20:40, 50:80] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    before = allaprima.paint(photo, strokes=60, size=512)
    added = allaprima.paint(photo, resume=before, add=60, focus=str(tmp_path / "mask.png")).strokes[60:]
    x, y = ((added.through * added.window[:, None] + added.places[:, :2]) * 120 / 512).unbind(1)
    inside = (x > 47) & (x < 83) & (y > 17) & (y < 43)
    assert inside.float().mean() > 0.9
    assert added.window.double().mean() < 0.5 * before.strokes.window.double().mean()


def test_strokes_are_added_in_the_colours_that_are_there(photo: Path, right: str) -> None:
    """Whatever the focus is."""
    before = allaprima.paint(photo, **SMALL, palette="5")
    more = allaprima.paint(photo, resume=before, add=30, focus=right)
    there, then = (some.strokes.color.unique(dim=0).tolist() for some in (before, more))
    assert all(color in there for color in then)


@pytest.mark.parametrize("step", [1, 4, 6, -14, -1])
def test_stopped_while_adding(photo: Path, whole: Painting, right: str, step: int) -> None:
    more = allaprima.paint(photo, resume=whole, add=20, focus=right)
    under_way = stopped(photo, step, resume=whole, add=20, focus=right)
    assert torch.equal(under_way[:40].strokes.actions, whole.strokes.actions) and 40 < len(under_way) <= 60
    Path(right).unlink()
    assert allaprima.paint(photo, resume=under_way) == more


def test_added_to_parts_and_changes(photo: Path, whole: Painting) -> None:
    for one in (whole[:10], whole.recolored("3"), whole + whole, whole[:0]):
        more = allaprima.paint(photo, resume=one, add=7)
        assert len(more) == len(one) + 7
        assert torch.equal(more.strokes[: len(one)].actions, one.strokes.actions)
    assert len(allaprima.paint(photo, resume=whole.recolored("3"), add=7).strokes.color.unique(dim=0)) == 3


def test_a_style_is_given_again_to_add(photo: Path, right: str, tmp_path: Path) -> None:
    before = allaprima.paint(photo, style=right, **SMALL)
    with pytest.raises(InputError, match=r"style is known by its sha256:\w+ only: give its file"):
        allaprima.paint(photo, resume=before, add=5)
    with pytest.raises(InputError, match="this is not the picture of style that the painting was painted with"):
        allaprima.paint(photo, resume=before, add=5, style=str(photo))
    assert allaprima.paint(photo, resume=before, add=5, style=right).settings.style == before.settings.style


# ---- what cannot be


@pytest.mark.parametrize(
    ("which", "changes", "told"),
    [
        ("whole", {}, "the painting is finished: say how many strokes to add"),
        ("half", {"add": 5}, "the painting is not finished yet: finish it first, then add strokes"),
        ("whole", {"add": -1}, "add is -1: choose 1 to 19,960, as a painting has 20,000 at most"),
        ("whole", {"add": 19_961}, "add is 19961: choose 1 to 19,960"),
        ("half", {"strokes": 50}, "strokes cannot be changed when a painting goes on"),
        ("half", {"palette": "3"}, "palette cannot be changed when a painting goes on"),
        ("half", {"settings": Settings()}, "settings cannot be changed when a painting goes on"),
        ("whole", {"add": 5, "quality": "best"}, "quality cannot be changed when a painting goes on"),
        ("whole", {"add": 5, "focus": "missing.png"}, "focus: there is no"),
    ],
)
def test_what_cannot_go_on(
    photo: Path, request: pytest.FixtureRequest, which: str, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError) as error:
        allaprima.optimise(photo, resume=request.getfixturevalue(which), **changes)
    assert told in str(error.value) and "\n" not in str(error.value)


def test_another_photo(half: Painting, whole: Painting) -> None:
    other = np.zeros((30, 45, 3), np.uint8)
    for one, add in ((half, 0), (whole, 5)):
        with pytest.raises(InputError, match=r"this is not the photo of the painting: its sha256 is \w{12}\.\.\., and"):
            allaprima.optimise(other, resume=one, add=add)


def test_a_part_of_the_canvas(photo: Path, whole: Painting) -> None:
    with pytest.raises(InputError, match=r"this is not the photo of the painting: .* the painting's part of "):
        allaprima.optimise(photo, resume=whole.cropped((0, 0, 30, 40)), add=5)


def test_another_brush(photo: Path, half: Painting) -> None:
    with pytest.raises(InputError, match="the painting is painted with dry_brush: give the same again"):
        allaprima.optimise(photo, resume=half, brushes=[allaprima.load_brush("oil")])


def test_no_base64(half: Painting) -> None:
    text = to_json(half)
    for damage, told in (('"!', "it is not base64"), ('"AAA', "it is not base64")):
        with pytest.raises(InputError, match=told):
            from_json(text.replace('"unfinished": "', f'"unfinished": {damage}', 1))


@pytest.mark.parametrize("length", [0, 1, 8, 100, -1])
def test_a_truncated_state(photo: Path, half: Painting, length: int) -> None:
    assert half.unfinished is not None
    with pytest.raises(InputError, match="the unfinished state is damaged"):
        allaprima.optimise(photo, resume=replace(half, unfinished=half.unfinished[:length]))


DAMAGE: dict[str, Callable[[Checkpoint], dict[str, torch.Tensor]]] = {
    "no step": lambda state: {"index": torch.tensor(0)},
    "a step before the first": lambda state: {"index": torch.tensor(-2)},
    "the last step": lambda state: {"index": torch.tensor(STEPS)},
    "a step of another level": lambda state: {"index": torch.tensor(8)},
    "two steps": lambda state: {"index": torch.tensor([1, 2])},
    "a stroke less": lambda state: {"numbers": state.numbers[1:], "windows": state.windows[1:]},
    "a window less": lambda state: {"windows": state.windows[1:]},
    "a number less": lambda state: {"numbers": state.numbers[:, 1:]},
    "too many strokes": lambda state: {"numbers": state.numbers.repeat(9, 1), "windows": state.windows.repeat(9, 1)},
    "no numbers": lambda state: {"numbers": state.numbers * torch.nan},
    "windows of no size": lambda state: {"windows": state.windows * 0},
    "windows far away": lambda state: {"windows": state.windows * 1e9},
    "moments less": lambda state: {"moments": state.moments[:, 1:]},
    "one moment": lambda state: {"moments": state.moments[0]},
    "squares below 0": lambda state: {"moments": -1 - state.moments.abs()},
    "double precision": lambda state: {"moments": state.moments.double()},
    "chance less": lambda state: {"random": state.random[1:]},
    "no chance": lambda state: {"random": state.random * 0},
    "a grey style": lambda state: {"style": torch.zeros(9, 9, dtype=torch.uint8)},
    "a coloured focus": lambda state: {"focus": torch.zeros(9, 9, 3, dtype=torch.uint8)},
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_state(photo: Path, half: Painting, what: str) -> None:
    assert half.unfinished is not None
    state = Checkpoint.unpack(half.unfinished, len(half))
    damaged = replace(state, **DAMAGE[what](state)).pack()
    with pytest.raises(InputError, match="the unfinished state is damaged") as error:
        allaprima.optimise(photo, resume=Painting.from_record(from_json(to_json(replace(half, unfinished=damaged)))))
    assert "\n" not in str(error.value)
