"""Record what the package makes, and compare two records byte by byte: for changes that nobody is to see.

    python tools/record.py before                     # with the code as it is
    ... change the code ...
    python tools/record.py after --against before

``--code FOLDER`` records another checkout's code (its ``src``). Everything goes through the command line, and a few
lines of Python for a painting that is stopped at a step that is known. Films are compared as they are, and by the
pixels of their first and last frames.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PHOTO = ROOT / "examples/chelsea.png"
SMALL = ["--strokes", "300", "--size", "384", "--brush", "dry_brush", "--mood", "painterly"]
RUNS = {
    "painterly": [],
    "oil": ["--brush", "flat", "--mood", "oil"],
    "likeness": ["--mood", "likeness"],
    "opaque": ["--opaque"],
    "palette": ["--palette", "6", "--connected"],
    "brushes": ["--brush", "oil:0.7,chalk:0.3", "--focus", "mask.png"],
    "features": ["--loss", "features"],
    "mypaint": ["--engine", "mypaint"],
    "style": ["--style", "waves.png", "--loss", "both", "--style-weight", "2"],
    "bounds": ["--grayscale", "--min-size", "0.02", "--max-size", "0.2", "--background", "#ABCDEF"],
    "ground": ["--background", "waves.png", "--seed", "3", "--device", "cpu", "--brush", "charcoal"],
    "rigger": ["--opaque", "--engine", "mypaint", "--brush", "rigger", "--background", "white"],
}
EXPORTS = {
    "painterly": ["a.ora", "a.svg", "a.mp4", "a.gif", "a.webm", "a.csv", "a.psd", "a.jpg", "a.tif", "a.webp"],
    "opaque": ["a.ora", "a.svg"],
    "brushes": ["a.ora", "a.csv"],
    "ground": ["a.svg", "a.ora"],
}
STOPPED = """
import sys, allaprima
photo, path, at, changes = sys.argv[1], sys.argv[2], int(sys.argv[3]), eval(sys.argv[4])
for step in allaprima.optimise(photo, strokes=300, size=384, **changes):
    if step.index == at:
        step.painting().save(path)
        break
"""
STOPS = {  # in the coarse phase, the joint one, and the one with grain
    "coarse": (13, {}, []),
    "joint": (47, {"style": "waves.png", "focus": "mask.png", "connected": True, "palette": "5"}, []),
    "grain": (62, {"engine": "mypaint", "brush": "dry_brush"}, []),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--code", type=Path, default=ROOT)
    parser.add_argument("--only-compare", action="store_true", help="both records are there")
    options = parser.parse_args()
    if not options.only_compare:
        options.folder.mkdir(parents=True)
        record(options.folder.resolve(), options.code.resolve(), options.against and options.against.resolve())
    if options.against:
        sys.exit(compare(options.folder, options.against))


def record(folder: Path, code: Path, before: Path | None) -> None:
    environment = os.environ | {"PYTHONPATH": str(code / "src"), "OMP_WAIT_POLICY": "PASSIVE"}

    def python(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)

    def allaprima(*arguments: str) -> None:
        python("-m", "allaprima", *arguments)

    pictures(folder)
    for name, options in RUNS.items():
        allaprima("paint", str(PHOTO), *SMALL, *options, "-o", f"{name}.painting.json", "-o", f"{name}.png")
        draw(allaprima, folder / f"{name}.painting.json", name)
        print(name, flush=True)
    for name, suffixes in EXPORTS.items():
        files = [word for suffix in suffixes for word in ("-o", f"{name}-{suffix}")]
        allaprima("render", f"{name}.painting.json", *files, "--size", "400", "--seconds", "2")
    allaprima("render", "painterly.painting.json", "-o", "motion.mp4", "--brush-motion", "--seconds", "2", "--beside",
              "--photo", str(PHOTO))  # fmt: skip
    for film in folder.glob("*.mp4"):
        frames(film)
    for name, (at, changes, more) in STOPS.items():
        python("-c", STOPPED, str(PHOTO), f"{name}.unfinished.painting.json", str(at), repr(changes))
        allaprima("paint", str(PHOTO), "--resume", f"{name}.unfinished.painting.json", *more,
                  "-o", f"{name}-resumed.painting.json", "-o", f"{name}-resumed.png")  # fmt: skip
        print("resumed", name, flush=True)
    allaprima("paint", str(PHOTO), "--resume", "painterly.painting.json", "--add", "60", "-o", "added.painting.json",
              "-o", "added.png")  # fmt: skip
    if before:  # files that the other code wrote
        for painting in sorted(before.glob("*.painting.json")):
            if ".unfinished" in painting.name:
                name = painting.name.split(".")[0]
                allaprima("paint", str(PHOTO), "--resume", str(painting), "-o", f"old-{name}-resumed.png")
                same(folder / f"old-{name}-resumed.png", before / f"{name}-resumed.png")
            else:
                for old in ("old.png", "old.painting.json"):
                    (folder / old).unlink(missing_ok=True)
                allaprima("render", str(painting), "-o", "old.png", "-o", "old.painting.json")
                same(folder / "old.painting.json", painting)


def draw(allaprima: object, painting: Path, name: str) -> None:
    """By both engines, and with grain."""
    assert callable(allaprima)
    allaprima("render", painting.name, "-o", f"{name}-neural.png", "--size", "700")
    allaprima("render", painting.name, "-o", f"{name}-mypaint.png", "--engine", "mypaint")
    allaprima("render", painting.name, "-o", f"{name}-texture.png", "--texture", "--size", "500")


def pictures(folder: Path) -> None:
    """A mask and a picture, made here."""
    import numpy as np
    from PIL import Image

    y, x = np.mgrid[:120, :180] / 120
    mask = (255 * np.exp(-8 * ((x - 0.8) ** 2 + (y - 0.5) ** 2))).astype(np.uint8)
    Image.fromarray(mask).save(folder / "mask.png")
    waves = np.stack([np.sin(20 * x) * 0.4 + 0.5, np.cos(15 * y) * 0.3 + 0.5, np.sin(9 * (x + y)) * 0.2 + 0.4], -1)
    Image.fromarray((255 * waves).astype(np.uint8)).save(folder / "waves.png")


def frames(film: Path) -> None:
    """The first and the last frame, beside it."""
    import av

    with av.open(str(film)) as file:
        every = [frame.to_image() for frame in file.decode(video=0)]
    every[0].save(film.with_suffix(".first.png"))
    every[-1].save(film.with_suffix(".last.png"))


def same(one: Path, other: Path) -> bool:
    if one.read_bytes() == other.read_bytes():
        return True
    print(f"DIFFERS: {one} {other}")
    return False


def compare(after: Path, before: Path) -> int:
    names = sorted(path.name for path in before.iterdir() if path.is_file())
    missing = [name for name in names if not (after / name).exists()]
    equal = sum(same(after / name, before / name) for name in names if name not in missing)
    print(f"{equal} of {len(names)} files are the same, byte for byte; missing: {missing or 'none'}")
    return int(equal < len(names))


if __name__ == "__main__":
    main()
