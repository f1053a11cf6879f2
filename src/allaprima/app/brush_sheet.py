"""What each brush looks like, on a sheet: strokes from narrow to broad, pressed more and more, or less and less."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image

from ..brush.neural import NeuralBrush
from ..brush.shown import COLORS, waves
from ..rendering.background import Background
from ..rendering.begin import begin_drawing
from ..rendering.drawing import Composition
from ..rendering.rendering import Rendering
from ..strokes import PlacedStrokes
from .labelled import PAPER, labelled

WINDOW, STEP = 168, 138  # px
WIDTH, HEIGHT = STEP * len(COLORS) + 40, 128  # px
COLUMNS = 2


def brush_sheet(brushes: Sequence[NeuralBrush]) -> Image.Image:
    """A strip of strokes of each brush, with its name below."""
    return labelled([strip(brush) for brush in brushes], [brush.name for brush in brushes], COLUMNS)


def strip(brush: NeuralBrush) -> Image.Image:
    """Strokes of a brush side by side."""
    composition = Composition(_strokes(), WIDTH, HEIGHT, Background(PAPER))
    drawing = begin_drawing(composition, [brush], Rendering(texture=True, canvas="none"))
    drawing.draw(0, len(composition.strokes))
    return Image.fromarray(drawing.picture())


def _strokes() -> PlacedStrokes:
    strokes = waves()
    number = torch.arange(len(strokes))
    return strokes.placed(number * STEP + 5.0, (HEIGHT - WINDOW) / 2, WINDOW, sample=number)
