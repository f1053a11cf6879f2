"""The real brush: MyPaint's engine, libmypaint 1.x (``surface.py``).

The engine is deterministic: a fresh brush always starts from the same random state, so the same action and sample give
the same bits. For every stroke of a painting the brush is fresh; :meth:`MyPaintBrush.draw_run` lets one brush's random
numbers run on, for data to learn from.
"""

from __future__ import annotations

import colorsys
import ctypes as C
import hashlib
import math
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from ..kernels.columns import CORNER, HEIGHT, SIDE, WIDTH
from ..strokes import WINDOW, PlacedStrokes, Strokes, as_strokes, check_window, sample_of
from .libmypaint import INSTALL, ONE, Surface, engine

POINTS = 100  # events along the curve
STEP = 0.1  # seconds between two events on a window of 64 px
JUMP = 10.0  # an event with dtime > 5 s resets: the brush jumps there, draws nothing, and burns one random number
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
    if name.endswith(".myb"):
        if Path(name).is_file():
            return Path(name)
        raise InputError(f"there is no brush file {name}: give the path of a .myb file")
    shares = (sys.prefix + "/share", *SHARES)
    folders = [Path(share) / "mypaint-data/2.0/brushes" for share in shares]
    if own := os.environ.get("MYPAINT_BRUSHES"):
        folders.insert(0, Path(own))
    for folder in folders:
        if (found := folder / f"{name}.myb").is_file():
            return found
    there = [folder for folder in folders if folder.is_dir()]
    if not there:
        raise InputError(f"MyPaint's brushes are not installed, so there is no {name}. {INSTALL}")
    raise InputError(f"there is no MyPaint brush {name} in {there[0]}; names look like classic/dry_brush")


class MyPaintBrush:
    """A brush of the real MyPaint. ``MyPaintBrush("classic/dry_brush")(strokes, size)`` draws opacity.

    ``name`` is a brush's name or the path of a ``.myb`` (see :func:`brush_file`); ``text`` gives the ``.myb``'s
    content directly. Raises :class:`InputError` if library or brush are missing or the text is no brush.
    """

    differentiable = False

    def __init__(self, name: str | Path, text: str | None = None) -> None:
        name = str(name)
        content = brush_file(name).read_bytes() if text is None else text.encode()
        self.name = Path(name).stem if name.endswith(".myb") else name
        self.text = content.decode(errors="replace")
        self.sha256 = hashlib.sha256(content).hexdigest()
        self._content = content
        _EngineBrush(self)  # fail now if the text is no brush

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
            _EngineBrush(self).draw(surface, path)
            out[index, 0] = torch.from_numpy(surface.rgba(scale)[..., 3])
        return out.to(strokes.device)

    def draw_run(self, strokes: Strokes, size: int = WINDOW) -> NDArray[np.uint8]:
        """Opacity ``(N, size, size)`` uint8 for a data set: one brush whose random numbers run on from stroke to
        stroke, so that a network learns the brush and not one draw of its randomness. ``size`` >= 64.
        """
        out = np.empty((len(strokes), size, size), np.uint8)
        brush, surface = _EngineBrush(self), Surface(size, size)
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
            _EngineBrush(self).draw(surface, path)
            yield surface.rgba(scale)[..., 3]

    def draw_on(self, surfaces: Sequence[Surface], strokes: PlacedStrokes, scale: float = 1.0) -> Iterator[int]:
        """Draw placed strokes in order onto surfaces whose pixels are ``1 / scale`` canvas pixels; yields the
        number of strokes drawn so far.
        """
        places = strokes.places.detach().cpu() * scale
        for index, path in enumerate(_paths(strokes, places[:, SIDE], places[:, CORNER])):
            for surface in surfaces:
                _EngineBrush(self).draw(surface, path)
            yield index + 1


class _Path(NamedTuple):
    """One stroke in the engine's terms: points in surface pixels, pressures, colour, and its factor f = window/64."""

    points: list[list[float]]
    pressures: list[float]
    hsv: tuple[float, float, float]
    log_radius: float
    factor: float
    dtime: float
    sample: int


def _paths(strokes: Strokes, windows: Tensor, origins: Tensor | None = None) -> Iterator[_Path]:
    """The path of each stroke on windows of these sides ``(N,)`` at these places ``(N, 2)``, in surface pixels."""
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
        yield _Path(
            points=points[index].tolist(),
            pressures=pressures[index].tolist(),
            hsv=colorsys.rgb_to_hsv(*colors[index]),
            log_radius=2 * sizes[index] + math.log(factor),
            factor=factor,
            dtime=STEP * factor * POINTS / count,
            sample=samples[index],
        )


class _EngineBrush:
    """The engine's own brush object: fresh, it always starts from the same random state."""

    def __init__(self, brush: MyPaintBrush) -> None:
        self.lib = lib = engine()
        self.pointer = lib.brush_new()
        lib.brush_from_defaults(self.pointer)
        if not lib.brush_from_string(self.pointer, brush._content):
            raise InputError(f"{brush.name} is no MyPaint brush: libmypaint cannot read its .myb")
        self.anti_aliasing = self._get("anti_aliasing")
        self.dabs_per_second = self._get("dabs_per_second")
        self.tracking_noise = self._get("tracking_noise")

    def draw(self, surface: Surface, path: _Path) -> None:
        """One stroke. The scaling rule: radius, anti-aliasing (in pixels) and time go with the window."""
        lib, pointer, on = self.lib, C.c_void_p(self.pointer), C.c_void_p(surface.interface)
        to, none = lib.brush_stroke_to, C.c_float(0.0)  # what stays the same is given to C once: a tenth of the time
        for _ in range(path.sample):
            to(pointer, on, 0.0, 0.0, 0.0, 0.0, 0.0, JUMP)
        for name, value in zip(("color_h", "color_s", "color_v"), path.hsv, strict=True):
            self._set(name, value)
        self._set("radius_logarithmic", path.log_radius)
        self._set("anti_aliasing", self.anti_aliasing * path.factor)
        self._set("dabs_per_second", self.dabs_per_second / path.factor)
        self._set("tracking_noise", 0.0)  # with it, a first event over 0.1 s would draw nothing
        lib.brush_reset(pointer)
        lib.brush_new_stroke(pointer)
        lib.surface_begin_atomic(on)
        (x, y), dtime = path.points[0], C.c_double(path.dtime)
        to(pointer, on, x, y, 0.0, 0.0, 0.0, JUMP)  # or slow tracking would drag the first point from (0, 0)
        to(pointer, on, x, y, path.pressures[0], 0.0, 0.0, STEP)
        self._set("tracking_noise", self.tracking_noise)
        for (x, y), pressure in zip(path.points[1:], path.pressures[1:], strict=True):
            to(pointer, on, x, y, pressure, none, none, dtime)
        to(pointer, on, x, y, none, none, none, dtime)
        lib.surface_end_atomic(on, C.byref((C.c_int * 4)()))

    def _get(self, name: str) -> float:
        return float(self.lib.brush_get_base_value(self.pointer, _setting(name)))

    def _set(self, name: str, value: float) -> None:
        self.lib.brush_set_base_value(self.pointer, _setting(name), value)

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self.lib.brush_unref(self.pointer)


@cache
def _setting(name: str) -> int:
    index = int(engine().brush_setting_from_cname(name.encode()))
    if index < 0:
        raise InputError(f"this libmypaint has no setting {name}: version 1.x is needed")
    return index
