"""Where people look is seen by itself in the end: strokes there are refined more closely, all others stay."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import allaprima
from allaprima import Painting, Settings
from allaprima.image.photo import read_photo
from allaprima.painters.bounds import StrokeBounds
from allaprima.painters.closeup import BRIGHT, LEAST, SEEN_AT, CloseUp
from allaprima.painters.levels import more_levels
from allaprima.painters.schedule import EFFORT, PAINTERLY, Schedule
from allaprima.painting.file import from_json, to_json
from allaprima.rendering.compositing import composite

from .conftest import PLAIN, placed, psnr

SMALL: dict[str, Any] = {**PLAIN, "strokes": 60, "size": 400}
STEPS = PAINTERLY["normal"].focus


def strip(left: int, top: int, right: int, bottom: int, shape: tuple[int, int] = (40, 60)) -> torch.Tensor:
    """A focus that is bright there only."""
    focus = torch.full((1, *shape), 0.3)
    focus[:, top:bottom, left:right] = 1
    return focus


@given(
    st.tuples(st.integers(0, 59), st.integers(0, 39)),
    st.tuples(st.integers(1, 60), st.integers(1, 40)),
    st.tuples(st.integers(8, 3000), st.integers(8, 3000)),
)
def test_it_holds_all_that_is_bright(corner: tuple[int, int], sides: tuple[int, int], canvas: tuple[int, int]) -> None:
    (left, top), (width, height) = corner, canvas
    right, bottom = min(60, left + sides[0]), min(40, top + sides[1])
    part = CloseUp.of(strip(left, top, right, bottom), width, height)
    assert part is not None
    across, down = width / 60, height / 40
    assert 0 <= part.left <= left * across + 1e-3 and right * across - 1e-3 <= part.right <= width
    assert 0 <= part.top <= top * down + 1e-3 and bottom * down - 1e-3 <= part.bottom <= height
    long_side = max(canvas)
    assert min(part.right - part.left, part.bottom - part.top) >= min(LEAST * long_side, *canvas) - 1e-3
    assert part.size <= long_side and 0 < part.share <= 1
    assert max(part.right - part.left, part.bottom - part.top) * part.size / long_side <= SEEN_AT + 1


def test_where_nothing_is_bright_there_is_none() -> None:
    assert CloseUp.of(None, 400, 300) is None
    assert CloseUp.of(torch.full((1, 30, 40), BRIGHT - 0.01), 400, 300) is None


@given(st.sampled_from([1.0, 0.7, 2.3]), st.integers(0, 1000))
@settings(max_examples=20)
def test_strokes_lie_on_the_crop_where_they_lie_on_the_canvas(scale: float, seed: int) -> None:
    strokes, brushes = placed(80, 120, seed), [allaprima.load_brush("dry_brush")]
    part = CloseUp(31.3, 17.7, 88.1, 96.4, 120, 120)
    paper = torch.rand(3, round(120 * scale), round(120 * scale), generator=torch.Generator().manual_seed(seed))
    whole = part.crop(composite(paper, strokes, brushes, scale), scale)
    alone = composite(part.crop(paper, scale), part.placed(strokes, scale), brushes, scale)
    assert whole.shape == alone.shape and float((whole - alone).abs().max()) < 2e-3


# ---- while painting


@pytest.fixture
def focus(tmp_path: Path) -> str:
    """The left upper ninth of a photo, nearly."""
    bright = np.zeros((40, 60), np.uint8)
    bright[:14, :20] = 255
    Image.fromarray(bright).save(tmp_path / "corner.png")
    return str(tmp_path / "corner.png")


@pytest.mark.parametrize(
    "changes",
    [{}, {"mood": "likeness"}, {"opaque": True}, {"mood": "oil", "brush": "flat", "strokes": 150, "size": 800}],
    ids=str,
)
def test_all_others_stay(photo: Path, focus: str, changes: dict[str, Any]) -> None:
    """From the first of its steps to the last."""
    kept = {
        step.total - step.index: step.painting()
        for step in allaprima.optimise(photo, **SMALL | changes, focus=focus, engine="neural")
        if step.total - step.index in (STEPS, 0)
    }
    before, after = (kept[index].strokes for index in (STEPS, 0))
    part = CloseUp.of(strip(0, 0, 20, 14), kept[0].width, kept[0].height)
    assert part is not None
    free = part.free(after)
    moved = (before.actions != after.actions).any(1)
    assert not moved[~free].any() and moved[free].float().mean() > 0.9 and 0 < free.sum() < len(free)


@pytest.mark.parametrize("mood", ["painterly", "likeness", "oil"])
def test_where_no_stroke_is_nothing_moves(photo: Path, focus: str, mood: str) -> None:
    """One stroke more, on a canvas whose corner is seen by itself."""
    whole = allaprima.paint(photo, strokes=20, size=400, mood=mood, quality="draft")
    more = allaprima.paint(photo, resume=whole, add=1, focus=focus)
    assert len(more) == 21 and more.strokes.actions.isfinite().all()


@pytest.mark.parametrize("quality", ["draft", "normal", "best"])
@pytest.mark.parametrize("mood", EFFORT)
def test_only_steps_of_its_own_see_a_part(mood: str, quality: str) -> None:
    chosen = Settings(strokes=900, size=1024, mood=mood, quality=quality)
    levels = more_levels(0, 900, 1024, 700, StrokeBounds.of(chosen))
    schedule = Schedule(chosen, levels, 2.0, CloseUp(0, 0, 200, 150, 1024, 700))
    parts = [phase for phase in schedule.phases if phase.part]
    assert sum(phase.steps for phase in parts) == EFFORT[mood][quality].focus
    without = Schedule(chosen, levels, 2.0, None)
    assert [phase for phase in schedule.phases if not phase.part] == without.phases


def test_it_is_nearer_to_the_photo_there(photo: Path, focus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def likeness() -> float:
        picture = torch.from_numpy(allaprima.paint(photo, **SMALL, focus=focus).render()).permute(2, 0, 1) / 255
        target = read_photo(photo).at(picture.shape[2], picture.shape[1])
        return psnr(*(one[:, : one.shape[1] // 3, : one.shape[2] // 3] for one in (picture, target)))

    closely = likeness()
    monkeypatch.setattr("allaprima.painters.closeup.BRIGHT", 2)
    assert closely > likeness() + 0.3


def test_it_goes_on(photo: Path, focus: str) -> None:
    """To the bit."""
    kept = {}
    for step in allaprima.optimise(photo, **SMALL, focus=focus):
        if step.total - step.index in (STEPS, 12):
            kept[step.index] = Painting.from_record(from_json(to_json(step.painting())))
    whole = step.painting()
    assert len(kept) == 2
    for under_way in kept.values():
        assert allaprima.paint(photo, resume=under_way) == whole
