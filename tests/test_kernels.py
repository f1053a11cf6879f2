"""The contract of kernels: every operation of every backend against the reference in torch, forward and backward."""

import inspect
import sys
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

import allaprima
from allaprima import Strokes
from allaprima.brush.gaussian import layers_of
from allaprima.brush.splat import SplatBrush
from allaprima.kernels import (
    BACKENDS,
    Backend,
    Operations,
    PixelHead,
    backend_for,
    composite,
    rasterize,
    reference,
    registry,
    runs_to_pictures,
)
from allaprima.kernels.columns import LENGTH, NUMBERS, ROW, START, STROKE, VARIANCE, WEIGHT, X, Y
from allaprima.kernels.features import size_feature
from allaprima.kernels.reference.fields import Fields
from allaprima.kernels.runs import join_runs

OPERATIONS = ("gaussians", "rasterize", "ribbons", "composite", "runs_to_pictures")
FUNCTIONS = [f"{name}_{way}" for name in OPERATIONS for way in ("forward", "backward")]
H, W = 80, 100


@pytest.fixture(params=[torch.float64, torch.float32], ids=["float64", "float32"])
def exact(request: pytest.FixtureRequest) -> torch.dtype:
    """The type that the reference computes in: in float32 it is the less precise of the two."""
    dtype: torch.dtype = request.param
    return dtype


@pytest.fixture(params=["dry_brush", "calligraphy", "charcoal"])
def generator(request: pytest.FixtureRequest) -> SplatBrush:
    found = allaprima.load_brush(request.param).generator
    assert isinstance(found, SplatBrush)
    return found


def changed(generator: SplatBrush, dtype: torch.dtype, **config: int) -> SplatBrush:
    """The same weights in another type, or drawn with other samples."""
    other = SplatBrush(**generator.config | config).requires_grad_(False)
    other.load_state_dict(generator.state_dict())
    return other.to(dtype)


def head_of(generator: SplatBrush) -> PixelHead:
    first, last = layers_of(generator.head)
    return PixelHead(first, last, generator.faint)


def as_in(row: Backend, *values: Tensor) -> list[Tensor]:
    """Inputs as a backend takes them."""
    return [value.to(row.device, row.dtype if value.is_floating_point() else value.dtype) for value in values]


def as_exact(dtype: torch.dtype, *values: Tensor) -> list[Tensor]:
    return [value.to(dtype) if value.is_floating_point() else value for value in values]


def near(mine: Tensor, theirs: Tensor, most: float = 1e-4) -> None:
    """Almost equal, each number."""
    assert ((mine.cpu() - theirs).abs() / theirs.abs().max().clamp(min=1)).max() < most


def close(mine: Tensor, theirs: Tensor, most: float = 3e-4) -> None:
    """Almost equal, by the norm of the whole."""
    assert (mine.cpu() - theirs).norm() <= most * theirs.norm()


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def numbers_of(actions: Tensor) -> Tensor:
    strokes = Strokes.from_actions(actions)
    return torch.stack([getattr(strokes, name) for name in NUMBERS], 1)


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


@pytest.mark.parametrize("row", BACKENDS, ids=lambda row: row.name)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_names_and_arguments(row: Backend, name: str) -> None:
    wanted = [parameter for parameter in inspect.signature(getattr(Operations, name)).parameters if parameter != "self"]
    assert list(inspect.signature(getattr(row.operations(), name)).parameters) == wanted


@pytest.mark.parametrize("pixel", [1 / 16, 1 / 64, 1 / 200])
@pytest.mark.parametrize(("actions", "samples"), [
    (Strokes.random(100, 1).actions, 48), (odd_strokes(), 48), (Strokes.random(20, 2).actions, 5),
    (Strokes.random(20, 3).actions, 50)
], ids=["random", "odd", "5 samples", "50 samples"])  # fmt: skip
def test_gaussians(
    row: Backend, exact: torch.dtype, generator: SplatBrush, actions: Tensor, pixel: float, samples: int
) -> None:
    """X, Y, WEIGHT and VARIANCE of each stroke, and the gradients of each by all numbers."""
    most = 3e-4 if exact == torch.float64 else 1e-3
    if exact == torch.float32:  # in which torch cannot tell where the samples of a dot are
        strokes = Strokes.from_actions(actions)
        actions = actions[(strokes.start != strokes.end).any(1) | (strokes.start != strokes.through).any(1)]
    numbers, pixels, backend = numbers_of(actions), torch.full((len(actions),), pixel), row.operations()
    mine, theirs = ((changed(generator, dtype, samples=samples)).network for dtype in (torch.float32, exact))
    given, exactly = as_in(row, numbers, pixels), as_exact(exact, numbers, pixels)
    laid, true = backend.gaussians_forward(*given, mine), reference.gaussians_forward(*exactly, theirs)
    assert laid.shape == true.shape == (len(actions), generator.gaussians, 4, generator.bristles * samples)
    for name in (X, Y, WEIGHT, VARIANCE):
        parts = [part[:, :, name].flatten(1).cpu() for part in (laid, true)]
        wrong, size = (parts[0] - parts[1]).norm(dim=1), parts[1].norm(dim=1)
        assert (wrong <= 1e-4 * size).all()
        grad = torch.zeros(laid.shape, dtype=torch.float64)
        grad[:, :, name] = random(*laid.shape)[:, :, name]
        grad_mine = backend.gaussians_backward(*given, mine, *as_in(row, grad)).cpu()
        grad_true = reference.gaussians_backward(*exactly, theirs, grad.to(exact))
        wrong, size = (grad_mine - grad_true).norm(dim=1), grad_true.norm(dim=1)
        assert wrong.norm() < most * size.norm() and (wrong <= 5e-3 * size).all()  # sharp bends are worst


def boxes_for(count: int) -> Tensor:
    """Boxes ``(N, 4)`` of many sizes, some of them empty."""
    draw = torch.Generator().manual_seed(3)
    left, top = (torch.randint(0, most - 2, (count,), generator=draw) for most in (W, H))
    width, height = (torch.randint(0, most, (count,), generator=draw) for most in (W, H))
    width, height = torch.minimum(width, W - left), torch.minimum(height, H - top)
    boxes = torch.stack([left, top, width, height], 1)
    boxes[::2] = torch.tensor([0, 0, W, H])
    return boxes.int()


def painted(backend: Any, gaussians: Tensor, sizes: Tensor, boxes: Tensor, places: Tensor, head: PixelHead) -> Any:
    """Pictures ``(N, H, W)``, and gradients of Gaussians and sizes for some gradient of the pictures."""
    given, shape = (gaussians, size_feature(sizes), boxes, places, head), (len(boxes), H, W)
    opacity, runs, kept = backend.rasterize_forward(*given, True)
    pictures = backend.runs_to_pictures_forward(opacity, runs, shape)
    grad = backend.runs_to_pictures_backward(random(*shape).to(pictures), runs, len(opacity))
    again, _, nothing = backend.rasterize_forward(*given, False)
    assert torch.equal(again, opacity) and nothing is None
    assert (runs[1:, STROKE] >= runs[:-1, STROKE]).all() and int(runs[:, LENGTH].sum()) == len(opacity)
    return pictures, *backend.rasterize_backward(*given, kept, grad)


@pytest.mark.parametrize("side", [20.0, 64.0, 333.0])
def test_rasterize(row: Backend, exact: torch.dtype, generator: SplatBrush, side: float) -> None:
    numbers = numbers_of(Strokes.random(30, 4).actions)
    place = torch.tensor([10.3, -5.8, side])
    places = place + torch.arange(30.0)[:, None] * torch.tensor([1.0, 0.5, 0])
    laid = reference.gaussians_forward(numbers, 1 / places[:, 2], generator.network)
    inputs = (laid, numbers[:, 1], boxes_for(30), places)
    mine = painted(row.operations(), *as_in(row, *inputs), head_of(generator))
    theirs = painted(reference, *as_exact(exact, *inputs), head_of(changed(generator, exact)))
    assert theirs[0].max() > 0.3
    near(mine[0], theirs[0])
    close(mine[1], theirs[1], 3e-3)  # what hardly counts may be left out
    close(mine[2], theirs[2])


def some_runs(count: int = 200) -> tuple[Tensor, Tensor]:
    """Opacity ``(P,)`` and runs ``(R, 5)`` of 20 strokes that lie over one another; no pixel twice in a stroke."""
    draw = torch.Generator().manual_seed(1)
    column, length = (torch.randint(1, 50, (count,), generator=draw) for _ in range(2))
    stroke, row = torch.arange(count) // 10, torch.arange(count) * 7 % 10
    start = length.cumsum(0) - length
    runs = torch.stack([stroke, row, column, length, start], 1).int()
    return torch.rand(int(length.sum()), generator=draw, dtype=torch.float64), runs


def composited(backend: Any, canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor) -> list[Tensor]:
    canvas, below = canvas.clone(), canvas.clone()
    kept = backend.composite_forward(canvas, colors, opacity, runs, True)
    backend.composite_forward(below, colors, opacity, runs, False)
    assert torch.equal(canvas, below)
    grad = random(*canvas.shape).to(canvas)
    return [canvas, *backend.composite_backward(grad, colors, opacity, runs, kept), grad]


@pytest.mark.parametrize("channels", [1, 3, 7])
def test_composite(row: Backend, exact: torch.dtype, channels: int) -> None:
    opacity, runs = some_runs()
    inputs = random(channels, H, W, seed=1), random(20, channels, seed=2), opacity, runs
    mine = composited(row.operations(), *as_in(row, *inputs))
    theirs = composited(reference, *as_exact(exact, *inputs))
    near(mine[0], theirs[0])
    for one, other in zip(mine[1:], theirs[1:], strict=True):
        close(one, other)
    plain = inputs[0].to(exact).clone()
    for stroke, row_, column, length, start in runs.tolist():  # the operator as it is written
        under, share = plain[:, row_, column : column + length], opacity[start : start + length].to(exact)
        under += share * (inputs[1][stroke, :, None].to(exact) - under)
    near(theirs[0], plain)


def test_runs_to_pictures(row: Backend) -> None:
    opacity, runs = some_runs()
    order = torch.randperm(len(runs))
    for given in (runs, runs[order]):
        pictures = runs_to_pictures(*as_in(row, opacity.float(), given), (20, H, W)).cpu()
        assert torch.equal(pictures, reference.runs_to_pictures_forward(opacity.float(), given, (20, H, W)))
        assert pictures[19, int(runs[-1, ROW])].max() > 0
        leaf = opacity.float().requires_grad_()
        back = torch.autograd.grad(runs_to_pictures(leaf, given, (20, H, W)), leaf, pictures)
        assert torch.equal(back[0], opacity.float())


def test_the_references_own_gradients() -> None:
    """Against finite differences, wherever a backward pass is written by hand."""
    torch.manual_seed(0)
    laid = torch.rand(3, 4, 4, 5).double()
    laid[:, :, VARIANCE] = laid[:, :, VARIANCE] / 10 + 0.02
    laid.requires_grad_()
    x, y = torch.rand(3, 7).double(), torch.rand(3, 5).double()
    assert torch.autograd.gradcheck(lambda given: Fields.apply(given, x, y), (laid,))

    head = head_of(SplatBrush().double().requires_grad_(False))
    places, sizes = torch.tensor([[1.0, 2.0, 9.0]]).double().expand(3, -1), torch.rand(3).double().requires_grad_()
    boxes = torch.tensor([[0, 0, 9, 9], [2, 1, 5, 7], [3, 3, 0, 0]]).int()
    assert torch.autograd.gradcheck(lambda *given: rasterize(*given, boxes, places, head)[0], (laid, sizes))

    opacity, runs = some_runs(40)
    canvas, colors = random(2, 10, W), random(4, 2)
    leaves = [value.requires_grad_() for value in (canvas, colors, opacity)]
    assert torch.autograd.gradcheck(lambda *given: composite(*given, runs), leaves, fast_mode=True)
    assert torch.autograd.gradcheck(lambda given: runs_to_pictures(given, runs, (4, 10, W)), leaves[2:], fast_mode=True)


def test_weights_that_learn_go_the_same_way(generator: SplatBrush) -> None:
    """The same opacity and the same gradient of the strokes, step by step in autograd and by the backward functions."""
    found = []
    for learns in (False, True):
        brush = changed(generator, torch.float64).requires_grad_(learns)
        actions = Strokes.random(6, 2).actions.double().requires_grad_()
        opacity = brush(actions, 40)
        opacity.square().sum().backward()
        assert all((weight.grad is not None) == learns for weight in brush.parameters())
        found.append((opacity.detach(), actions.grad))
    assert torch.equal(found[0][0], found[1][0]) and torch.allclose(found[0][1], found[1][1], rtol=1e-9)


def test_runs_of_several_brushes() -> None:
    opacity, runs = some_runs()
    parts = [runs[runs[:, STROKE] % 2 == turn].clone() for turn in range(2)]
    given = []
    for turn, part in enumerate(parts):
        part[:, STROKE] //= 2
        pixels = torch.cat([torch.arange(start, start + length) for *_, length, start in part.tolist()])
        part[:, START] = part[:, LENGTH].cumsum(0) - part[:, LENGTH]
        given.append((torch.arange(turn, 20, 2), opacity[pixels], part))
    joined = join_runs(given)
    pictures = [reference.runs_to_pictures_forward(*one, (20, H, W)) for one in ((opacity, runs), joined)]
    assert torch.equal(*pictures) and (joined[1][1:, STROKE] >= joined[1][:-1, STROKE]).all()


def test_another_backend_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("a_backend_of_this_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(
        module, "runs_to_pictures_forward", lambda opacity, runs, shape: torch.ones(shape), raising=False
    )
    assert backend_for(torch.zeros(1)) is sys.modules["allaprima.kernels.cpu"]
    assert backend_for(torch.zeros(1).double()) is backend_for(torch.zeros(1), torch.zeros(1).double()) is reference
    monkeypatch.setattr(registry, "BACKENDS", [Backend("mine", "cpu", torch.float16, module.__name__), *BACKENDS])
    assert backend_for(torch.zeros(1).half()) is module
    opacity, runs = some_runs()
    assert (runs_to_pictures(opacity.half(), runs, (20, H, W)) == 1).all()
