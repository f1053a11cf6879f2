"""Strokes as a notebook shows them: their curves as wide as the brush is, in SVG, without any brush."""

from __future__ import annotations

from collections.abc import Sequence

Point = Sequence[float]
Curve = tuple[Point, Point, Point, float, Sequence[float]]
"""Three control points (x, y) of a quadratic Bezier, the line's width, and its colour: red, green, blue in [0,1]."""

SIDE, COLUMNS = 72, 12  # px of a thumbnail, and how many stand in a row


def thumbnails(curves: Sequence[Curve]) -> str:
    """Each curve, in fractions of its window, in a small window of its own, in rows."""
    if not curves:
        return ""
    cells = (
        f'<g transform="translate({index % COLUMNS * SIDE},{index // COLUMNS * SIDE})">'
        f'<rect width="{SIDE}" height="{SIDE}" fill="white" stroke="#ddd"/>'
        f'<g transform="scale({SIDE})">{_path(curve)}</g></g>'
        for index, curve in enumerate(curves)
    )
    width, height = min(len(curves), COLUMNS) * SIDE, -(-len(curves) // COLUMNS) * SIDE
    return _svg("".join(cells), 0, 0, width, height, width)


def in_place(curves: Sequence[Curve], places: Sequence[Sequence[float]], width: int = 480) -> str:
    """All curves over one another, each in its window (left, top, side), in one picture of ``width`` px."""
    if not curves:
        return ""
    curves = [_moved(curve, place) for curve, place in zip(curves, places, strict=True)]
    points = [point for curve in curves for point in curve[:3]]
    left, top = (min(point[axis] for point in points) for axis in (0, 1))
    right, bottom = (max(point[axis] for point in points) for axis in (0, 1))
    return _svg("".join(map(_path, curves)), left, top, max(right - left, 1e-6), max(bottom - top, 1e-6), width)


def _moved(curve: Curve, place: Sequence[float]) -> Curve:
    left, top, side = place
    start, control, end = ((left + side * x, top + side * y) for x, y in curve[:3])
    return start, control, end, side * curve[3], curve[4]


def _path(curve: Curve) -> str:
    start, control, end, wide, color = curve
    shown = "".join(f"{round(255 * min(1.0, max(0.0, value))):02x}" for value in color)
    places = " ".join(f"{x:.5g},{y:.5g}" for x, y in (start, control, end)).split()
    return (
        f'<path d="M{places[0]} Q{places[1]} {places[2]}" fill="none" stroke="#{shown}" stroke-width="{wide:.4g}" '
        f'stroke-linecap="round"/>'
    )


def _svg(content: str, left: float, top: float, width: float, height: float, shown: int) -> str:
    box = f"{left:.5g} {top:.5g} {width:.5g} {height:.5g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{shown}" '
        f'height="{max(1, round(shown * height / width))}" style="max-width:100%;overflow:hidden">{content}</svg>'
    )
