"""Every choice about files: its default, bounds and one-line help, once. Free of torch, so that help is quick."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict

from ..errors import InputError
from ..options import check_fields, check_known, choice

UNITS = {"mm": 1 / 25.4, "cm": 1 / 2.54, "in": 1.0}  # inches in one
PAPERS = {
    **{f"a{number}": size for number, size in enumerate(("841x1189", "594x841", "420x594", "297x420", "210x297"))},
    "a5": "148x210",
    "a6": "105x148",
    "letter": "215.9x279.4",
    "legal": "215.9x355.6",
    "tabloid": "279.4x431.8",
}  # in mm
PRINT = re.compile(r"(\d{1,9}(?:\.\d+)?)\s*x\s*(\d{1,9}(?:\.\d+)?)\s*(mm|cm|in)")
GROUPS = re.compile(r"\d{1,4}")
HEIGHT, NORMAL, FLAT = "height", "normal", "flat"  # maps: the first two are of paint with a relief
LONGEST = 1000  # signs of a title: an EXIF block of a JPEG has 64 KB
DPI = 300.0  # of a print, if none is given


@dataclass(frozen=True)
class Export:
    """How files are written. Raises :class:`InputError`, naming value and bound, for values out of range."""

    dpi: float = choice(0.0, "Pixels per inch that the picture is marked with; 0: none.", low=0, high=10_000)
    print: str = choice(
        "", "Paper to print on, such as A4, letter, 30x40cm or 8x10in: the size in pixels follows from --dpi."
    )
    fit: str = choice("fit", "Onto this paper: whole, with margins, or cropped to fill it.", among=("fit", "crop"))
    map: str = choice(
        "",
        "Pictures as a map in place of the lit painting: the paint's height in 16 bits, its normals, or flat colour.",
        among=("", HEIGHT, NORMAL, FLAT),
    )
    title: str = choice("", "Title in the picture's metadata.")
    metadata: bool = choice(True, "Title, seed and settings in pictures.")
    layers: str = choice("level", "Layers of .ora and .psd: level, brush, or a number of groups of strokes.")
    svg_style: str = choice(
        "outline",
        "Strokes of .svg as filled outlines, or centerlines for plotters.",
        among=("outline", "centerline"),
    )
    svg_width: float = choice(200.0, "Width of a .svg of centerlines, and of a .csv, in mm.", low=1, high=10_000)
    clip: bool = choice(False, "Cut the strokes of a .svg of centerlines, and of a .csv, off at the page's edges.")
    seconds: float = choice(10.0, "Length of a film.", low=0.1, high=3600)
    fps: float = choice(30.0, "Pictures per second of a film.", low=1, high=120)
    beside: bool = choice(False, "A film shows the photo beside the canvas.")
    brush_motion: bool = choice(False, "In a film each stroke grows along its curve.")
    film: bool = choice(False, "A .webp is a film, and not a picture.")

    def __post_init__(self) -> None:
        check_fields(self)
        if len(self.title) > LONGEST:
            raise InputError(f"title has {len(self.title):,} signs: give at most {LONGEST:,}")
        if 0 < self.dpi < 1:
            raise InputError(f"dpi is {self.dpi:g}: choose 1 to 10,000")
        groups = int(self.layers) if GROUPS.fullmatch(self.layers) else 0
        if self.layers not in ("level", "brush") and not 1 <= groups <= 1000:
            raise InputError(f"layers is {self.layers[:80]!r}: choose level, brush, or a number from 1 to 1,000")
        self.paper()

    def paper(self) -> tuple[int, int] | None:
        """The paper's sides in pixels, the shorter first; None if there is none. Raises InputError for one that is no
        size, or too small or large.
        """
        if not self.print:
            return None
        text = self.print.strip().lower()
        if not (found := PRINT.fullmatch(f"{PAPERS[text]}mm" if text in PAPERS else text)):
            raise InputError(
                f"print is {self.print[:80]!r}: give width and height and mm, cm or in, such as 30x40cm, or one of "
                f"{', '.join(PAPERS)}"
            )
        per_unit = UNITS[found[3]] * (self.dpi or DPI)
        short, long = sorted(round(float(side) * per_unit) for side in found.groups()[:2])
        if short < 1 or long > 32_768:
            asked = f"{self.print}, {short:,} x {long:,} px at {self.dpi or DPI:g} dpi"
            raise InputError(f"print is {asked}: choose another size or --dpi, for 1 to 32,768 px")
        return short, long

    def sheet(self, width: int, height: int) -> tuple[int, int] | None:
        """Width and height in pixels of the paper as it lies for a picture: upright, unless that is wider than high.
        None if there is none.
        """
        paper = self.paper()
        return paper if paper is None or width <= height else paper[::-1]

    @property
    def marked_dpi(self) -> float:
        """The dpi that pictures are marked with, 0 for none."""
        return self.dpi or (DPI if self.print else 0.0)

    def change(self, **changes: Any) -> Export:
        """With some of it changed. Raises InputError for a name that is no option (and lists them)."""
        check_known(changes, Export)
        return replace(self, **changes)


class ExportOptions(TypedDict, total=False):
    """The fields of :class:`Export` by name, for editors; a test holds both together."""

    dpi: float
    print: str
    fit: Literal["fit", "crop"]
    map: Literal["", "height", "normal", "flat"]
    title: str
    metadata: bool
    layers: str
    svg_style: Literal["outline", "centerline"]
    svg_width: float
    clip: bool
    seconds: float
    fps: float
    beside: bool
    brush_motion: bool
    film: bool
