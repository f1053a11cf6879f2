"""How strokes follow form: how well neighbours agree in quiet areas, and how few strokes are bent.

python benchmarks/form.py PHOTO [PHOTO ...] [--mood oil]

Each photo is painted as `allaprima paint` does without options. An area is quiet where the photo, seen at 256 px, is
within 16 of 255 of its mean over half a stroke's window. Of each level: the mean angle between the chords of a stroke
and of the nearest other one there, 45 degrees where directions are left to chance; and of all strokes, the share whose
bow is over a third of the chord.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from machine import machine
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.spatial import cKDTree
from torch import Tensor

import allaprima
from allaprima import PlacedStrokes

SEEN_AT = 256  # px of the photo's long side where it is asked whether it is quiet
QUIET = 16 / 255  # standard deviation of its brightness over half a window
FEW = 12  # strokes of a level in quiet areas say nothing
BENT = 1 / 3  # of the chord


def on_canvas(strokes: PlacedStrokes, place: Tensor) -> NDArray[np.float64]:
    """Places ``(N, 2)`` on the windows of strokes, in canvas pixels."""
    corner = torch.stack([strokes.window_x, strokes.window_y], 1)
    return (corner + place * strokes.window[:, None]).double().numpy()


def quiet(photo: Path, painting: allaprima.Painting) -> NDArray[np.bool_]:
    """Of every stroke ``(N,)``: whether the photo is of nearly one brightness over its window."""
    picture = Image.open(photo).convert("L")
    picture.thumbnail((SEEN_AT, SEEN_AT), Image.Resampling.BOX)
    gray, strokes = np.asarray(picture, float) / 255, painting.strokes
    scale, middle = max(gray.shape) / painting.size, on_canvas(strokes, (strokes.start + strokes.end) / 2)
    found = np.zeros(len(strokes), bool)
    for window in strokes.window.unique().tolist():
        side = max(3, round(window * scale / 2))
        mean, square = (ndimage.uniform_filter(values, side, mode="nearest") for values in (gray, gray**2))
        calm = np.sqrt(np.maximum(square - mean**2, 0)) < QUIET
        some = (strokes.window == window).numpy()
        columns, rows = (middle[some] * scale).astype(int).T
        found[some] = calm[rows.clip(0, gray.shape[0] - 1), columns.clip(0, gray.shape[1] - 1)]
    return found


def figures(photo: Path, painting: allaprima.Painting) -> str:
    """The angles of neighbours by level, and the share of strokes that are bent."""
    strokes, calm = painting.strokes, quiet(photo, painting)
    start, end, through = (on_canvas(strokes, place) for place in (strokes.start, strokes.end, strokes.through))
    middle, chord = (start + end) / 2, end - start
    turn, level, angles = np.arctan2(chord[:, 1], chord[:, 0]), strokes.level.numpy(), []
    for number in np.unique(level):
        here = np.flatnonzero((level == number) & calm)
        if len(here) < FEW:
            angles.append("-")
            continue
        nearest = here[cKDTree(middle[here]).query(middle[here], 2)[1][:, 1]]
        apart = np.abs(turn[here] - turn[nearest]) % np.pi
        angles.append(f"{np.degrees(np.minimum(apart, np.pi - apart)).mean():.0f}")
    bow = np.linalg.norm(through - middle, axis=1) / (np.linalg.norm(chord, axis=1) + 1e-6)
    return f"{' '.join(angles)} degrees by level, {calm.mean():.0%} in quiet areas, {(bow > BENT).mean():.1%} bent"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--mood", default="oil")
    options = parser.parse_args()
    print(machine(), flush=True)
    for photo in options.photos:
        painting = allaprima.paint(photo, mood=options.mood)
        print(f"{photo.stem}: {figures(photo, painting)}", flush=True)


if __name__ == "__main__":
    main()
