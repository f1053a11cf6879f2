"""One contract for every brush, real and neural."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

import allaprima
from allaprima import BristleBrush, InputError, MyPaintBrush, Strokes
from allaprima.brush import generator
from allaprima.brush.bristle_shape import shape_names
from allaprima.brush.dcgan import DCGANBrush
from allaprima.brush.ribbon import RibbonBrush
from allaprima.brush.splat import SplatBrush
from allaprima.kernels import runs_to_pictures
from allaprima.rendering.compositing import boxes
from allaprima.strokes import ACTION

from .conftest import placed


def untrained(make: Callable[..., torch.nn.Module], **config: int) -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make(**config).eval()


BRUSHES: dict[str, Callable[[], Any]] = {
    **{f"shipped {name}": lambda name=name: allaprima.load_brush(name) for name in allaprima.brushes()},
    "textured dry_brush": lambda: allaprima.load_brush("dry_brush").textured,
    "splat, untrained": lambda: untrained(SplatBrush),
    "splat with a nib, untrained": lambda: untrained(SplatBrush, bristles=3),
    "ribbon, untrained": lambda: untrained(RibbonBrush),
    "dcgan, untrained": lambda: untrained(DCGANBrush, latent=32, features=8),
    "MyPaint dry_brush": lambda: MyPaintBrush("classic/dry_brush"),
    "MyPaint oil": lambda: MyPaintBrush("tanda/oil-06-paint"),
    **{f"bristle {name}": lambda name=name: BristleBrush(name) for name in shape_names()},
}
SEEN = [name for name in ACTION if not name.startswith("color")]


@pytest.fixture(params=BRUSHES, scope="module")
def brush(request: pytest.FixtureRequest) -> Any:
    return BRUSHES[request.param]()


@pytest.mark.parametrize("size", [16, 33, 64, 100, 512])
def test_shape_range_and_type(brush: Any, size: int) -> None:
    opacity = brush(Strokes.random(3, 1), size)
    assert opacity.shape == (3, 1, size, size)
    assert opacity.dtype == torch.float32
    assert opacity.min() >= 0 and opacity.max() <= 1


def test_tensor_and_strokes_are_the_same(brush: Any) -> None:
    strokes = Strokes.random(4, 2)
    assert torch.equal(brush(strokes, 64), brush(strokes.actions, 64))


def test_same_stroke_same_bits(brush: Any) -> None:
    strokes = Strokes.random(4, 3)
    assert torch.equal(brush(strokes, 64), brush(strokes, 64))


def test_a_stroke_does_not_depend_on_its_neighbours(brush: Any) -> None:
    strokes = Strokes.random(5, 4)
    alone = torch.cat([brush(strokes[i : i + 1], 64) for i in range(5)])
    assert torch.allclose(brush(strokes, 64), alone, atol=5e-4)  # texture ends steeply: rounding shows there


def test_double_precision_is_taken_too(brush: Any) -> None:
    if isinstance(brush, torch.nn.Module):
        pytest.skip("a generator keeps its own precision")
    strokes = Strokes.random(3, 8)
    assert torch.allclose(brush(strokes.to(torch.float64)), brush(strokes), atol=1e-5)


def test_windows_have_a_size(brush: Any) -> None:
    if isinstance(brush, torch.nn.Module):
        pytest.skip("a generator is asked by a brush")
    for size in (0, -1, 2.5):
        with pytest.raises(InputError, match="window's size is"):
            brush(Strokes.random(1), size)


def test_empty_batch(brush: Any) -> None:
    assert brush(Strokes.random(0), 64).shape == (0, 1, 64, 64)


def test_gradient_reaches_path_size_and_pressure(brush: Any) -> None:
    if not brush.differentiable:
        assert not brush(Strokes.random(1), 64).requires_grad
        return
    actions = Strokes.random(8, 5).actions.requires_grad_()
    brush(actions, 64).square().sum().backward()
    assert actions.grad is not None and actions.grad.isfinite().all()
    by_name = dict(zip(ACTION, actions.grad.T, strict=True))
    for name in SEEN:
        assert (by_name[name] != 0).any(), name


@pytest.mark.parametrize("name", list(allaprima.brushes()))
def test_color_does_not_change_opacity(name: str) -> None:
    strokes = Strokes.random(3, 6)
    other = strokes.change(color_r=1 - strokes.color_r)
    for brush in (allaprima.load_brush(name), allaprima.load_brush(name).real()):
        assert torch.equal(brush(strokes, 64), brush(other, 64))


def test_paint_beyond_the_window_is_drawn(brush: Any) -> None:
    if not hasattr(brush, "opacity_at"):
        pytest.skip("the real brush draws on canvases itself")
    strokes = Strokes.random(4, 7)
    inside = (torch.arange(64) + 0.5) / 64
    wide = (torch.arange(-16, 80) + 0.5) / 64
    pixel = torch.full((4,), 1 / 64)
    part = brush.opacity_at(strokes, inside.expand(4, -1), inside.expand(4, -1), pixel)
    whole = brush.opacity_at(strokes, wide.expand(4, -1), wide.expand(4, -1), pixel)
    assert torch.allclose(part, brush(strokes, 64), atol=1e-5)
    assert torch.allclose(whole[..., 16:80, 16:80], part, atol=1e-3)  # where paint is too thin to be seen, it ends


def test_dcgan_is_the_references_generator() -> None:
    count = sum(value.numel() for value in DCGANBrush().parameters())
    assert count == pytest.approx(36.4e6, rel=0.01)


def test_splat_is_small() -> None:
    assert sum(value.numel() for value in SplatBrush().parameters()) < 100_000


def test_runs_of_dense_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A generator that knows whole pictures only tells where paint is all the same; many pixels are drawn again for the
    gradient.
    """
    brush, strokes = untrained(DCGANBrush, latent=32, features=8), placed(30, 60, 2, 48)
    corners, sides = boxes(strokes, [brush], 1.0)  # type: ignore[list-item]
    x, y, pixel = (strokes.places[:, axis] for axis in range(3))
    where = torch.stack([*corners.clamp(min=0).unbind(1), sides, sides], 1).int()
    grids = (((torch.arange(512) + 0.5) - at[:, None]) / pixel[:, None] for at in (x, y))
    true = brush.opacity_at(strokes, *grids, 1 / pixel)[:, 0]

    def drawn() -> list[torch.Tensor]:
        size = strokes.size.clone().requires_grad_()
        opacity, runs = brush.runs_at(strokes.change(size=size), where, strokes.places)
        pictures = runs_to_pictures(opacity, runs, (30, 512, 512))
        return [pictures.detach(), *torch.autograd.grad(pictures.square().sum(), size)]

    kept = drawn()
    for index, (left, top, width, height) in enumerate(where.tolist()):
        part = (index, slice(top, top + height), slice(left, left + width))
        assert torch.allclose(kept[0][part], true[part], atol=1e-5)
        kept[0][part] = 0
    assert (kept[0] == 0).all() and kept[1].abs().max() > 0
    monkeypatch.setattr(generator, "KEPT", 0)
    monkeypatch.setattr(generator, "BATCH", 20_000)
    assert torch.allclose(drawn()[1], kept[1], rtol=1e-3, atol=1e-5)
