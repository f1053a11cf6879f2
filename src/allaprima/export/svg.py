"""Vectors, ``.svg``: strokes as filled outlines, or as centerlines for plotters."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import numpy as np
import torch
from PIL import Image

from ..image.color import colors_to_hex, hex_to_colors, srgb_to_oklab
from ..image.photo import fit
from ..painting.painting import Painting
from ..rendering.compositing import as_picture
from .base import Job, Writer
from .clip import pieces
from .outline import Outline, Points, outlines
from .picture import described
from .xmp import xml_text

SVG = 'xmlns="http://www.w3.org/2000/svg"'
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'  # many programs look for a picture there only
INKSCAPE = 'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
MOST_PENS, PENS = 32, 8  # a painting of more colours than that is plotted with so many pens


class Svg(Writer):
    """The strokes as paths, one each."""

    def finish(self) -> None:
        lines = centerlines(self.job) if self.job.export.svg_style == "centerline" else filled(self.job)
        with self.path.open("w", encoding="utf-8", newline="\n") as file:
            file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
            file.writelines(f"{line}\n" for line in lines)


def filled(job: Job) -> Iterator[str]:
    """Every stroke a shape of its colour and of its mean opacity, grouped by level; in pixels."""
    painting, width, height = job.painting, job.width, job.height
    yield f'<svg {SVG} {XLINK} width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    yield from told(job)
    yield ground(painting, width, height)
    colors, shapes = hexes(painting), outlines(painting, job.rendering.brushes)
    scale = max(width, height) / painting.size
    seen: Counter[int] = Counter()
    index = 0
    for level, run in groupby(painting.strokes.level.tolist()):
        seen[level] += 1  # a painting over another one has each level twice
        yield f'<g id="level-{level}{"" if seen[level] == 1 else f"-{seen[level]}"}">'
        for _ in run:
            shape = next(shapes)
            paint = f'fill="{colors[index]}" fill-opacity="{number(shape.opacity)}"'
            yield f'<path id="stroke-{index}" {paint} d="{around(shape, scale)}"/>'
            index += 1
        yield "</g>"
    yield "</svg>"


def around(shape: Outline, scale: float) -> str:
    """The path along a stroke's left side, around its end, back along the right side and around its start. Where it
    crosses itself it is full, by SVG's own rule (nonzero).
    """
    left = (shape.curve + shape.half[0, :, None] * shape.normal) * scale
    right = (shape.curve - shape.half[1, :, None] * shape.normal)[::-1] * scale
    start, end = shape.beyond * scale
    return (
        f"M{pair(left[0])}{smooth(left)}{cap(left[-1], right[0], end)}{smooth(right)}{cap(right[-1], left[0], start)}Z"
    )


def smooth(points: Points) -> str:
    """A curve from the first of the points ``(N, 2)`` through all others: a cardinal spline."""
    slopes = np.gradient(points, axis=0) / 3
    return "".join(f"S{pair(point - slope)} {pair(point)}" for point, slope in zip(points[1:], slopes[1:], strict=True))


def cap(here: Points, there: Points, beyond: float) -> str:
    """Half an ellipse that goes so far beyond the line from here to there."""
    x, y = there - here
    across = np.hypot(x, y)
    turned = np.degrees(np.arctan2(y, x))
    return f"A{number(across / 2)} {number(beyond)} {number(turned)} 0 1 {pair(there)}"


def centerlines(job: Job) -> Iterator[str]:
    """Every stroke a line, in a layer for each pen; in millimetres. Layers begin with a number, by which plotters'
    programs know their pens; light pens go first, as dark ink would soil them.
    """
    painting = job.painting
    if len(set(hexes(painting))) > MOST_PENS:
        painting = painting.recolored(str(PENS))
    strokes, colors = painting.strokes, hexes(painting)
    width = job.export.svg_width
    height = width * painting.height / painting.width
    size = f'width="{number(width, 3)}mm" height="{number(height, 3)}mm"'
    yield f'<svg {SVG} {INKSCAPE} {size} viewBox="0 0 {number(width, 3)} {number(height, 3)}">'
    yield from told(job)
    points, widths = in_mm(painting, width), [shape.width for shape in outlines(painting, job.rendering.brushes)]
    for pen, color in enumerate(sorted(set(colors), key=lightness, reverse=True), 1):
        layer = f'inkscape:groupmode="layer" inkscape:label="{pen} {color}"'
        yield f'<g id="pen-{pen}" {layer} fill="none" stroke="{color}" stroke-linecap="round">'
        for index in (index for index in range(len(strokes)) if colors[index] == color):
            parts = pieces(points[index], width, height, job.export.clip)
            ways = "".join("M{}Q{} {}".format(*(pair(point, 3) for point in part.points)) for part in parts)
            if ways:
                thick = number(widths[index] * width / painting.width, 3)
                yield f'<path id="stroke-{index}" stroke-width="{thick}" d="{ways}"/>'
        yield "</g>"
    yield "</svg>"


def in_mm(painting: Painting, width: float) -> Points:
    """The strokes' Beziers ``(N, 3, 2)``, start, control point and end, on a drawing ``width`` mm wide."""
    strokes = painting.strokes
    places = strokes.places[:, None]
    points: Points = (torch.stack(strokes.bezier, 1) * places[..., 2:] + places[..., :2]).numpy()
    return points * (width / painting.width)


def hexes(painting: Painting) -> list[str]:
    """The strokes' colours as ``#rrggbb``."""
    return colors_to_hex(painting.strokes.color)


def lightness(color: str) -> tuple[float, str]:
    """To sort colours by."""
    return float(srgb_to_oklab(hex_to_colors([color]))[0, 0]), color


def told(job: Job) -> Iterator[str]:
    """Title and description, as in the metadata of pictures."""
    if job.export.metadata:
        about = {name: xml_text(text) for name, text in described(job.painting, job.export.title).items()}
        yield f"<title>{about['Title']}</title>"
        yield f"<desc>{about['Software']}; {about['Description']}</desc>"


def ground(painting: Painting, width: int, height: int) -> str:
    """What the strokes are painted on; a picture no larger than it was."""
    if painting.background.picture is None:
        return f'<rect width="{width}" height="{height}" fill="{painting.background.color}"/>'
    most = min(max(width, height), max(painting.background.picture.shape))
    picture, file = as_picture(painting.paper(*fit(width, height, most))), io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    box = f'width="{width}" height="{height}" preserveAspectRatio="none"'
    return f'<image {box} xlink:href="data:image/png;base64,{data}"/>'


def pair(point: Points, digits: int = 2) -> str:
    return f"{number(point[0], digits)} {number(point[1], digits)}"


def number(value: float, digits: int = 2) -> str:
    """As short as it can be with so many decimals."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
