"""The order of strokes: the first ones are a painting by themselves, then region by region, the focus last."""

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import allaprima
from allaprima import Painting
from allaprima.painters.regions import by_region, find_regions
from allaprima.painting.file import from_json, to_json
from allaprima.strokes import Strokes

from .conftest import PLAIN


def picture_of_a_ball() -> torch.Tensor:
    """A red ball in the middle of a green ground, (3, 60, 90)."""
    y, x = torch.meshgrid(torch.arange(60) + 0.5, torch.arange(90) + 0.5, indexing="ij")
    ball = (x - 45).hypot(y - 30) < 16
    return torch.where(ball, torch.tensor([0.8, 0.1, 0.1])[:, None, None], torch.tensor([0.2, 0.5, 0.2])[:, None, None])


def test_the_figure_comes_after_its_ground_and_the_focus_last() -> None:
    picture = picture_of_a_ball()
    ball = (picture[0] > 0.5).float()
    focus = torch.zeros(60, 90)
    focus[24:36, 40:50] = 1
    regions = find_regions(picture, 0.1 + 0.3 * ball + 0.6 * focus)
    assert torch.equal(regions, find_regions(picture, 0.1 + 0.3 * ball + 0.6 * focus))
    rows, columns = regions.shape
    assert max(rows, columns) == 48 and regions.min() == 0
    middle, corner = regions[rows // 2, columns // 2], regions[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert middle == regions.max() and (corner < regions[rows // 2, columns // 2 - 6]).all()


def test_strokes_of_a_region_keep_their_order() -> None:
    regions = torch.tensor([[1, 0]])
    strokes = Strokes.random(400, 1)
    x = torch.rand(400, generator=torch.Generator().manual_seed(2)) * 200
    placed = strokes.placed(x, torch.zeros(400), torch.full((400,), 20.0))
    placed = placed.change(sample=torch.arange(400))
    sorted_ = by_region(placed, regions, 200, 50)
    middle = sorted_.window_x + sorted_.through[:, 0] * 20
    assert (middle[:-1][(middle >= 100)[:-1] & (middle < 100)[1:]]).numel() == 1  # right of the middle comes first
    assert (sorted_.sample[middle >= 100].diff() > 0).all() and (sorted_.sample[middle < 100].diff() > 0).all()


@pytest.mark.parametrize("settings", [{}, {"mood": "oil", "brush": "flat"}], ids=["plain", "oil"])
def test_the_first_tenth_is_a_painting(settings: dict[str, Any], photo: Any) -> None:
    """Against one of as many strokes alone; before there was a sketch, it was 4 dB below."""
    settings = PLAIN | {"size": 256, "quality": "draft"} | settings
    painting = allaprima.paint(photo, **settings | {"strokes": 800})
    alone = allaprima.paint(photo, **settings | {"strokes": 80})
    target = np.asarray(Image.open(photo).convert("RGB").resize((painting.width, painting.height)), float)

    def psnr(some: allaprima.Painting) -> float:
        drawing = some.drawing()
        drawing.draw(0, 80)
        return float(-10 * np.log10(np.square((np.asarray(drawing.unlit()) - target) / 255).mean()))

    assert psnr(painting) > psnr(alone) - 0.7


@pytest.mark.parametrize(
    "changes",
    [PLAIN, PLAIN | {"connected": True, "palette": "5"}, {"mood": "oil"}, {"mood": "dots", "brush": "oil:1,flat:1"}],
    ids=str,
)
def test_a_painting_with_a_sketch_goes_on(changes: dict[str, Any], photo: Any) -> None:
    """To the bit, before the sketch is done, when it stays, and later."""
    changes = {"strokes": 620, "size": 64, "quality": "draft"} | changes
    steps = list(allaprima.optimise(photo, **changes))
    whole = steps[-1].painting()
    sketch = whole.strokes.level[:62].unique().tolist()
    assert not set(sketch) & set(whole.strokes.level[62:].tolist())
    ends = next(step.index for step in steps if step.strokes > 62) - 1
    kept = {}
    for step in allaprima.optimise(photo, **changes):
        if step.index in (ends - 2, ends, ends + 3, step.total - 4):
            kept[step.index] = Painting.from_record(from_json(to_json(step.painting())))
    for under_way in kept.values():
        assert allaprima.paint(photo, resume=under_way) == whole
    assert torch.equal(kept[ends].strokes.actions[:62], whole.strokes.actions[:62]) and len(kept) == 4
