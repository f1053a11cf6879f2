"""What does not fit is refused in Python, too, by a sentence."""

from pathlib import Path

import numpy as np
import pytest
import torch

import allaprima
from allaprima import InputError, Painting
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
