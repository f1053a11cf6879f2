"""A painting that is there, on the easel once more: one that was stopped goes on, a finished one gets more strokes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..brush.neural import NeuralBrush
from ..errors import InputError
from ..image.palette import Palette
from ..image.photo import Photo
from ..options import OWN
from ..painting.companions import Companions
from ..painting.painting import Painting
from ..painting.pictures import AutoFocus
from ..painting.settings import Settings, shares_of
from .checkpoint import Checkpoint
from .inputs import Inputs, load_pictures

TO_GO_ON, TO_ADD = ("vgg_weights", "device"), ("style", "focus")
"""What may be given once more to go on, as a painting file holds no paths, and knows no machine; and the settings to
add strokes with.
"""


def check_resume(painting: Painting, photo: Photo, add: int, changes: Mapping[str, Any]) -> None:
    """Raise InputError, saying why, if a painting of this photo cannot go on with these changes, or take ``add``
    strokes more.
    """
    allowed = (*TO_GO_ON, *TO_ADD) if add else TO_GO_ON
    own = [name for name, value in changes.items() if value == OWN == getattr(painting.settings, name, None)]
    if wrong := [name for name in changes if name not in (*allowed, *own)]:
        raise InputError(f"{wrong[0]} cannot be changed when a painting goes on: it stands in the painting")
    if painting.photo is None:
        raise InputError(
            "the painting is of somebody's own strokes, and of no photo: nothing can be optimised in it; lay another "
            "painting over it, as painting + other"
        )
    if photo.sha256 != painting.photo.sha256:
        raise InputError(
            f"this is not the photo of the painting: its sha256 is {photo.sha256[:12]}..., and the painting's "
            f"{painting.photo.sha256[:12]}..."
        )
    if photo.canvas(painting.settings.size) != (painting.width, painting.height):
        raise InputError(
            f"a canvas of {painting.width}x{painting.height} px has not the shape of this photo: nothing can be added"
        )
    if add and painting.unfinished is not None:
        raise InputError("the painting is not finished yet: finish it first, then add strokes")
    if not add and painting.unfinished is None:
        raise InputError("the painting is finished: say how many strokes to add")
    most = Settings.about("strokes").metadata["high"]
    if add and (isinstance(add, bool) or not isinstance(add, int) or not 1 <= add <= most - len(painting)):
        raise InputError(f"add is {add}: choose 1 to {most - len(painting):,}, as a painting has {most:,} at most")


def inputs_of(
    painting: Painting,
    photo: Photo,
    add: int,
    brushes: Sequence[NeuralBrush],
    own: Companions,
    changes: Mapping[str, Any],
) -> tuple[Inputs, Settings, Checkpoint | None]:
    """What was read for a painting, once more, with its settings; and where to go on, if it is not finished. Raises
    InputError for other brushes, for another picture of style, for a loss of somebody's own that is not among their
    ``own`` parts, and for a state that is damaged.
    """
    if painting.settings.loss == OWN and not own.loss:
        raise InputError("the painting is painted with a loss of somebody's own: give it again, as loss=my_loss")
    settings = painting.settings.change(strokes=len(painting) + add, focus=None) if add else painting.settings
    checkpoint = None if painting.unfinished is None else Checkpoint.unpack(painting.unfinished, len(painting))
    if [brush.name for brush in brushes] != [ref.name for ref in painting.brushes]:
        there = ", ".join(ref.name for ref in painting.brushes)
        raise InputError(f"the painting is painted with {there}: give the same again")
    painting.find_brushes(brushes)
    still = len(painting) - (len(checkpoint.numbers) if checkpoint else 0)  # strokes that move no more
    inputs = Inputs(
        photo,
        tuple(brushes),
        tuple(shares_of(settings.brush).values()),
        palette=Palette.parse(settings.palette) if settings.palette else None,
        painted_on=painting.background,
        base=painting.strokes[:still] if still else None,
        own=own,
    )
    if checkpoint:
        return replace(inputs, style=_picture(checkpoint.style), focus=_picture(checkpoint.focus)), settings, checkpoint
    focus = (
        painting.settings.focus if isinstance(painting.settings.focus, AutoFocus) else None
    )  # others are to be given
    pictures = {"style": changes.get("style", settings.style), "focus": changes.get("focus", focus)}
    inputs, settings = load_pictures(inputs, settings.change(**pictures))
    if settings.style != painting.settings.style:
        raise InputError("this is not the picture of style that the painting was painted with")
    return inputs, settings, None


def _picture(kept: Tensor) -> NDArray[np.uint8] | None:
    return kept.numpy() if kept.numel() else None
