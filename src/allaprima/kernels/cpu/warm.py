"""Compiling all there is, before anybody waits for a single function: ``python -m allaprima.kernels.cpu.warm``.

Each operation runs once, forward and backward, on next to nothing: types are what is compiled for, not sizes.
"""

from __future__ import annotations

import sys

import numpy as np
import torch

from ..bristle_columns import RADIUS, SHAPE, STROKE_COLUMNS, UNIT, BristleStrokes
from ..networks import FEATURES, Layer, PixelHead, Ribbon, SplatNetwork
from ..ribbon_columns import RIBBON
from .bristle_pickup import opacities, pick_up
from .bristles import paint_on
from .compiler import F32
from .composite import composite_backward, composite_forward
from .gaussians import gaussians_backward, gaussians_forward
from .rasterize import rasterize_backward, rasterize_forward
from .ribbons import ribbons_backward, ribbons_forward
from .runs import runs_to_pictures_backward, runs_to_pictures_forward

UNITS, FIELDS, SIDE = 4, 4, 16


def layer(answers: int, inputs: int) -> Layer:
    return Layer(torch.zeros(answers, inputs), torch.zeros(answers))


def gaussians() -> None:
    """Of one stroke."""
    numbers, pixel = torch.full((1, 9), 0.5), torch.full((1,), 1 / SIDE)
    first, second, last = (layer(*shape) for shape in ((UNITS, len(FEATURES) + 1), (UNITS, UNITS), (2 * FIELDS, UNITS)))
    bristle = torch.zeros(1, FIELDS, 2)
    network = SplatNetwork(5, first, second, last, torch.zeros(FIELDS), bristle, bristle)
    gaussians_backward(numbers, pixel, network, gaussians_forward(numbers, pixel, network))


def pixels() -> None:
    """Of one Gaussian, laid over a canvas, and taken away again."""
    gaussian = torch.tensor([0.5, 0.5, 1.0, 0.01])[:, None].expand(1, FIELDS, 4, 1).contiguous()
    boxes, places = torch.tensor([[0, 0, SIDE, SIDE]], dtype=torch.int32), torch.tensor([[0.0, 0.0, SIDE]])
    given = gaussian, torch.zeros(1), boxes, places, PixelHead(layer(2, FIELDS + 2), layer(1, 2), 0.05)
    opacity, runs, kept = rasterize_forward(*given, keep=True)
    assert kept is not None
    rasterize_backward(*given, kept, opacity)
    canvas, colors = torch.zeros(3, SIDE, SIDE), torch.zeros(1, 3)
    under = composite_forward(canvas, colors, opacity, runs, keep=True)
    composite_backward(canvas, colors, opacity, runs, under)
    runs_to_pictures_backward(runs_to_pictures_forward(opacity, runs, (1, SIDE, SIDE)), runs, len(opacity))


def ribbons() -> None:
    """Of one stroke."""
    boxes, places = torch.tensor([[0, 0, SIDE, SIDE]], dtype=torch.int32), torch.tensor([[0.0, 0.0, SIDE]])
    given = torch.full((1, 9), 0.5), boxes, places, Ribbon(torch.full((len(RIBBON),), 0.5))
    opacity, runs = ribbons_forward(*given)
    ribbons_backward(*given, runs, opacity)


def bristles() -> None:
    """One stroke of a brush, on a canvas and by itself."""
    numbers = np.zeros((1, STROKE_COLUMNS))
    numbers[:, [RADIUS, UNIT]] = 1
    strokes = BristleStrokes(numbers, np.zeros((1, 3), np.float32), np.zeros(1, np.int64), np.ones(len(SHAPE), F32))
    canvas, height = np.zeros((3, SIDE, SIDE), F32), np.zeros((SIDE, SIDE), F32)
    paint_on(canvas, height, strokes, pick_up(canvas, strokes))
    opacities(np.zeros((1, SIDE, SIDE), F32), 1, strokes)


PARTS = {"gaussians": gaussians, "pixels": pixels, "ribbons": ribbons, "bristles": bristles}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
