"""``composite`` as anybody may call it: one canvas or many, one brush or several; anything else gets a sentence."""

from typing import Any

import pytest
import torch

import allaprima as ap
from allaprima import InputError, Strokes

from .conftest import placed
from .own_parts import Pen

OIL, CHALK = ap.load_brush("oil"), ap.load_brush("chalk")


def test_a_batch_is_its_canvases() -> None:
    papers = torch.rand(3, 3, 30, 40).requires_grad_()
    each = [placed(9, 40, 1), placed(0, 40), placed(4, 40, 2).change(brush=torch.tensor([0, 1, 1, 0]))]
    batch = ap.composite(papers, each, [OIL, CHALK])
    assert batch.shape == papers.shape
    for one, paper, strokes in zip(batch, papers, each, strict=True):
        assert torch.equal(one, ap.composite(paper, strokes, [OIL, CHALK]))
    (gradient,) = torch.autograd.grad(batch.sum(), papers)
    assert gradient.shape == papers.shape
    with torch.no_grad():
        assert torch.allclose(ap.composite(papers, each, [OIL, CHALK]), batch, atol=1e-5)
    assert ap.composite(papers[:0], [], OIL).shape == (0, 3, 30, 40)


def test_a_gradient_flows_to_the_numbers_and_not_to_windows() -> None:
    size, window = (torch.full((4,), value).requires_grad_() for value in (0.5, 40.0))
    ap.composite(torch.rand(3, 30, 40), placed(4, 40).change(size=size, window=window), OIL).sum().backward()
    assert size.grad is not None and window.grad is None


def test_one_brush_needs_no_list() -> None:
    strokes, paper = placed(5, 30), torch.rand(3, 30, 30)
    assert torch.equal(ap.composite(paper, strokes, OIL, 0.5), ap.composite(paper, strokes, [OIL], scale=0.5))


PAPER, PLACED = torch.rand(3, 20, 20), placed(3, 20)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((PAPER[None], PLACED, OIL), r"with these strokes the canvas is \(1, 3, 20, 20\) .*: give \(3, H, W\)"),
        ((PAPER, [PLACED], OIL), r"with a list of strokes the canvas is \(3, 20, 20\) .*: give \(B, 3, H, W\)"),
        ((PAPER[:1], PLACED, OIL), r"the canvas is \(1, 20, 20\)"),
        ((PAPER.permute(1, 2, 0)[None], [PLACED], OIL), r"the canvas is \(1, 20, 20, 3\)"),
        ((PAPER.numpy(), PLACED, OIL), r"the canvas is .*, of type ndarray: give a tensor, \(3, H, W\) of float"),
        ((PAPER.byte(), PLACED, OIL), "torch.uint8: give"),
        ((PAPER[None], [PLACED, PLACED], OIL), "there are 1 canvases, and 2 strokes for them: give one for each"),
        ((PAPER, Strokes.random(3), OIL), r"strokes is .*, of type Strokes: give PlacedStrokes, as strokes.placed"),
        ((PAPER[None], [Strokes.random(3).actions], OIL), "strokes is .*, of type Tensor: give PlacedStrokes"),
        ((PAPER, PLACED, "oil"), "one of the brushes is 'oil', of type str: give a NeuralBrush, as load_brush\\(name"),
        ((PAPER, PLACED, Pen()), r"one of the brushes is Pen\(\), of type Pen: give a NeuralBrush"),
        ((PAPER, PLACED, []), "there are strokes of brush 0, and 0 brushes: give 1"),
        ((PAPER, PLACED.change(brush=PLACED.brush + 2), [OIL]), "there are strokes of brush 2, and 1 brushes: give 3"),
        ((PAPER, PLACED.change(brush=-1), OIL), "there are strokes of brush -1: brushes are counted from 0"),
        ((PAPER, torch.rand(3, 12), OIL), r"strokes is .*, of type Tensor: give PlacedStrokes, as strokes.placed"),
        ((PAPER * 255, PLACED, OIL), r"the canvas has numbers from [\d.]+ to 2\d\d.*: give float in \[0,1\], bytes"),
        ((PAPER, PLACED.change(color_g=128.0), OIL), r"color_g of a stroke is 128: give each of its 12 numbers in"),
        ((PAPER, PLACED.change(size=-0.5), OIL), r"size of a stroke is -0.5: give each"),
        ((PAPER, PLACED.change(window=0.0), OIL), r"window of a stroke is 0: give its side in pixels"),
        ((PAPER / 0, PLACED, OIL), r"the canvas has numbers that are not finite: give float in \[0,1\]"),
        ((PAPER, PLACED.change(end_x=float("nan")), OIL), "end_x of a stroke is not finite"),
        ((PAPER[None], [PLACED.change(window=float("inf"))], OIL), "window of a stroke is not finite"),
        ((PAPER, PLACED, OIL, 0), "the scale is 0: give how many pixels"),
        ((PAPER, PLACED, OIL, float("nan")), "the scale is nan"),
    ],
)  # fmt: skip
def test_what_does_not_fit(given: Any, told: str) -> None:
    with pytest.raises(InputError, match=told) as error:
        ap.composite(*given)
    assert "\n" not in str(error.value)
