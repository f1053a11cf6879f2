"""Lines of a photo: found where they are, and painted in long strokes."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

import allaprima
from allaprima.painters.bounds import MOODS
from allaprima.painters.levels import levels, with_lines
from allaprima.painters.lines import find_lines

BOUNDS = MOODS["oil"](long_side=512)
BEGIN, END = np.array([80.0, 100.0]), np.array([430.0, 260.0])


def drawing(tone: int, width: int = 3) -> Image.Image:
    """A line over grey."""
    large = Image.new("RGB", (2048, 1536), (128, 128, 128))
    ImageDraw.Draw(large).line([*(4 * BEGIN), *(4 * END)], fill=(tone, tone, tone), width=4 * width)
    return large.resize((512, 384), Image.Resampling.BOX)


def as_tensor(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


def test_a_line_is_found_where_it_is() -> None:
    along = (END - BEGIN) / np.linalg.norm(END - BEGIN)
    for tone in (30, 240):
        paths = find_lines(as_tensor(drawing(tone)), 1.0, BOUNDS)
        assert len(paths) <= 6  # one after another
        away = np.concatenate(paths) - BEGIN
        assert np.abs(away[:, 0] * along[1] - away[:, 1] * along[0]).max() < 1.5
        assert np.ptp(away @ along) > 0.9 * np.linalg.norm(END - BEGIN)


def test_it_is_the_same_line_on_any_canvas() -> None:
    small, large = (find_lines(as_tensor(drawing(30)), scale, BOUNDS) for scale in (1.0, 0.25))
    assert all(np.allclose(4 * one, other) for one, other in zip(small, large, strict=True))


def test_spots_and_quiet_ground_have_none() -> None:
    plain = Image.new("RGB", (512, 384), (128, 128, 128))
    assert not find_lines(as_tensor(plain), 1.0, BOUNDS)
    for x in range(40, 500, 60):
        for y in range(40, 360, 60):
            ImageDraw.Draw(plain).ellipse([x - 3, y - 3, x + 3, y + 3], fill=(20, 20, 20))
    assert not find_lines(as_tensor(plain), 1.0, BOUNDS)
    assert not find_lines(torch.zeros(3, 5, 8), 1.0, BOUNDS)


def test_only_late_strokes_follow_them() -> None:
    plan = levels(3500, 2048, 1536, BOUNDS)
    changed = with_lines(plan, 1000, BOUNDS)
    assert sum(level.strokes for level in changed) == 3500
    assert [level.lines for level in changed] == [False] * len(plan) + [True]
    assert changed[-1].strokes < 0.05 * 3500 and changed[-1].late
    assert with_lines(plan, 0, BOUNDS) == plan and with_lines(plan[:-1], 9, BOUNDS) == plan[:-1]


def test_a_line_is_painted_in_long_strokes(tmp_path: Path) -> None:
    drawing(30).save(tmp_path / "line.png")
    strokes = allaprima.paint(tmp_path / "line.png", size=512, strokes=300, quality="draft").strokes
    corner = torch.stack([strokes.window_x, strokes.window_y], 1)
    start, end = (place * strokes.window[:, None] + corner for place in (strokes.start, strokes.end))
    last = strokes.level == strokes.level.max()
    reach, across = (end - start).double(), torch.tensor(END - BEGIN)
    long = reach.norm(dim=1)
    cosine = (reach @ across).abs() / (long * across.norm() + 1e-9)
    dark = strokes.color.mean(1) < 0.35
    assert (last & dark & (cosine > 0.99) & (long > 0.15 * across.norm())).any()
