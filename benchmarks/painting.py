"""How good and how fast: paintings by the neural brush and by the real MyPaint, measured against the photo.

python benchmarks/painting.py [--out FOLDER] [--photos FOLDER] [--strokes 200,500,...] [--sizes 256,512]
    [--brushes NAME,...] [--qualities draft,normal,best] [--all] [--with='--option value']
    [--case NAME:STROKES:SIZE:BRUSH:QUALITY ...] [--vgg-weights FILE] [--save]

Every case is run as a person would: the command line, processes of its own, timed from command to PNG, with their peak
memory: once with the neural brush, which draws at the size of the canvas, and once with `--engine mypaint`, which draws
at 1024 px. PSNR, SSIM and feature distance are always those at a long side of 256 px, the field's protocol: photo and
pictures are averaged down over boxes to it.

FOLDER/painting.json grows case by case, and cases that are in it are passed over: a run that was stopped goes on. The
table of all cases is printed, and written with the plots into FOLDER. --with adds options to `paint`.
"""

import argparse
import itertools
import json
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from machine import machine
from plots import draw_plots, name_of
from timed import timed

from allaprima.files import written_aside
from allaprima.image.photo import Photo, fit, read_photo
from allaprima.perception.features import load_features
from allaprima.perception.metrics import feature_distance, psnr, ssim

ROOT = Path(__file__).parent.parent
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
PROTOCOL = 256  # px: the long side at which figures are taken
REAL = 1024  # px: the long side at which the real MyPaint draws
FEW = {"strokes": "200,500,1000,2000", "sizes": "256", "brushes": "dry_brush,oil", "qualities": "normal"}
ALL = {
    "strokes": "100,200,500,1000,2000,5000",
    "sizes": "256,512",
    "brushes": "dry_brush,oil",
    "qualities": "draft,normal,best",
}
Case = dict[str, Any]


def cases(options: argparse.Namespace, photos: dict[str, Path]) -> list[Case]:
    """The cases asked for, one by one or as a grid, the quickest first; ``photos`` are those there are, by name."""
    chosen = [case.split(":") for case in options.case or []]
    if not chosen:
        whole = ALL if options.all else FEW
        parts = [(getattr(options, name) or whole[name]).split(",") for name in FEW]
        grid = itertools.product(*parts, photos)
        chosen = [[photo, strokes, size, brush, quality] for strokes, size, brush, quality, photo in grid]
    for photo, *_ in chosen:
        if photo not in photos:
            sys.exit(f"there is no photo {photo} in {options.photos}: choose from {', '.join(photos)}")
    return [
        {"photo": photo, "strokes": int(strokes), "size": int(size), "brush": brush, "quality": quality,
         "with": options.added}
        for photo, strokes, size, brush, quality in chosen
    ]  # fmt: skip


def run(case: Case, photo: Path, networks: dict[str, Any], save: Path | None) -> Case:
    """One case: its figures by engine. Pictures and paintings are kept in ``save``."""
    stem = "-".join(str(case[key]) for key in ("photo", "strokes", "size", "quality"))
    stem = "".join(c if c.isalnum() else "-" for c in f"{stem}-{name_of(case)}")
    engines = {}
    for engine, size in (("neural", case["size"]), ("mypaint", REAL)):
        with tempfile.TemporaryDirectory() as folder:
            picture, painting = (Path(folder) / f"{stem}-{engine}{suffix}" for suffix in (".png", ".painting.json"))
            seconds, peak = timed(
                "paint", str(photo), "--strokes", str(case["strokes"]), "--size", str(case["size"]),
                "--brush", case["brush"], "--quality", case["quality"], *shlex.split(case["with"]),
                "--engine", engine, "--output-size", str(size), "-o", str(picture), "-o", str(painting),
            )  # fmt: skip
            engines[engine] = measure(read_photo(picture), read_photo(photo), networks)
            engines[engine] |= {"seconds": round(seconds, 1), "memory": round(peak)}
            if save:
                save.mkdir(parents=True, exist_ok=True)
                for path in (picture, painting):
                    shutil.copy(path, save / path.name)
    return case | {"engines": engines, "machine": machine()}


def measure(picture: Photo, photo: Photo, networks: dict[str, Any]) -> dict[str, float]:
    """PSNR in dB, SSIM, and a feature distance by the name of each network."""
    width, height = fit(photo.width, photo.height, PROTOCOL)
    one, other = picture.at(width, height), photo.at(width, height)
    seen = {name: round(feature_distance(one, other, network), 3) for name, network in networks.items()}
    return {"psnr": round(psnr(one, other), 2), "ssim": round(ssim(one, other), 3), **seen}


def key(case: Case) -> tuple[Any, ...]:
    """What tells one case from another."""
    return tuple(case[name] for name in ("photo", "strokes", "size", "brush", "quality", "with"))


def table(results: list[Case]) -> str:
    """All cases as a Markdown table, in each cell the neural rendering's figure and the real MyPaint's."""
    networks = [name for name in ("pocket", "vgg16") if any(name in one["engines"]["neural"] for one in results)]
    shown = {"psnr": "dB", "ssim": "SSIM"} | {name: name for name in networks} | {"seconds": "s", "memory": "MB"}
    heads = ["photo", "strokes", "canvas", "brush", "quality", *shown.values()]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for one in results:
        cells = [one["photo"], f"{one['strokes']:,}", one["size"], name_of(one), one["quality"]]
        both = one["engines"]["neural"], one["engines"]["mypaint"]
        cells += [" / ".join(str(engine.get(name, "-")) for engine in both) for name in shown]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    machines = sorted({one["machine"] for one in results})
    return "\n".join([*lines, "", "Neural brush / real MyPaint. " + "; ".join(machines) + "."])


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="folder for results")
    parser.add_argument("--photos", type=Path, default=ROOT / "examples", help="folder of photos")
    for name, default in FEW.items():
        parser.add_argument(f"--{name}", help=f"{default} if not given; with --all {ALL[name]}")
    parser.add_argument("--all", action="store_true", help="the whole grid")
    parser.add_argument(
        "--with", dest="added", default="--mood painterly", help="options to add to `paint`: --with='--texture'"
    )
    parser.add_argument("--case", nargs="+", help="these cases, and no grid: NAME:STROKES:SIZE:BRUSH:QUALITY")
    parser.add_argument("--vgg-weights", type=Path, help="VGG16's distance too")
    parser.add_argument("--save", action="store_true", help="keep pictures and paintings in FOLDER/pictures")
    return parser.parse_args()


def main() -> None:
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "painting.json"
    results: list[Case] = json.loads(path.read_text()) if path.exists() else []
    there = {key(one) for one in results}
    photos = {path.stem: path for path in sorted(options.photos.iterdir()) if path.suffix.lower() in SUFFIXES}
    waiting = [case for case in cases(options, photos) if key(case) not in there]
    save = options.out / "pictures" if options.save else None
    networks = {"pocket": load_features("pocket")}
    if options.vgg_weights:
        networks["vgg16"] = load_features("vgg16", vgg_weights=options.vgg_weights)
    print(f"{machine()}; {len(waiting)} to run, {len(there)} there", flush=True)
    if waiting:  # code is compiled by the very first painting on a machine, which is none of the cases' time
        timed("paint", str(ROOT / "examples/chelsea.png"), "--strokes", "9", "--size", "32",
              "--no-painting", "--force", "-o", str(options.out / "first.png"))  # fmt: skip
        (options.out / "first.png").unlink()
    for number, case in enumerate(waiting, 1):
        results.append(run(case, photos[case["photo"]], networks, save))
        with written_aside(path) as aside:
            aside.write_text(json.dumps(results, indent=1))
        neural, real = results[-1]["engines"].values()
        words = (case["photo"], f"{case['strokes']:,} strokes", f"{case['size']} px", name_of(case), case["quality"])
        print(f"{number}/{len(waiting)} {', '.join(words)}: {neural['psnr']} dB in {neural['seconds']} s,",
              f"MyPaint {real['psnr']} dB in {real['seconds']} s", flush=True)  # fmt: skip
    results.sort(key=key)
    (options.out / "painting.md").write_text(table(results) + "\n")
    print(table(results))
    for made in draw_plots(results, options.out):
        print(made)


if __name__ == "__main__":
    main()
