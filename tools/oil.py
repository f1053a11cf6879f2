"""The pictures of docs/oil.md and README.md: a painting in the default look, and each part of it switched off.

python tools/oil.py FOLDER [NAME ...]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import skimage
from PIL import Image, ImageDraw

import allaprima
from allaprima import BristleBrush, Painting, Strokes
from allaprima.brush.bristle_shape import shape_names
from allaprima.rendering import Composition, Light
from allaprima.rendering.bristle_drawing import BristleDrawing

DATA = Path(skimage.__file__).parent / "data"
CAT = DATA / "chelsea.png"
WIDE, LARGE = 1200, 2560  # px: of a painting as it is shown, and of the drawing that crops are from
CROP = (0.03, 0.66, 560, 400)  # where, in shares of the picture, and how many px
PARTS: dict[str, dict[str, float]] = {
    "all of it": {},
    "no bristles": {"tone": 0, "ridge": 0},
    "smooth ends and sides": {"touch": 0, "lift": 0, "wave": 0},
    "paint that never runs out": {"gaps": 0},
    "no paint picked up": {"pickup": 0},
    "hard edges everywhere": {"blend": 0},
    "no lips": {"lip": 0, "heel": 0},
}
LIGHTS: dict[str, dict[str, Any]] = {
    "no relief, no canvas": {"relief": 0.0, "canvas": "none"},
    "relief 0.5, linen": {},
    "relief 1": {"relief": 1.0},
    "light at 2:00, low": {"light": "2:00,20"},
    "gloss 1": {"gloss": 1.0},
    "on paper": {"canvas": "paper"},
}


def shaped(painting: Painting, **changes: float) -> np.ndarray[Any, Any]:
    """A crop of the painting, large, by a brush that is otherwise."""
    text = replace(BristleBrush("flat").shape, **changes).text
    composition: Composition = painting.composition
    height = round(LARGE * painting.height / painting.width)
    drawing = BristleDrawing(composition, [BristleBrush("flat", text)], LARGE, height)
    drawing.draw(0, len(painting))
    return cropped(drawing.picture())


def cropped(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    left, top, wide, high = CROP
    x, y = round(left * picture.shape[1]), round(top * picture.shape[0])
    return picture[y : y + high, x : x + wide]


def sheet(pictures: dict[str, np.ndarray[Any, Any]], columns: int = 2) -> Image.Image:
    """Pictures with their names below."""
    high, wide = next(iter(pictures.values())).shape[:2]
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * (wide + 8) - 8, rows * (high + 26)), "white")
    for index, (name, picture) in enumerate(pictures.items()):
        x, y = index % columns * (wide + 8), index // columns * (high + 26)
        page.paste(Image.fromarray(picture), (x, y))
        ImageDraw.Draw(page).text((x + 4, y + high + 6), name, fill="black")
    return page


def parts(painting: Painting) -> Image.Image:
    return sheet({name: shaped(painting, **changes) for name, changes in PARTS.items()})


def lights(painting: Painting) -> Image.Image:
    drawing = painting.drawing(allaprima.Rendering(size=LARGE))
    assert isinstance(drawing, BristleDrawing)
    drawing.draw(0, len(painting))
    own = Light.of(painting.settings)
    return sheet({name: cropped(drawing.relit(replace(own, **changes))) for name, changes in LIGHTS.items()})


def brushes(_: Painting) -> Image.Image:
    """Six strokes of each brush."""
    strokes = Strokes.random(6, 12).change(pressure=Strokes.random(6, 1).pressure * 0.5 + 0.5)
    rows = {
        name: 255 - np.concatenate(list(BristleBrush(name)(strokes, 200)[:, 0].mul(255).byte().numpy()), 1)
        for name in shape_names()
    }
    return sheet({name: np.repeat(row[..., None], 3, 2) for name, row in rows.items()}, columns=1)


def whole(painting: Painting) -> Image.Image:
    picture = Image.fromarray(painting.render(2048))
    return picture.resize((WIDE, round(picture.height * WIDE / picture.width)), Image.Resampling.BOX)


PICTURES: dict[str, Callable[[Painting], Image.Image]] = {
    "oil-chelsea": whole, "oil-parts": parts, "oil-lights": lights, "oil-brushes": brushes,
}  # fmt: skip


def main() -> None:
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    painting = allaprima.paint(CAT)
    for name in names or PICTURES:
        PICTURES[name](painting).save(folder / f"{name}.jpg", quality=88, optimize=True)
        print(folder / f"{name}.jpg")


if __name__ == "__main__":
    main()
