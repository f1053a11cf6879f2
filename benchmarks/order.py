"""Whether a painting is one before it is finished: its first tenth, against a painting with as many strokes alone.

python benchmarks/order.py PHOTO [PHOTO ...] [--mood oil] [--strokes 3500]

Drawn unlit at 1024 px, as `allaprima render` does without options, and averaged to 256 px, against the photo.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine
from PIL import Image

import allaprima
from allaprima.perception.losses import psnr

DRAWN, SEEN_AT = 1024, 256  # px of the long side
FIRST = 10  # one in so many strokes


def likeness(photo: Path, painting: allaprima.Painting, strokes: int) -> float:
    """How near its first strokes come to the photo."""
    drawing = painting.drawing(allaprima.Rendering(size=DRAWN))
    drawing.draw(0, strokes)
    drawn = Image.fromarray(np.asarray(drawing.unlit()))
    size = tuple(max(1, round(side * SEEN_AT / DRAWN)) for side in drawn.size)
    pictures = [picture.convert("RGB").resize(size, Image.Resampling.BOX) for picture in (drawn, Image.open(photo))]
    error = np.square(np.subtract(*(np.asarray(picture, float) / 255 for picture in pictures))).mean()
    return psnr(float(error))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--strokes", type=int, default=3500)
    parser.add_argument("--mood", default="oil")
    parser.add_argument("--brush", default="flat")
    options = parser.parse_args()
    print(machine(), flush=True)
    for photo in options.photos:
        settings: dict[str, Any] = {"mood": options.mood, "brush": options.brush}
        painting = allaprima.paint(photo, strokes=options.strokes, **settings)
        few = options.strokes // FIRST
        alone = likeness(photo, allaprima.paint(photo, strokes=few, **settings), few)
        first = likeness(photo, painting, few)
        print(
            f"{photo.stem}: {few} of {len(painting)} strokes {first:.2f} dB, alone {alone:.2f} ({first - alone:+.2f}), "
            f"all {likeness(photo, painting, len(painting)):.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
