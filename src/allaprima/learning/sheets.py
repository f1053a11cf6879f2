"""Strokes on sheets: the real brush's above those of a network, or each with what the critic says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw
from torch import Tensor

from ..brush.shown import COLUMNS, ENLARGED, strip
from ..strokes import Strokes

SHOWN = 2 * COLUMNS  # strokes of a strip
LABEL = 20  # pixels above each strip
REAL = "the real brush"
TITLES = {
    REAL: "the real brush",
    "untaught": "before the first lesson",
    "stage 1": "after stage 1: the mean stroke",
    "stage 1, texture": "after stage 1: with texture",
    "stage 3": "after stage 3: against the critic",
}
RIGHT, WRONG = "#2e7d4f", "#b5533c"  # how verdicts are written


def sheet(strips: Mapping[str, Image.Image]) -> Image.Image:
    """Strips of equal width below one another, each under its title."""
    width = next(iter(strips.values())).width
    paper = Image.new("RGB", (width, sum(LABEL + picture.height for picture in strips.values())), "white")
    top = 0
    for title, picture in strips.items():
        ImageDraw.Draw(paper).text((6, top + 4), title, fill="black")
        paper.paste(picture, (0, top + LABEL))
        top += LABEL + picture.height
    return paper


def judged(strokes: Strokes, opacity: Tensor, verdicts: Sequence[float], real: bool) -> Image.Image:
    """A row of strokes, and below each how sure the critic is, 0 to 1, that a real brush drew it."""
    drawn = strip(strokes, opacity)
    paper = Image.new("RGB", (drawn.width, drawn.height + LABEL * -(-len(verdicts) // COLUMNS)), "white")
    pen, side = ImageDraw.Draw(paper), opacity.shape[-1] * ENLARGED
    for row in range(-(-len(verdicts) // COLUMNS)):
        top = row * (side + LABEL)
        paper.paste(drawn.crop((0, row * side, drawn.width, (row + 1) * side)), (0, top))
        for column, verdict in enumerate(verdicts[row * COLUMNS : (row + 1) * COLUMNS]):
            text = f"{100 * verdict:.0f} % real"
            color = RIGHT if (verdict > 0.5) == real else WRONG
            pen.text((column * side + side / 2, top + side + LABEL / 2), text, fill=color, anchor="mm")
    return paper
