"""Strokes as numbers for machines that paint, ``.csv``: one row for each, in millimetres."""

from __future__ import annotations

import csv

from .base import Writer
from .clip import pieces
from .outline import outlines
from .svg import hexes, in_mm

COLUMNS = (
    "index", "level", "brush", "start_x", "start_y", "control_x", "control_y", "end_x", "end_y", "width",
    "pressure_start", "pressure_end", "color",
)  # fmt: skip


class Table(Writer):
    """Where and how each stroke goes, in painting order. The origin is the page's top left corner, and y points down;
    strokes that reach over the page's edge are as they are, unless they are to be cut off there: a row is then a part
    of one that is on the page, and has its index.
    """

    def finish(self) -> None:
        painting, width = self.job.painting, self.job.export.svg_width
        page = width, width * painting.height / painting.width
        strokes = painting.strokes
        rows = zip(
            strokes.level.tolist(),
            (painting.brushes[index].name for index in strokes.brush.tolist()),
            in_mm(painting, width),
            (shape.width * width / painting.width for shape in outlines(painting, self.job.rendering.brushes)),
            strokes.entry_pressure.tolist(),
            strokes.pressure.tolist(),
            hexes(painting),
            strict=True,
        )
        with self.path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            for index, (level, brush, bezier, wide, entry, end, color) in enumerate(rows):
                for part in pieces(bezier, *page, self.job.export.clip):
                    pressures = (entry + (end - entry) * way for way in (part.begin, part.end))
                    numbers = [f"{value:.3f}" for value in (*part.points.flatten(), wide, *pressures)]
                    table.writerow([index, level, brush, *numbers, color])
