"""The painting file, ``*.painting.json``, version 2: documented in ``docs/painting-format.md``."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ..brush.mypaint import SAMPLES
from ..errors import InputError
from ..files import read_bounded, written_aside
from ..image.hex import is_hex
from ..options import check_unicode
from ..rendering.background import Background
from ..strokes import ACTION, PLACE, PlacedStrokes
from .compute import DEVICES
from .record import DIGITS, BrushRef, PaintingRecord, PhotoRef
from .settings import Settings

FORMAT, VERSION = "allaprima.painting", 2
PARTS = ("settings", "canvas", "photo", "brushes", "strokes")
FIRST = ("brush", "strokes", "size", "seed", "quality", "engine")  # settings that every file has
OLDER = {"mood": "painterly"}  # what was usual when it was not recorded yet, where that is another today
UNRECORDED = "vgg_weights"  # always empty: which file of weights there is on a machine
INTEGERS = ("brush", "level", "sample")
BIGGEST = 2**31 - 1
LARGEST = 100_000_000  # bytes of a file: 20,000 strokes, a picture below them, and what they go on with, are 20 MB
BROADEST = 8192  # pixels: of a picture that is painted on
FARTHEST, SMALLEST = 1_000_000, 0.001  # canvas pixels: of a window's place and side


def save(painting: PaintingRecord, path: Path) -> None:
    """Write a painting file, aside first; the same painting gives the same bytes. Raises InputError for a name that is
    not one of a painting.
    """
    if path.suffix.lower() != ".json":
        raise InputError(
            f"{path} is no name for a painting: call it {path.with_suffix('.painting.json').name}, or write a picture "
            "with allaprima.write"
        )
    text = to_json(painting)
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")


def load(path: Path) -> PaintingRecord:
    """Read a painting file. Raises InputError that says what is wrong and where."""
    content = read_bounded(path, "painting", "a .painting.json file", LARGEST)
    try:
        return from_json(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError(f"the painting {path} is no painting file: it is not text") from None
    except InputError as error:
        raise InputError(f"the painting {path} is damaged: {error}") from None


def to_json(painting: PaintingRecord) -> str:
    """The text of a painting file: its head, then a line for each stroke."""
    background = {"background": painting.background.color}
    if painting.background.picture is not None:
        background["picture"] = _packed(_png(painting.background.picture))
    head = {
        "format": FORMAT,
        "version": VERSION,
        "library": painting.library,
        "settings": {**settings_of(painting), "threads": painting.threads},
        "canvas": {"width": painting.width, "height": painting.height, **background},
        "photo": painting.photo and asdict(painting.photo),
        "brushes": [asdict(brush) for brush in painting.brushes],
    }
    if painting.unfinished is not None:
        head["unfinished"] = _packed(painting.unfinished)
    names = (*INTEGERS, *PLACE, *ACTION)
    columns = [getattr(painting.strokes, name).tolist() for name in names]
    lines = [
        json.dumps({n: round(v, DIGITS) if isinstance(v, float) else v for n, v in zip(names, row, strict=True)})
        for row in zip(*columns, strict=True)
    ]
    body = ",\n  ".join(lines)
    return json.dumps(head, indent=1)[:-2] + f',\n "strokes": [\n  {body}\n ]\n}}\n'


def settings_of(painting: PaintingRecord) -> dict[str, Any]:
    """The settings as they are recorded, in the file's order: what names a picture is its hash, as text, and the file
    of a network's weights stays empty.
    """
    recorded: dict[str, Any] = {}
    for one in fields(Settings):
        value = getattr(painting.settings, one.name)
        recorded[one.name] = value if isinstance(value, (str, bool, int, float)) else str(value or "")
        if one.name == "features":
            recorded[UNRECORDED] = ""
    return {**recorded, "device": painting.device}


def from_json(text: str) -> PaintingRecord:
    """A painting from the text of its file. Raises InputError that says what is wrong and where."""
    try:
        return _record(_is(json.loads(text, parse_constant=_no_number), dict, "the file"))
    except InputError:
        raise
    except RecursionError:
        raise InputError("it is not JSON that can be read: it is nested too deeply") from None
    except ValueError as error:
        raise InputError(f"it is not JSON ({error})") from None


def _record(data: dict[str, Any]) -> PaintingRecord:
    if data.get("format") != FORMAT:
        raise InputError(f"format is {data.get('format')!r}, not {FORMAT!r}")
    if data.get("version") not in range(1, VERSION + 1) or isinstance(data["version"], bool):
        raise InputError(f"version is {data.get('version')!r}; this library reads 1 to {VERSION}: update allaprima")
    if unknown := data.keys() - {"format", "version", "library", "unfinished", *PARTS}:
        raise InputError(f"{min(unknown)[:40]!r} is unknown")
    made, canvas = (_get(data, name, dict, name) for name in ("settings", "canvas"))
    brushes = _get(data, "brushes", list, "brushes")
    if not brushes:
        raise InputError("brushes is empty: a painting needs at least one")
    background = _get(canvas, "background", str, "canvas.background")
    if not is_hex(background) or background != background.lower():
        raise InputError(f"canvas.background is {background!r}: it must look like #b7a994")
    return PaintingRecord(
        strokes=_strokes(_get(data, "strokes", list, "strokes"), len(brushes)),
        width=_integer(canvas, "width", "canvas", 1, BIGGEST),
        height=_integer(canvas, "height", "canvas", 1, BIGGEST),
        background=Background(background, _picture(canvas)),
        settings=_settings(made),
        threads=_integer(made, "threads", "settings", 1, BIGGEST),
        photo=_photo(_get(data, "photo", object, "photo")),
        brushes=tuple(_brush(brush, f"brushes[{index}]") for index, brush in enumerate(brushes)),
        library=_get(data, "library", str, "library"),
        device=_device(made),
        unfinished=_bytes(data, "unfinished", "unfinished") if "unfinished" in data else None,
    )


def _settings(made: dict[str, Any]) -> Settings:
    known = [one.name for one in fields(Settings) if one.name in made or one.name in FIRST]
    values = {name: _get(made, name, object, f"settings.{name}") for name in known}
    if unknown := made.keys() - values.keys() - {"threads", "device", UNRECORDED}:
        raise InputError(f"settings.{min(unknown)[:40]!r} is unknown")
    _get({UNRECORDED: "", **made}, UNRECORDED, str, f"settings.{UNRECORDED}")
    try:
        return Settings(**{**OLDER, **values})
    except InputError as error:
        raise InputError(f"settings.{error}") from None


def _photo(photo: Any) -> PhotoRef | None:
    if photo is None:
        return None
    photo = _is(photo, dict, "photo")
    sides = (_integer(photo, name, "photo", 1, BIGGEST) for name in ("width", "height"))
    return PhotoRef(_get(photo, "sha256", str, "photo.sha256"), *sides)


def _device(made: dict[str, Any]) -> str:
    device: str = _get(made, "device", str, "settings.device")
    if device not in DEVICES:
        raise InputError(f"settings.device is {device!r}: choose from {', '.join(DEVICES)}")
    return device


def _picture(canvas: dict[str, Any]) -> NDArray[np.uint8] | None:
    if "picture" not in canvas:
        return None
    packed = _bytes(canvas, "picture", "canvas.picture")
    try:
        with Image.open(io.BytesIO(packed), formats=["PNG"]) as picture:
            if max(picture.size) > BROADEST:
                raise ValueError(f"{picture.width}x{picture.height} px")
            return np.asarray(picture.convert("RGB"))
    except UnidentifiedImageError:
        raise InputError("canvas.picture is damaged (it is no PNG)") from None
    except Exception as error:  # there is no end to what damaged files make decoders raise
        raise InputError(f"canvas.picture is damaged ({error})") from None


def _png(picture: NDArray[np.uint8]) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(picture).save(packed, "PNG")
    return packed.getvalue()


def _packed(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(data: dict[str, Any], name: str, where: str) -> bytes:
    packed = _get(data, name, str, where)
    try:
        return base64.b64decode(packed, validate=True)
    except ValueError:
        raise InputError(f"{where} is damaged: it is not base64") from None


def _brush(brush: Any, where: str) -> BrushRef:
    brush = _is(brush, dict, where)
    return BrushRef(*(_get(brush, one.name, str, f"{where}.{one.name}") for one in fields(BrushRef)))


def _strokes(strokes: list[Any], brushes: int) -> PlacedStrokes:
    if len(strokes) > (most := Settings.about("strokes").metadata["high"]):
        raise InputError(f"strokes are {len(strokes):,}: a painting has at most {most:,}")
    bounds = stroke_bounds(brushes)
    columns: dict[str, list[Any]] = {name: [] for name in (*INTEGERS, *PLACE, *ACTION)}
    for index, stroke in enumerate(strokes):
        where = f"strokes[{index}]"
        _is(stroke, dict, where)
        if unknown := stroke.keys() - columns.keys():
            raise InputError(f"{where}.{min(unknown)[:40]!r} is unknown")
        for name in INTEGERS:
            columns[name].append(_integer(stroke, name, where, *map(int, bounds[name])))
        for name in (*PLACE, *ACTION):
            value = _get(stroke, name, (int, float), f"{where}.{name}")
            low, high = bounds[name]
            if not low <= value <= high:
                raise InputError(f"{where}.{name} is {str(value)[:40]}: it must be {low} to {high}")
            columns[name].append(float(value))
    return PlacedStrokes(**{
        name: torch.tensor(values, dtype=torch.long if name in INTEGERS else torch.float64)
        for name, values in columns.items()
    })  # fmt: skip


def stroke_bounds(brushes: int) -> dict[str, tuple[float, float]]:
    """The least and the most of each number of a stroke, by name, in a painting by so many brushes."""
    places = dict.fromkeys(PLACE, (-FARTHEST, FARTHEST)) | {"window": (SMALLEST, FARTHEST)}
    whole = {"brush": (0, brushes - 1), "level": (0, BIGGEST), "sample": (0, SAMPLES - 1)}
    return {**whole, **places, **dict.fromkeys(ACTION, (0, 1))}


def _get(data: dict[str, Any], name: str, kind: Any, where: str) -> Any:
    if name not in data:
        raise InputError(f"{where} is missing")
    return _is(data[name], kind, where)


def _is(value: Any, kind: Any, where: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not object):
        words = {
            dict: "an object",
            list: "a list",
            str: "text",
            int: "a whole number",
            (int, float): "a number",
        }
        raise InputError(f"{where} is {str(value)[:40]!r}: it must be {words.get(kind, 'a number or text')}")
    if isinstance(value, str):
        check_unicode(where, value)
    return value


def _integer(data: dict[str, Any], name: str, where: str, low: int, high: int) -> int:
    value: int = _get(data, name, int, f"{where}.{name}")
    if not low <= value <= high:
        raise InputError(f"{where}.{name} is {str(value)[:40]}: it must be {low} to {high}")
    return value


def _no_number(name: str) -> None:
    raise InputError(f"it holds {name}, which is no number")
