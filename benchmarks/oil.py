"""Oil paint: how long it takes, how near it is to the photo, whether light leaves its colours.

python benchmarks/oil.py [PHOTO ...] [--large PHOTO] [--only command,drawing,scale,likeness,light]

PHOTO: photos to paint; scikit-image's chelsea and astronaut are among them anyway. ``--large``: a photo of many
megapixels for the whole command.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import skimage
import torch
from machine import machine
from numpy.typing import NDArray
from PIL import Image
from timed import timed

import allaprima
from allaprima import Painting, Rendering
from allaprima.rendering.bristle_drawing import BristleDrawing

DATA = Path(skimage.__file__).parent / "data"
PHOTOS = (DATA / "chelsea.png", DATA / "astronaut.png")
SEEN_AT, DRAWN = 256, 2048
PARTS = ("command", "drawing", "scale", "likeness", "light")


def command(large: Path) -> None:
    """The whole command, warm."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [timed("paint", str(large), "--force", "-o", f"{folder}/a.png") for _ in range(4)][1:]
    with Image.open(large) as photo:
        pixels = photo.width * photo.height / 1e6
    seconds, peak = median(run[0] for run in runs), max(run[1] for run in runs)
    print(f"command: {large.name}, {pixels:.1f} megapixels: {seconds:.1f} s (median of 3), {peak:,.0f} MB")


def drawn(painting: Painting, size: int) -> tuple[BristleDrawing, float]:
    """A drawing of all strokes, and its seconds."""
    began = time.monotonic()
    drawing = painting.drawing(Rendering(size=size))
    assert isinstance(drawing, BristleDrawing)
    drawing.draw(0, len(painting))
    return drawing, time.monotonic() - began


def drawing(painting: Painting) -> None:
    """Strokes to canvas, and light, at two sizes; one thread beside two."""
    threads, taken = torch.get_num_threads(), dict[int, list[float]]()
    for many in (1, threads, 1, threads, 1, threads):
        torch.set_num_threads(many)
        taken.setdefault(many, []).append(drawn(painting, DRAWN)[1])
    torch.set_num_threads(threads)
    alone, together = (median(taken[many]) for many in (1, threads))
    for size in (DRAWN, 4 * DRAWN):
        canvas, strokes = drawn(painting, size)
        began = time.monotonic()
        canvas.picture()
        print(f"drawing: {size} px: strokes {strokes:.1f} s, light {time.monotonic() - began:.2f} s", flush=True)
    print(f"drawing: {threads} threads are {alone / together:.2f} times as fast as one")


def scale(painting: Painting) -> None:
    """A large drawing averaged, against a small one; and what the large one takes as a command, with its PNG."""
    few, many = (drawn(painting, size)[0] for size in (DRAWN // 2, 4 * DRAWN))
    height, width = few.unlit().shape[:2]
    figures = ", ".join(
        f"{name} {psnr(small(large, width, height), little / 255):.1f} dB"
        for name, large, little in (("unlit", many.unlit(), few.unlit()), ("lit", many.picture(), few.picture()))
    )
    print(f"scale: {4 * DRAWN} px averaged to {DRAWN // 2}: {figures}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        painting.save(f"{folder}/a.painting.json")
        seconds, peak = timed(
            "render", f"{folder}/a.painting.json", "--force", "--size", str(4 * DRAWN), "-o", f"{folder}/a.png"
        )
    print(f"scale: the command to a PNG of {4 * DRAWN} px: {seconds:.1f} s, {peak:,.0f} MB", flush=True)


def small(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.float64]:
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BOX)) / 255


def psnr(picture: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(-10 * np.log10(np.square(picture - other).mean()))


def likeness(photo: Path, painting: Painting) -> None:
    """Unlit, lit and neural against the photo, averaged to 256 px."""
    scale = SEEN_AT / max(painting.width, painting.height)
    size = round(painting.width * scale), round(painting.height * scale)
    true = small(np.asarray(Image.open(photo).convert("RGB")), *size)
    canvas, _ = drawn(painting, DRAWN)
    pictures = {"unlit": canvas.unlit(), "lit": canvas.picture(), "neural": painting.render(DRAWN, engine="neural")}
    figures = ", ".join(f"{name} {psnr(small(one, *size), true):.2f}" for name, one in pictures.items())
    print(f"likeness: {photo.stem}: {figures} dB", flush=True)


def light(photo: Path, painting: Painting) -> None:
    """How far light moves the mean colour, and what it clips."""
    canvas, _ = drawn(painting, DRAWN)
    unlit, lit = canvas.unlit().astype(int), canvas.picture().astype(int)
    moved = np.abs(lit.mean((0, 1)) - unlit.mean((0, 1))).max()
    clipped = max(float(((lit[..., c] == end) & (unlit[..., c] != end)).mean()) for c in range(3) for end in (0, 255))
    print(f"light: {photo.stem}: mean moved by {moved:.2f}/255, newly clipped {100 * clipped:.3f} %", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--large", type=Path)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    parts = options.only.split(",")
    print(machine(), flush=True)
    if "command" in parts:
        command(options.large or PHOTOS[0])
    if parts == ["command"]:
        return
    for index, photo in enumerate((*PHOTOS, *options.photos)):
        painting = allaprima.paint(photo)
        if "drawing" in parts and index == 0:
            drawing(painting)
        if "scale" in parts and index == 0:
            scale(painting)
        if "likeness" in parts:
            likeness(photo, painting)
        if "light" in parts:
            light(photo, painting)


if __name__ == "__main__":
    main()
