"""What does not fit is refused in Python, too, by a sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import allaprima
from allaprima import BristleBrush, InputError, MyPaintBrush, Painting, Strokes
from allaprima.image.palette import read_palette
from allaprima.perception import FeatureLoss, load_features
from allaprima.rendering.compositing import composite

from .conftest import placed


@pytest.mark.parametrize("network", [False, True])
@pytest.mark.parametrize("shape", [(1, 3, 32, 48), (1, 1, 48, 48), (2, 3, 48, 48), (3, 48, 48)])
def test_losses_of_two_shapes(network: bool, shape: tuple[int, ...]) -> None:
    loss = FeatureLoss(load_features("pocket") if network else None)
    target = torch.rand(1, 3, 48, 48)
    with pytest.raises(InputError, match=r"the picture is .* and the target \(1, 3, 48, 48\): give one shape"):
        loss(torch.rand(shape), target)
    assert loss(target, target) == 0


@pytest.mark.parametrize("shape", [(20, 20), (20, 20, 3), (1, 3, 20, 20), (4, 20, 20)])
def test_canvases_of_another_shape(shape: tuple[int, ...]) -> None:
    brush = allaprima.load_brush("oil")
    with pytest.raises(InputError, match=r"the canvas is .*: give \(3, H, W\) of float in \[0,1\]"):
        composite(torch.rand(shape), placed(3, 20), [brush])
    with pytest.raises(InputError, match="uint8: give"):
        composite(torch.zeros((3, 20, 20), dtype=torch.uint8), placed(3, 20), [brush])


def test_too_few_brushes(photo: Path) -> None:
    brush = allaprima.load_brush("oil")
    strokes = placed(3, 20).change(brush=torch.tensor([0, 2, 1]))
    with pytest.raises(InputError, match="there are strokes of brush 2, and 1 brushes: give 3"):
        composite(torch.rand(3, 20, 20), strokes, [brush])
    for name, brushes in (("flat", [brush, brush]), ("oil:1,chalk:2", [brush])):
        with pytest.raises(InputError, match=f"brush is '{name}', and {len(brushes)} brushes are given: name as many"):
            allaprima.paint(photo, brush=name, brushes=brushes)


@pytest.mark.parametrize("shape", [(9,), (9, 9, 2), (1, 9, 9, 3)])
def test_photos_of_another_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"give \(H, W, 3\) uint8"):
        allaprima.paint(np.zeros(shape, np.uint8))
    with pytest.raises(InputError, match=r"float64 array .*: give \(H, W, 3\) uint8"):
        allaprima.paint(np.zeros((9, 9, 3)))  # type: ignore[arg-type]


def test_a_painting_is_no_picture(painting: Painting, tmp_path: Path) -> None:
    for name, call in (("cat.png", "cat.painting.json"), ("my.cat", "my.painting.json"), ("cat", "cat.painting.json")):
        with pytest.raises(InputError, match=f"{name} is no name for a painting: call it {call}, or write a picture"):
            painting.save(tmp_path / name)
    assert not list(tmp_path.iterdir())
    painting.save(tmp_path / "cat.JSON")
    assert Painting.load(tmp_path / "cat.JSON") == painting


NAN = Strokes.random(2).map(lambda value: value * float("nan"))


def endless(_: Strokes, size: int) -> torch.Tensor:
    """A painting program."""
    return torch.full((1, 1, size, size), float("inf"))


WRONG: list[tuple[str, Callable[[Any, Any], object]]] = [
    # of another kind
    ("settings is {'strokes': 3}, of type dict", lambda _, photo: allaprima.paint(photo, {"strokes": 3})),  # type: ignore
    ("compute is 'cpu', of type str", lambda _, photo: allaprima.paint(photo, compute="cpu")),  # type: ignore
    ("resume is 5, of type int", lambda _, photo: allaprima.paint(photo, resume=5)),  # type: ignore
    ("one of the brushes is 5", lambda _, photo: allaprima.paint(photo, brushes=[5])),  # type: ignore
    ("brushes is empty", lambda _, photo: allaprima.paint(photo, brushes=[])),
    ("brushes is 'oil', of type str", lambda painting, _: painting.render(brushes="oil")),
    ("what is to be written is 'x'", lambda *_: allaprima.write("x", "a.png")),  # type: ignore
    ("export is {}, of type dict", lambda painting, _: allaprima.write(painting, "a.png", export={})),  # type: ignore
    ("what is laid over a painting is None", lambda painting, _: painting + None),
    ("palette is 5, of type int", lambda *_: read_palette(5)),  # type: ignore
    ("actions is .*, of type set: give Strokes", lambda *_: allaprima.load_brush("oil")({1, 2})),  # type: ignore
    ("the number of strokes is 'a'", lambda *_: Strokes.random("a")),  # type: ignore
    ("the painting is 5, of type int: give a path", lambda *_: Painting.load(5)),  # type: ignore
    ("the brush is None", lambda *_: allaprima.load_brush(None)),  # type: ignore
    # numbers
    ("the picture's size is '64': choose a whole number, 1 to 32,768 px", lambda painting, _: painting.render("64")),
    ("texture is 'yes': it must be true or false", lambda painting, _: painting.render(64, texture="yes")),
    ("texture is 'yes': it must be true or false", lambda _, photo: allaprima.paint(photo, texture="yes")),
    ("the window's size is '64': give a whole number", lambda *_: allaprima.load_brush("oil")(Strokes.random(1), "64")),
    ("style_weight is 100.0000001: choose 0 to 100", lambda *_: allaprima.Settings(style_weight=100.0000001)),
    ("the picture's size is True", lambda painting, _: painting.render(True)),
    ("the factor is 'a': it must be a number", lambda painting, _: painting.scaled("a")),
    ("the factor is None", lambda painting, _: painting.scaled(None)),
    ("the factor is inf: it must be above 0, and finite", lambda painting, _: painting.scaled(10**400)),
    ("the seed is -1: give a whole number", lambda *_: Strokes.random(3, -1)),
    ("the seed is a: give a whole number", lambda *_: Strokes.random(3, "a")),  # type: ignore
    (r"window_x has the shape \(2,\)", lambda *_: Strokes.random(3).placed(torch.zeros(2), 0, 64)),
    ("gave numbers that are not finite", lambda painting, _: painting.render(10, engine=endless)),
    ("pressure of a stroke is not finite", lambda *_: BristleBrush("flat")(NAN)),
    ("pressure of a stroke is not finite", lambda *_: MyPaintBrush("classic/dry_brush")(NAN)),
    # devices and paths
    ("there is no device bogus on this machine", lambda *_: allaprima.load_brush("oil", "bogus")),
    (r"the photo is 'a\\x00', which is no path", lambda *_: allaprima.paint("a\0")),
    (r"focus is 'a\\x00': there can be no NUL", lambda _, photo: allaprima.paint(photo, focus="a\0")),
    (r"the painting is 'a\\x00', which is no path", lambda *_: Painting.load("a\0")),
    (r"the painting is 'a\\x00', which is no path", lambda painting, _: painting.save("a\0")),
    (r"the output is 'a\\x00', which is no path", lambda painting, _: allaprima.write(painting, "a\0")),
    ("the painting is '', which is no path", lambda painting, _: painting.save("")),
    ("the output folder none does not exist", lambda painting, _: painting.save("none/a.painting.json")),
]  # fmt: skip


@pytest.mark.parametrize(("told", "wrong"), WRONG)
def test_what_does_not_fit(told: str, wrong: Callable[[Any, Any], object], painting: Painting, photo: Path) -> None:
    with pytest.raises(InputError, match=told):
        wrong(painting, photo)


def test_a_painting_is_shown_in_a_line(painting: Painting) -> None:
    assert repr(painting) == f"Painting: {len(painting)} strokes of dry_brush on {painting.width}x{painting.height} px"
