"""From frames to paintings, one after another: what a caller sees of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ..brush.neural import NeuralBrush
from ..errors import InputError
from ..image.color import colors_to_hex
from ..image.palette import read_palette
from ..image.photo import Photo, PhotoLike
from ..kernels.device import find_device
from ..options import check_known
from ..painters.canvas import Subject
from ..painters.inputs import Inputs, load_brushes, load_inputs, read_subject
from ..painters.optimizer import StrokeOptimizer
from ..painters.step import Step
from ..painting.compute import Compute, ComputeOptions
from ..painting.painting import Painting
from ..painting.settings import Settings, SettingsOptions
from ..rendering.begin import has_relief
from ..rendering.drawing import Picture
from ..rendering.rendering import Rendering
from ..spinning import few_threads
from .boil import boiled
from .filming import Filming, check_filmed
from .follower import CPU, Followed, Follower

if TYPE_CHECKING:
    from typing_extensions import Unpack


FINE = 1280  # px of the long side: smaller pictures are drawn larger, by a whole factor, and averaged


class FrameOptions(SettingsOptions, ComputeOptions, total=False):
    """All that :func:`paint_frames` takes by name."""


def paint_frames(
    frames: Iterable[PhotoLike],
    settings: Settings | None = None,
    *,
    boil: float = 0.0,
    compute: Compute | None = None,
    on_step: Callable[[Step], None] | None = None,
    **changes: Unpack[FrameOptions],
) -> Iterator[Painting]:
    """Paint the frames of one scene, each as :func:`~allaprima.paint` takes a photo, all of one shape: a painting for
    each, of the same strokes, which live on. The first is painted for itself; then strokes go where the picture goes
    (optical flow), and only what changed is painted anew. ``boil`` is the share of the strokes, 0 to 1, that are laid
    anew in each frame though nothing moves. ``on_step`` sees each :class:`Step` of the first frame.

    Raises :class:`InputError` for settings that a film cannot have, without OpenCV, and for a frame of another shape.
    """
    check_known(changes, Settings, Compute, what="setting")
    named: dict[str, Any] = dict(changes)
    computing = {one.name: named.pop(one.name) for one in fields(Compute) if one.name in named}
    compute = replace(compute or Compute(), **computing)
    settings = (settings or Settings()).change(**named)
    check_filmed(settings)
    return _painted(frames, settings, Filming(boil=boil).boil, compute, on_step)


def _painted(
    frames: Iterable[PhotoLike],
    settings: Settings,
    boil: float,
    compute: Compute,
    on_step: Callable[[Step], None] | None,
) -> Iterator[Painting]:
    follower, last = None, None
    for frame in frames:
        with few_threads():
            photo = read_subject(frame, settings)
        if follower is None or last is None:
            inputs, recorded = inputs_for(photo, settings)
            follower, last = begin(photo, inputs, recorded, compute, on_step)
        else:
            last = follow(follower, last, photo)
        yield shown(last, boil)


def inputs_for(first: Photo, settings: Settings) -> tuple[Inputs, Settings]:
    """What a film is painted with that begins with this frame; colours that are to be found are found in it, for all.
    Raises InputError for what cannot be read.
    """
    with few_threads():
        inputs, settings = load_inputs(first, settings, load_brushes(settings, CPU))
        palette = Subject(inputs, settings, CPU).palette
    if palette is None:
        return inputs, settings
    found = read_palette(",".join(colors_to_hex(palette.double())))
    return replace(inputs, palette=found), settings.change(palette=str(found))


def begin(
    first: Photo, inputs: Inputs, settings: Settings, compute: Compute, on_step: Callable[[Step], None] | None = None
) -> tuple[Follower, Followed]:
    """The first frame of a scene, painted for itself where it is to be computed; and who follows, on the CPU, where all
    that follows is compiled.
    """
    device = find_device(compute.device)
    brushes = tuple(brush if brush.device == device else deepcopy(brush).to(device) for brush in inputs.brushes)
    optimizer = StrokeOptimizer(replace(inputs, brushes=brushes), settings, compute, device)
    for step in optimizer.steps():
        if on_step:
            on_step(step)
    with few_threads():
        painting = optimizer.painting()
        follower = Follower(inputs, painting, compute)
        return follower, follower.begin(painting, first)


def follow(follower: Follower, last: Followed, frame: Photo) -> Followed:
    """The next frame, painted. Raises InputError for one of another shape."""
    there = last.painting.photo
    assert there is not None
    if (frame.width, frame.height) != (there.width, there.height):
        raise InputError(
            f"a frame is {frame.width}x{frame.height} px, and the one before {there.width}x{there.height}: frames of "
            "a film have one size"
        )
    with few_threads():
        return follower.next(last, frame)


def shown(followed: Followed, boil: float) -> Painting:
    """The painting of a frame as it is to be seen."""
    painting = followed.painting
    return replace(painting, strokes=boiled(painting.strokes, boil, followed.number)) if boil else painting


def picture_of(painting: Painting, brushes: Sequence[NeuralBrush]) -> Picture:
    """The picture of a frame ``(H, W, 3)``: in bristles finer than it is shown, but not as fine as one that stays."""
    size, rendering = painting.size, Rendering(engine=painting.settings.engine, brushes=brushes, quick=True)
    times = -(-FINE // size) if has_relief(brushes, rendering) else 1
    picture = painting.render(rendering.change(size=times * size))
    return np.asarray(Image.fromarray(picture).reduce(times)) if times > 1 else picture
