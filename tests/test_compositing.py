"""Compositing: the over operator, in order, anywhere, with its gradient."""

from functools import cache

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import allaprima
from allaprima import Strokes
from allaprima.brush.splat import SplatBrush
from allaprima.rendering.compositing import as_picture, boxes, composite

from .conftest import placed

load_brush = cache(allaprima.load_brush)
BRUSH, OIL = load_brush("dry_brush"), load_brush("oil")


def whole(paper: torch.Tensor, strokes: Strokes) -> torch.Tensor:
    """The plain way: every stroke drawn on every pixel of the canvas, one over another."""
    height, width = paper.shape[1:]
    for index in range(len(strokes)):
        one = strokes[index : index + 1]
        x, y = (((torch.arange(n) + 0.5) - one.places[:, a, None]) / one.places[:, 2:]
                for a, n in ((0, width), (1, height)))  # fmt: skip
        opacity = BRUSH.opacity_at(one, x, y, 1 / one.places[:, 2])[0]
        paper = paper * (1 - opacity) + one.color[0, :, None, None] * opacity
    return paper


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(0, 10**6), st.sampled_from([16, 32, 100]))
def test_like_the_plain_way(count: int, seed: int, window: int) -> None:
    strokes = placed(count, 48, seed, window)
    paper = torch.rand(3, 40, 48, generator=torch.Generator().manual_seed(seed))
    assert (composite(paper, strokes, [BRUSH]) - whole(paper, strokes)).abs().max() < 0.02  # paint beyond the reach


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(0, 10**6))
def test_stays_a_picture_and_leaves_its_input(count: int, seed: int) -> None:
    strokes, paper = placed(count, 48, seed), torch.rand(3, 40, 48)
    before = paper.clone()
    picture = composite(paper, strokes, [BRUSH])
    assert picture.shape == paper.shape and picture.min() >= -1e-5 and picture.max() <= 1 + 1e-5
    assert torch.equal(paper, before)
    assert torch.equal(composite(paper, strokes[:0], [BRUSH]), paper)


@settings(max_examples=15)
@given(st.integers(2, 80), st.integers(0, 10**6))
def test_in_two_goes(count: int, seed: int) -> None:
    """Strokes laid over a canvas that holds the first ones are the same as all at once; with gradient too."""
    strokes, paper = placed(count, 48, seed), torch.rand(3, 40, 48)
    half = composite(paper, strokes[: count // 2], [BRUSH])
    both = composite(half, strokes[count // 2 :], [BRUSH])
    with torch.no_grad():
        assert torch.allclose(composite(paper, strokes, [BRUSH]), both, atol=1e-5)
    assert torch.allclose(composite(paper, strokes, [BRUSH]), both, atol=1e-5)


def test_gradient() -> None:
    """Against finite differences in float64, through strokes, colours and canvas."""
    generator = torch.random.manual_seed(0)
    brush = SplatBrush(samples=8).double().requires_grad_(False)
    paper = torch.rand(3, 10, 12, dtype=torch.float64, generator=generator).requires_grad_()
    strokes = placed(70, 12, window=10).to(torch.float64)
    color = strokes.color.requires_grad_()
    size = strokes.size.clone().requires_grad_()

    def draw(paper: torch.Tensor, color: torch.Tensor) -> torch.Tensor:
        red, green, blue = color.unbind(1)
        return composite(paper, strokes.change(color_r=red, color_g=green, color_b=blue, size=size), [brush])  # type: ignore[list-item]

    assert torch.autograd.gradcheck(draw, (paper, color), fast_mode=True)
    draw(paper, color).square().sum().backward()
    assert size.grad is not None and (size.grad != 0).sum() > 60


def test_light_covers_dark_and_order_counts() -> None:
    one, other = placed(1, 32, 3), placed(1, 32, 3)
    light = one.change(**{f"color_{c}": torch.ones(1) for c in "rgb"})
    dark = other.change(**{f"color_{c}": torch.zeros(1) for c in "rgb"})
    paper = torch.full((3, 32, 32), 0.5)
    above = composite(paper, Strokes.cat([dark, light]), [BRUSH])
    below = composite(paper, Strokes.cat([light, dark]), [BRUSH])
    assert above.max() > 0.6 and above.mean() > below.mean()


def test_each_stroke_has_its_brush() -> None:
    strokes = placed(6, 48, 1)
    mixed = strokes.change(brush=torch.tensor([0, 1, 0, 1, 0, 1]))
    paper = torch.full((3, 48, 48), 0.5)
    one_by_one = paper
    for index in range(6):
        single = strokes[index : index + 1]
        one_by_one = composite(one_by_one, single, [(BRUSH, OIL)[index % 2]])
    assert torch.allclose(composite(paper, mixed, [BRUSH, OIL]), one_by_one, atol=1e-5)


@pytest.mark.parametrize("name", allaprima.brushes())
@pytest.mark.parametrize("texture", [False, True])
@settings(max_examples=10)
@given(st.integers(0, 10**6), st.sampled_from([20, 64, 333]))
def test_boxes_hold_the_paint(name: str, texture: bool, seed: int, window: int) -> None:
    """No stroke is cut off: outside of its box there is next to nothing, wherever the window is."""
    brush = load_brush(name).textured if texture else load_brush(name)
    strokes = placed(5, 64, seed, window)
    corners, sides = boxes(strokes, [brush], 1.0)
    for index, ((left, top), side) in enumerate(zip(corners.tolist(), sides.tolist(), strict=True)):
        one = strokes[index : index + 1]
        margin = side // 2
        x, y = (((torch.arange(-margin, side + margin) + corner + 0.5)[None] - one.places[:, axis, None])
                / one.places[:, 2:] for axis, corner in ((0, left), (1, top)))  # fmt: skip
        opacity = brush.opacity_at(one, x, y, 1 / one.places[:, 2])[0, 0]
        opacity[margin:-margin, margin:-margin] = 0
        assert opacity.max() < 0.04  # once in a thousand strokes over 0.03


def test_scale() -> None:
    """The same strokes on a canvas twice as large: the same picture."""
    strokes = placed(20, 64, 5, window=64)
    small = composite(torch.full((3, 64, 64), 0.5), strokes, [BRUSH])
    large = composite(torch.full((3, 128, 128), 0.5), strokes, [BRUSH], scale=2.0)
    assert (torch.nn.functional.avg_pool2d(large, 2) - small).abs().mean() < 5e-3  # as far as MyPaint itself differs


def test_a_canvas_as_a_picture() -> None:
    canvas = torch.rand(3, 70, 50).requires_grad_()
    rounded = (canvas.detach() * 255).round().to(torch.uint8).permute(1, 2, 0)
    assert torch.equal(torch.from_numpy(as_picture(canvas)), rounded)
    beyond = torch.tensor([-0.5, 0.5, 1.5])[:, None, None].expand(3, 2, 2)
    assert as_picture(beyond).tolist() == [[[0, 128, 255]] * 2] * 2
