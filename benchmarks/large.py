"""Large canvases, pictures, films and photos, and the first painting on a machine: seconds and peak memory of each.

python benchmarks/large.py [--photo FILE] [NAME ...]

NAME is one of: canvas pictures films photos first. Each command is run as a person would, in a process of its own; the
paintings that are drawn again are painted before, and not counted. Of photos is told what reading them adds to the
memory of a process that has everything else.
"""

import argparse
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from machine import machine
from PIL import Image
from timed import timed, timed_python

ROOT = Path(__file__).parent.parent
READ = """import sys
from allaprima.image import photo
from allaprima.painting import painting
if len(sys.argv) > 1:
    print(photo.read_photo(sys.argv[1], most=512).at(512, 512).mean(), file=sys.stderr)"""
BEGIN = """import sys, time, allaprima
brush = allaprima.load_brush("dry_brush")
for _ in allaprima.optimise(sys.argv[1], strokes=1, size=64):  # compiled code is loaded
    pass
began = time.monotonic()
step = next(step for step in allaprima.optimise(sys.argv[1], brushes=[brush]) if step.psnr >= 17)
print(time.monotonic() - began, step.psnr)"""
ENGINES = ("neural", "mypaint")
Row = tuple[str, float, float]  # what, seconds, MB


def canvas(photo: Path, folder: Path) -> Iterator[Row]:
    """A large canvas with many strokes, and one with few."""
    for strokes, size in ((10_000, 2048), (1000, 512)):
        more = ["--strokes", str(strokes), "--size", str(size), "--mood", "likeness"]
        yield (
            f"{strokes:,} strokes on a canvas of {size} px",
            *timed("paint", str(photo), *more, "--force", "-o", f"{folder}/a.png"),
        )


def pictures(photo: Path, folder: Path) -> Iterator[Row]:
    """1,000 strokes drawn large by the real MyPaint and by the neural brush."""
    painting = painted(photo, folder, 1000)
    for engine in ENGINES:
        for size in (4096, 8192):
            more = ["--size", str(size), "--engine", engine, "--force", "-o", f"{folder}/a.png"]
            yield f"1,000 strokes at {size} px, {engine}", *timed("render", painting, *more)


def films(photo: Path, folder: Path) -> Iterator[Row]:
    """10 s of 1,000 strokes at 720p, and of 5,000 at 1080p."""
    for strokes, size in ((1000, 1280), (5000, 1920)):
        painting = painted(photo, folder, strokes)
        for suffix in (".mp4", ".webm", ".gif", ".webp"):
            for engine in ENGINES:
                more = ["--size", str(size), "--film", "--seconds", "10", "--engine", engine, "--force"]
                shown = f"{strokes:,} strokes, 10 s, {size} px wide, {suffix}, {engine}"
                yield shown, *timed("render", painting, *more, "-o", f"{folder}/a{suffix}")


def photos(photo: Path, folder: Path) -> Iterator[Row]:
    """What reading large photos takes besides a process that reads none."""
    bare = timed_python("-c", READ)
    for width, height in ((8660, 5774), (16_380, 10_900)):
        with Image.open(photo) as small:
            large = small.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
        for suffix in (".jpg", ".png", ".webp"):
            if suffix == ".webp" and width > 16_383:
                continue
            large.save(path := f"{folder}/large{suffix}", **({"compress_level": 1} if suffix == ".png" else {}))
            seconds, memory = timed_python("-c", READ, path)
            yield f"a {suffix} of {width * height / 1e6:.0f} megapixels", seconds - bare[0], memory - bare[1]
            Path(path).unlink()


def first(photo: Path, folder: Path) -> Iterator[Row]:
    """The first painting on a machine, which compiles, the next one, and the first good step once all is loaded."""
    for name in ("the first call on a machine", "the second"):
        more = ["--size", "512", "--force", "-o", f"{folder}/a.png"]
        yield name, *timed("paint", str(photo), *more, NUMBA_CACHE_DIR=f"{folder}/compiled")
    told = subprocess.run([sys.executable, "-c", BEGIN, str(photo)], capture_output=True, text=True, check=True).stdout
    seconds, psnr = map(float, told.split())
    yield f"the first step of at least 17 dB ({psnr:.1f}), after loading", seconds, math.nan


def painted(photo: Path, folder: Path, strokes: int) -> str:
    """The painting file of a photo, likeness and 512 px."""
    path = folder / f"{strokes}.painting.json"
    if not path.exists():
        timed("paint", str(photo), "--strokes", str(strokes), "--mood", "likeness", "-o", str(path))
    return str(path)


def wide(photo: Path, folder: Path) -> Path:
    """The middle of a photo, 16:9, as films are."""
    with Image.open(photo) as whole:
        height = min(whole.height, round(whole.width * 9 / 16))
        width, top = round(height * 16 / 9), (whole.height - height) // 2
        left = (whole.width - width) // 2
        whole.convert("RGB").crop((left, top, left + width, top + height)).save(path := folder / "wide.png")
    return path


PARTS = {part.__name__: part for part in (canvas, pictures, films, photos, first)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *PARTS], help=", ".join(PARTS))
    parser.add_argument("--photo", type=Path, default=ROOT / "examples/chelsea.png")
    options = parser.parse_args()
    print(f"{options.photo.name}, for films cut to 16:9. {machine()}\n\n| | s | MB |\n|---|---|---|", flush=True)
    for name in options.names or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            photo = wide(options.photo, Path(folder)) if name == "films" else options.photo
            for what, seconds, memory in PARTS[name](photo, Path(folder)):
                print(f"| {what} | {seconds:.1f} | {'' if math.isnan(memory) else round(memory)} |", flush=True)


if __name__ == "__main__":
    main()
