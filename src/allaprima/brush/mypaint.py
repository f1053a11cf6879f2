"""The real brush: MyPaint's engine, libmypaint 1.x, through ctypes. Only this file knows it.

No compiler and no headers are needed, just the shared library. The engine is deterministic: a fresh brush always
starts from the same random state, so the same action and sample give the same bits. For every stroke of a painting
the brush is fresh; :meth:`MyPaintBrush.draw_run` lets one brush's random numbers run on, for data to learn from.
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
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from .strokes import WINDOW, Strokes, as_strokes, check_window

ONE = 1 << 15  # 1.0 in the engine's 15-bit fixed point
TILE = 64  # the engine stores pixels in tiles of 64 x 64
POINTS = 100  # events along the curve
STEP = 0.1  # seconds between two events on a window of 64 px
JUMP = 10.0  # an event with dtime > 5 s resets: the brush jumps there, draws nothing, and burns one random number
SAMPLES = 256  # a painting gives each stroke one of this many samples: each costs the engine one event

LIBRARIES = (
    "libmypaint-1.5.so.1",
    "libmypaint.so.0",
    "libmypaint-1.5.1.dylib",
    "libmypaint.dylib",
    "/opt/homebrew/lib/libmypaint.dylib",
    "/usr/local/lib/libmypaint.dylib",
    "libmypaint-1-5-1.dll",
    "C:/msys64/mingw64/bin/libmypaint-1-5-1.dll",
    "C:/msys64/ucrt64/bin/libmypaint-1-5-1.dll",
)
SHARES = (
    "/usr/share",
    "/usr/local/share",
    "/opt/homebrew/share",
    "C:/msys64/mingw64/share",
    "C:/msys64/ucrt64/share",
)
INSTALL = (
    "Debian and Ubuntu: apt install libmypaint-1.5-1 mypaint-brushes; "
    "macOS: brew install libmypaint mypaint-brushes; "
    "Windows (MSYS2): pacman -S mingw-w64-x86_64-libmypaint mingw-w64-x86_64-mypaint-brushes2"
)

Pointer, Float = C.c_void_p, C.c_float


class TileRequest(C.Structure):
    """MyPaintTileRequest of mypaint-tiled-surface.h."""

    _fields_ = (
        ("tx", C.c_int), ("ty", C.c_int), ("readonly", C.c_int), ("buffer", Pointer), ("context", Pointer),
        ("thread_id", C.c_int), ("mipmap_level", C.c_int),
    )  # fmt: skip


SIGNATURES: dict[str, tuple[Any, ...]] = {  # name: result, arguments
    "brush_new": (Pointer,),
    "brush_unref": (None, Pointer),
    "brush_from_defaults": (None, Pointer),
    "brush_from_string": (C.c_int, Pointer, C.c_char_p),
    "brush_setting_from_cname": (C.c_int, C.c_char_p),
    "brush_set_base_value": (None, Pointer, C.c_int, Float),
    "brush_get_base_value": (Float, Pointer, C.c_int),
    "brush_reset": (None, Pointer),
    "brush_new_stroke": (None, Pointer),
    "brush_stroke_to": (C.c_int, Pointer, Pointer, Float, Float, Float, Float, Float, C.c_double),
    "fixed_tiled_surface_new": (Pointer, C.c_int, C.c_int),
    "fixed_tiled_surface_interface": (Pointer, Pointer),
    "surface_unref": (None, Pointer),
    "surface_begin_atomic": (None, Pointer),
    "surface_end_atomic": (None, Pointer, C.POINTER(C.c_int * 4)),
    "tile_request_init": (None, C.POINTER(TileRequest), C.c_int, C.c_int, C.c_int, C.c_int),
    "tiled_surface_tile_request_start": (None, Pointer, C.POINTER(TileRequest)),
    "tiled_surface_tile_request_end": (None, Pointer, C.POINTER(TileRequest)),
}


@cache
def engine() -> SimpleNamespace:
    """The library's functions by name, without their prefix. Raises InputError where it is not installed."""
    for name in LIBRARIES:
        try:
            library = C.CDLL(name)
        except OSError:
            continue
        functions = SimpleNamespace()
        for function, (result, *arguments) in SIGNATURES.items():
            call = getattr(library, f"mypaint_{function}")
            call.restype, call.argtypes = result, arguments
            setattr(functions, function, call)
        library.mypaint_init()
        return functions
    raise InputError(f"the real MyPaint needs libmypaint 1.x, which is not installed. {INSTALL}")


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
        """
        strokes = as_strokes(strokes)
        check_window(size)
        scale = 1 if size >= WINDOW else math.ceil(2 * WINDOW / size)
        out = torch.empty(len(strokes), 1, size, size)
        for index, path in enumerate(_paths(strokes, torch.full((len(strokes),), size * scale))):
            surface = Surface(size * scale, size * scale)
            _EngineBrush(self).draw(surface, path)
            out[index, 0] = torch.from_numpy(surface.rgba(scale)[..., 3])
        return out

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
        scales = (WINDOW / places[:, 2]).ceil().clamp(min=1)
        origins = (places[:, :2] - boxes[:, :2]) * scales[:, None]
        paths = _paths(strokes, places[:, 2] * scales, origins)
        for path, box, scale in zip(paths, boxes[:, 2:].tolist(), scales.int().tolist(), strict=True):
            surface = Surface(box[0] * scale, box[1] * scale)
            _EngineBrush(self).draw(surface, path)
            yield surface.rgba(scale)[..., 3]

    def lay(self, surfaces: Sequence[Surface], strokes: Strokes, scale: float = 1.0) -> Iterator[int]:
        """Draw placed strokes in order onto surfaces whose pixels are ``1 / scale`` canvas pixels; yields the
        number of strokes drawn so far.
        """
        places = strokes.places.detach().cpu() * scale
        for index, path in enumerate(_paths(strokes, places[:, 2], places[:, :2])):
            for surface in surfaces:
                _EngineBrush(self).draw(surface, path)
            yield index + 1


class Surface:
    """A canvas of the engine, ``height x width`` pixels, transparent or with a ``background`` ``(3, height, width)`` in
    sRGB, [0,1].
    """

    def __init__(self, width: int, height: int, background: NDArray[np.float32] | None = None) -> None:
        lib = engine()
        self.width, self.height, self.background = width, height, background
        self.pointer = lib.fixed_tiled_surface_new(width, height)
        if not self.pointer:
            raise MemoryError(f"MyPaint could not make a surface of {width}x{height} pixels")
        self.interface = lib.fixed_tiled_surface_interface(self.pointer)
        rows, columns = -(-height // TILE), -(-width // TILE)
        request = TileRequest()  # the first tile begins the one buffer that holds them all
        lib.tile_request_init(C.byref(request), 0, 0, 0, 0)
        lib.tiled_surface_tile_request_start(self.pointer, C.byref(request))
        buffer = (C.c_uint16 * (rows * columns * TILE * TILE * 4)).from_address(request.buffer)
        self.tiles = np.ctypeslib.as_array(buffer).reshape(rows, columns, TILE, TILE, 4)
        lib.tiled_surface_tile_request_end(self.pointer, C.byref(request))
        self.clear()

    def clear(self) -> None:
        """Back to the beginning (the engine fills a new surface with 0xFFFF, which is no valid value)."""
        self.tiles[...] = 0
        if self.background is not None:
            for row, tiles in enumerate(self.tiles):
                band = self.background[:, row * TILE : (row + 1) * TILE]
                for column, tile in enumerate(tiles):
                    part = (band[:, :, column * TILE : (column + 1) * TILE] * ONE).round().transpose(1, 2, 0)
                    tile[: part.shape[0], : part.shape[1], :3] = part
            self.tiles[..., 3] = ONE

    def alpha(self) -> NDArray[np.uint16]:
        """``(H, W)`` opacity, 1.0 = 32768."""
        rows, columns = self.tiles.shape[:2]
        flat: NDArray[np.uint16] = self.tiles[..., 3].transpose(0, 2, 1, 3).reshape(rows * TILE, columns * TILE)
        return flat[: self.height, : self.width]

    def rgba(self, shrink: int = 1) -> NDArray[np.float32]:
        """``(H / shrink, W / shrink, 4)`` premultiplied RGBA in [0,1], averaged over boxes of ``shrink`` pixels."""
        return np.concatenate(list(self.bands(shrink)))

    def bands(self, shrink: int = 1) -> Iterator[NDArray[np.float32]]:
        """``rgba`` from the top down, some rows at a time, so that a large surface needs little memory besides its
        own.
        """
        for first in range(0, len(self.tiles), shrink):
            flat = (
                self.tiles[first : first + shrink].transpose(0, 2, 1, 3, 4).reshape(-1, self.tiles.shape[1] * TILE, 4)
            )
            inside = flat[: self.height - first * TILE, : self.width]
            boxes = inside.reshape(len(inside) // shrink, shrink, self.width // shrink, shrink, 4)
            yield np.divide(boxes.sum((1, 3), dtype=np.uint32), ONE * shrink * shrink, dtype=np.float32)

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            del self.tiles
            engine().surface_unref(self.interface)


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
    samples = [0] * len(strokes) if strokes.sample is None else strokes.sample.tolist()
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
