"""The sheets of docs/looks.md: three photos in every look.

python tools/looks.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import skimage

from allaprima.app.contact_sheet import contact_sheet, in_looks
from allaprima.image.encode import save_picture
from allaprima.painting.looks import look_names

DATA = Path(skimage.__file__).parent / "data"


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("chelsea", "astronaut", "coffee"):
        save_picture(contact_sheet(DATA / f"{name}.png", in_looks(look_names())), folder / f"looks-{name}.jpg")


if __name__ == "__main__":
    main()
