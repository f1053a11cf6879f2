"""Strokes that hardly anything is seen of."""

from functools import partial

import torch

import allaprima
from allaprima import Strokes
from allaprima.brush.opaque import OpaqueBrush
from allaprima.painters.bounds import MOODS
from allaprima.painters.hidden import settle
from allaprima.painters.parameters import StrokeParameters
from allaprima.rendering.compositing import composite
from allaprima.strokes import PlacedStrokes

BOUNDS = MOODS["oil"](long_side=128)


def crossing(row: float, color: float) -> PlacedStrokes:
    """A broad stroke from left to right over a canvas of 128 px."""
    one = {name: torch.tensor([value]) for name, value in (
        ("pressure", 1.0), ("size", 0.9), ("control_x", 0.5), ("control_y", row), ("end_x", 0.9), ("end_y", row),
        ("color_r", color), ("color_g", color), ("color_b", color), ("start_x", 0.1), ("start_y", row),
        ("entry_pressure", 1.0),
    )}  # fmt: skip
    return Strokes(**one).placed(0, 0, 128)


def test_a_hidden_stroke_takes_the_photos_color() -> None:
    """White beneath grey is seen at its ragged rim only, and there the photo is grey; what is seen stays."""
    grey, brush = torch.full((3, 128, 128), 0.4), OpaqueBrush(allaprima.load_brush("flat"), 10.0)
    laid = [crossing(0.5, 0.95), crossing(0.5, 0.4), crossing(0.5, 0.4), crossing(0.14, 0.8)]
    levels = [StrokeParameters.from_strokes(one, BOUNDS) for one in laid]
    strokes = PlacedStrokes.cat([level.strokes() for level in levels]).detach()
    drawn = partial(composite, grey.clone())
    settle(levels, strokes, grey, 1.0, lambda some: drawn(some, [brush]))
    hidden, _, over, free = (level.strokes().color.mean() for level in levels)
    assert abs(hidden - 0.4) < 0.06 and abs(over - 0.4) < 0.03 and abs(free - 0.8) < 0.03


def test_a_stroke_beyond_the_canvas_stays() -> None:
    grey, brush = torch.full((3, 128, 128), 0.4), OpaqueBrush(allaprima.load_brush("flat"), 10.0)
    level = StrokeParameters.from_strokes(crossing(0.5, 0.7).change(window_x=torch.tensor([900.0])), BOUNDS)
    settle([level], level.strokes().detach(), grey, 1.0, lambda some: composite(grey.clone(), some, [brush]))
    assert abs(level.strokes().color.mean() - 0.7) < 0.01
