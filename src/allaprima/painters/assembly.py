"""From strokes under way to a painting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ..brush.neural import NeuralBrush
from ..options import OWN
from ..painting.compute import Compute
from ..painting.painting import Painting
from ..painting.record import BrushRef, PhotoRef
from ..painting.settings import Settings
from ..rendering.rendering import AUTO, NEURAL, Rendering
from ..strokes import PlacedStrokes
from ..version import VERSION
from .canvas import Canvas
from .checkpoint import Checkpoint
from .inputs import Inputs


def assemble(
    inputs: Inputs,
    settings: Settings,
    compute: Compute,
    canvas: Canvas,
    strokes: PlacedStrokes,
    checkpoint: Checkpoint | None,
) -> Painting:
    """The painting with these strokes over those that were there, as it is now; with the ``checkpoint``, if it is not
    finished.
    """
    strokes = strokes.to("cpu").to(torch.float64)
    photo = inputs.photo
    return Painting(
        strokes=strokes if inputs.base is None else PlacedStrokes.cat([inputs.base, strokes]),
        width=canvas.width,
        height=canvas.height,
        background=canvas.background,
        settings=settings,
        threads=torch.get_num_threads(),
        device=compute.device,
        photo=PhotoRef(photo.sha256, photo.width, photo.height),
        brushes=tuple(BrushRef.of(brush) for brush in inputs.brushes),
        library=VERSION,
        unfinished=checkpoint.pack() if checkpoint else None,
        at_hand=inputs.own,
    )


def picture_of(brushes: Sequence[NeuralBrush], painting: Painting, size: int | None, quick: bool) -> NDArray[np.uint8]:
    """The picture ``(H, W, 3)`` of a painting by these very brushes; not by a program of somebody's own, which may take
    its time.
    """
    engine = NEURAL if painting.settings.engine == OWN else AUTO
    return painting.render(Rendering(size, engine, quick=quick, brushes=brushes))
