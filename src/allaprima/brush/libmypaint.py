"""libmypaint 1.x through ctypes: the library's functions, and the surfaces that it draws on. Besides ``mypaint.py``
and ``engine_brush.py`` nobody knows it. No compiler and no headers are needed, just the shared library.
"""

from __future__ import annotations

import ctypes as C
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

ONE = 1 << 15  # 1.0 in the engine's 15-bit fixed point
TILE = 64  # the engine stores pixels in tiles of 64 x 64

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
        """Back to the beginning (the engine fills a new surface with 0xFFFF, which is no valid value). Beyond the edge
        it is clear, in the rest of a tile as where there is none: brushes that smudge would draw black from there.
        """
        self.tiles[...] = 0
        if self.background is not None:
            for row, tiles in enumerate(self.tiles):
                band = self.background[:, row * TILE : (row + 1) * TILE]
                for column, tile in enumerate(tiles):
                    part = (band[:, :, column * TILE : (column + 1) * TILE] * ONE).round().transpose(1, 2, 0)
                    tile[: part.shape[0], : part.shape[1], :3] = part
                    tile[: part.shape[0], : part.shape[1], 3] = ONE

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
        if getattr(self, "pointer", None) and engine is not None:  # None while Python exits
            del self.tiles
            engine().surface_unref(self.interface)
