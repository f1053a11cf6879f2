"""What is given for a painting and has no effect on it is told: it may have come with a command for another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ..rendering.light import Light
from ..rendering.rendering import REAL, Rendering
from .terminal import tell

if TYPE_CHECKING:
    from ..brush.neural import NeuralBrush
    from ..painting.settings import Settings

OF_LIGHT = tuple(one.name for one in fields(Light))


def tell_unused(chosen: Mapping[str, Any], brushes: Sequence[NeuralBrush], rendering: Rendering) -> None:
    """Of texture and light, for these brushes, drawn so."""
    from ..rendering.begin import engine_for, has_relief

    if chosen.get("texture") is not None and engine_for(brushes, rendering.engine) == REAL:
        flag = "texture" if chosen["texture"] else "no-texture"
        _tell(flag, "real brushes always have their grain; --engine neural has the choice")
    for name in OF_LIGHT if not has_relief(brushes, rendering) else ():
        if chosen.get(name) is not None:
            _tell(name, "only bristle brushes, drawn by the real engine, leave paint that light falls on")


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
