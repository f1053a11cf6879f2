"""A picture in a terminal: each character cell shows two pixels, one above the other."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from PIL import Image
from rich.console import Console
from rich.text import Text

HALF = "▀"  # its upper half in one colour, its lower half in another


def shows_pictures(console: Console) -> bool:
    """Whether a person is there to see it, on a terminal with all colours and this sign."""
    return console.is_terminal and console.color_system == "truecolor" and console.encoding.startswith("utf")


def in_blocks(picture: Image.Image, columns: int) -> Text:
    """An RGB picture in so many columns, its proportions kept to half a row."""
    rows = max(1, round(picture.height * columns / picture.width / 2))
    pixels = np.asarray(picture.resize((columns, 2 * rows), Image.Resampling.BOX))
    lines = []
    for row in pixels.reshape(rows, 2, columns, 3).swapaxes(1, 2).reshape(rows, columns, 6).tolist():
        runs = [(tuple(colors), len(list(run))) for colors, run in groupby(row)]
        lines.append(Text.assemble(*((HALF * many, _style(*colors)) for colors, many in runs)))
    return Text("\n").join(lines)


def _style(*rgb: int) -> str:
    return "#{:02x}{:02x}{:02x} on #{:02x}{:02x}{:02x}".format(*rgb)
