"""The gallery: docs/gallery.md and its pictures, from photos that are CC0 or in the public domain.

python tools/gallery.py [NAME ...]    # those that are new or changed in tools/gallery.toml, or these alone, anew

Full-size paintings and the photos, cropped, stay in ``gallery-work/``: a painting that is there and made by the same
command is not painted again, and one that was stopped goes on.
"""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image

try:
    import tomllib
except ImportError:
    import tomli as tomllib  # type: ignore[no-redef]

ROOT = Path(__file__).parent.parent
WORK = ROOT / "gallery-work"
SHOWN = ROOT / "docs/images/gallery"
PAGE = ROOT / "docs/gallery.md"
AREA, LARGEST = 480_000, 118_000  # pixels of a picture as it is shown, and bytes, at most
TOP = """# Gallery

Each painting stands above its command. They are painted at 2048 px and shown smaller. Some have a detail, which is
shown as it is, pixel for pixel. Every look beside the others: [looks](looks.md).

The photos are [CC0 or in the public domain](images/README.md): two come with this repository, the others with
scikit-image, and one with matplotlib, which `make gallery` installs. It puts them, cropped, into `gallery-work/` within
seconds, and then paints them all, which takes half an hour; stop it where you like. The commands are for the folder of
this repository, after `. .venv/bin/activate`. For a photo of your own, give its name in place of
`gallery-work/meadow.png`.
"""


def table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text())


def command(name: str, told: str, folder: str = "") -> list[str]:
    """Of a painting, as a person gives it whose photos lie in this folder."""
    photo, *options = shlex.split(told)
    return ["allaprima", "paint", f"{folder}{photo}.png", "-o", f"{name}.png", *options]


def source(file: str) -> Path:
    """Where a photo lies: with this repository, or with a package that ships it."""
    import matplotlib
    import skimage

    samples = Path(matplotlib.get_data_path()) / "sample_data"
    for folder in (ROOT / "examples", Path(skimage.__file__).parent / "data", samples):
        if (folder / file).exists():
            return folder / file
    raise FileNotFoundError(f"{file} is neither in examples/ nor in scikit-image's or matplotlib's data")


def photo(name: str, told: dict[str, Any]) -> None:
    path = WORK / f"{name}.png"
    with Image.open(source(told["file"])) as picture:
        picture.convert("RGB").crop(told.get("crop", (0, 0, *picture.size))).save(path)


def painted(name: str, words: list[str], anew: bool) -> None:
    path, made = WORK / f"{name}.png", WORK / f"{name}.command"
    stopped = WORK / f"{name}.png.unfinished.painting.json"
    if anew or not made.exists() or made.read_text() != shlex.join(words):
        for old in (path, stopped):
            old.unlink(missing_ok=True)
        made.write_text(shlex.join(words))
    if not path.exists() or stopped.exists():
        print(shlex.join(words), flush=True)
        going_on = ["--resume", stopped.name] if stopped.exists() else []
        subprocess.run(
            [sys.executable, "-m", *words, *going_on, "--force"],
            cwd=WORK, check=True, env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE"},
        )  # fmt: skip


def jpeg(picture: Image.Image) -> bytes:
    """As good as so few bytes allow, but no worse than lines bear: then there may be more bytes."""
    for quality in range(88, 63, -4):
        picture.save(file := io.BytesIO(), "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= LARGEST:
            break
    return file.getvalue()


def smaller(picture: Image.Image) -> bytes:
    """A JPEG of so few pixels; of fewer, if it is all lines."""
    area = float(AREA)
    while True:
        share = (area / (picture.width * picture.height)) ** 0.5
        size = round(picture.width * share), round(picture.height * share)
        data = jpeg(picture.resize(size, Image.Resampling.BOX))
        if len(data) <= LARGEST:
            return data
        area *= 0.9


def show(name: str, details: dict[str, list[int]]) -> None:
    """A painting as the page shows it, and its detail, if it has one."""
    with Image.open(WORK / f"{name}.png") as opened:
        picture = opened.convert("RGB")
    (SHOWN / f"{name}.jpg").write_bytes(smaller(picture))
    if box := details.get(f"{name}-detail"):
        left, top, right, bottom = box
        (SHOWN / f"{name}-detail.jpg").write_bytes(jpeg(picture.crop((left, top, right, bottom))))


def page(known: dict[str, Any]) -> str:
    """``docs/gallery.md``: of each section the paintings, each with its command below it, and then its detail."""
    parts = [TOP]
    for section, paintings in known["paintings"].items():
        parts.append(f"## {section}\n")
        for name, told in paintings.items():
            about = known["photos"][shlex.split(told)[0]]["about"]
            words = shlex.join(command(name, told, f"{WORK.name}/"))
            parts.append(f"![{about}](images/gallery/{name}.jpg)\n\n```sh\n{words}\n```\n")
            if f"{name}-detail" in known["details"]:
                parts.append(f"A detail of it:\n\n![{about}: a detail](images/gallery/{name}-detail.jpg)\n")
    return "\n".join(parts)


def main() -> None:
    names, known = sys.argv[1:], table()
    for folder in (WORK, SHOWN):
        folder.mkdir(exist_ok=True)
    PAGE.write_text(page(known))
    for name, told in known["photos"].items():
        photo(name, told)
    for paintings in known["paintings"].values():
        for name, told in paintings.items():
            if not names or name in names:
                painted(name, command(name, told), name in names)
                show(name, known["details"])


if __name__ == "__main__":
    main()
