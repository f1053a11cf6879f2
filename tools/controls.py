"""The pictures of docs/controls.md, from photos in scikit-image's data that are CC0 or in the public domain.

python tools/controls.py FOLDER [NAME ...]

Every picture is what the page's command makes, drawn by the neural brush with texture, and shown smaller.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import skimage
from PIL import Image, ImageDraw

import allaprima
from allaprima import Painting

DATA = Path(skimage.__file__).parent / "data"
CAT, COFFEE, ASTRONAUT = (DATA / f"{name}.png" for name in ("chelsea", "coffee", "astronaut"))
STYLES = (DATA / "hubble_deep_field.jpg", DATA / "gravel.png")
LOSSES = ("pixel", "features", "both")
SHOWN = 420  # px: the width of one picture in a row
PALETTE = "#2b2118,#5b3a29,#a8622d,#d9a566,#efe0c4,#6d7f58,#b7c4c0"


def paint(photo: Path, **settings: Any) -> Image.Image:
    """A painting's picture."""
    began = time.monotonic()
    painting = allaprima.paint(photo, **{"brush": "chalk", "mood": "painterly", "size": 512, **settings})
    print(f"  {photo.stem} {settings}: {time.monotonic() - began:.1f} s", flush=True)
    return drawn(painting)


def drawn(painting: Painting) -> Image.Image:
    return Image.fromarray(painting.render(1024, texture=True))


def row(pictures: Sequence[Image.Image], width: int = SHOWN) -> Image.Image:
    """Pictures beside one another, each so wide."""
    some = [one.convert("RGB").resize((width, round(one.height * width / one.width)), Image.Resampling.BOX)
            for one in pictures]  # fmt: skip
    strip = Image.new("RGB", (len(some) * (width + 8) - 8, max(one.height for one in some)), "white")
    for index, one in enumerate(some):
        strip.paste(one, (index * (width + 8), 0))
    return strip


def stacked(strips: Sequence[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (strips[0].width, sum(one.height + 8 for one in strips) - 8), "white")
    top = 0
    for one in strips:
        sheet.paste(one, (0, top))
        top += one.height + 8
    return sheet


def losses() -> Image.Image:
    return stacked([
        row([Image.open(photo), *(paint(photo, strokes=500, size=256, loss=loss) for loss in LOSSES)], 300)
        for photo in (CAT, COFFEE, ASTRONAUT)
    ])  # fmt: skip


def styles() -> Image.Image:
    styles = [row([Image.open(photo).resize((300, 225)) if photo in STYLES else Image.new("RGB", (300, 225), "white")
                   for photo in (CAT, *STYLES)], 300)]  # fmt: skip
    return stacked([*styles, *(
        row([paint(photo, strokes=700), *(paint(photo, strokes=700, style=str(style)) for style in STYLES)], 300)
        for photo in (CAT, COFFEE, ASTRONAUT)
    )])  # fmt: skip


def sizes() -> Image.Image:
    return row([paint(COFFEE, strokes=800, min_size=0.03), paint(COFFEE, strokes=800),
                paint(COFFEE, strokes=800, min_size=0.005, max_size=0.02)])  # fmt: skip


def brushes() -> Image.Image:
    return row([paint(COFFEE, brush=brush, strokes=800) for brush in ("oil", "rigger", "oil:0.3,rigger:0.7")])


def palette() -> Image.Image:
    return row([paint(CAT), paint(CAT, palette="7"), paint(CAT, palette=PALETTE)])


def mask() -> Image.Image:
    """Bright about the cat's eyes and nose."""
    picture = Image.new("L", (451, 300), 20)
    ImageDraw.Draw(picture).ellipse((110, 50, 350, 270), fill=255)
    return picture


def focus() -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        mask().save(path := f"{folder}/mask.png")
        return row([mask(), paint(CAT, strokes=500), paint(CAT, strokes=500, focus=path)])


def ground() -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        hatched = Image.new("RGB", (451, 300), "#d8c9a8")
        pen = ImageDraw.Draw(hatched)
        for x in range(-300, 451, 7):
            pen.line((x, 0, x + 300, 300), fill="#b89f72", width=2)
        hatched.save(path := f"{folder}/hatched.png")
        return row([paint(CAT, strokes=120, background=wanted) for wanted in ("white", "#1b2a33", path)])


def paints() -> Image.Image:
    return row([paint(CAT, brush="oil", strokes=600, **{name: True}) for name in ("opaque", "grayscale", "connected")])


def more() -> Image.Image:
    """A painting, 400 strokes more where the eyes are, and a part of it in other colours."""
    with tempfile.TemporaryDirectory() as folder:
        mask().save(path := f"{folder}/mask.png")
        painting = allaprima.paint(CAT, brush="chalk", strokes=250)
        then = allaprima.paint(CAT, resume=painting, add=400, focus=path)
    return row([drawn(painting), drawn(then), drawn(then.recolored(PALETTE))])


PICTURES = {one.__name__: one for one in (losses, styles, sizes, brushes, palette, focus, ground, paints, more)}


def main() -> None:
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    for name in names or PICTURES:
        print(name, flush=True)
        PICTURES[name]().save(folder / f"{name}.jpg", quality=85)


if __name__ == "__main__":
    main()
