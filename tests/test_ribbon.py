"""Ribbons: the same in every backend, exact gradients, and what they do where a curve turns back or is hardly there."""

import pytest
import torch
from torch import Tensor

from allaprima import Strokes
from allaprima.brush.ribbon import RibbonBrush
from allaprima.kernels import Backend, Ribbon, reference
from allaprima.kernels.columns import LENGTH, STROKE
from allaprima.kernels.ribbon_columns import RIBBON

from .conftest import placed
from .test_kernels import H, W, as_exact, as_in, boxes_for, close, near, numbers_of, odd_strokes, random


def ribbon(**other: float) -> Ribbon:
    """An untaught one, with some numbers changed."""
    numbers = RibbonBrush().ribbon.numbers.detach()
    for name, value in other.items():
        numbers[RIBBON.index(name)] = value
    return Ribbon(numbers)


def painted(backend: object, numbers: Tensor, boxes: Tensor, places: Tensor, like: Ribbon) -> tuple[Tensor, Tensor]:
    """Pictures ``(N, H, W)``, and the gradient of the numbers for some gradient of the pictures."""
    given, shape = (numbers, boxes, places, like), (len(boxes), H, W)
    opacity, runs = backend.ribbons_forward(*given)  # type: ignore[attr-defined]
    assert ((opacity > 0) & (opacity <= 1)).all()
    assert (runs[1:, STROKE] >= runs[:-1, STROKE]).all() and int(runs[:, LENGTH].sum()) == len(opacity)
    pictures = reference.runs_to_pictures_forward(opacity.cpu(), runs.cpu(), shape)
    grad = reference.runs_to_pictures_backward(random(*shape).to(pictures), runs.cpu(), len(opacity)).to(opacity)
    return pictures, backend.ribbons_backward(*given, runs, grad)  # type: ignore[attr-defined]


@pytest.mark.parametrize("side", [20.0, 64.0, 333.0])
@pytest.mark.parametrize("kind", ["random", "odd"])
def test_every_backend_as_the_reference(row: Backend, side: float, kind: str) -> None:
    actions = Strokes.random(40, 4).actions if kind == "random" else odd_strokes()[[0, 1, 2, 4, 5, 6, 7]]
    numbers, count = numbers_of(actions), len(actions)
    places = torch.tensor([10.3, -5.8, side]) + torch.arange(float(count))[:, None] * torch.tensor([1.0, 0.5, 0])
    inputs, like = (numbers, boxes_for(count), places), ribbon(edge=-0.1, begin=0.6)
    mine = painted(row.operations(), *as_in(row, *inputs), Ribbon(*as_in(row, like.numbers)))
    theirs = painted(reference, *as_exact(torch.float64, *inputs), Ribbon(like.numbers.double()))
    assert theirs[0].max() > 0.9 or kind == "odd"
    near(mine[0], theirs[0], 0.02)  # a hundredth of a pixel is a hundredth of an edge
    assert (mine[0] - theirs[0]).square().mean() < 1e-7
    close(mine[1], theirs[1], 1e-2)


def test_the_references_own_gradients() -> None:
    """Against finite differences: by the strokes' numbers, and by what is learned; of bows, as where a curve turns back
    it counts as given how far its two passages lie over each other.
    """
    strokes = Strokes.random(5, 3)
    x, y = ((strokes.start + strokes.end) / 2 + 0.1 * (strokes.through - 0.5)).unbind(1)
    numbers = numbers_of(strokes.change(control_x=x, control_y=y).actions).double().requires_grad_()
    places = torch.tensor([[1.0, 2.0, 24.0]]).double().expand(5, -1)
    boxes = torch.tensor([[0, 0, 26, 28]]).int().expand(5, -1)
    # soft beside its pixels: how far edges run along these counts as given
    like = ribbon(side=0.3, touch=0.4, pixel_side=0.02, pixel_end=0.02).numbers.double().requires_grad_()
    _, runs = reference.ribbons_forward(numbers.detach(), boxes, places, Ribbon(like.detach()))

    def opacity(given: Tensor, learned: Tensor) -> Tensor:
        return reference.opacity_on_runs(given, places, Ribbon(learned), runs).sum()

    def moved(leaf: Tensor, k: int, by: float) -> Tensor:
        step = torch.zeros_like(leaf).flatten()
        step[k] = by
        return leaf.detach() + step.view_as(leaf)

    both = [numbers, like]
    for which, leaf in enumerate(both):
        (grad,) = torch.autograd.grad(opacity(*both), leaf)
        wanted = torch.zeros_like(grad).flatten()
        for k in range(leaf.numel()):
            ahead, behind = (
                opacity(*[moved(part, k, by) if at == which else part.detach() for at, part in enumerate(both)])
                for by in (1e-6, -1e-6)
            )
            wanted[k] = (ahead - behind).detach() / 2e-6
        close(grad.flatten(), wanted, 1e-2)


def test_what_learns_goes_the_same_way() -> None:
    """The same opacity and gradient whether the ribbon learns or is frozen."""
    found = []
    for learns in (False, True):
        brush = RibbonBrush().requires_grad_(learns)
        actions = Strokes.random(6, 2).actions.requires_grad_()
        opacity = brush(actions, 40)
        opacity.square().sum().backward()
        assert (brush.weights.grad is not None) == learns
        found.append((opacity.detach(), actions.grad))
    near(found[0][0], found[1][0], 0.02)
    assert found[0][1] is not None and found[1][1] is not None
    close(found[0][1], found[1][1], 1e-2)


def test_thin_and_short_strokes_keep_their_paint() -> None:
    """As much paint, whatever the pixels: strokes thinner than one are fainter, not broader."""
    strokes = Strokes.random(30, 8).change(size=torch.full((30,), 0.1))
    amounts = [RibbonBrush().requires_grad_(False)(strokes, size).mean((1, 2, 3)) for size in (16, 64, 256)]
    assert torch.allclose(amounts[0], amounts[2], rtol=0.12, atol=2e-4)
    assert torch.allclose(amounts[1], amounts[2], rtol=0.06, atol=2e-4)


def test_the_same_whatever_the_number_of_threads() -> None:
    strokes, threads = placed(80, 200, 5, 64), torch.get_num_threads()
    brush = RibbonBrush().requires_grad_(False)
    boxes = torch.tensor([[0, 0, 200, 200]]).int().expand(80, -1)
    found = []
    for many in (1, 2, 3):
        torch.set_num_threads(many)
        leaf = strokes.pressure.clone().requires_grad_()
        opacity, runs = brush.runs_at(strokes.change(pressure=leaf), boxes, strokes.places)
        (grad,) = torch.autograd.grad(opacity.square().sum(), leaf)
        found.append((opacity.detach(), runs, grad))
    torch.set_num_threads(threads)
    assert all(torch.equal(*pair) for one in found[1:] for pair in zip(one, found[0], strict=True))
