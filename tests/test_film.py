"""Strokes that live on from frame to frame: they go where the picture goes, and stay where it stays."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from allaprima import InputError, Painting, Strokes
from allaprima.film import paint_frames
from allaprima.film.boil import boiled
from allaprima.film.follower import CPU
from allaprima.film.frames import picture_of
from allaprima.film.motion import Motion, motion_between, sampled
from allaprima.film.moving import Shift, moved, points_of, shift_of
from allaprima.film.repainting import within
from allaprima.painters.bounds import StrokeBounds
from allaprima.painters.inputs import load_brushes
from allaprima.painting import Settings
from allaprima.strokes import PlacedStrokes

from .clips import HEIGHT, WIDTH, Frame, pan, passer_by, photo

pytest.importorskip("cv2")
QUICK: dict[str, Any] = {"strokes": 80, "size": WIDTH, "quality": "draft"}


def some(count: int = 30, seed: int = 0) -> PlacedStrokes:
    """Strokes well within their windows, on a canvas of 200 px."""
    actions = 0.3 + 0.4 * Strokes.random(count, seed).actions
    places = torch.rand(3, count, generator=torch.Generator().manual_seed(seed))
    return Strokes.from_actions(actions).placed(20 + 100 * places[0], 20 + 100 * places[1], 20 + 40 * places[2])


def as_tensor(frame: Frame) -> torch.Tensor:
    return torch.from_numpy(frame.copy()).permute(2, 0, 1).float() / 255


def same(one: PlacedStrokes, other: PlacedStrokes) -> bool:
    return all(torch.equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(PlacedStrokes))


def psnr(picture: Frame, frame: Frame) -> float:
    return float(10 * np.log10(255**2 / np.square(picture.astype(float) - frame).mean()))


def painted(frames: Sequence[Frame], **settings: Any) -> list[Painting]:
    return list(paint_frames(frames, **{**QUICK, **settings}))


@given(st.floats(-30, 30), st.floats(-30, 30), st.floats(-0.15, 0.15), st.floats(-0.06, 0.06))
def test_strokes_move_as_a_whole(x: float, y: float, turn: float, growth: float) -> None:
    """Every point by the same similarity around the stroke's middle."""
    strokes, count = some(), 30
    shift = Shift(torch.tensor([[x, y]]).expand(count, 2), torch.full((count,), turn), torch.full((count,), growth))
    after = moved(strokes, shift, 1000.0)
    one, other = points_of(strokes), points_of(after)
    middles = one.mean(1), other.mean(1)
    torch.testing.assert_close(middles[1] - middles[0], shift.way, atol=1e-2, rtol=0)
    spin = torch.tensor([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]], dtype=torch.float32)
    wanted = np.exp(growth) * (one - middles[0][:, None]) @ spin.T
    torch.testing.assert_close(other - middles[1][:, None], wanted, atol=2e-2, rtol=1e-3)
    assert torch.equal(after.color, strokes.color) and torch.equal(after.sample, strokes.sample)


def test_strokes_that_do_not_move_are_the_same() -> None:
    assert same(moved(some(), Shift.none(30), 1000.0), some())


def test_strokes_go_where_the_picture_goes() -> None:
    """Shifted, turned and grown at once, around a point."""
    picture, middle = torch.rand(3, 200, 200), torch.tensor([100.0, 90.0])
    turn, growth, way = 0.05, 0.02, torch.tensor([6.0, -4.0])
    y, x = torch.meshgrid(torch.arange(200) + 0.5, torch.arange(200) + 0.5, indexing="ij")
    arm = torch.stack([x - middle[0], y - middle[1]])
    flow = torch.stack([growth * arm[0] - turn * arm[1], growth * arm[1] + turn * arm[0]]) + way[:, None, None]
    there = torch.ones(1, 200, 200)
    found = shift_of(some(), picture, Motion(flow, there, -flow, there), 1.0)
    wanted = sampled(flow, points_of(some()).mean(1)).T
    torch.testing.assert_close(found.way, wanted, atol=0.02, rtol=0)
    assert 0.5 * turn < float(found.turn.mean()) <= turn + 1e-3  # short ones hardly turn
    assert 0.5 * growth < float(found.growth.mean()) <= growth + 1e-3


def test_motion() -> None:
    """Nothing moves; all does; and what stands still beside something that moves, does exactly."""
    still, goes = pan(2, 0), pan(2, 3)
    motion = motion_between(as_tensor(still[0]), as_tensor(still[1]))
    assert not motion.flow.any() and motion.there.all() and motion.known.all()
    motion = motion_between(as_tensor(goes[0]), as_tensor(goes[1]))
    inner = motion.flow[:, 8:-8, 8:-8]
    assert abs(float(inner[0].median()) + 3) < 0.3 and abs(float(inner[1].median())) < 0.3
    by = passer_by(2, 3)
    motion = motion_between(as_tensor(by[0]), as_tensor(by[1]))
    assert abs(float(motion.flow[0, 35:55, 14:34].median()) - 3) < 0.5
    assert not motion.flow[:, :20].any() and not motion.flow[:, :, 60:].any()


def test_a_still_film_is_one_painting() -> None:
    one, *others = painted(pan(4, 0))
    assert all(same(one.strokes, other.strokes) for other in others) and len(others) == 3


@pytest.mark.parametrize("frames", [pan(7), passer_by(7)], ids=["pan", "passer-by"])
def test_a_film_stays_like_its_frames(frames: list[Frame]) -> None:
    """As the first frame is, nearly; with as many strokes, in every one of which they have moved."""
    paintings, brushes = painted(frames), load_brushes(Settings(), CPU)
    likeness = [psnr(picture_of(one, brushes), frame) for one, frame in zip(paintings, frames, strict=True)]
    assert likeness[0] > 18 and min(likeness) > likeness[0] - 1.5
    assert likeness[-1] > psnr(picture_of(paintings[0], brushes), frames[-1]) + 1
    for before, after in pairwise(paintings):
        assert len(after) == len(before) == 80 and not same(before.strokes, after.strokes)


def test_a_camera_that_goes_away() -> None:
    """Strokes shrink with what they show, and do not stay small: at the end it is like the frame as at first."""
    wide = Image.fromarray(photo("raccoon.jpg", 4 * WIDTH, 4 * HEIGHT))
    frames = []
    for number in range(16):
        half = 1.09**number * WIDTH / 2, 1.09**number * HEIGHT / 2
        box = (2 * WIDTH - half[0], 2 * HEIGHT - half[1], 2 * WIDTH + half[0], 2 * HEIGHT + half[1])
        frames.append(np.asarray(wide.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box)))
    paintings, brushes = painted(frames), load_brushes(Settings(), CPU)
    alone = painted(frames[-1:])[0]
    ours, its = (psnr(picture_of(one, brushes), frames[-1]) for one in (paintings[-1], alone))
    assert ours > its - 2, (ours, its)


def test_what_stands_still_stays() -> None:
    """Far from what moves hardly anything changes, in the relief and its light neither; much where each frame is
    painted for itself.
    """
    frames, brushes = passer_by(3, side=16), load_brushes(Settings(), CPU)
    apart = [painting for frame in frames for painting in painted([frame], strokes=300)]
    changes = []
    for paintings in (painted(frames, strokes=300), apart):
        far = [picture_of(painting, brushes).astype(int)[:, 56:] for painting in paintings]
        changes.append(np.mean([np.abs(one - other).mean() for one, other in pairwise(far)]))
    assert changes[0] < changes[1] / 5, changes


def test_a_film_of_few_colors() -> None:
    """They are found in the first frame, and stay."""
    paintings = painted(pan(4), palette="5")
    colors = {color for one in paintings for color in map(tuple, one.strokes.color.tolist())}
    assert len(colors) <= 5 and len({one.settings.palette for one in paintings}) == 1
    grey = painted(pan(3), grayscale=True)[-1].strokes.color
    assert (grey.amax(1) - grey.amin(1)).max() < 1e-5


def test_the_same_film_is_painted_the_same() -> None:
    for one, other in zip(painted(passer_by(4)), painted(passer_by(4)), strict=True):
        assert one == other


@given(st.integers(0, 100), st.sampled_from([0.05, 0.25, 1.0]))
def test_boil(frame: int, share: float) -> None:
    """So many strokes are laid anew, others each time, a little elsewhere."""
    strokes = some(400)
    one, other = (boiled(strokes, share, number) for number in (frame, frame + 1))
    anew = (one.actions != other.actions).any(1)
    assert abs(float(anew.float().mean()) - share) < 0.08
    assert (one.sample != other.sample).equal(anew)
    assert ((one.actions - strokes.actions).abs().amax(1) < 0.5 * strokes.radius + 1e-6).all()
    assert same(boiled(strokes, 0.0, frame), strokes) and same(boiled(strokes, share, frame), one)
    assert same(boiled(strokes, share, 0), strokes)


def test_strokes_keep_within_their_bounds() -> None:
    bounds = StrokeBounds.of(Settings(mood="dots"))
    strokes = within(some(), bounds)
    chord = (strokes.end - strokes.start).norm(dim=1)
    bow = (strokes.through - (strokes.start + strokes.end) / 2).norm(dim=1)
    assert (chord <= bounds.longest * 2 * strokes.radius + 1e-3).all() and (bow <= bounds.bow * chord + 1e-3).all()
    again = within(strokes, bounds)
    torch.testing.assert_close(again.actions, strokes.actions, atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"boil": 1.5}, "boil is 1.5: choose 0 to 1"),
        ({"connected": True}, "a film cannot be connected: its strokes go their own ways"),
        ({"focus": "mask.png"}, "focus is mask.png, a mask for one picture: a film takes auto or none"),
        ({"colour": 1}, "there is no setting 'colour'"),
    ],
)
def test_what_a_film_cannot_have(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told.replace("'", ".")):
        paint_frames(pan(1), **{**QUICK, **given})


def test_frames_of_two_sizes() -> None:
    frames = paint_frames([*pan(1), pan(1)[0][:, :-8]], **QUICK)
    next(frames)
    with pytest.raises(InputError, match="a frame is 88x64 px, and the one before 96x64: frames of a film have one"):
        next(frames)
