"""Painting: with the brush frozen, the strokes themselves are optimised until the canvas looks like the photo.

Coarse to fine, one level of strokes over the last, each beginning where the canvas is still wrong; then all strokes
of all levels are refined together on the final canvas. Departures from the reference, which optimises 32 strokes on
one canvas of 64 px with 1,000 steps of RMSprop: levels, joint refinement, Adam on logits, the photo's colours and
edges to begin with, and the pixel loss (docs/departures.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush.mypaint import SAMPLES
from ..brush.shipped import NeuralBrush, load_brush
from ..brush.strokes import ACTION, Strokes
from ..errors import InputError
from ..perception.losses import psnr
from ..version import VERSION
from .canvas import composite
from .descent import Adam
from .painting import BrushRef, Painting, PhotoRef
from .photo import Photo, PhotoLike, fit, read_photo
from .plan import Level, begin, levels
from .settings import Settings

COLORS = ("color_r", "color_g", "color_b")
RATE, COLOR_RATE = 0.06, 0.04  # peak learning rates of logits
WINDOW_AT = 64  # pixels at which a level's windows are drawn in the first pass


@dataclass(frozen=True)
class Effort:
    """Steps for each level, and the joint steps: so many with so long a long side of the canvas."""

    greedy: int
    joint: tuple[tuple[int, int], ...]


EFFORT = {
    "draft": Effort(8, ((20, 128),)),
    "normal": Effort(12, ((40, 128), (20, 256))),
    "best": Effort(25, ((100, 128), (150, 256))),
}


@dataclass(frozen=True)
class Step:
    """One step of the optimisation. Consumers never change the result. A step is a record of numbers; its painting
    and canvas are what is there when they are asked for, so ask before the next step.

    ``index`` of ``total`` steps; ``level`` under way (the number of levels during the joint refinement);
    ``strokes`` on the canvas so far; ``loss`` and its named ``parts``; ``psnr`` in dB on a canvas with
    ``size`` px on its long side, which is what this step saw; ``share`` of the whole work done, 0 to 1.
    """

    index: int
    total: int
    level: int
    strokes: int
    loss: float
    parts: dict[str, float]
    psnr: float
    size: int
    share: float
    _easel: _Easel = field(repr=False, compare=False)

    @property
    def refining(self) -> bool:
        """Whether all levels are refined together by now."""
        return self.level == len(self._easel.levels)

    def painting(self) -> Painting:
        """The painting as it is now: valid, with the strokes there are."""
        return self._easel.painting()

    def canvas(self, size: int | None = None) -> NDArray[np.uint8]:
        """That painting's picture, ``(H, W, 3)`` uint8, by the neural brush that paints it."""
        return self.painting().render(size, brushes=[self._easel.brush])


def paint(
    photo: PhotoLike,
    settings: Settings | None = None,
    *,
    on_step: Callable[[Step], None] | None = None,
    **changes: Any,
) -> Painting:
    """Paint a photo: a path, a PIL image or an ``(H, W, 3)`` uint8 array.

    ``changes`` are settings by name: ``paint("cat.jpg", strokes=500, brush="oil")``. ``on_step`` sees each
    :class:`Step` and may raise to stop. Raises :class:`InputError` before any painting starts.
    """
    last = None
    for last in optimise(photo, settings, **changes):
        if on_step:
            on_step(last)
    assert last is not None
    return last.painting()


def optimise(photo: PhotoLike, settings: Settings | None = None, **changes: Any) -> Iterator[Step]:
    """Paint as :func:`paint` does, step by step: a generator, so that stopping is leaving the loop, and what is there
    is ``step.painting()``. Raises :class:`InputError` at once, before the first step.
    """
    settings = (settings or Settings()).change(**changes)
    brush = load_brush(settings.brush, find_device(settings.device))
    if settings.engine == "mypaint":
        brush.real()
    return _Easel(read_photo(photo), settings, brush).work()


def find_device(name: str) -> torch.device:
    """The device of a setting; ``auto`` is the CPU unless CUDA is there. Raises InputError if it is missing."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device("cuda" if there["cuda"] else "cpu")
    if not there[name]:
        raise InputError(f"there is no device {name} on this machine: choose auto or cpu")
    return torch.device(name)


class _Easel:
    """One painting under way."""

    def __init__(self, photo: Photo, settings: Settings, brush: NeuralBrush) -> None:
        self.photo, self.settings, self.brush = photo, settings, brush
        self.device = find_device(settings.device)
        self.width, self.height = photo.canvas(settings.size)
        self.levels = levels(settings.strokes, self.width, self.height)
        self.effort = EFFORT[settings.quality]
        self.random = torch.Generator().manual_seed(settings.seed)
        mean = photo.at(self.width, self.height).mean((1, 2))
        self.background = "#" + "".join(f"{round(value * 255):02x}" for value in mean.tolist())
        self.laid: list[Strokes] = []  # by level, in logits
        self.index, self.done = 0, 0.0
        self.greedy = [min(settings.size, math.ceil(settings.size * WINDOW_AT / level.window)) for level in self.levels]
        self.joint = [(steps, min(settings.size, size)) for steps, size in self.effort.joint]
        self.work_in_all = sum(self.cost(self.levels, size) * steps for steps, size in self.joint) + sum(
            self.effort.greedy * self.cost([level], size) for level, size in zip(self.levels, self.greedy, strict=True)
        )
        self.total = self.effort.greedy * len(self.levels) + sum(steps for steps, _ in self.joint)

    def work(self) -> Iterator[Step]:
        for number, (level, size) in enumerate(zip(self.levels, self.greedy, strict=True)):
            target = self.target(size)
            below = self.paper(target)
            if self.laid:
                with torch.no_grad():
                    below = composite(below, self.strokes(), [self.brush], self.scale(target))
            new = begin(target, below, level, self.scale(target), self.random)
            self.laid.append(_free(new))
            for loss in self.descend([self.laid[-1]], below, target, self.effort.greedy):
                yield self.step(number, loss, [level], size)
        for steps, size in self.joint:
            target = self.target(size)
            for loss in self.descend(self.laid, self.paper(target), target, steps):
                yield self.step(len(self.levels), loss, self.levels, size)

    def descend(self, free: list[Strokes], below: Tensor, target: Tensor, steps: int) -> Iterator[float]:
        """Adam on logits with a one-cycle schedule: the strokes in ``free`` over ``below``; yields each step's loss."""
        groups = [
            ([getattr(level, name) for level in free for name in names], rate)
            for names, rate in ((COLORS, COLOR_RATE), ([n for n in ACTION if n not in COLORS], RATE))
        ]
        adam = Adam(groups, steps)
        for _ in range(steps):
            canvas = composite(below, Strokes.cat([_bound(level) for level in free]), [self.brush], self.scale(target))
            loss = (canvas - target).square().mean()
            loss.backward()  # type: ignore[no-untyped-call]
            adam.step()
            yield float(loss.detach())

    def cost(self, levels: list[Level], size: int) -> float:
        """What a step costs, in strokes: the time left on a bar follows from it."""
        side = size / self.settings.size / WINDOW_AT
        return sum(level.strokes * (1 + (level.window * side) ** 2) for level in levels)

    def target(self, size: int) -> Tensor:
        return self.photo.at(*fit(self.width, self.height, size)).to(self.device)

    def paper(self, target: Tensor) -> Tensor:
        color = torch.tensor([int(self.background[i : i + 2], 16) / 255 for i in (1, 3, 5)], device=self.device)
        return color[:, None, None].expand_as(target).contiguous()

    def scale(self, target: Tensor) -> float:
        return max(target.shape) / self.settings.size

    def strokes(self) -> Strokes:
        return Strokes.cat([_bound(level) for level in self.laid]).detach()

    def step(self, level: int, loss: float, levels: list[Level], size: int) -> Step:
        self.index += 1
        self.done += self.cost(levels, size)
        return Step(
            index=self.index,
            total=self.total,
            level=level,
            strokes=sum(map(len, self.laid)),
            loss=loss,
            parts={"pixel": loss},
            psnr=psnr(loss),
            size=size,
            share=self.done / self.work_in_all,
            _easel=self,
        )

    def painting(self) -> Painting:
        parts = []
        for number, level in enumerate(self.laid):
            count = len(level)
            parts.append(
                _bound(level).detach().to("cpu").change(
                    brush=torch.zeros(count, dtype=torch.long), level=torch.full((count,), number),
                    sample=torch.zeros(count, dtype=torch.long),
                )
            )  # fmt: skip
        strokes = Strokes.cat(parts)
        samples = torch.randint(SAMPLES, (len(strokes),), generator=torch.Generator().manual_seed(self.settings.seed))
        return Painting(
            strokes=strokes.change(sample=samples),
            width=self.width,
            height=self.height,
            background=self.background,
            settings=self.settings.change(brush=self.brush.name),
            threads=torch.get_num_threads(),
            photo=PhotoRef(self.photo.sha256, self.photo.width, self.photo.height),
            brushes=(BrushRef.of(self.brush),),
            library=VERSION,
        )


def _free(strokes: Strokes) -> Strokes:
    """The 12 numbers as logits that a gradient may move."""
    return strokes.change(
        **{name: getattr(strokes, name).clamp(0.02, 0.98).logit().requires_grad_() for name in ACTION}
    )


def _bound(free: Strokes) -> Strokes:
    return free.change(**{name: getattr(free, name).sigmoid() for name in ACTION})
