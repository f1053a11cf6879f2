"""Pictures side by side on a sheet, each with its name below."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

LABEL, GAP = 34, 12  # px below each picture, and around it
PAPER, INK = "#f6f4f0", "#202020"


def labelled(pictures: Sequence[Image.Image], names: Sequence[str], columns: int) -> Image.Image:
    """A sheet of pictures, all of one size, in so many columns."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, rows * (height + LABEL + GAP) + GAP), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(18)
    for number, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        left, top = GAP + number % columns * (width + GAP), GAP + number // columns * (height + LABEL + GAP)
        sheet.paste(picture, (left, top))
        draw.text((left + width / 2, top + height + LABEL / 2), name, INK, font, anchor="mm")
    return sheet
