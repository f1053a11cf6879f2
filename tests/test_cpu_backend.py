"""The compiled way on a CPU, whole strokes at a time: what torch says, quicker, and the same bits again."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

import allaprima
from allaprima import Strokes
from allaprima.brush import NeuralBrush
from allaprima.kernels import BACKENDS, on_compile, registry
from allaprima.kernels.cpu import compiler
from allaprima.kernels.cpu.compiler import compiled
from allaprima.rendering.compositing import composite
from allaprima.strokes import ACTION

from .conftest import placed


@pytest.fixture(params=[*allaprima.brushes(), "dry_brush with texture"])
def brush(request: pytest.FixtureRequest) -> NeuralBrush:
    name, *texture = request.param.split(" with ")
    return allaprima.load_brush(name).textured if texture else allaprima.load_brush(name)


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
            patch.setattr(registry, "BACKENDS", [row for row in BACKENDS if row.name == "reference"])
            return function(*inputs)

    return call


def near(one: Tensor, other: Tensor, kind: str = "splat") -> None:
    """Almost equal; a ribbon's edges, which may be steep, lie within a hundredth of a pixel."""
    apart = (one - other).abs() / other.abs().max().clamp(min=1)
    assert apart.max() < (2e-2 if kind == "ribbon" else 3e-4) and apart.mean() < 1e-4


def close(one: Tensor, other: Tensor, kind: str = "splat") -> None:
    """Gradients almost equal, by the norm of the whole."""
    assert (one - other).norm() < (2e-2 if kind == "ribbon" else 5e-4) * other.norm()


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
    assert opacity.shape == (24, 1, height, width)
    near(opacity, true, brush.card.kind)
    close(by_actions, by_true, brush.card.kind)


@pytest.mark.parametrize(("window", "scale"), [(20, 1.0), (64, 1.5), (300, 1.0)])
def test_composite(brush: NeuralBrush, in_torch: Any, window: int, scale: float) -> None:
    height, width = int(50 * scale), int(70 * scale)
    paper = torch.rand(3, height, width, generator=torch.Generator().manual_seed(0))
    strokes = placed(60, 70, 2, window)

    def draw(paper: Tensor, actions: Tensor) -> Tensor:
        changed = strokes.change(**dict(zip(ACTION, actions.unbind(1), strict=True)))
        return composite(paper, changed, [brush], scale)

    mine, theirs = gradients(draw, paper, strokes.actions), in_torch(gradients, draw, paper, strokes.actions)
    near(mine[0], theirs[0], brush.card.kind)
    close(mine[1], theirs[1], brush.card.kind)
    close(mine[2], theirs[2], brush.card.kind)


def test_a_box_of_any_size(in_torch: Any) -> None:
    """Strips of rows, chunks of strokes, and tiles of boxes fit together."""
    brush, strokes = allaprima.load_brush("dry_brush"), Strokes.random(3, 5)
    near(brush(strokes, 700), in_torch(brush, strokes, 700))
    near(brush(strokes[:1], 1500), in_torch(brush, strokes[:1], 1500))


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


def test_strokes_off_the_canvas(in_torch: Any) -> None:
    brush, paper = allaprima.load_brush("dry_brush"), torch.rand(3, 20, 20)
    strokes = placed(5, 20).change(window_x=torch.full((5,), -500.0), window_y=torch.full((5,), 900.0))

    def draw(size: Tensor) -> Tensor:
        return composite(paper, strokes.change(size=size), [brush])

    for picture, by_size in (gradients(draw, strokes.size), in_torch(gradients, draw, strokes.size)):
        assert torch.equal(picture, paper) and (by_size == 0).all()


def test_without_a_folder_to_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that has no file cannot be kept on disk: it is compiled all the same, and that is told."""
    monkeypatch.setattr(compiler, "homeless", [])
    space: dict[str, Any] = {}
    exec("def twice(x):\n    return 2 * x", space)
    twice, told = compiled()(space["twice"]), []
    with on_compile(told.append):
        assert twice(2) == 4 and twice(2.5) == 5
    assert told == [False]
