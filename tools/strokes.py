"""The picture of docs/reference/stroke.md: rows of strokes, in each of which one number grows.

python tools/strokes.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from allaprima import BristleBrush, Strokes

SIDE, COLUMNS, NAMES = 96, 8, 150  # px: of a window; strokes in a row; px of the names beside
USUAL = {
    "start_x": 0.15, "start_y": 0.7, "control_x": 0.5, "control_y": 0.35, "end_x": 0.85, "end_y": 0.6, "size": 0.5,
    "entry_pressure": 0.8, "pressure": 0.8, "color_r": 0.65, "color_g": 0.27, "color_b": 0.16,
}  # fmt: skip
GROUND = (244, 239, 228)


def row(name: str) -> np.ndarray:
    """One number grows: ``(SIDE, COLUMNS SIDE, 3)`` uint8."""
    numbers = {one: torch.full((COLUMNS,), value) for one, value in USUAL.items()}
    strokes = Strokes(**numbers | {name: torch.linspace(0, 1, COLUMNS)})
    opacity = BristleBrush("flat")(strokes.placed(0, 0, SIDE), SIDE)
    ground = torch.tensor(GROUND).view(3, 1, 1) / 255
    pictures = ground + opacity * (strokes.color[:, :, None, None] - ground)
    return (torch.cat(list(pictures), 2).permute(1, 2, 0).clamp(0, 1) * 255).byte().numpy()


def main() -> None:
    page = Image.new("RGB", (NAMES + COLUMNS * SIDE, len(USUAL) * SIDE), GROUND)
    for index, name in enumerate(USUAL):
        page.paste(Image.fromarray(row(name)), (NAMES, index * SIDE))
        place = (12, index * SIDE + SIDE // 2)
        ImageDraw.Draw(page).text(place, name, fill="#2b2118", font=ImageFont.load_default(17), anchor="lm")
    page.quantize(256).save(Path(sys.argv[1]) / "stroke-numbers.png", optimize=True)


if __name__ == "__main__":
    main()
