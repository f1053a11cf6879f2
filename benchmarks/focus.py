"""What looking where people look brings: how near eyes and mouths are to the photo, and all the rest.

python benchmarks/focus.py PHOTO [PHOTO ...] [--strokes 3500]

Each photo with a face is painted with the focus `none` and `auto`, and drawn unlit at 2048 px; averaged to the photo's
size, eyes and mouths are measured by themselves, and so is the rest.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from machine import machine
from PIL import Image
from torch import Tensor

import allaprima
from allaprima.painters.inputs import as_tensor
from allaprima.perception.attention import details, ellipse
from allaprima.perception.faces import find_faces
from allaprima.perception.losses import psnr

MOST, DRAWN = 1024, 2048  # px of the long sides of the photo as it is measured, and of the drawing


def parts(photo: Tensor) -> Tensor:
    """Where eyes and mouths are in a photo ``(3, H, W)``: ``(H, W)`` bool."""
    found = torch.zeros(photo.shape[1:], dtype=torch.bool)
    for face in find_faces(photo):
        for place, half in details(face):
            found |= ellipse(photo[0], place, half) == 1
    return found


def figures(path: Path, strokes: int) -> str:
    """Eyes and mouths, and the rest, without focus and with it."""
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((MOST, MOST))
    photo = as_tensor(np.asarray(picture))
    assert photo is not None
    inside = parts(photo)
    if not inside.any():
        return "no face is found"
    found = {}
    for focus in ("none", "auto"):
        drawn = allaprima.paint(picture, strokes=strokes, focus=focus).render(DRAWN, relief=0, canvas="none")
        there = as_tensor(np.asarray(Image.fromarray(drawn).resize(picture.size, Image.Resampling.BOX)))
        assert there is not None
        error = (there - photo).square().mean(0)
        found[focus] = [psnr(float(error[where].mean())) for where in (inside, ~inside)]
    before, after = found["none"], found["auto"]
    return ", ".join(
        f"{name} {old:.2f} to {new:.2f} dB ({new - old:+.2f})"
        for name, old, new in zip(("eyes and mouths", "the rest"), before, after, strict=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--strokes", type=int, default=3500)
    options = parser.parse_args()
    print(machine(), flush=True)
    for photo in options.photos:
        print(f"{photo.stem}: {figures(photo, options.strokes)}", flush=True)


if __name__ == "__main__":
    main()
