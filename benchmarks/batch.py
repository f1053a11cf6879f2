"""Many small photos: how many a minute by one process and by several, and whether memory stays flat.

python benchmarks/batch.py [--photos 500] [--processes 2] [--strokes 100] [--size 128] [--cluster]

Photos are parts of the examples, each another one. One process has one thread, as each of several has: what is compared
is how the work is shared. The memory is that of all processes together, from the first tenth of the photos on. The time
counts from the first photo that is there to the last: processes need some seconds to begin, which a long batch does not
feel.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from machine import machine
from PIL import Image

EXAMPLES = Path(__file__).parent.parent / "examples"
SIDE = 160  # px of a photo


def make_photos(folder: Path, count: int) -> None:
    sources = [Image.open(path).convert("RGB") for path in sorted(EXAMPLES.glob("*.[jp][pn]g"))]
    for number in range(count):
        source = sources[number % len(sources)]
        left, top = (int((number * step) % (side - SIDE)) for step, side in zip((37, 53), source.size, strict=True))
        source.crop((left, top, left + SIDE, top + SIDE)).save(folder / f"{number:05}.png")


def memory(process: psutil.Process) -> float:
    """MB of a process and all its children, what they share counted once."""
    return sum(own(one) for one in (process, *process.children(recursive=True)))


def own(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().uss / 1e6)
    except psutil.Error:
        return 0.0  # it has ended


def run(photos: Path, into: Path, processes: int, options: list[str]) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, "-m", "allaprima", "batch", str(photos), "-o", f"{into}/{{name}}.png", "--no-painting"]
    command += ["--processes", str(processes), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    seen, total, marks = psutil.Process(process.pid), len(list(photos.iterdir())), list[tuple[int, float, float]]()
    while process.poll() is None:
        done = len(list(into.glob("*.png"))) if into.is_dir() else 0
        if done:
            marks.append((done, time.monotonic(), memory(seen)))
        time.sleep(0.5)
    settled = [mark for mark in marks if mark[0] > total / 10]
    (first, begun, before), (last, ended, _) = settled[0], next(mark for mark in marks if mark[0] == marks[-1][0])
    rows = json.loads((into / "report.json").read_text())
    finished, most = sum(row["finished"] for row in rows), max(mark[2] for mark in settled)
    pace = 60 * (last - first) / (ended - begun)
    print(f"{processes} at once: {pace:.1f} photos a minute, {finished} of {total} painted; memory", end=" ")
    print(f"{before:.0f} MB after a tenth, {marks[-1][2]:.0f} MB in the end, {most:.0f} MB at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--strokes", default="100")
    parser.add_argument("--size", default="128")
    parser.add_argument("--cluster", action="store_true", help="several at once on Ray, too")
    chosen = parser.parse_args()
    options = ["--strokes", chosen.strokes, "--size", chosen.size, "--quality", "draft"]
    print(machine())
    with tempfile.TemporaryDirectory() as place:
        photos = Path(place) / "photos"
        photos.mkdir()
        make_photos(photos, chosen.photos)
        for processes in (1, chosen.processes):
            run(photos, Path(place) / f"by-{processes}", processes, options)
        if chosen.cluster:
            run(photos, Path(place) / "cluster", chosen.processes, [*options, "--cluster", "local"])


if __name__ == "__main__":
    main()
