"""What MyPaint really draws, with the neural brush's gradient."""

import pytest
import torch

import allaprima
from allaprima import MyPaintBrush
from allaprima.brush.libmypaint import Surface
from allaprima.brush.straight_through import StraightThrough
from allaprima.rendering.compositing import composite
from allaprima.strokes import ACTION

from .conftest import placed


@pytest.mark.parametrize("name", ["dry_brush", "oil"])
def test_the_paint_is_mypaints_and_the_gradient_the_neural_brushs(name: str) -> None:
    brush = allaprima.load_brush(name).textured
    strokes = placed(12, 64, 3).to(torch.float32)
    strokes = strokes.change(sample=torch.arange(12))
    boxes = torch.tensor([0, 0, 64, 64], dtype=torch.int32).expand(12, -1)
    true = torch.stack([torch.from_numpy(one) for one in brush.real().on_boxes(strokes, boxes, strokes.places)])

    gradients = []
    for drawing in (StraightThrough(brush), brush):
        free = strokes.change(**{field: getattr(strokes, field).clone().requires_grad_() for field in ACTION})
        opacity, runs = drawing.runs_at(free, boxes, free.places)
        opacity.sum().backward()
        gradients.append(torch.stack([getattr(free, field).grad for field in ACTION if "color" not in field]))
        if isinstance(drawing, StraightThrough):
            stroke, row, column, length, start = runs.long().unbind(1)
            for one in range(len(runs)):
                painted = opacity[start[one] : start[one] + length[one]]
                line = true[stroke[one], row[one], column[one] : column[one] + length[one]]
                assert torch.allclose(painted, line, atol=1e-6)
    assert torch.equal(*gradients) and gradients[0].abs().max() > 0


def test_a_canvas_is_nearly_mypaints_own() -> None:
    brush = allaprima.load_brush("oil")
    strokes = placed(40, 96, 1, 64).to(torch.float32)
    strokes = strokes.change(sample=torch.arange(40))
    paper = torch.full((3, 96, 96), 0.5)
    with torch.no_grad():
        drawn = composite(paper, strokes, [StraightThrough(brush)])
        neural = composite(paper, strokes, [brush])
    surface = Surface(96, 96, paper.numpy())
    for _ in MyPaintBrush("tanda/oil-06-paint").draw_on([surface], strokes):
        pass
    true = torch.from_numpy(surface.rgba()[..., :3]).permute(2, 0, 1)
    error, by_neural = ((one - true).square().mean() for one in (drawn, neural))
    assert error < by_neural / 5
