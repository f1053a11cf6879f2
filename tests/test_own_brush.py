"""A neural brush is a module, and is made of any module or function that draws strokes."""

import copy
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import allaprima as ap
from allaprima import InputError, NeuralBrush, Strokes
from allaprima.brush import OpaqueBrush, make_generator
from allaprima.brush.own import OwnBrush, window_sizes
from allaprima.rendering.compositing import boxes

from .conftest import placed
from .own_parts import Pen, pen


class Two(nn.Module):
    """A pen under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.one = Pen()
        self.other = self.one

    def forward(self, strokes: Strokes, size: int) -> Tensor:
        return (self.one(strokes, size) + self.other(strokes, size)) / 2


class Deep(Pen):
    """A pen that a layer leads."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(12, 1)

    def forward(self, strokes: Strokes, size: int) -> Tensor:
        return super().forward(strokes, size) * self.layer(strokes.actions).sigmoid()[..., None, None]


@pytest.fixture(params=[Pen, lambda: pen, lambda: make_generator("ribbon")], ids=["module", "function", "ribbon"])
def brush(request: pytest.FixtureRequest) -> NeuralBrush:
    return NeuralBrush(request.param(), name="mine")


def test_it_is_a_frozen_module(brush: NeuralBrush) -> None:
    assert isinstance(brush, nn.Module) and not any(value.requires_grad for value in brush.parameters())
    nn.Sequential(brush).train()
    assert not any(part.training for part in brush.modules())
    assert brush.to("cpu") is brush and brush.device == torch.device("cpu")
    again = copy.deepcopy(brush)
    again.load_state_dict(brush.state_dict())
    assert again.sha256 == brush.sha256 and torch.equal(again(Strokes.random(3)), brush(Strokes.random(3)))


def test_shipped_ones_are_modules_with_all_of_their_weights() -> None:
    chalk = ap.load_brush("chalk")
    kinds = {name.split(".")[0] for name in chalk.state_dict()}
    assert kinds == {"generator", "texture"} == {name.split(".")[0] for name, _ in chalk.named_parameters()}
    before, weights = chalk.sha256, {name: value.clone() for name, value in chalk.state_dict().items()}
    chalk.load_state_dict({name: value * 0.5 for name, value in weights.items()})
    halved = chalk.sha256
    chalk.load_state_dict(weights)
    assert before == chalk.sha256 == copy.deepcopy(chalk).sha256 != halved
    next(chalk.generator.parameters()).mul_(0.9)  # by whatever way
    assert chalk.sha256 not in (before, halved)
    assert set(map(id, OpaqueBrush(chalk).parameters())) == set(map(id, chalk.parameters()))


def test_it_stays_float32(brush: NeuralBrush) -> None:
    """Whatever it is a part of; what it is given may be of another type, and so may a canvas."""
    strokes, before = Strokes.random(3), copy.deepcopy(brush)
    for change in (nn.Module.half, nn.Module.double, lambda whole: whole.to(torch.bfloat16)):
        change(nn.Sequential(brush, nn.Linear(2, 2)))
        assert torch.equal(brush(strokes.to(torch.float64), 40), before(strokes.to(torch.float64), 40))
    canvas = torch.ones(3, 40, 40, dtype=torch.float64, requires_grad=True)
    drawn = ap.composite(canvas, strokes.to(torch.float64).placed(0, 0, 40.0), brush)
    assert drawn.dtype == torch.float64 and drawn.min() < 0.9 and brush.sha256 == before.sha256


def test_a_module_of_another_type() -> None:
    with pytest.raises(
        InputError, match=r"as its weights are float64, and strokes are float32: give it as module\.float"
    ):
        NeuralBrush(Deep().double())
    assert NeuralBrush(Deep())(Strokes.random(2)).dtype == torch.float32


def test_what_it_draws(brush: NeuralBrush) -> None:
    actions = Strokes.random(5, 1).actions.requires_grad_()
    opacity = brush(actions, 48)
    assert opacity.shape == (5, 1, 48, 48) and opacity.min() >= 0 and opacity.max() <= 1
    (gradient,) = torch.autograd.grad(opacity.sum(), actions)
    assert gradient.isfinite().all() and (gradient != 0).any()
    assert brush(Strokes.random(0), 20).shape == (0, 1, 20, 20)
    with pytest.raises(InputError, match="the window's size is 0"):
        brush(actions, 0)


@pytest.mark.parametrize("window", [11, 40, 64, 100])
def test_on_a_canvas_it_is_what_the_module_draws(window: int) -> None:
    """Between pixels, in the box of its window; with several sizes at a time."""
    brush, strokes = NeuralBrush(Pen(), name="mine"), placed(6, 120, 3, window)
    strokes = strokes.change(window=strokes.window * torch.tensor([1, 1, 2, 1, 3, 1]))
    for index in range(6):
        one = strokes[index : index + 1]
        canvas = ap.composite(
            torch.zeros(3, 120, 120), one.change(**{f"color_{c}": torch.ones(1) for c in "rgb"}), brush
        )
        x, y = (((torch.arange(120) + 0.5)[None] - one.places[:, axis, None]) / one.places[:, 2:] for axis in (0, 1))
        drawn = brush.opacity_at(one, x, y, 1 / one.places[:, 2])[0]
        assert torch.allclose(canvas, drawn.expand(3, -1, -1), atol=1e-5)
        left, top, side = (round(float(at)) for at in one.places[0])
        true = brush(one, side)[0, 0, max(0, -top) : 120 - top, max(0, -left) : 120 - left]
        seen = canvas[0, max(0, top) : top + side, max(0, left) : left + side]
        assert (true - seen).abs().mean() < 0.02
    together = ap.composite(torch.zeros(3, 120, 120), strokes, brush)
    one_by_one = torch.zeros(3, 120, 120)
    for index in range(6):
        one_by_one = ap.composite(one_by_one, strokes[index : index + 1], brush)
    assert torch.allclose(together, one_by_one, atol=1e-5)


def test_its_box_is_its_window() -> None:
    own, oil = NeuralBrush(pen), ap.load_brush("oil")
    strokes = placed(20, 90, 2, 33).change(brush=torch.arange(20) % 2)
    corners, sides = boxes(strokes, [own, oil], 1.0)
    assert (sides[::2] == 40).all()  # as many as the 33 px need
    assert torch.equal(boxes(strokes, [oil, oil], 1.0)[0][1::2], corners[1::2])


def test_sizes_that_it_is_asked_for() -> None:
    asked: list[int] = []

    def seen(strokes: Strokes, size: int) -> Tensor:
        asked.append(size)
        return pen(strokes, size)

    brush = NeuralBrush(seen, name="seen")
    assert asked == [64]  # it is tried once
    sides = torch.tensor([3.0, 16, 17, 40, 64, 200, 3000])
    assert window_sizes(sides).tolist() == [16, 16, 32, 64, 64, 256, 512]
    strokes = Strokes.random(3).placed(0, 0, torch.tensor([20.0, 100, 30]))
    ap.composite(torch.zeros(3, 50, 50), strokes, brush)
    assert set(asked[1:]) == {32, 128}


def test_a_module_of_one_size_draws_all() -> None:
    fixed = NeuralBrush(lambda strokes, size: pen(strokes, 64), name="fixed")
    strokes = Strokes.random(4, 2)
    for size in (32, 64, 100):
        assert fixed(strokes, size).shape == (4, 1, size, size)
        assert (fixed(strokes, size) - pen(strokes, size)).abs().mean() < 0.01


def spoilt(change: Callable[[Tensor], Any]) -> Callable[[Strokes, int], Any]:
    return lambda strokes, size: change(pen(strokes, size))


@pytest.mark.parametrize(
    ("module", "told"),
    [
        (
            spoilt(lambda drawn: drawn[:, 0]),
            r"gave \(8, 64, 64\) for 8 strokes on 64 px: it must give \(8, 1, 64",
        ),
        (spoilt(lambda drawn: drawn[:1]), r"gave \(1, 1, 64, 64\)"),
        (spoilt(lambda drawn: drawn.tolist()), "gave list for 8 strokes"),
        (spoilt(lambda drawn: drawn / 0), "not finite"),
        (spoilt(lambda drawn: drawn * 2 - 1), r"gave -1 to [\d.]+: opacity is in \[0,1\], as torch.sigmoid makes it"),
        (spoilt(Tensor.detach), "has no gradient by the strokes"),
        (spoilt(lambda drawn: drawn * 0), "has no gradient by the strokes"),
        (lambda strokes: strokes, r"the brush <lambda> takes \(strokes\): it is called with \(strokes, size\)"),
        (nn.Linear(12, 3), r"the brush Linear takes \(input.*\): it is called with"),
        (Pen, r"the brush is the class Pen: give an object of it, as Pen\(\) makes one"),
        (5, r"the brush is 5, of type int: give a module or a function, module\(strokes, size\)"),
    ],
)
def test_what_is_no_brush(module: Any, told: str) -> None:
    with pytest.raises(InputError, match=told) as error:
        NeuralBrush(module, name="mine")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("wrong", [
    lambda drawn: drawn[..., :-1], lambda drawn: drawn[..., 1:, 1:], lambda drawn: drawn[:, 0], lambda drawn: drawn[:1]
])  # fmt: skip
def test_what_is_wrong_at_another_size_is_refused(wrong: Callable[[Tensor], Tensor]) -> None:
    """It is tried on 64 px, and not stretched where it gives another size on 32."""
    brush = NeuralBrush(lambda strokes, size: wrong(pen(strokes, size)) if size < 64 else pen(strokes, size), name="a")
    strokes = Strokes.random(4).placed(0, 0, 30.0)
    for draw in (lambda: brush(strokes, 32), lambda: ap.composite(torch.zeros(3, 30, 30), strokes, brush)):
        with pytest.raises(InputError, match=r"gave \(.*\) for 4 strokes on 32 px: it must give \(4, 1, 32, 32\)"):
            draw()


def test_what_fails_in_a_module_is_its_own() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        NeuralBrush(lambda strokes, size: None + 1)  # type: ignore[operator]


def test_names() -> None:
    assert NeuralBrush(Pen()).name == "Pen" and NeuralBrush(pen).name == "pen"
    for name in ("a,b", "a:1"):
        with pytest.raises(InputError, match=r"give it a name without , and :"):
            NeuralBrush(pen, name=name)
    with pytest.raises(InputError, match=r"the brush's card is 'spot', of type str: give a Card, or a name as Neural"):
        NeuralBrush(Pen(), "spot")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="the brush's name is 4, of type int: give text"):
        NeuralBrush(Pen(), name=4)  # type: ignore[arg-type]


def test_files(tmp_path: Path) -> None:
    """What is saved is loaded into a module of the same kind, with the hash that the brush itself tells."""
    brush, path = NeuralBrush(Pen(1.7), name="mine"), tmp_path / "mine.safetensors"
    brush.save(path)
    content = path.read_bytes()
    brush.save(str(path))
    assert path.read_bytes() == content and hashlib.sha256(content).hexdigest() == brush.sha256
    loaded = ap.load_brush(path, generator=Pen())
    assert isinstance(loaded.generator, OwnBrush) and loaded.card == brush.card and loaded.card.kind == "own"
    assert loaded.sha256 == brush.sha256 != NeuralBrush(Pen(), name="mine").sha256
    assert torch.equal(loaded(Strokes.random(3)), brush(Strokes.random(3)))
    with pytest.raises(InputError, match=r"a module of somebody's own: give it in Python, as load_brush\('mine.sa"):
        ap.load_brush(path)
    with pytest.raises(InputError, match=r"are not those of this Two: module\.one\.wide is missing on one side"):
        ap.load_brush(path, generator=Two())
    with pytest.raises(InputError, match=r"is of our own kind splat, and takes no other generator"):
        ap.load_brush("oil", generator=Pen())
    with pytest.raises(InputError, match=r"mine\.png is no name for a brush: call it mine\.safetensors"):
        brush.save(tmp_path / "mine.png")
    with pytest.raises(InputError, match=r"folder .* does not exist"):
        brush.save(tmp_path / "none/mine.safetensors")


def test_generators_of_ours_need_no_module(tmp_path: Path) -> None:
    brush = NeuralBrush(make_generator("splat", hidden=16), name="small")
    brush.save(tmp_path / "small.safetensors")
    loaded = ap.load_brush(tmp_path / "small.safetensors")
    assert loaded.card.kind == "splat" and loaded.sha256 == brush.sha256
    assert torch.equal(loaded(Strokes.random(3)), brush(Strokes.random(3)))


def test_modules_that_share_weights_are_saved(tmp_path: Path) -> None:
    brush = NeuralBrush(Two())
    brush.save(tmp_path / "two.safetensors")
    assert ap.load_brush(tmp_path / "two.safetensors", generator=Two()).sha256 == brush.sha256
