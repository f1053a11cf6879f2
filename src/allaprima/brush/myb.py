"""What a ``.myb`` says: read as leniently as MyPaint's engine reads it, and checked, since the engine, in C, trusts it.

The engine gets to see only what was understood here, written anew: nobody else reads the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from ..errors import InputError

LONGEST = 1_000_000  # characters; the longest brush of MyPaint's has 26,000
POINTS = 64  # of a curve, at most: the engine has room for no more
FAR = 1e6  # how far an input may reach
VERSION = "3"
OLD = re.compile(r"^version [12]\s*$", re.MULTILINE)  # in brushes of before 2013, which are no JSON
COMMENT_OR_STRING = re.compile(r"""("(?:\\.|[^"\\])*"?)|'((?:\\.|[^'\\])*)'?|/\*.*?(?:\*/|\Z)|//[^\n]*""", re.DOTALL)
COMMA_OR_STRING = re.compile(r"""("(?:\\.|[^"\\])*"?)|,(?=\s*[}\]])""", re.DOTALL)

LIMITS = {  # of MyPaint's own sliders, libmypaint 1.6
    "opaque": (0, 2), "opaque_multiply": (0, 2), "opaque_linearize": (0, 2), "radius_logarithmic": (-2, 6),
    "hardness": (0, 1), "anti_aliasing": (0, 5), "dabs_per_basic_radius": (0, 200), "dabs_per_actual_radius": (0, 200),
    "dabs_per_second": (0, 200), "radius_by_random": (0, 1.5), "speed1_slowness": (0, 0.2), "speed2_slowness": (0, 3),
    "speed1_gamma": (-8, 8), "speed2_gamma": (-8, 8), "offset_by_random": (0, 25), "offset_by_speed": (-3, 3),
    "offset_by_speed_slowness": (0, 15), "slow_tracking": (0, 10), "slow_tracking_per_dab": (0, 10),
    "tracking_noise": (0, 12), "color_h": (0, 1), "color_s": (-0.5, 1.5), "color_v": (-0.5, 1.5),
    "restore_color": (0, 1), "change_color_h": (-2, 2), "change_color_l": (-2, 2), "change_color_hsl_s": (-2, 2),
    "change_color_v": (-2, 2), "change_color_hsv_s": (-2, 2), "smudge": (0, 1), "smudge_length": (0, 1),
    "smudge_radius_log": (-1.6, 1.6), "eraser": (0, 1), "stroke_threshold": (0, 0.5),
    "stroke_duration_logarithmic": (-1, 14), "stroke_holdtime": (0, 10), "custom_input": (-5, 5),
    "custom_input_slowness": (0, 10), "elliptical_dab_ratio": (1, 10), "elliptical_dab_angle": (0, 180),
    "direction_filter": (0, 10), "lock_alpha": (0, 1), "colorize": (0, 1), "snap_to_pixel": (0, 1),
    "pressure_gain_log": (-1.8, 1.8), "gridmap_scale": (-10, 10), "gridmap_scale_x": (0, 10),
    "gridmap_scale_y": (0, 10), "smudge_length_log": (0, 20), "smudge_bucket": (0, 255),
    "smudge_transparency": (-1, 1), "offset_y": (-40, 40), "offset_x": (-40, 40), "offset_angle": (-40, 40),
    "offset_angle_asc": (-40, 40), "offset_angle_view": (-40, 40), "offset_angle_2": (0, 40),
    "offset_angle_2_asc": (0, 40), "offset_angle_2_view": (0, 40), "offset_angle_adj": (-180, 180),
    "offset_multiplier": (-2, 3), "posterize": (0, 1), "posterize_num": (0.01, 1.28), "paint_mode": (0, 1),
}  # fmt: skip
INPUTS = (
    "pressure", "speed1", "speed2", "random", "stroke", "direction", "tilt_declination", "tilt_ascension", "custom",
    "direction_angle", "attack_angle", "tilt_declinationx", "tilt_declinationy", "gridmap_x", "gridmap_y", "viewzoom",
    "barrel_rotation", "brush_radius",
)  # fmt: skip


class Setting(NamedTuple):
    """A setting's value, and what it gets from inputs such as pressure: curves of points (x, y)."""

    base_value: float
    inputs: Mapping[str, list[list[float]]]

    @property
    def used(self) -> bool:
        return bool(self.base_value or self.inputs)

    @property
    def most(self) -> float:
        """The most that it may come to."""
        return self.base_value + sum(max(y for _, y in curve) for curve in self.inputs.values())


def parse_myb(text: str, name: str = "the brush") -> dict[str, Setting]:
    """The settings in a ``.myb``'s ``text``; what MyPaint does not know is left out. Raises InputError that says what
    is wrong with the brush ``name``.
    """
    try:
        return _settings(_object(text))
    except InputError as error:
        raise InputError(f"{name} is no MyPaint brush: {error}") from None


def for_engine(settings: Mapping[str, Setting]) -> bytes:
    """These settings as the engine reads them."""
    values = {name: setting._asdict() for name, setting in settings.items()}
    return json.dumps({"version": int(VERSION), "settings": values}).encode()


def _object(text: str) -> dict[str, Any]:
    """The first object in a text, without comments, commas too many, and what stands around it."""
    if len(text) > LONGEST:
        raise InputError(f"it has {len(text):,} characters, and a brush at most {LONGEST:,}")
    if OLD.search(text):
        raise InputError("it is of MyPaint's old text format: open it in MyPaint 1.1 to 1.2 and save it again")
    if "{" not in text:
        raise InputError("it holds no {...}")
    text = COMMENT_OR_STRING.sub(_in_double_quotes, text[text.index("{") :])
    text = COMMA_OR_STRING.sub(lambda found: found[1] or "", text)
    try:
        value: dict[str, Any] = json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError) as error:
        raise InputError(f"its JSON is broken ({error})") from None
    return value


def _in_double_quotes(found: re.Match[str]) -> str:
    if found[2] is not None:
        return '"' + found[2].replace('"', '\\"').replace("\\'", "'") + '"'
    return found[1] or " "


def _settings(brush: dict[str, Any]) -> dict[str, Setting]:
    if str(brush.get("version")).removesuffix(".0") != VERSION:
        said = f"of version {_shown(brush['version'])}" if "version" in brush else "without a version"
        raise InputError(f"it is {said}, and must be of version {VERSION}")
    settings = {name: value for name, value in _dict(brush, "settings", "the file").items() if name in LIMITS}
    if not settings:
        raise InputError(f"it has no settings such as {', '.join(list(LIMITS)[:3])}")
    return {name: _setting(name, value) for name, value in settings.items()}


def _setting(name: str, value: Any) -> Setting:
    if not isinstance(value, dict):
        raise InputError(f"{name} is {_shown(value)}, not an object")
    low, high = LIMITS[name]
    span = high - low  # MyPaint's own brushes keep to the limits, and curves to their span: twice that is enough
    base_value = _number(value.get("base_value"), low - span, high + span, f"{name}: base_value")
    inputs = {of: points for of, points in _dict(value, "inputs", name).items() if of in INPUTS and points != []}
    return Setting(base_value, {of: _curve(points, 2 * span, f"{name} by {of}") for of, points in inputs.items()})


def _curve(points: Any, far: float, what: str) -> list[list[float]]:
    if not isinstance(points, list) or not all(isinstance(point, list) and len(point) >= 2 for point in points):
        raise InputError(f"{what} is {_shown(points)}, not a list of points [x, y]")
    if not 2 <= len(points) <= POINTS:
        raise InputError(f"{what} has {len(points)} point{'s' * (len(points) > 1)}: a curve has 2 to {POINTS}")
    curve = [[_number(x, -FAR, FAR, f"{what}: x"), _number(y, -far, far, f"{what}: y")] for x, y, *_ in points]
    for (before, _), (after, _) in pairwise(curve):
        if after < before:
            raise InputError(f"{what}: x goes from {before:g} back to {after:g}, and must rise")
    return curve


def _number(value: Any, low: float, high: float, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{what} is {_shown(value)}, not a number")
    if not low <= value <= high:  # NaN neither
        said = f"{value:g}" if isinstance(value, float) else _shown(value)
        raise InputError(f"{what} is {said}: {low:g} to {high:g} is possible")
    return float(value)


def _dict(values: dict[str, Any], key: str, what: str) -> dict[str, Any]:
    value = values.get(key)
    if not isinstance(value, dict):
        said = f"{what} has no {key}" if value is None else f"{what}: {key} is {_shown(value)}, not an object"
        raise InputError(said)
    return value


def _shown(value: Any) -> str:
    """A value in a line."""
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
