"""How far the apprentice has come: sheets of strokes beside the real brush's, and figures.

The sheets are the reference's Figures 2 and 5: true strokes, those after stage 1, those after stage 3.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor, nn
from torch.nn import functional as F

from ..files import written_aside
from ..perception.losses import psnr
from ..strokes import Strokes
from .dataset import StrokeData

COLUMNS, ROWS, ENLARGED = 12, 2, 2
LABEL = 20  # pixels above each strip
OFTEN = 5.0  # seconds between two looks at a network that learns
REAL = "the real brush"
TITLES = {
    REAL: "the real brush",
    "stage 1": "after stage 1: the mean stroke",
    "stage 1, texture": "after stage 1: with texture",
    "stage 3": "after stage 3: against the critic",
}


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
    """A folder that is brought up to date while a brush learns: ``sheet.png`` and ``losses.png`` after each stage, and
    each few seconds ``now.png`` and ``report.json``. What an earlier run of an interrupted training left there is kept.
    """

    def __init__(self, folder: Path, data: StrokeData) -> None:
        self.folder, self.data = folder, data
        folder.mkdir(parents=True, exist_ok=True)
        strokes, once, _ = data.held_out()
        self.strokes = strokes[: COLUMNS * ROWS]
        self._save(strip(self.strokes, once[: COLUMNS * ROWS]), self._path(REAL))
        path = folder / "report.json"
        self.figures: dict[str, Any] = {"brush": data.meta.brush, "stages": {}, "losses": {}}
        if path.exists():
            self.figures |= json.loads(path.read_text())
        self._since: list[float] = []
        self._told = time.monotonic()

    def follow(self, part: str, step: int, loss: float, network: nn.Module) -> None:
        """Note the loss of a step; each few seconds, look at what the network draws."""
        self._since.append(loss)
        if time.monotonic() - self._told < OFTEN:
            return
        losses = self.figures["losses"].setdefault(part, [])
        losses[:] = [point for point in losses if point[0] < step]  # after a stop some steps are taken again
        losses.append([step, sum(self._since) / len(self._since)])
        self._since.clear()
        self._save(self._drawn(network), self.folder / "now.png")
        self._write()
        self._told = time.monotonic()

    def after(self, stage: str, network: nn.Module) -> None:
        """Draw the sheet's strokes and measure the network after a stage, one of TITLES, that changed it."""
        self._save(self._drawn(network), self._path(stage))
        self.figures["stages"][stage] = fidelity(network, self.data)
        self._write()
        if self.figures["losses"]:
            self._save(curves(self.figures["losses"]), self.folder / "losses.png")
        strips = {}
        for part, title in TITLES.items():
            if self._path(part).exists():
                with Image.open(self._path(part)) as picture:
                    strips[title] = picture.copy()
        self._save(sheet(strips), self.folder / "sheet.png")

    @torch.no_grad()
    def _drawn(self, network: nn.Module) -> Image.Image:
        learning = network.training
        opacity = network.eval()(self.strokes, self.data.meta.size)
        network.train(learning)
        return strip(self.strokes, opacity)

    def _path(self, stage: str) -> Path:
        return self.folder / f"{stage.replace(', ', '-').replace(' ', '-')}.png"

    def _write(self) -> None:
        with written_aside(self.folder / "report.json") as aside:
            aside.write_text(json.dumps(self.figures, indent=1))

    @staticmethod
    def _save(picture: Image.Image, path: Path) -> None:
        with written_aside(path) as aside:
            picture.save(aside)


def curves(losses: dict[str, list[list[float]]]) -> Image.Image:
    """The losses of each part of a training ``{part: [[step, loss], ...]}``, side by side."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4 * len(losses), 3), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    for index, (part, points) in enumerate(losses.items(), 1):
        axes = figure.add_subplot(1, len(losses), index)
        axes.plot(*zip(*points, strict=True), color="#b5533c", linewidth=1.4)
        axes.set_title(part, fontsize=10)
        axes.set_xlabel("step", fontsize=9)
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        low, high = axes.get_ylim()
        axes.yaxis.set_minor_formatter("{x:g}" if high < 10 * low else "")  # or labels would lie over one another
        axes.tick_params(which="both", labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return Image.fromarray(pixels).convert("RGB")


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
