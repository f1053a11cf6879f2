"""The picture of docs/howto/painted-film.md: frames of a clip, and the same painted. Two minutes.

python tools/film.py
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import allaprima

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import sample_clips

IMAGES = Path(__file__).parent.parent / "docs/images"
SHOWN = (0, 8, 16, 23)
WIDTH = 480  # px of each


def main() -> None:
    clip, columns = sample_clips.person(24, 5), []
    for number, painting in enumerate(allaprima.paint_frames(clip.frames, strokes=2000, size=1280)):
        if number in SHOWN:
            pair = (Image.fromarray(picture) for picture in (clip.frames[number], painting.render()))
            size = WIDTH, WIDTH * painting.height // painting.width
            columns.append(np.concatenate([one.resize(size, Image.Resampling.LANCZOS) for one in pair]))
    rows = [np.concatenate(columns[at : at + 2], 1) for at in (0, 2)]
    Image.fromarray(np.concatenate(rows)).save(IMAGES / "painted-film.jpg", quality=88)


if __name__ == "__main__":
    main()
