"""A brush of libmypaint: what draws one stroke on its surfaces. No torch here: a trial in a process of its own begins
quickly.
"""

from __future__ import annotations

import ctypes as C
from functools import cache
from typing import NamedTuple

from ..errors import InputError
from .libmypaint import Surface, engine

STEP = 0.1  # seconds between two events on a window of 64 px
JUMP = 10.0  # an event with dtime > 5 s resets: the brush jumps there, draws nothing, and burns one random number


class StrokePath(NamedTuple):
    """One stroke in the engine's terms: points in surface pixels, pressures, colour, and its factor f = window/64."""

    points: list[list[float]]
    pressures: list[float]
    hsv: tuple[float, float, float]
    log_radius: float
    factor: float
    dtime: float
    sample: int


class EngineBrush:
    """The engine's own brush object, of what ``myb.for_engine`` wrote (nothing else is sound). Fresh, it always
    starts from the same random state.
    """

    def __init__(self, content: bytes) -> None:
        self.lib = lib = engine()
        self.pointer = lib.brush_new()
        lib.brush_from_defaults(self.pointer)
        if not lib.brush_from_string(self.pointer, content):
            raise InputError("this libmypaint knows none of the brush's settings: version 1.5 or newer is needed")
        self.anti_aliasing = self._get("anti_aliasing")
        self.dabs_per_second = self._get("dabs_per_second")
        self.tracking_noise = self._get("tracking_noise")

    def draw(self, surface: Surface, path: StrokePath) -> None:
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
