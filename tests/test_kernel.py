"""The compiled way on a CPU: what torch says, quicker, and the same bits again."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import allaprima
from allaprima import Strokes
from allaprima.brush.curve import blur, coarseness
from allaprima.brush.library import NeuralBrush
from allaprima.brush.splat import SplatBrush
from allaprima.kernels.cpu.compiler import compiled, on_compile
from allaprima.kernels.cpu.gaussians import derive, lay
from allaprima.kernels.cpu.mlp import NUMBERS, network_of
from allaprima.rendering.compositing import composite
from allaprima.strokes import ACTION

from .conftest import placed


@pytest.fixture(params=allaprima.brushes())
def brush(request: pytest.FixtureRequest) -> NeuralBrush:
    return allaprima.load_brush(request.param)


@pytest.fixture
def threads() -> Iterator[Any]:
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.fixture
def in_torch(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a function gives when nothing is compiled."""

    def call(function: Any, *inputs: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(SplatBrush, "fused", False)
            return function(*inputs)

    return call


def near(one: Tensor, other: Tensor) -> None:
    """Almost equal."""
    assert ((one - other).abs() / other.abs().max().clamp(min=1)).max() < 1e-4


def close(one: Tensor, other: Tensor) -> None:
    """Gradients almost equal, by the norm of the whole."""
    assert (one - other).norm() < 3e-4 * other.norm()


def gradients(draw: Any, *inputs: Tensor) -> list[Tensor]:
    leaves = [value.detach().clone().requires_grad_() for value in inputs]
    drawn = draw(*leaves)
    weights = torch.randn(drawn.shape, generator=torch.Generator().manual_seed(0))
    return [drawn.detach(), *torch.autograd.grad((drawn * weights).sum(), leaves)]


@pytest.mark.parametrize(("width", "height", "pixel", "x", "y"), [
    (64, 64, 1 / 64, 0.0, 0.0), (16, 16, 1 / 16, 0.0, 0.0), (100, 37, 1 / 80, -0.3, 0.45), (9, 200, 1 / 150, 0.5, -0.2)
])  # fmt: skip
def test_opacity_and_gradients(
    brush: NeuralBrush, in_torch: Any, width: int, height: int, pixel: float, x: float, y: float
) -> None:
    columns, rows = (torch.arange(n) + 0.5 for n in (width, height))

    def draw(actions: Tensor) -> Tensor:
        count = len(actions)
        grids = (x + columns * pixel).expand(count, -1), (y + rows * pixel).expand(count, -1)
        return brush.opacity_at(Strokes.from_actions(actions), *grids, torch.full((count,), pixel))

    actions = Strokes.random(24, 1).actions
    (opacity, by_actions), (true, by_true) = gradients(draw, actions), in_torch(gradients, draw, actions)
    assert brush.fused and opacity.shape == (24, 1, height, width)
    near(opacity, true)
    close(by_actions, by_true)


def odd_strokes() -> Tensor:
    """Strokes ``(8, 12)`` where something vanishes."""
    actions = Strokes.random(8, 5).actions
    points = actions[:, [9, 2, 4]], actions[:, [10, 3, 5]]
    x, y = (middle[:, 1:2] + torch.zeros(8, 3) for middle in points)
    along = torch.tensor([-1.0, 0, 1])
    x[1:3], y[1:3] = x[1:3] + along * torch.tensor([[1e-3], [1e-2]]), y[1:3] + along * torch.tensor([[1e-3], [0]])
    y[3] += torch.tensor([0, 0.3, 0])  # there and back, and almost back
    x[4], y[4] = x[4] + torch.tensor([0, 0.1, 0.02]), y[4] + torch.tensor([0, 0.2, 0.01])
    x[5:], y[5:] = points[0][5:], points[1][5:]
    actions[:, [9, 2, 4]], actions[:, [10, 3, 5]] = x, y
    actions[5, [0, 11]], actions[6] = 0, 0
    actions[7] = 1
    return actions


@pytest.mark.parametrize("pixel", [1 / 16, 1 / 64, 1 / 200])
@pytest.mark.parametrize(("actions", "samples"), [
    (Strokes.random(100, 1).actions, 48), (odd_strokes(), 48), (Strokes.random(20, 2).actions, 5),
    (Strokes.random(20, 3).actions, 50)
], ids=["random", "odd", "5 samples", "50 samples"])  # fmt: skip
def test_gaussians(brush: NeuralBrush, actions: Tensor, pixel: float, samples: int) -> None:
    """Of each stroke, x, y, weight and variance, and the gradients of each by all numbers; torch says it in float64,
    as in float32 it is the less precise of the two.
    """
    assert isinstance(brush.generator, SplatBrush)
    generator = SplatBrush(**brush.generator.config | {"samples": samples}).requires_grad_(False)
    generator.load_state_dict(brush.generator.state_dict())
    numbers = torch.stack([getattr(Strokes.from_actions(actions), name) for name in NUMBERS], 1)
    count, pixels, network = len(actions), torch.full((len(actions),), pixel), network_of(generator)
    of_pixel = torch.stack([blur(pixels), coarseness(pixels)], 1).numpy()
    laid = torch.from_numpy(lay(0, count, numbers.numpy(), of_pixel, network))

    exact = numbers.double().requires_grad_()
    strokes = Strokes.from_actions(actions.double()).change(**dict(zip(NUMBERS, exact.unbind(1), strict=True)))
    centers, weights, variances = generator.double().splats(strokes, pixels.double())
    true = torch.cat([centers, weights[..., None], variances[..., None]], -1)
    true = true.unflatten(1, (-1, generator.bristles)).permute(0, 3, 4, 2, 1).flatten(3)  # one bristle after another
    given = torch.randn(laid.shape, generator=torch.Generator().manual_seed(0))
    for part in range(4):
        mine, theirs = laid[:, :, part].flatten(1), true[:, :, part].flatten(1)
        assert ((mine - theirs).norm(dim=1) <= 1e-4 * theirs.norm(dim=1)).all()
        by_laid, by_numbers = torch.zeros_like(given), np.zeros_like(numbers.numpy())
        by_laid[:, :, part] = given[:, :, part]
        derive(0, count, numbers.numpy(), of_pixel, network, by_laid.numpy(), by_numbers)
        (by_exact,) = torch.autograd.grad((true * by_laid).sum(), exact, retain_graph=True)
        wrong, size = (torch.from_numpy(by_numbers) - by_exact).norm(dim=1), by_exact.norm(dim=1)
        assert wrong.norm() < 3e-4 * size.norm() and (wrong <= 5e-3 * size).all()  # sharp bends are worst in float32


@pytest.mark.parametrize(("window", "scale"), [(20, 1.0), (64, 1.5), (300, 1.0)])
def test_composite(brush: NeuralBrush, in_torch: Any, window: int, scale: float) -> None:
    height, width = int(50 * scale), int(70 * scale)
    paper = torch.rand(3, height, width, generator=torch.Generator().manual_seed(0))
    strokes = placed(60, 70, 2, window)

    def draw(paper: Tensor, actions: Tensor) -> Tensor:
        changed = strokes.change(**dict(zip(ACTION, actions.unbind(1), strict=True)))
        return composite(paper, changed, [brush], scale)

    mine, theirs = gradients(draw, paper, strokes.actions), in_torch(gradients, draw, paper, strokes.actions)
    near(mine[0], theirs[0])
    close(mine[1], theirs[1])
    close(mine[2], theirs[2])


def test_a_box_of_any_size(in_torch: Any) -> None:
    """Strips of rows, and chunks of strokes, fit together."""
    brush, strokes = allaprima.load_brush("dry_brush"), Strokes.random(3, 5)
    near(brush(strokes, 700), in_torch(brush, strokes, 700))


def test_brushes_in_turns(in_torch: Any) -> None:
    both = [allaprima.load_brush("dry_brush"), allaprima.load_brush("calligraphy")]
    strokes = placed(40, 48, 3).change(brush=torch.arange(40) % 2)
    paper = torch.full((3, 48, 48), 0.5)
    near(composite(paper, strokes, both), in_torch(composite, paper, strokes, both))


def test_any_number_of_threads(threads: Any) -> None:
    """The same bits, whichever thread draws what."""
    brush, strokes, paper = allaprima.load_brush("dry_brush"), placed(300, 128, 4, 64), torch.rand(3, 128, 128)

    def step() -> list[Tensor]:
        def draw(paper: Tensor, actions: Tensor) -> Tensor:
            changed = strokes.change(**dict(zip(ACTION, actions.unbind(1), strict=True)))
            return composite(paper, changed, [brush])

        return gradients(draw, paper, strokes.actions)

    results = []
    for number in (1, 2, 2, 1):
        threads(number)
        results.append(step())
    for one, other in ((results[0], results[3]), (results[1], results[2])):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    for a, b in zip(results[0], results[1], strict=True):
        assert torch.allclose(a, b, atol=1e-6, rtol=1e-6)


def test_torch_draws_what_is_not_frozen() -> None:
    assert not SplatBrush().fused and not SplatBrush().requires_grad_(False).double().fused
    generator = SplatBrush(samples=5, gaussians=3, head=5)
    true = generator(Strokes.random(2, 1))
    assert true.requires_grad
    near(generator.requires_grad_(False)(Strokes.random(2, 1)), true.detach())


def test_strokes_off_the_canvas() -> None:
    brush, paper = allaprima.load_brush("dry_brush"), torch.rand(3, 20, 20)
    strokes = placed(5, 20).change(window_x=torch.full((5,), -500.0), window_y=torch.full((5,), 900.0))
    size = strokes.size.clone().requires_grad_()
    picture = composite(paper, strokes.change(size=size), [brush])
    assert torch.equal(picture, paper)
    picture.sum().backward()
    assert size.grad is not None and (size.grad == 0).all()


def test_without_a_folder_to_keep_it() -> None:
    """A function that has no file cannot be kept on disk: it is compiled all the same, and that is told."""
    space: dict[str, Any] = {}
    exec("def twice(x):\n    return 2 * x", space)
    twice, told = compiled()(space["twice"]), []
    with on_compile(lambda: told.append(1)):
        assert twice(2) == 4 and twice(2.5) == 5
    assert told == [1]
