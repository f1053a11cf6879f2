"""One painting under way: with the brush frozen, the strokes are optimised until the canvas looks like the photo.

Coarse to fine, one level of strokes over the last, each beginning where the canvas is still wrong; then all strokes
of all levels are refined together on the final canvas; and if the real MyPaint is to draw the picture, they are refined
once more as it will draw them, grain and all. Departures from the reference, which optimises 32 strokes on one canvas
of 64 px with 1,000 steps of RMSprop: levels, joint refinement, Adam on logits, the photo's colours and edges to begin
with, and the pixel loss (docs/departures.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush.mypaint import SAMPLES
from ..brush.shipped import NeuralBrush
from ..brush.strokes import ACTION, Strokes
from ..perception.losses import psnr
from ..version import VERSION
from .canvas import composite
from .descent import Adam
from .mood import MOODS
from .painting import BrushRef, Painting, PhotoRef
from .photo import Photo, fit
from .plan import Level, begin, levels
from .settings import Settings

COLORS = ("color_r", "color_g", "color_b")
RATE, COLOR_RATE = 0.09, 0.06  # peak learning rates of logits
GENTLE = 0.35  # of these, when strokes are only to fit the grain that MyPaint gives them
WINDOW_AT = 64  # pixels at which a level's windows are drawn in the first pass


@dataclass(frozen=True)
class Effort:
    """Steps for each level; the joint steps, so many with so long a long side of the canvas; and those with grain."""

    greedy: int
    joint: tuple[tuple[int, int], ...]
    grain: tuple[int, int]


EFFORT = {
    "draft": Effort(6, ((14, 256),), (0, 256)),
    "normal": Effort(8, ((38, 256),), (10, 256)),
    "best": Effort(20, ((200, 256),), (60, 256)),
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
    _easel: Easel = field(repr=False, compare=False)

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


class Easel:
    """A photo, how to paint it, the brush, and the strokes so far."""

    def __init__(self, photo: Photo, settings: Settings, brush: NeuralBrush, device: torch.device) -> None:
        self.photo, self.settings, self.brush, self.device = photo, settings, brush, device
        self.width, self.height = photo.canvas(settings.size)
        self.mood = MOODS[settings.mood]
        self.levels = levels(settings.strokes, self.width, self.height, self.mood)
        self.effort = EFFORT[settings.quality]
        self.random = torch.Generator().manual_seed(settings.seed)
        samples = torch.Generator().manual_seed(settings.seed)
        self.samples = torch.randint(SAMPLES, (settings.strokes,), generator=samples)
        mean = photo.at(self.width, self.height).mean((1, 2))
        self.background = "#" + "".join(f"{round(value * 255):02x}" for value in mean.tolist())
        self.laid: list[Strokes] = []  # by level, in logits
        self.index, self.done = 0, 0.0
        self.greedy = [min(settings.size, math.ceil(settings.size * WINDOW_AT / level.window)) for level in self.levels]
        self.joint = [(steps, min(settings.size, size)) for steps, size in self.effort.joint]
        self.last, cost = self.as_mypaint_draws()
        steps, size = self.effort.grain
        self.grain = (steps if cost else 0), min(settings.size, size), cost
        first = sum(self.cost([level], at) for level, at in zip(self.levels, self.greedy, strict=True))
        joint = sum(steps * self.cost(self.levels, size) for steps, size in self.joint)
        last = self.grain[0] * self.cost(self.levels, self.grain[1], cost)
        self.work_in_all = self.effort.greedy * first + joint + last
        self.joint_steps = sum(steps for steps, _ in self.joint)
        self.total = self.effort.greedy * len(self.levels) + self.joint_steps + self.grain[0]

    def work(self) -> Iterator[Step]:
        for number, (level, size) in enumerate(zip(self.levels, self.greedy, strict=True)):
            target = self.target(size)
            below = self.paper(target)
            if self.laid:
                with torch.no_grad():
                    below = composite(below, self.strokes(), [self.brush], self.scale(target))
            new = begin(target, below, level, self.scale(target), self.mood, self.random)
            first = sum(map(len, self.laid))
            new = new.change(sample=self.samples[first : first + len(new)].to(self.device))
            self.laid.append(self.mood.free(new, self.settings.size))
            adam = self.adam(self.laid[-1:], self.effort.greedy)
            for parts in self.descend(adam, self.laid[-1:], below, target, self.effort.greedy, self.brush):
                yield self.step(number, parts, self.cost([level], size), size)
        adam = self.adam(self.laid, self.joint_steps)
        for steps, size in self.joint:
            target = self.target(size)
            for parts in self.descend(adam, self.laid, self.paper(target), target, steps, self.brush):
                yield self.step(len(self.levels), parts, self.cost(self.levels, size), size)
        steps, size, cost = self.grain
        target, adam = self.target(size), self.adam(self.laid, steps, GENTLE)
        for parts in self.descend(adam, self.laid, self.paper(target), target, steps, self.last):
            yield self.step(len(self.levels), parts, self.cost(self.levels, size, cost), size)

    def as_mypaint_draws(self) -> tuple[NeuralBrush, float]:
        """The brush that draws strokes as MyPaint will draw them, if it is to draw the picture, and what a step then
        costs, in steps that draw the mean. Where chance plays a part, that is the texture; if there is none, or it was
        not learned, the engine itself draws, which takes longer.
        """
        if self.settings.engine == "mypaint" and self.brush.textured is not self.brush:
            return self.brush.textured, 3.0
        if self.settings.engine == "mypaint" and self.brush.fused:
            from .drawn import Drawn  # numba takes a while to load

            return Drawn(self.brush), 12.0
        return self.brush, 0.0

    def adam(self, free: list[Strokes], steps: int, pace: float = 1.0) -> Adam:
        """For so many steps that the strokes in ``free`` are to take."""
        groups = [
            ([getattr(level, name) for level in free for name in names], rate * pace)
            for names, rate in ((COLORS, COLOR_RATE), ([n for n in ACTION if n not in COLORS], RATE))
        ]
        return Adam(groups, steps)

    def descend(
        self, adam: Adam, free: list[Strokes], below: Tensor, target: Tensor, steps: int, brush: NeuralBrush
    ) -> Iterator[dict[str, float]]:
        """The strokes in ``free`` over ``below`` come nearer to the target; yields the parts of each step's loss."""
        long_side = self.settings.size
        for _ in range(steps):
            strokes = Strokes.cat([self.mood.bound(level, long_side) for level in free])
            canvas = composite(below, strokes, [brush], self.scale(target))
            parts = {"pixel": (canvas - target).square().mean()}
            if self.mood.on:
                parts["color"] = self.mood.astray(strokes, target, self.scale(target))
            torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
            adam.step()
            for level in free:
                self.mood.lengthen(level, long_side)
            yield {name: float(part.detach()) for name, part in parts.items()}

    def cost(self, levels: list[Level], size: int, times: float = 1.0) -> float:
        """What a step costs, in strokes: the time left on a bar follows from it."""
        side = size / self.settings.size / WINDOW_AT
        return times * sum(level.strokes * (1 + (level.window * side) ** 2) for level in levels)

    def target(self, size: int) -> Tensor:
        return self.photo.at(*fit(self.width, self.height, size)).to(self.device)

    def paper(self, target: Tensor) -> Tensor:
        color = torch.tensor([int(self.background[i : i + 2], 16) / 255 for i in (1, 3, 5)], device=self.device)
        return color[:, None, None].expand_as(target).contiguous()

    def scale(self, target: Tensor) -> float:
        return max(target.shape) / self.settings.size

    def strokes(self) -> Strokes:
        return Strokes.cat([self.mood.bound(level, self.settings.size) for level in self.laid]).detach()

    def step(self, level: int, parts: dict[str, float], cost: float, size: int) -> Step:
        self.index += 1
        self.done += cost
        return Step(
            index=self.index,
            total=self.total,
            level=level,
            strokes=sum(map(len, self.laid)),
            loss=sum(parts.values()),
            parts=parts,
            psnr=psnr(parts["pixel"]),
            size=size,
            share=self.done / self.work_in_all,
            _easel=self,
        )

    def painting(self) -> Painting:
        strokes = self.strokes().to("cpu")
        number = [torch.full((len(level),), number) for number, level in enumerate(self.laid)]
        return Painting(
            strokes=strokes.change(brush=torch.zeros(len(strokes), dtype=torch.long), level=torch.cat(number)),
            width=self.width,
            height=self.height,
            background=self.background,
            settings=self.settings.change(brush=self.brush.name),
            threads=torch.get_num_threads(),
            photo=PhotoRef(self.photo.sha256, self.photo.width, self.photo.height),
            brushes=(BrushRef.of(self.brush),),
            library=VERSION,
        )
