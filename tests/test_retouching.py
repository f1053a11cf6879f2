"""Retouching: dabs over specks, when all else is done."""

from __future__ import annotations

import pytest
import torch

from allaprima.painters.bounds import StrokeBounds
from allaprima.painters.levels import more_levels, with_retouching
from allaprima.painters.retouching import DABS, OF, dabs, window_of
from allaprima.painters.schedule import EFFORT, Schedule
from allaprima.painting.settings import Settings

BOUNDS = StrokeBounds.of(Settings())


def test_a_speck_is_covered_in_the_photos_color() -> None:
    """On a plain ground with one edge; the edge itself, off by a little in the canvas, is no speck."""
    target = torch.full((3, 200, 1024), 0.5)
    target[:, :, 150:] = torch.tensor([0.2, 0.6, 0.9])[:, None, None]
    canvas = target.clone()
    canvas[:, :, 147:150] = 0.9
    canvas[:, 90:95, 240:244] = 0.0
    scale = 1024 / BOUNDS.long_side
    dab = dabs(target, canvas, 1, window_of(BOUNDS), scale, BOUNDS)
    middle = (dab.places[:, :2] + dab.through * dab.window[:, None]) * scale
    assert (middle - torch.tensor([[242.0, 92.5]])).abs().max() < 2
    assert torch.allclose(dab.color, torch.tensor([[0.2, 0.6, 0.9]]), atol=0.01)
    assert dab.window.tolist() == [window_of(BOUNDS)]
    reach = (dab.end - dab.start).norm(dim=1) * dab.window * scale
    assert 12 < float(reach) < 24


def test_a_large_speck_has_a_broader_dab_over_its_middle() -> None:
    target, scale = torch.full((3, 200, 1024), 0.4), 1024 / BOUNDS.long_side
    canvas = target.clone()
    canvas[:, 90:102, 200:210] = 0.9
    dab = dabs(target, canvas, 1, window_of(BOUNDS), scale, BOUNDS)
    assert dab.window.item() > 2 * window_of(BOUNDS)
    middle = (dab.places[:, :2] + dab.through * dab.window[:, None]) * scale
    assert (middle - torch.tensor([[205.0, 96.0]])).abs().max() < 1


def test_without_specks_it_goes_where_most_is_wrong() -> None:
    target = torch.rand(3, 60, 80, generator=torch.Generator().manual_seed(0))
    canvas = target.clone()
    canvas[:, 20:28, 50:58] = 1 - target[:, 20:28, 50:58]
    strokes = dabs(target, canvas, 3, window_of(BOUNDS), 80 / BOUNDS.long_side, BOUNDS)
    assert len(strokes) == 3
    middle = (strokes.places[:, :2] + strokes.through * strokes.window[:, None]) * 80 / BOUNDS.long_side
    assert ((middle - torch.tensor([54.0, 24.0])).norm(dim=1) < 8).any()


@pytest.mark.parametrize("strokes", [40, 300, 900, 3500, 20000])
def test_the_last_strokes_retouch(strokes: int) -> None:
    """Of as many as were asked for, and few of them; in the last phase, over all that stays."""
    settings = Settings(strokes=strokes)
    before = more_levels(0, strokes, 1024, 700, BOUNDS)
    levels = with_retouching(before, BOUNDS)
    assert sum(level.strokes for level in levels) == strokes
    if strokes < OF:
        assert levels == before
        return
    assert levels[-1].retouch and levels[-1].strokes == min(DABS, strokes // OF)
    *others, last = Schedule(settings, levels, 2.0, None).phases
    assert last.level == last.still == len(levels) - 1
    assert last.steps == EFFORT["oil"]["normal"].retouch
    without = Schedule(settings, levels[:-1], 2.0, None).phases
    assert others == without
