"""Many small photos: how many a minute by one process and by several, and whether memory stays flat.

python benchmarks/batch.py [--photos 500] [--processes 2] [--strokes 100] [--size 128] [--cluster]

Photos are parts of the examples, each another one. One process has one thread, as each of several has: what is compared
is how the work is shared. Beside the ratio stands what the machine allows, by a plain loop that shares nothing: its
processors may be two threads of one core, or have other guests. The pace is by when the files were written, from when
each process has written one: processes need some seconds to begin, which a long batch does not feel. The memory is that
of all processes together, from the first tenth of the photos on; it is looked at seldom, since a look takes time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil
from machine import machine
from PIL import Image

EXAMPLES = Path(__file__).parent.parent / "examples"
SIDE = 160  # px of a photo
SELDOM = 5.0  # seconds between two looks at the memory
LOOP = """
import sys, time
import numpy as np
one = np.random.default_rng(0).random(60_000, np.float32)
other, begin, rounds = one.copy(), float(sys.argv[1]), 0
while time.time() < begin:
    pass
end = time.monotonic() + 3
while time.monotonic() < end:
    for _ in range(20):
        np.multiply(one, 1.0001, out=other)
        np.sqrt(other, out=other)
    rounds += 1
print(rounds)
"""  # 3 s of arithmetic within a core's own cache


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


def loops(count: int) -> int:
    """Rounds of so many loops, each in a process of its own, in the same seconds."""
    command = [sys.executable, "-c", LOOP, str(time.time() + 1 + count / 4)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return sum(int(one.communicate()[0]) for one in running)


def allowed(processes: int) -> float:
    """How many times the work of one process so many do here that share the machine alone: the median of three."""
    return median(loops(processes) / loops(1) for _ in range(3))


def run(photos: Path, into: Path, processes: int, options: list[str]) -> float:
    """Photos a minute."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, "-m", "allaprima", "batch", str(photos), "-o", f"{into}/{{name}}.png", "--no-painting"]
    command += ["--processes", str(processes), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    seen, total, used = psutil.Process(process.pid), len(list(photos.iterdir())), list[tuple[int, float]]()
    while True:
        try:
            process.wait(SELDOM)
            break
        except subprocess.TimeoutExpired:
            used.append((len(list(into.glob("*.png"))) if into.is_dir() else 0, memory(seen)))
    written = sorted(path.stat().st_mtime for path in into.glob("*.png"))
    pace = 60 * (len(written) - processes) / (written[-1] - written[processes - 1])
    finished = sum(row["finished"] for row in json.loads((into / "report.json").read_text()))
    settled = [megabytes for done, megabytes in used if done > total / 10] or [0.0]
    print(f"{processes} at once: {pace:.1f} photos a minute, {finished} of {total} painted; memory", end=" ")
    print(
        f"{settled[0]:.0f} MB after a tenth, {settled[-1]:.0f} MB in the end, {max(settled):.0f} MB at most", flush=True
    )
    return pace


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
    bound = allowed(chosen.processes)
    with tempfile.TemporaryDirectory() as place:
        photos = Path(place) / "photos"
        photos.mkdir()
        make_photos(photos, chosen.photos)
        several = chosen.processes
        one, many = (run(photos, Path(place) / f"by-{count}", count, options) for count in (1, several))
        print(f"{several} processes: {many / one:.2f} times one; the machine allows {bound:.2f}")
        if chosen.cluster:
            pace = run(photos, Path(place) / "cluster", several, [*options, "--cluster", "local"])
            print(f"on the cluster: {pace / one:.2f} times one")


if __name__ == "__main__":
    main()
