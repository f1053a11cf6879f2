"""The real brush: MyPaint's engine, libmypaint 1.x (``libmypaint.py``, ``engine_brush.py``).

The engine is deterministic: a fresh brush always starts from the same random state, so the same action and sample give
the same bits. For every stroke of a painting the brush is fresh; :meth:`MyPaintBrush.draw_run` lets one brush's random
numbers run on, for data to learn from.
"""

from __future__ import annotations

import colorsys
import hashlib
import math
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from ..files import read_bounded
from ..kernels.columns import CORNER, HEIGHT, SIDE, WIDTH
from ..strokes import WINDOW, PlacedStrokes, Strokes, as_strokes, sample_of
from .engine_brush import STEP, EngineBrush, StrokePath
from .libmypaint import INSTALL, ONE, Surface, engine
from .myb import LONGEST, for_engine, parse_myb
from .opacity import check_finite, check_window
from .shown import as_png
from .trial import Trial, try_brush

POINTS = 100  # events along the curve
TRIAL = 24  # strokes
SAMPLES = 256  # a painting gives each stroke one of this many samples: each costs the engine one event

SHARES = (
    "/usr/share",
    "/usr/local/share",
    "/opt/homebrew/share",
    "C:/msys64/mingw64/share",
    "C:/msys64/ucrt64/share",
)


def brush_file(name: str) -> Path:
    """The ``.myb`` of a brush: a path, or a name such as ``classic/dry_brush`` in ``$MYPAINT_BRUSHES`` or in the
    system's mypaint-brushes **2.0** (1.0 holds other brushes of the same names). Raises InputError if not found.
    """
    if _is_path(name):
        if Path(name).is_file():
            return Path(name)
        raise InputError(f"there is no brush file {name}: give the path of a .myb file")
    folders = _installed_folders()
    if own := os.environ.get("MYPAINT_BRUSHES"):
        folders.insert(0, Path(own))
    for folder in folders:
        if (found := folder / f"{name}.myb").is_file():
            return found
    there = [folder for folder in folders if folder.is_dir()]
    if not there:
        raise InputError(f"MyPaint's brushes are not installed, so there is no {name}. {INSTALL}")
    raise InputError(f"there is no MyPaint brush {name} in {there[0]}; names look like classic/dry_brush")


def _is_path(name: str) -> bool:
    return name.lower().endswith(".myb")


def _installed_folders() -> list[Path]:
    return [Path(share) / "mypaint-data/2.0/brushes" for share in (sys.prefix + "/share", *SHARES)]


def _is_installed(name: str, content: bytes) -> bool:
    """Whether this is one of MyPaint's own brushes, which are known to be sound."""
    files = (folder / f"{name}.myb" for folder in _installed_folders())
    return any(file.is_file() and file.read_bytes() == content for file in files)


@cache
def _trial(name: str, content: bytes) -> Trial:
    strokes = Strokes.random(TRIAL, 0)
    return try_brush(name, content, list(_paths(strokes, torch.full((TRIAL,), WINDOW))), WINDOW)


class MyPaintBrush:
    """A brush of the real MyPaint. ``MyPaintBrush("classic/dry_brush")(strokes, size)`` draws opacity.

    ``name`` is a brush's name or the path of a ``.myb`` (see :func:`brush_file`); ``text`` gives the ``.myb``'s
    content directly; but for MyPaint's own brushes it is tried first, in a process of its own. Raises
    :class:`InputError` if library or brush are missing, the text is no brush, or the engine crashes on it.
    """

    differentiable = False

    def __init__(self, name: str | Path, text: str | None = None) -> None:
        name = str(name)
        content = read_bounded(brush_file(name), "brush", "a .myb file", 4 * LONGEST) if text is None else text.encode()
        self.name = Path(name).stem if _is_path(name) else name
        self.text = content.decode(errors="replace")
        self.sha256 = hashlib.sha256(content).hexdigest()
        self._content = for_engine(parse_myb(self.text, self.name))
        engine()  # fail now if it is missing
        if not _is_installed(name, content):
            self.trial()

    def __repr__(self) -> str:
        return f"MyPaintBrush {self.name}"

    def _repr_png_(self) -> bytes:
        return as_png(self)

    def __call__(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        """Opacity ``(N, 1, size, size)`` float32 in [0,1], each stroke by a fresh brush with its own sample (0
        where none is given). Below 64 px the engine itself changes, so small strokes are drawn larger and averaged.
        The engine works on the CPU; the result is where the strokes are.
        """
        strokes = as_strokes(strokes)
        check_window(size)
        scale = 1 if size >= WINDOW else math.ceil(2 * WINDOW / size)
        out = torch.empty(len(strokes), 1, size, size)
        for index, path in enumerate(_paths(strokes, torch.full((len(strokes),), size * scale))):
            surface = Surface(size * scale, size * scale)
            EngineBrush(self._content).draw(surface, path)
            out[index, 0] = torch.from_numpy(surface.rgba(scale)[..., 3])
        return out.to(strokes.device)

    def trial(self) -> Trial:
        """What some strokes are like, drawn in a process of its own. Raises InputError for a brush that the engine
        crashes on, or does not come to an end with.
        """
        return _trial(self.name, self._content)

    def draw_run(self, strokes: Strokes, size: int = WINDOW) -> NDArray[np.uint8]:
        """Opacity ``(N, size, size)`` uint8 for a data set: one brush whose random numbers run on from stroke to
        stroke, so that a network learns the brush and not one draw of its randomness. ``size`` >= 64.
        """
        out = np.empty((len(strokes), size, size), np.uint8)
        brush, surface = EngineBrush(self._content), Surface(size, size)
        for index, path in enumerate(_paths(strokes, torch.full((len(strokes),), size))):
            surface.clear()
            brush.draw(surface, path)
            out[index] = (surface.alpha() * np.uint32(255) + ONE // 2) >> 15
        return out

    def on_boxes(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> Iterator[NDArray[np.float32]]:
        """Opacity ``(height, width)`` in [0,1] of each stroke on its own box ``(N, 4)`` int32 (left, top, width,
        height), with its window at ``places`` ``(N, 3)`` (left, top, side), all in pixels; on windows under 64 px it is
        drawn larger, and averaged.
        """
        boxes, places = boxes.cpu(), places.detach().cpu()
        scales = (WINDOW / places[:, SIDE]).ceil().clamp(min=1)
        origins = (places[:, CORNER] - boxes[:, CORNER]) * scales[:, None]
        paths = _paths(strokes, places[:, SIDE] * scales, origins)
        sizes = zip(boxes[:, WIDTH].tolist(), boxes[:, HEIGHT].tolist(), scales.int().tolist(), strict=True)
        for path, (width, height, scale) in zip(paths, sizes, strict=True):
            surface = Surface(width * scale, height * scale)
            EngineBrush(self._content).draw(surface, path)
            yield surface.rgba(scale)[..., 3]

    def draw_on(self, surfaces: Sequence[Surface], strokes: PlacedStrokes, scale: float = 1.0) -> Iterator[int]:
        """Draw placed strokes in order onto surfaces whose pixels are ``1 / scale`` canvas pixels; yields the
        number of strokes drawn so far.
        """
        places = strokes.places.detach().cpu() * scale
        for index, path in enumerate(_paths(strokes, places[:, SIDE], places[:, CORNER])):
            for surface in surfaces:
                EngineBrush(self._content).draw(surface, path)
            yield index + 1


def _paths(strokes: Strokes, windows: Tensor, origins: Tensor | None = None) -> Iterator[StrokePath]:
    """The path of each stroke on windows of these sides ``(N,)`` at these places ``(N, 2)``, in surface pixels. Raises
    InputError for numbers that are not finite.
    """
    check_finite(strokes)
    strokes = strokes.detach().to("cpu").to(torch.float64)
    factors = (windows.double() / WINDOW).tolist()
    # dtime must stay <= 5 or nothing is drawn: above f = 50 more points, at the same speed
    counts = [POINTS * max(1, math.ceil(factor / 50)) for factor in factors]
    curves = {}
    for count in set(counts):
        t = torch.linspace(0, 1, count + 1, dtype=torch.float64)
        points = strokes.curve(t) * windows.double()[:, None, None]
        if origins is not None:
            points += origins.double()[:, None]
        curves[count] = points, strokes.pressure_at(t)
    colors, sizes = strokes.color.tolist(), strokes.size.tolist()
    samples = sample_of(strokes).tolist()
    for index, (factor, count) in enumerate(zip(factors, counts, strict=True)):
        points, pressures = curves[count]
        yield StrokePath(
            points=points[index].tolist(),
            pressures=pressures[index].tolist(),
            hsv=colorsys.rgb_to_hsv(*colors[index]),
            log_radius=2 * sizes[index] + math.log(factor),
            factor=factor,
            dtime=STEP * factor * POINTS / count,
            sample=samples[index],
        )
