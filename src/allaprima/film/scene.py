"""A scene of a film, painted frame by frame: a task that a stop interrupts, and that goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import torch

from ..errors import InputError
from ..painters.inputs import read_subject
from ..painters.step import Step
from ..rendering.drawing import Picture
from .follower import Followed, Follower
from .footage import frames_of
from .frames import begin, follow, inputs_for, picture_of, shown
from .order import FilmOrder
from .parts import Parts
from .scenes import Scene

FIRST = 6.0  # times as long as others, about, the first frame takes


def parts_of(order: FilmOrder, scene: Scene) -> Parts:
    """Where a scene's parts are."""
    return Parts(order.folder / f"scene-{scene.number:05}", order.output.suffix.lower(), order.rate)


def paint_scene(order: FilmOrder, scene: Scene, on_share: Callable[[float], None]) -> None:
    """Paint what is left of a scene into its parts. ``on_share`` hears the share that is done, 0 to 1, and may raise
    KeyboardInterrupt: what there is is kept then. Raises InputError for a film that is damaged.
    """
    parts, total = parts_of(order, scene), FIRST + scene.last - scene.first
    parts.folder.mkdir(exist_ok=True)
    kept = parts.kept()
    last, number = kept or (None, scene.first)
    parts.begin_at(number)
    if number >= scene.last:
        return
    frames = frames_of(order.footage, order.rate, order.settings.size, number, scene.last)
    frame = next(frames, None)
    if frame is None:
        raise InputError(f"the film {order.footage.path} ends before its frame {number}: has it changed?")
    first = read_subject(frame, order.settings)
    inputs, settings = inputs_for(first, order.settings)

    def follow_first(step: Step) -> None:
        on_share(step.share * FIRST / total)

    with parts:
        if last is None:
            follower, last = begin(first, inputs, settings, order.compute, follow_first)
        else:
            follower = Follower(inputs, last.painting, order.compute)
            last = follow(follower, last, first)
        picture: Picture | None = None
        for at, later in enumerate(chain([None], frames), number):
            before = last
            if later is not None:
                last = follow(follower, last, read_subject(later, settings))
            if picture is None or order.filming.boil or not _same(last, before):
                picture = picture_of(shown(last, order.filming.boil), inputs.brushes)
            parts.add(picture, last, at)
            on_share((FIRST + at + 1 - scene.first) / total)


def _same(one: Followed, other: Followed) -> bool:
    """Whether nothing has moved."""
    strokes, others = one.painting.strokes, other.painting.strokes
    return torch.equal(strokes.actions, others.actions) and torch.equal(strokes.places, others.places)
