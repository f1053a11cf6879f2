"""Strokes as rows of numbers."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import allaprima
from allaprima.export.outline import outlines
from allaprima.export.stroke_table import COLUMNS
from allaprima.painting import BrushRef

from .conftest import made


def test_read_back_equals_the_strokes(tmp_path: Path) -> None:
    """96 px on 192 mm: two millimetres are a pixel."""
    painting = made(30)
    painting = replace(painting, brushes=(*painting.brushes, BrushRef.of(allaprima.load_brush("oil"))))
    painting = painting.change(painting.strokes.change(brush=torch.arange(30) % 2, level=torch.arange(30) // 10))
    allaprima.write(painting, tmp_path / "strokes.csv", svg_width=192)
    with (tmp_path / "strokes.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30 and tuple(rows[0]) == COLUMNS
    strokes, widths = painting.strokes, [2 * shape.width for shape in outlines(painting)]
    colors = (strokes.color * 255).round().int().tolist()
    corner, side = strokes.places[:, :2], strokes.places[:, 2:]
    for index, row in enumerate(rows):
        assert (row["index"], row["level"]) == (str(index), str(index // 10))
        assert row["brush"] == ("dry_brush", "oil")[index % 2]
        assert row["color"] == "#" + bytes(colors[index]).hex()
        for name, points in zip(("start", "control", "end"), strokes.bezier, strict=True):
            x, y = (2 * (points * side + corner))[index].tolist()
            assert (float(row[f"{name}_x"]), float(row[f"{name}_y"])) == pytest.approx((x, y), abs=6e-4)
        assert float(row["width"]) == pytest.approx(widths[index], abs=6e-4)
        pressures = [float(row[name]) for name in ("pressure_start", "pressure_end")]
        assert pressures == pytest.approx(strokes.actions[index, [11, 0]].tolist(), abs=6e-4)
        numbers = [row[name] for name in COLUMNS if name not in ("index", "level", "brush", "color")]
        assert all(len(value.partition(".")[2]) == 3 for value in numbers)


def test_same_input_same_bytes(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        allaprima.write(made(5), tmp_path / name)
    content = (tmp_path / "one.csv").read_bytes()
    assert content == (tmp_path / "two.csv").read_bytes()
    assert b"\r" not in content and content.count(b"\n") == 6 and content.endswith(b"\n")


def test_no_strokes_is_a_header(tmp_path: Path) -> None:
    allaprima.write(made(0), tmp_path / "strokes.csv")
    assert (tmp_path / "strokes.csv").read_text() == ",".join(COLUMNS) + "\n"
