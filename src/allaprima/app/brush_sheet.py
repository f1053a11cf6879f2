"""What each brush looks like, on a sheet: strokes from narrow to broad, pressed more and more, or less and less."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image

from ..brush.neural import NeuralBrush
from ..image.color import hex_to_colors
from ..rendering.background import Background
from ..rendering.begin import begin_drawing
from ..rendering.drawing import Composition
from ..rendering.rendering import Rendering
from ..strokes import PlacedStrokes, Strokes
from .labelled import PAPER, labelled

COLORS = ("#1f2a44", "#9c3b23", "#c98a1b", "#3e6b4f", "#6a4c6d")
SIZES = (0.2, 0.4, 0.55, 0.65, 0.75)
LIGHT, FIRM = 0.35, 0.95  # pressures
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
    """Waves side by side: each second one bends down, and is pressed less and less."""
    count = len(COLORS)
    down = torch.arange(count) % 2
    ones, color = torch.ones(count), hex_to_colors(COLORS)
    first, last = torch.where(down == 1, FIRM, LIGHT), torch.where(down == 1, LIGHT, FIRM)
    return Strokes(
        pressure=last, size=torch.tensor(SIZES), control_x=0.5 * ones, control_y=0.32 + 0.36 * down, end_x=0.85 * ones,
        end_y=0.62 - 0.24 * down, color_r=color[:, 0], color_g=color[:, 1], color_b=color[:, 2], start_x=0.15 * ones,
        start_y=0.62 - 0.24 * down, entry_pressure=first,
    ).placed(torch.arange(count) * STEP + 5.0, (HEIGHT - WINDOW) / 2, WINDOW, sample=torch.arange(count))  # fmt: skip
