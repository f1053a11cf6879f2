"""How good and how fast: RGB PSNR of paintings against the photo, by the neural brush and by the real MyPaint.

python benchmarks/painting.py [--photos FOLDER] [--case NAME:STROKES:SIZE:BRUSH:QUALITY ...] [--save FOLDER]
    [--json FILE]

Every case is run as a person would: the command line, a process of its own, timed from command to picture, with its
peak memory. PSNR is measured on the canvas, and for the real MyPaint on its drawing at 1024 px averaged down to the
canvas (both with the long side of the canvas).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from machine import machine
from PIL import Image

from allaprima import Painting
from allaprima.painting.photo import read_photo
from allaprima.perception.losses import psnr

ROOT = Path(__file__).parent.parent
DEFAULT = ["chelsea:500:256:dry_brush:normal", "chelsea:1000:512:dry_brush:normal", "chelsea:1000:256:oil:normal"]


def decibels(picture: np.ndarray, photo: np.ndarray) -> float:
    return psnr(float(((picture / 255 - photo) ** 2).mean()))


def shrunk(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BOX))


def run(case: str, photos: Path, save: Path | None) -> dict[str, object]:
    name, strokes, size, brush, quality = case.split(":")
    photo = next(path for path in sorted(photos.glob(f"{name}.*")))
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / "a.png", Path(folder) / "a.painting.json"]
        command = [sys.executable, "-m", "allaprima", "paint", str(photo), "--strokes", strokes, "--size", size]
        command += ["--brush", brush, "--quality", quality, "-o", str(outputs[0]), "-o", str(outputs[1])]
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        if status:
            sys.exit(f"{case} failed: {' '.join(command)}")
        painting = Painting.load(outputs[1])
    target = read_photo(photo).at(painting.width, painting.height).permute(1, 2, 0).numpy()
    real = painting.render(1024, "mypaint")
    neural = painting.render()
    if save:
        save.mkdir(parents=True, exist_ok=True)
        stem = save / case.replace(":", "-")
        Image.fromarray(neural).save(f"{stem}-neural.png")
        Image.fromarray(real).save(f"{stem}-mypaint.png")
        painting.save(f"{stem}.painting.json")
    unit = 1024 if sys.platform != "darwin" else 1
    return {
        "case": case,
        "neural": round(decibels(neural, target), 2),
        "mypaint": round(decibels(shrunk(real, painting.width, painting.height), target), 2),
        "seconds": round(seconds, 1),
        "memory": round(usage.ru_maxrss * unit / 1e6),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=ROOT / "examples")
    parser.add_argument("--case", nargs="+", default=DEFAULT)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(machine())
    print("| photo | strokes | canvas | brush | quality | neural | MyPaint | seconds | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    results = []
    for case in options.case:
        result = run(case, options.photos, options.save)
        results.append(result)
        columns = [
            *case.split(":"),
            f"{result['neural']} dB",
            f"{result['mypaint']} dB",
            result["seconds"],
            result["memory"],
        ]
        print("| " + " | ".join(map(str, columns)) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "results": results}, indent=1))


if __name__ == "__main__":
    main()
