"""The gallery: docs/gallery.md and its pictures, from photos in scikit-image's data, CC0 or in the public domain.

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

import skimage
from PIL import Image

try:
    import tomllib
except ImportError:
    import tomli as tomllib  # type: ignore[no-redef]

ROOT = Path(__file__).parent.parent
DATA = Path(skimage.__file__).parent / "data"
WORK = ROOT / "gallery-work"
SHOWN = ROOT / "docs/images/gallery"
PAGE = ROOT / "docs/gallery.md"
AREA, LARGEST = 480_000, 118_000  # pixels of a picture as it is shown, and bytes, at most
TOP = """# Gallery

Painted by the commands that stand below the pictures, at 2048 px, and shown smaller. The photos are in
[scikit-image](images/README.md)'s data, CC0 or in the public domain; `make gallery` puts them, cropped, into
`gallery-work/`, and paints them all, which takes twenty minutes and more. Give one of your own in their place. Every
look beside the others: [looks](looks.md).
"""


def table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text())


def command(name: str, told: str) -> list[str]:
    """Of a painting, as a person gives it in ``gallery-work/``."""
    photo, *options = shlex.split(told)
    return ["allaprima", "paint", f"{photo}.png", "-o", f"{name}.png", *options]


def photo(name: str, told: dict[str, Any]) -> None:
    path = WORK / f"{name}.png"
    with Image.open(DATA / told["file"]) as picture:
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


def shown(name: str) -> bytes:
    """A JPEG, smaller, and as good as so few bytes allow."""
    picture = Image.open(WORK / f"{name}.png").convert("RGB")
    share = (AREA / (picture.width * picture.height)) ** 0.5
    picture = picture.resize((round(picture.width * share), round(picture.height * share)), Image.Resampling.BOX)
    for quality in range(88, 40, -4):
        picture.save(file := io.BytesIO(), "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= LARGEST:
            break
    return file.getvalue()


def page(known: dict[str, Any]) -> str:
    """``docs/gallery.md``: the pictures of each section, two in a row, and their commands."""
    parts = [TOP]
    for section, paintings in known["paintings"].items():
        cells, commands = [], []
        for name, told in paintings.items():
            about = known["photos"][shlex.split(told)[0]]["about"]
            cells.append(f"![{about}](images/gallery/{name}.jpg) `{name}`")
            commands.append(shlex.join(command(name, told)))
        rows = [f"| {' | '.join([*cells[at : at + 2], ''][:2])} |" for at in range(0, len(cells), 2)]
        parts.append("\n".join([f"## {section}", "", "| | |", "|---|---|", *rows, "", "```sh", *commands, "```", ""]))
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
                (SHOWN / f"{name}.jpg").write_bytes(shown(name))


if __name__ == "__main__":
    main()
