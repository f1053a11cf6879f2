"""What is given for a painting and has no effect on it is told: it may have come with a command for another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..export.export import FLAT, HEIGHT, NORMAL, Export
from ..export.formats import FILM, LAYERS, PICTURE, format_of
from ..rendering.light import Light
from ..rendering.rendering import REAL, Rendering
from .terminal import tell

if TYPE_CHECKING:
    from ..brush.neural import NeuralBrush
    from ..painting.settings import Settings

OF_LIGHT = tuple(one.name for one in fields(Light))
UNLIT = {FLAT: OF_LIGHT, HEIGHT: OF_LIGHT, NORMAL: ("light", "gloss")}  # of maps


def tell_unused(chosen: Mapping[str, Any], brushes: Sequence[NeuralBrush], rendering: Rendering) -> None:
    """Of texture and light, for these brushes, drawn so."""
    from ..rendering.begin import engine_for, has_relief

    if chosen.get("texture") is not None and engine_for(brushes, rendering.engine) == REAL:
        flag = "texture" if chosen["texture"] else "no-texture"
        _tell(flag, "real brushes always have their grain; --engine neural has the choice")
    for name in OF_LIGHT if not has_relief(brushes, rendering) else ():
        if chosen.get(name) is not None:
            _tell(name, "only bristle brushes, drawn by the real engine, leave paint that light falls on")


def tell_undrawn(chosen: Mapping[str, Any], paths: Sequence[Path], export: Export) -> dict[str, Any]:
    """Of engine, texture and light, for these files; what may have an effect on one."""
    given = {name: value for name, value in chosen.items() if value is not None}
    kinds = {format_of(path, export.film).kind for path in paths}
    names, why = UNLIT.get(export.map, ()), f"the {export.map} map does not depend on it"
    if not kinds & {PICTURE, LAYERS, FILM}:
        names, why = tuple(given), "it is for pictures, layers and films, and no file is one"
    elif kinds & {LAYERS, FILM}:
        names = ()
    for name in [name for name in names if name in given]:
        _tell(name if given.pop(name) is not False else f"no-{name}", why)
    return given


def tell_unseen(chosen: Mapping[str, Any], settings: Settings) -> None:
    """Of networks and styles, with these settings."""
    looks = settings.loss != "pixel" or settings.style
    if "style_weight" in chosen and not settings.style:
        _tell("style-weight", "there is no --style")
    if "features" in chosen and not looks:
        _tell("features", "a network looks for --loss features or both, and for --style")
    if chosen.get("vgg_weights") and not (looks and settings.features.startswith("vgg16")):
        _tell("vgg-weights", "VGG16 looks with --features vgg16, for --loss features or both, and for --style")


def _tell(flag: str, why: str) -> None:
    tell(f"--{flag} has no effect: {why}")
