"""Strokes as rows of numbers."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

import allaprima
from allaprima.export.clip import along, pieces
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


coordinates = st.lists(st.floats(-150, 250), min_size=6, max_size=6)


@settings(max_examples=200)
@example([0.0, 0.0, 0.0, 0.0, 0.0, 2.2e-309])
@example([50.0, 40.0, 50.0, 40.0, 50.0, 40.0])
@given(coordinates)
def test_what_is_cut_off_is_what_leaves_the_page(numbers: list[float]) -> None:
    """Points of a stroke are on one of its pieces if they are on the page, and pieces are parts of it."""
    bezier, page = np.array(numbers).reshape(3, 2), np.array([100.0, 80.0])
    found = list(pieces(bezier, *page))
    for way in np.linspace(0, 1, 53):
        point = along(bezier, way, way)
        inside = bool(((point > 1e-6) & (point < page - 1e-6)).all())
        outside = bool(((point < -1e-6) | (point > page + 1e-6)).any())
        kept = any(part.begin - 1e-6 <= way <= part.end + 1e-6 for part in found)
        assert kept or not inside
        assert not (outside and any(part.begin + 1e-6 < way < part.end - 1e-6 for part in found))
    for part in found:
        for share in (0.0, 0.3, 1.0):
            way = part.begin + share * (part.end - part.begin)
            assert np.allclose(along(part.points, share, share), along(bezier, way, way), atol=1e-6)


def test_nothing_leaves_the_page_of_a_machine(tmp_path: Path) -> None:
    painting = made(40).scaled(0.5).cropped((10, 8, 30, 30))
    names = ("whole.csv", "cut.csv")
    for name in names:
        allaprima.write(painting, tmp_path / name, svg_width=100, clip=name == "cut.csv")
    whole, cut = (list(csv.DictReader((tmp_path / name).read_text().splitlines())) for name in names)
    high = 100 * painting.height / painting.width
    ends = [(float(row[f"{at}_x"]), float(row[f"{at}_y"])) for row in cut for at in ("start", "end")]
    assert cut and all(-1e-3 <= x <= 100.001 and -1e-3 <= y <= high + 1e-3 for x, y in ends)
    assert {row["index"] for row in cut} < {row["index"] for row in whole}
    allaprima.write(painting, tmp_path / "cut.svg", svg_style="centerline", svg_width=100, clip=True)
    assert (tmp_path / "cut.svg").read_text().count("M") == len(cut)
