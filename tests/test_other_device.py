"""Whatever brushes and strokes live on, everything beside them lives there, too: no tensor strays, the result is the
CPU's. On a device that needs no hardware, and on a GPU where there is one.
"""

import copy
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import allaprima
from allaprima import BristleBrush, MyPaintBrush, PlacedStrokes, Strokes
from allaprima.brush import NeuralBrush, OpaqueBrush, StraightThrough
from allaprima.brush.dcgan import DCGANBrush
from allaprima.rendering.compositing import as_picture, composite, composite_in_place
from allaprima.strokes import ACTION

from .conftest import placed
from .other_device import Elsewhere, StrayTensor, other_device


def dcgan() -> NeuralBrush:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return NeuralBrush(DCGANBrush(latent=32, features=8), allaprima.brushes()["oil"])


BRUSHES: dict[str, Callable[[], NeuralBrush]] = {
    "splat": lambda: allaprima.load_brush("dry_brush"),
    "splat with a nib": lambda: allaprima.load_brush("calligraphy"),
    "texture": lambda: allaprima.load_brush("chalk").textured,
    "ribbon": lambda: OpaqueBrush(allaprima.load_brush("flat"), 10.0),
    "opaque": lambda: OpaqueBrush(allaprima.load_brush("oil"), 10.0),
    "opaque texture": lambda: OpaqueBrush(allaprima.load_brush("charcoal"), 10.0).textured,
    "dcgan": dcgan,
    "straight through": lambda: StraightThrough(allaprima.load_brush("oil")),
    "straight through dcgan": lambda: StraightThrough(dcgan()),
}


NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.fixture(params=["other", pytest.param("cuda", marks=[NO_GPU, pytest.mark.cuda])])
def device(request: pytest.FixtureRequest) -> Iterator[torch.device]:
    if request.param == "cuda":
        yield torch.device("cuda")
        return
    with other_device() as device:
        yield device


@pytest.fixture(params=BRUSHES)
def brush(request: pytest.FixtureRequest) -> NeuralBrush:
    return BRUSHES[request.param]()


def painted(brushes: list[NeuralBrush], strokes: PlacedStrokes, paper: Tensor) -> list[Tensor]:
    """A canvas, and its gradients by paper and strokes; on the CPU."""
    free = {name: getattr(strokes, name).clone().requires_grad_() for name in ACTION}
    leaves = [paper.clone().requires_grad_(), *free.values()]
    canvas = composite(leaves[0], strokes.change(**free), brushes, 1.25)
    assert canvas.device == paper.device
    gradients = torch.autograd.grad(canvas.square().sum(), leaves)
    assert all(gradient.device == paper.device for gradient in gradients)
    return [canvas.detach().cpu(), gradients[0].cpu(), torch.stack(gradients[1:]).cpu()]


def same(mine: list[Tensor], theirs: list[Tensor]) -> None:
    apart = (mine[0] - theirs[0]).abs()
    assert apart.max() < 1e-2 and apart.mean() < 2e-5  # edges of opaque strokes are steep
    for one, other in zip(mine[1:], theirs[1:], strict=True):
        assert (one - other).norm() < 1e-2 * other.norm() and other.norm() > 0


def test_painting(brush: NeuralBrush, device: torch.device) -> None:
    strokes, paper = placed(25, 64, 1, 40), torch.rand(3, 80, 70, generator=torch.Generator().manual_seed(1))
    theirs = painted([brush], strokes, paper)
    assert brush.to(device).device == device
    same(painted([brush], strokes.to(device), paper.to(device)), theirs)


def test_a_brush_called(brush: NeuralBrush, device: torch.device) -> None:
    """Strokes are brought to the brush, wherever they are."""
    strokes = Strokes.random(5, 1)
    theirs = brush(strokes, 48)
    brush.to(device)
    for given in (strokes, strokes.to(device), strokes.to(torch.float64).actions.to(device)):
        mine = brush(given, 48)
        assert mine.device == device and (mine.cpu() - theirs).abs().max() < 5e-3


def test_what_lives_elsewhere_is_brought_to_the_canvas(device: torch.device) -> None:
    strokes, paper = placed(25, 64, 2, 40), torch.full((3, 64, 64), 0.5)
    brushes = [allaprima.load_brush("dry_brush"), allaprima.load_brush("oil")]
    strokes = strokes.change(brush=torch.arange(25) % 2)
    theirs = painted(brushes, strokes, paper)
    brushes[0].to(device)
    same(painted(brushes, strokes, paper), theirs)
    same(painted(brushes, strokes.to(device), paper.to(device)), theirs)


def test_in_place_and_as_a_picture(device: torch.device) -> None:
    strokes, brush = placed(40, 64, 3, 40), allaprima.load_brush("dry_brush")
    colors, shares = torch.rand(40, 5), list[float]()
    theirs, mine = torch.zeros(5, 64, 64), torch.zeros(5, 64, 64, device=device)
    composite_in_place(theirs, strokes, [brush], colors=colors)
    brush.to(device)
    composite_in_place(mine, strokes.to(device), [brush], colors=colors, on_progress=shares.append)
    assert (mine.cpu() - theirs).abs().max() < 1e-3 and shares[-1] == 1
    off = as_picture(mine[:3]).astype(int) - as_picture(theirs[:3])
    assert abs(off).max() <= 1


@pytest.mark.parametrize("real", [MyPaintBrush("classic/dry_brush"), BristleBrush("flat")], ids=["mypaint", "bristles"])
def test_the_real_brush(real: MyPaintBrush | BristleBrush, device: torch.device) -> None:
    strokes = placed(3, 64, 1)
    drawn = real(strokes.to(device))
    assert drawn.device == device and torch.equal(drawn.cpu(), real(strokes))


def test_the_device_complains() -> None:
    """What a GPU would not do fails here, too."""
    with other_device() as device:
        there, here = torch.rand(3, device=device), torch.rand(3)
        with pytest.raises(StrayTensor, match=r"aten\.add\.Tensor: .*\(3,\)"):
            there + here
        with pytest.raises(StrayTensor, match=r"aten\.index_put"):
            there.index_put_((torch.tensor([1, 2], device=device),), here[:2])
        with pytest.raises(StrayTensor, match="generator"):
            torch.rand(3, device=device, generator=torch.Generator())
        with pytest.raises(TypeError, match="numpy"):
            there.numpy()
        assert there.tolist() == there.cpu().tolist() and isinstance(there * 2 + torch.tensor(1.0), Elsewhere)


def test_the_device_computes() -> None:
    with other_device() as device:
        torch.manual_seed(0)
        layer, picture = torch.nn.Conv2d(3, 4, 3, padding=1), torch.rand(2, 3, 8, 8)

        def work(layer: torch.nn.Module, picture: Tensor) -> list[Tensor]:
            leaf = picture.clone().requires_grad_()
            small = F.interpolate(layer(leaf), (5, 5), mode="bilinear", antialias=True)
            values, order = small.flatten().sort()
            values = values.cumsum(0)[torch.searchsorted(values, values.new_tensor([0.0, 0.1]))]
            values.index_put((torch.tensor([0], device=picture.device),), values[:1]).sum().backward()  # type: ignore[no-untyped-call]
            chosen = torch.multinomial(picture[0, 0].cpu(), 2, generator=torch.Generator().manual_seed(0))
            return [small.detach(), order, leaf.grad, layer.weight.grad, chosen]  # type: ignore[list-item]

        theirs = work(copy.deepcopy(layer), picture)
        mine = work(layer.to(device), picture.to(device))
        assert all(isinstance(value, Elsewhere) for value in mine[:-1])
        assert all(torch.allclose(one.cpu(), other) for one, other in zip(mine, theirs, strict=True))
        step = torch.optim.Adam(layer.parameters())
        step.step()
