"""Who draws a painting: neural brushes, real ones, or a program of somebody's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ..brush.bristle import BristleBrush
from ..brush.mypaint import MyPaintBrush
from ..brush.neural import NeuralBrush
from ..brush.programs import OwnProgram, RealBrush
from ..image.photo import fit
from ..memory import check_memory
from .boxed_drawing import BoxedDrawing
from .bristle_drawing import BristleDrawing
from .drawing import Composition, Drawing
from .mypaint_drawing import MyPaintDrawing
from .neural_drawing import NeuralDrawing
from .rendering import AUTO, NEURAL, REAL, Rendering

PLAIN, LAYERED = 20, 65  # bytes for each pixel, at least, whoever draws; and with a layer

Program = TypeVar("Program", bound=Callable[..., Any])


def begin_drawing(
    composition: Composition, brushes: Sequence[NeuralBrush], rendering: Rendering, layered: bool = False
) -> Drawing:
    """The picture before the first stroke, on the canvas' size unless the rendering says another; ``brushes`` are those
    that the strokes tell by number. Layers are to be taken from it if it is ``layered``. Raises InputError for a real
    brush that is missing, and MachineError for too little memory.
    """
    canvas = composition.width, composition.height
    width, height = fit(*canvas, max(canvas) if rendering.size is None else int(rendering.size))
    check_room(width, height, layered)
    composition = replace(composition, light=rendering.lighting(composition.light))
    if isinstance(rendering.engine, BristleBrush | MyPaintBrush):
        real: list[RealBrush] = [rendering.engine] * len(brushes)
        return real_drawing(composition, brushes, real, width, height, layered, rendering.quick)
    if not isinstance(rendering.engine, str):
        own = [OwnProgram(rendering.engine)] * len(brushes)
        return BoxedDrawing(composition, brushes, own, width, height, layered)
    engine = engine_for(brushes, rendering.engine)
    if engine == NEURAL:
        drawing = [brush.textured for brush in brushes] if rendering.texture else brushes
        return NeuralDrawing(composition, drawing, width, height, layered)
    real = [brush.real() for brush in brushes]
    return real_drawing(composition, brushes, real, width, height, layered, rendering.quick)


def real_drawing(
    composition: Composition,
    brushes: Sequence[NeuralBrush],
    real: Sequence[RealBrush],
    width: int,
    height: int,
    layered: bool,
    quick: bool,
) -> Drawing:
    """By ``real`` brushes, one for each of those that painted."""
    bristles = [brush for brush in real if isinstance(brush, BristleBrush)]
    if len(bristles) == len(real):
        return BristleDrawing(composition, bristles, width, height, layered, quick)
    mypaint = [brush for brush in real if isinstance(brush, MyPaintBrush)]
    if len(mypaint) == len(real) and not composition.opaque:
        return MyPaintDrawing(composition, mypaint, width, height, layered)
    return BoxedDrawing(composition, brushes, real, width, height, layered)


def check_room(width: int, height: int, layered: bool = False) -> None:
    """Raise MachineError if there is too little memory to draw a picture of ``width x height`` px."""
    needed = width * height * (LAYERED if layered else PLAIN)
    check_memory(needed, f"drawing {width:,}x{height:,} px{' in layers' * layered}", "choose a smaller size")


def engine_for(brushes: Sequence[NeuralBrush], engine: str | Program) -> str | Program:
    """Who draws if nobody says: bristles are always there, MyPaint may not be."""
    if engine != AUTO:
        return engine
    return REAL if all(brush.bristly for brush in brushes) else NEURAL


def has_relief(brushes: Sequence[NeuralBrush], rendering: Rendering) -> bool:
    """Whether these brushes, drawn as a rendering says, lay paint with a relief: bristles do, by the real engine."""
    if isinstance(rendering.engine, BristleBrush):
        return True
    return engine_for(brushes, rendering.engine) == REAL and all(brush.bristly for brush in brushes)
