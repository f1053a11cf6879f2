"""What a visitor can take away of a painting: a row for each kind of file, and what it is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import InputError
from ...export.export import HEIGHT, PAPERS, Export
from ...export.write import picture_shape
from ...painting.painting import Painting
from ...rendering.rendering import AUTO, REAL, Rendering
from .choices import Limits
from .works import About

LONGEST = 40  # signs of each word of a file's name
SIGNS = re.compile(r"[^\w\- ]+")
PRINT, PICTURE, FILM = "print", "picture", "film"
SECONDS, FILM_SIZE = 12.0, 960  # of a film, and px of its long side


@dataclass(frozen=True)
class Thing:
    """A kind of file: its ``title``, what it is ``good`` for, its suffix, and how it is written."""

    title: str
    good: str
    suffix: str
    options: Mapping[str, Any] = field(default_factory=dict)


THINGS: dict[str, Thing] = {
    PRINT: Thing("Print (PNG)", "To hang on a wall: drawn anew for your paper, sharp at its size.", ".png"),
    PICTURE: Thing("Picture (PNG)", "To send or to show: as large as you like.", ".png"),
    "height": Thing("Height map (TIFF)", "How thick the paint is: for raised prints.", ".tif", {"map": HEIGHT}),
    "ora": Thing("Layers (ORA)", "To paint on in Krita, GIMP or MyPaint.", ".ora"),
    "psd": Thing("Layers (PSD)", "To paint on in Photoshop, Affinity or Procreate.", ".psd"),
    "outline": Thing("Outlines (SVG)", "Every stroke a shape: for Inkscape, Illustrator, cutting.", ".svg"),
    "lines": Thing("Lines (SVG)", "Every stroke a line: for a plotter.", ".svg", {"svg_style": "centerline"}),
    FILM: Thing("Film (MP4)", "How it was painted, stroke by stroke.", ".mp4", {"seconds": SECONDS}),
    "painting": Thing("Painting file", "The strokes themselves: open it here again, at any time.", ".painting.json"),
}  # fmt: skip
PAPER_NAMES = [name.upper() if name.startswith("a") else name for name in PAPERS]


def name_of(about: About, kind: str, paper: str = "") -> str:
    """What a file of a painting is called: as the photo, with its look, and what it is."""
    title, look, more = (
        SIGNS.sub("", word).strip()[:LONGEST]
        for word in (about.title, about.look, {PICTURE: "", "painting": "", PRINT: paper}.get(kind, kind))
    )
    return "-".join(filter(None, (title or "painting", look, more))) + THINGS[kind].suffix


def ordered(
    painting: Painting, kind: str, limits: Limits, paper: str = "A4", dpi: int = 300, fit: str = "fit", size: int = 0
) -> tuple[Rendering, Export]:
    """How a kind of file is drawn and written: a print for some paper with so many dpi, a picture with ``size`` px on
    its long side, or as many as the canvas. Raises InputError for what there is not, cannot be, or is not allowed.
    """
    if kind not in THINGS:
        raise InputError(f"there is no file of the kind {kind[:40]!r}: choose from {', '.join(THINGS)}")
    thing = THINGS[kind]
    export = Export(**thing.options)
    rendering = Rendering(engine=real_or_auto(painting))
    if kind == PRINT:
        if not paper:
            raise InputError("no paper is chosen: choose one, or give its size, such as 30x40cm")
        export = export.change(print=paper, dpi=float(dpi), fit=fit)
    elif kind == PICTURE and size:
        rendering = rendering.change(size=size)
    elif kind == FILM:
        rendering = rendering.change(size=min(FILM_SIZE, painting.size), quick=True)
    width, height = picture_shape((painting.width, painting.height), [], rendering.size, export)
    limits.check(len(painting), max(export.paper() or (width, height)))
    return rendering, export


def real_or_auto(painting: Painting) -> str:
    """The real painting program, where it is here."""
    try:
        for brush in painting.find_brushes():
            brush.real()
    except InputError:
        return AUTO
    return REAL
