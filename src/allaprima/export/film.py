"""Films: the painting stroke by stroke, in painting order, from bare paper to the finished picture."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..rendering.compositing import as_picture
from ..rendering.drawing import Drawing, Picture
from ..strokes import PlacedStrokes
from .base import Job, Writer

HELD = 0.1  # of a film shows the finished picture
HELD_SECONDS = 0.5  # or more
PACE = 2  # the share that is painted is the share of time to this power: single strokes first, many at the end
FIRST = 0.2  # of a stroke under way: shorter ones, which the neural brush has hardly met, spread


class Film(Writer):
    """The painting as it grows, encoded as a ``kind`` of film. What falls between two moments repeats, or shows the
    next stroke under way.
    """

    kind: type[Encoder]

    def __init__(self, job: Job, path: Path) -> None:
        super().__init__(job, path)
        columns = 2 if job.photo else 1
        scale = min(1.0, self.kind.most / max(columns * job.width, job.height))
        self.size = max(1, round(job.width * scale)), max(1, round(job.height * scale))
        self.photo = as_picture(job.photo.at(*self.size)) if job.photo else None
        fps = Fraction(min(job.export.fps, self.kind.fastest)).limit_denominator(1001)
        self.shares = timeline(len(job.painting), job.export.seconds, fps)
        self.encoder = self.kind.of(job, path, columns * self.size[0], self.size[1], fps)

    @property
    def moments(self) -> Collection[int]:
        return self.shares.keys()

    def see(self, drawing: Drawing, moment: int) -> None:
        shares = self.shares[moment]
        still = shares.count(0.0) if self.job.export.brush_motion else len(shares)
        if still:
            self.show(drawing.picture(), still)
        for share in shares[still:]:
            self.show(drawing.glance(begun(drawing.strokes[moment : moment + 1], share)))

    def show(self, picture: Picture, times: int = 1) -> None:
        """One picture of the film, for so many frames."""
        if picture.shape[1::-1] != self.size:
            picture = np.asarray(Image.fromarray(picture).resize(self.size, Image.Resampling.BOX))
        self.encoder.add(picture if self.photo is None else np.concatenate([self.photo, picture], 1), times)

    def finish(self) -> None:
        self.encoder.finish()

    def __exit__(self, *_: object) -> None:
        self.encoder.close()


def timeline(strokes: int, seconds: float, fps: Fraction) -> dict[int, list[float]]:
    """What each frame shows: so many whole strokes, by which the frames are grouped, and the share of the next one."""
    total = max(2, round(seconds * fps))
    growing = total - min(max(1, round(HELD * total), math.ceil(HELD_SECONDS * fps)), total // 2)
    shown: dict[int, list[float]] = {}
    for frame in range(total):
        whole, rest = divmod(strokes * min(frame, growing) ** PACE, growing**PACE)
        shown.setdefault(whole, []).append(rest / growing**PACE)
    return shown


def begun(strokes: PlacedStrokes, share: float) -> PlacedStrokes:
    """Strokes under way, ``share`` in (0, 1): their curves up to there, ending with the pressure they have there."""
    t = torch.tensor([0.5, 1], dtype=strokes.size.dtype) * (FIRST + share * (1 - FIRST))
    (control_x, control_y), (end_x, end_y) = (point.unbind(1) for point in strokes.curve(t).unbind(1))
    pressure = strokes.pressure_at(t[1:])[:, 0] / 0.8
    return strokes.change(control_x=control_x, control_y=control_y, end_x=end_x, end_y=end_y, pressure=pressure)


class Encoder(ABC):
    """Pictures ``(height, width, 3)``, one after the other, to a file."""

    most = 1920  # px of the long side
    fastest = 120.0  # frames a second

    def __init__(self, path: Path, width: int, height: int, fps: Fraction) -> None:
        self.width, self.height, self.fps = width, height, fps

    @classmethod
    def of(cls, job: Job, path: Path, width: int, height: int, fps: Fraction) -> Encoder:
        """One for a film of a painting."""
        return cls(path, width, height, fps)

    @abstractmethod
    def add(self, picture: Picture, times: int) -> None:
        """The next picture, for so many frames."""

    @abstractmethod
    def finish(self) -> None:
        """No more."""

    @abstractmethod
    def close(self) -> None:
        """Whatever happened; a second time does nothing."""
