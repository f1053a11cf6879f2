"""A real brush, given itself, draws what another one painted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import allaprima as ap
from allaprima import BristleBrush, Painting
from allaprima.brush.neural import NeuralBrush
from allaprima.rendering.bristle_drawing import BristleDrawing
from allaprima.rendering.rendering import Rendering

SHAPE = "tone = 0\nridge = 0\n"


@pytest.fixture(scope="module")
def painting(photo: Path) -> Painting:
    return ap.paint(photo, strokes=60, size=96, quality="draft")


def test_bristles_given_themselves_lay_thick_wet_paint(painting: Painting) -> None:
    flat = BristleBrush("flat")
    assert (painting.render(200, engine=flat) == painting.render(200)).all()
    assert (painting.render(200, engine=flat, relief=1.0) == painting.render(200, relief=1.0)).all()


def test_bristles_of_ones_own_draw_as_the_brush_that_learned_from_them(painting: Painting, tmp_path: Path) -> None:
    bare = BristleBrush("bare", SHAPE)
    learned = ap.load_brush("flat")
    card = replace(learned.card, bristles=bare.text)
    with pytest.warns(ap.AllaprimaWarning, match="painted with other weights"):
        as_learned = painting.render(200, brushes=[NeuralBrush(learned.generator, card)])
    picture = painting.render(200, engine=bare)
    assert (picture == as_learned).all() and (picture != painting.render(200)).any()
    ap.write(painting, tmp_path / "a.png", engine=bare, size=200)
    assert (np.asarray(Image.open(tmp_path / "a.png")) == picture).all()
    ap.write(painting, tmp_path / "height.png", engine=bare, map="height")


def test_bristles_draw_what_another_brush_painted(photo: Path) -> None:
    painting = ap.paint(photo, brush="chalk", strokes=40, size=64, quality="draft", mood="painterly")
    flat = BristleBrush("flat")
    assert isinstance(painting.drawing(Rendering(engine=flat)), BristleDrawing)
    assert (painting.render(relief=0.0, canvas="none", engine=flat) != painting.render(engine=flat)).any()


def test_mypaint_given_itself_is_the_real_engine(photo: Path) -> None:
    painting = ap.paint(photo, brush="chalk", strokes=40, size=64, quality="draft", mood="painterly")
    chalk = ap.load_brush("chalk").real()
    assert (painting.render(128, engine=chalk) == painting.render(128, engine="real")).all()
