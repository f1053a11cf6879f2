"""How far the apprentice has come: sheets of strokes beside the real brush's, and figures.

The sheets are the reference's Figures 2 and 5: true strokes, those after stage 1, those after stage 3.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor, nn
from torch.nn import functional as F

from ..brush.strokes import Strokes
from ..files import written_aside
from ..perception.losses import psnr
from .dataset import StrokeData

COLUMNS, ROWS, ENLARGED = 12, 2, 2
LABEL = 20  # pixels above each strip
TITLES = {0: "the real brush", 1: "after stage 1: generator", 3: "after stage 3: generator against critic"}


@torch.no_grad()
def fidelity(generator: nn.Module, data: StrokeData) -> dict[str, float]:
    """Opacity PSNR in dB on the strokes kept apart: the generator's, and MyPaint's agreement with itself from one
    random sample to another. The best that a mean stroke can reach is 3 dB above that agreement.
    """
    strokes, once, again = data.held_out()
    generator.eval()
    drawn = torch.cat([generator(strokes[i : i + 100], data.meta.size) for i in range(0, len(strokes), 100)])
    measured = {"psnr": F.mse_loss(drawn, once), "mypaint_agreement": F.mse_loss(once, again)}
    return {name: round(psnr(float(error)), 2) for name, error in measured.items()}


class Report:
    """A folder with ``sheet.png`` and ``report.json``, brought up to date after each stage. What an earlier run of an
    interrupted training left there is kept.
    """

    def __init__(self, folder: Path, data: StrokeData) -> None:
        self.folder, self.data = folder, data
        folder.mkdir(parents=True, exist_ok=True)
        strokes, once, _ = data.held_out()
        self.strokes = strokes[: COLUMNS * ROWS]
        self._strip(0, once[: COLUMNS * ROWS])

    @torch.no_grad()
    def after(self, stage: int, generator: nn.Module) -> None:
        """Draw the sheet's strokes and measure the generator after a stage that changed it."""
        generator.eval()
        self._strip(stage, generator(self.strokes, self.data.meta.size))
        path = self.folder / "report.json"
        figures: dict[str, Any] = {"brush": self.data.meta.brush, "stages": {}}
        if path.exists():
            figures = json.loads(path.read_text())
        figures["stages"][str(stage)] = fidelity(generator, self.data)
        with written_aside(path) as aside:
            aside.write_text(json.dumps(figures, indent=1))
        self._sheet()

    def _strip(self, stage: int, opacity: Tensor) -> None:
        with written_aside(self.folder / f"stage-{stage}.png") as aside:
            strip(self.strokes, opacity).save(aside)

    def _sheet(self) -> None:
        strips = {}
        for stage, title in TITLES.items():
            if (path := self.folder / f"stage-{stage}.png").exists():
                with Image.open(path) as picture:
                    strips[title] = picture.copy()
        with written_aside(self.folder / "sheet.png") as aside:
            sheet(strips).save(aside)


def sheet(strips: dict[str, Image.Image]) -> Image.Image:
    """Strips of equal size below one another, each under its title."""
    width, height = next(iter(strips.values())).size
    paper = Image.new("RGB", (width, (height + LABEL) * len(strips)), "white")
    for index, (title, picture) in enumerate(strips.items()):
        top = index * (height + LABEL)
        ImageDraw.Draw(paper).text((6, top + 4), title, fill="black")
        paper.paste(picture, (0, top + LABEL))
    return paper


def strip(strokes: Strokes, opacity: Tensor) -> Image.Image:
    """Strokes with the opacity ``(N, 1, S, S)`` in their colours on white, in rows of 12."""
    paint = strokes.color[:, :, None, None] * opacity + 1 - opacity
    pixels = (paint * 255).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
    rows = [np.concatenate(list(pixels[i : i + COLUMNS]), 1) for i in range(0, len(pixels), COLUMNS)]
    picture = Image.fromarray(np.concatenate(rows))
    return picture.resize((picture.width * ENLARGED, picture.height * ENLARGED), Image.Resampling.LANCZOS)
