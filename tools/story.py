"""The paintings of README.md, docs/learning.md, docs/brushes.md and docs/painting.md, from scikit-image's cat (CC0).

python tools/story.py FOLDER [NAME ...]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import skimage
from PIL import Image

import allaprima

DATA = Path(skimage.__file__).parent / "data"


class Shown(NamedTuple):
    """A photo painted for the real MyPaint, ``drawn`` px large by an engine, and shown ``wide``."""

    photo: str
    strokes: int
    brush: str
    drawn: int = 1600
    wide: int = 800
    engine: str = "mypaint"
    texture: bool = False
    mood: str = "painterly"


CAT = Shown("chelsea.png", 1000, "dry_brush", 2048, 1200)
MOOD = Shown("chelsea.png", 1000, "chalk", 2048, 1000)
PICTURES = {
    "chelsea-mypaint": CAT,
    "chelsea-neural": CAT._replace(engine="neural"),
    "chelsea-texture": CAT._replace(engine="neural", texture=True),
    "chelsea-oil-mypaint": CAT._replace(brush="oil"),
    "mood-painterly": MOOD,
    "mood-likeness": MOOD._replace(mood="likeness"),
}


def made(shown: Shown) -> Image.Image:
    wanted: dict[str, Any] = {name: getattr(shown, name) for name in ("strokes", "brush", "mood")}
    painting = allaprima.paint(DATA / shown.photo, size=512, engine="mypaint", **wanted)
    picture = Image.fromarray(painting.render(shown.drawn, engine=shown.engine, texture=shown.texture))
    return picture.resize((shown.wide, round(picture.height * shown.wide / picture.width)), Image.Resampling.BOX)


def main() -> None:
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    for name in names or PICTURES:
        print(name, flush=True)
        made(PICTURES[name]).save(folder / f"{name}.jpg", quality=85)


if __name__ == "__main__":
    main()
