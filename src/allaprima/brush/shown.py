"""Strokes as people look at them: in their colours on white, side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..image.color import hex_to_colors
from ..live import encoded
from ..strokes import Strokes

COLUMNS, ENLARGED = 12, 2
COLORS = ("#1f2a44", "#9c3b23", "#c98a1b", "#3e6b4f", "#6a4c6d")
SIZES = (0.2, 0.4, 0.55, 0.65, 0.75)
LIGHT, FIRM = 0.35, 0.95  # pressures
SIDE = 96  # px of a stroke's window in a notebook


def strip(strokes: Strokes, opacity: Tensor) -> Image.Image:
    """Strokes with the opacity ``(N, 1, S, S)`` in their colours on white, in rows of 12, twice as large."""
    strokes, opacity = strokes.detach().to("cpu"), opacity.detach().cpu()
    paint = strokes.color[:, :, None, None] * opacity + 1 - opacity
    pixels = (paint * 255).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
    rows = [list(pixels[i : i + COLUMNS]) for i in range(0, len(pixels), COLUMNS)]
    rows[-1] += [np.full_like(pixels[0], 255)] * (len(rows[0]) - len(rows[-1]))
    picture = Image.fromarray(np.concatenate([np.concatenate(row, 1) for row in rows]))
    return picture.resize((picture.width * ENLARGED, picture.height * ENLARGED), Image.Resampling.LANCZOS)


def waves() -> Strokes:
    """Five strokes from narrow to broad: each second one bends down, and is pressed less and less."""
    count = len(COLORS)
    down = torch.arange(count) % 2
    ones, color = torch.ones(count), hex_to_colors(COLORS)
    first, last = torch.where(down == 1, FIRM, LIGHT), torch.where(down == 1, LIGHT, FIRM)
    return Strokes(
        pressure=last, size=torch.tensor(SIZES), control_x=0.5 * ones, control_y=0.32 + 0.36 * down, end_x=0.85 * ones,
        end_y=0.62 - 0.24 * down, color_r=color[:, 0], color_g=color[:, 1], color_b=color[:, 2], start_x=0.15 * ones,
        start_y=0.62 - 0.24 * down, entry_pressure=first,
    )  # fmt: skip


def as_png(brush: Callable[[Strokes, int], Tensor]) -> bytes:
    """What a notebook shows of a brush."""
    strokes = waves()
    placed = strokes.placed(0, 0, SIDE, sample=torch.arange(len(strokes)))
    with torch.no_grad():
        return encoded(strip(strokes, brush(placed, SIDE)))
