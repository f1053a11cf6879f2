"""Losses of somebody's own: functions of a canvas, the picture and the strokes, which add up with ours."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import allaprima as ap
from allaprima import InputError, PlacedStrokes, Settings, Step
from allaprima.painters.losses import PaintingLoss, Target

from .conftest import PLAIN, placed
from .own_parts import apart

SMALL: dict[str, Any] = {**PLAIN, "strokes": 40, "size": 64, "quality": "draft"}


def steps(photo: Path, **changes: Any) -> list[Step]:
    return list(ap.optimise(photo, **SMALL | changes))


def red(canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
    """As if all were to be red."""
    return (canvas - torch.tensor([1.0, 0, 0])[:, None, None]).square().mean()


class Weighted:
    name = "twice"

    def __call__(self, canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        return 2 * apart(canvas, picture, strokes)


def test_its_gradient_is_followed(photo: Path) -> None:
    """Where it asks for another picture, that is what is painted."""
    painting = ap.paint(photo, loss=red, **SMALL | {"mood": "likeness"})
    r, g, b = painting.render().mean((0, 1))
    assert r > 150 and max(g, b) < 60
    assert painting.settings.loss == "own"
    r, g, b = ap.paint(photo, **SMALL | {"mood": "likeness"}).render().mean((0, 1))
    assert r < 150


def test_terms_are_told_by_name_and_add_up(photo: Path) -> None:
    first, *_, last = steps(photo, loss=["pixel", apart, Weighted(), apart])
    assert list(first.parts) == list(last.parts) == ["pixel", "apart", "twice", "apart 2", "color"]
    assert last.loss == pytest.approx(sum(last.parts.values()))
    assert last.parts["twice"] == pytest.approx(2 * last.parts["apart"]) == pytest.approx(2 * last.parts["apart 2"])
    first, *_, last = steps(photo, loss=["features", apart])
    assert set(first.parts) == {"pixel", "apart", "color"} and set(last.parts) == {"features", "apart", "color"}
    assert set(steps(photo, loss=apart)[0].parts) == {"apart", "color"}


def test_a_list_of_names_is_the_loss_of_that_name(photo: Path) -> None:
    for names, one in ((["pixel"], "pixel"), (["pixel", "features"], "both"), (("features", "both"), "both")):
        last = steps(photo, loss=names)[-1]
        assert last.painting().settings.loss == one
        assert last.painting() == steps(photo, loss=one)[-1].painting()


def test_what_it_is_given(photo: Path) -> None:
    """Canvas and picture of one shape, and the strokes where they are on it."""
    seen = set()

    def look(canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        assert canvas.shape == picture.shape and canvas.requires_grad and not picture.requires_grad
        assert canvas.min().item() >= -0.01 and canvas.max().item() <= 1.01
        middle = strokes.places[:, :2] + strokes.places[:, 2:] / 2
        assert (middle.detach().median(0).values < torch.tensor(canvas.shape[:0:-1])).all()
        assert strokes.window.max().item() <= 2.1 * max(canvas.shape)
        seen.add(tuple(canvas.shape))
        return apart(canvas, picture, strokes)

    steps(photo, loss=look, size=512)
    assert len(seen) > 1 and all(shape[0] == 3 and max(shape) <= 512 for shape in seen)


def test_pictures_are_encoded_once_and_canvases_looked_at_once() -> None:
    looked: list[tuple[int, ...]] = []
    style = torch.rand(3, 40, 40)
    loss = PaintingLoss(Settings(loss="both"), 0.1, 0.0, style, None, torch.device("cpu"))
    assert isinstance(loss.network, nn.Module)
    loss.network.register_forward_hook(lambda _, given, __: looked.append(tuple(given[0].shape)))
    target: Target = loss.encode(torch.rand(3, 40, 48), 0.5)
    assert len(looked) == 2  # the picture and the style
    terms = target.terms(torch.rand(3, 40, 48), placed(4, 96))
    assert set(terms) == {"pixel", "features", "style", "color"} and len(looked) == 3
    again = target.terms(torch.rand(3, 40, 48), placed(4, 96))
    assert len(looked) == 4 and again["features"] != terms["features"]


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        (5, r"loss is 5, of type int: give the name of a loss, a function term\(canvas, picture, strokes\), or a list"),
        ([apart, None], "loss is None, of type NoneType"),
        ([], "loss is an empty list"),
        (["pixel", "taste"], "a term of the loss is 'taste': choose from pixel, features, both, or give a function"),
        (["own"], "a term of the loss is 'own': choose from pixel, features, both"),
        ("own", "loss is 'own', which stands for one of somebody's own: give it in Python, as loss=my_loss, or choose"),
        (lambda canvas, picture: 5.0, r"takes \(canvas, picture\): it is called with \(canvas, picture, strokes\)"),
        (Weighted, r"the loss is the class Weighted: give an object of it, as Weighted\(\) makes one"),
        (lambda canvas, picture, strokes: 5.0, "gave 5.0: give a tensor of one number, as .mean"),
        (lambda canvas, picture, strokes: canvas - picture, r"gave \(3, \d+, \d+\): give a tensor of one number"),
        (lambda canvas, picture, strokes: picture.mean(), "has no gradient by the canvas or the strokes"),
        (lambda canvas, picture, strokes: canvas.mean() / 0, "gave inf: it must be finite"),
    ],
)
def test_what_is_no_loss(loss: Any, told: str, photo: Path) -> None:
    with pytest.raises(InputError, match=told) as error:
        ap.paint(photo, loss=loss, **SMALL)
    assert "\n" not in str(error.value)


def test_a_gradient_that_is_not_finite_is_told_by_name(photo: Path) -> None:
    """The loss itself is finite: a root of 0, whose gradient is not."""

    def rooted(canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
        return (canvas - canvas.detach()).square().mean().sqrt()

    with pytest.raises(InputError, match=r"the loss rooted has a gradient that is not finite \(a root or a division"):
        ap.paint(photo, loss=rooted, **SMALL)


def test_what_fails_in_a_loss_is_its_own(photo: Path) -> None:
    with pytest.raises(TypeError, match="NoneType"):
        ap.paint(photo, loss=lambda canvas, picture, strokes: canvas.mean() + None, **SMALL)
