"""One painting under way: with the brush frozen, the strokes are optimised until the canvas looks like the photo.

Coarse to fine, one level of strokes over the last, each beginning where the canvas is still wrong; then all strokes
of all levels are refined together on the final canvas; and if the real MyPaint is to draw the picture, they are refined
once more as it will draw them, grain and all. Departures from the reference, which optimises 32 strokes on one canvas
of 64 px with 1,000 steps of RMSprop: levels, joint refinement, Adam on logits, the photo's colours and edges to begin
with, and the pixel loss where no other is asked for (docs/departures.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from ..brush.mypaint import SAMPLES
from ..brush.neural import NeuralBrush
from ..brush.opaque import OpaqueBrush
from ..errors import InputError
from ..painting.compute import Compute
from ..painting.painting import Painting
from ..painting.settings import Settings
from ..perception.attention import standing_out
from ..perception.losses import psnr
from ..rendering.compositing import composite_one
from ..spinning import few_threads
from ..strokes import ACTION, PlacedStrokes
from .adam import Adam
from .assembly import assemble, picture_of
from .beginning import beginning
from .bounds import StrokeBounds
from .canvas import Subject, canvas_of
from .checkpoint import Checkpoint
from .closeup import CloseUp, cropped
from .connected import chain_windows, last_end
from .constraints import Constraints
from .grain import Grain
from .hidden import settle
from .inputs import Inputs, as_tensor
from .levels import more_levels, with_lines, with_retouching
from .lines import Path, find_lines
from .losses import PaintingLoss, Target, check_gradient, resized
from .parameters import COLORS, StrokeParameters, leaves
from .regions import by_region, find_regions
from .schedule import CLOSE_AT, EFFORT, JOINT_AT, Kind, Phase, Schedule
from .step import Step

LINES = 0.25  # of others' rate, strokes along lines move
COLOR_RATE = 0.18  # peak learning rate of logits: a colour may have to go from black to white


class StrokeOptimizer:
    """How to paint, with what, and the strokes so far; ``checkpoint``: where to go on."""

    def __init__(
        self,
        inputs: Inputs,
        settings: Settings,
        compute: Compute,
        device: torch.device,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.inputs, self.settings, self.compute, self.device = inputs, settings, compute, device
        self.subject = Subject(inputs, settings, device)
        self.canvas = canvas_of(inputs, settings, self.subject, device)
        self.constraints = Constraints(self.subject.palette, settings.grayscale, settings.connected)
        there = 0 if inputs.base is None else len(inputs.base)
        self.bounds = StrokeBounds.of(settings, added=there > 0)
        shape = self.canvas.width, self.canvas.height
        self.count = settings.strokes - there
        self.levels, self.lines = more_levels(there, self.count, *shape, self.bounds), list[Path]()
        if self.bounds.lines and not settings.connected:
            picture = self.subject.at(*self.canvas.shape(min(settings.size, CLOSE_AT)))
            self.lines = find_lines(picture, self.canvas.scale(picture), self.bounds)
            self.levels = with_lines(self.levels, len(self.lines), self.bounds)
        self.random = torch.Generator().manual_seed(settings.seed)
        samples = torch.Generator().manual_seed(settings.seed)
        self.samples = torch.randint(SAMPLES, (settings.strokes,), generator=samples)[there:].to(device)
        self.brush_of_each = inputs.brush_of_each(self.count).to(device)
        self.focus = as_tensor(inputs.focus)
        style = as_tensor(inputs.style)
        small = self.subject.at(*self.canvas.shape(min(settings.size, JOINT_AT)))
        counts = standing_out(small) if self.focus is None else resized(self.focus, *small.shape[1:])[0]
        self.regions = find_regions(small, counts.to(small.device))
        self.grain = Grain(inputs.brushes, settings.engine, settings.texture)
        retouched = EFFORT[settings.mood][settings.quality].retouch and self.bounds.away and not settings.connected
        if self.grain.bristles and retouched:
            self.levels = with_retouching(self.levels, self.bounds)
        part = CloseUp.of(None if settings.style else self.focus, *shape)  # a style's textures have one size everywhere
        self.schedule = Schedule(settings, self.levels, self.grain.cost, part)
        weights, own = compute.vgg_weights, inputs.own.loss
        self.loss = PaintingLoss(
            settings, self.bounds.color_weight, self.bounds.flow_weight, style, self.focus, device, weights, own
        )
        self.loss.check(self.canvas.shape(phase.size) for phase in self.schedule.phases if phase.together)
        self.targets: dict[tuple[int, bool, CloseUp | None], Target] = {}  # by size, if a network looks, and the part
        self.moving: list[StrokeParameters] = []  # by level
        self.index, self.adam = 0, Adam([], 1)
        if checkpoint:
            self.restore(checkpoint)

    # ---- the work

    def steps(self) -> Iterator[Step]:
        """Go on from where the painting is to its end."""
        steps = (step for phase, done in self.schedule.after(self.index) for step in self.run(phase, done))
        while True:
            with few_threads(small=not self.loss.large):  # not beyond: other code runs between two steps
                step = next(steps, None)
            if step is None:
                return
            yield step

    def run(self, phase: Phase, done: int) -> Iterator[Step]:
        """The steps of a phase that are left when ``done`` of them are."""
        target, brushes = self.target(phase), self.brushes_in(phase)
        picture, scale = target.picture, target.scale
        still = phase.still
        begin, laid = self.chain_begin(still), self.strokes(still) if still else None
        below = self.below(phase, laid, brushes)
        if not done:
            if not phase.together:
                self.moving.append(self.begin_level(phase.level, picture, below))
            self.adam = self.optimizer(self.moving[still:], phase)
        if phase.part:
            yield from self.look_closer(phase, phase.part, done, cropped(below, phase.part, scale), brushes)
            return
        moving = self.moving[still:]
        for step in range(done + 1, phase.steps + 1):
            strokes = self.constraints.strokes(moving, begin)
            canvas = composite_one(below, strokes, brushes, scale)
            if phase.kind is Kind.GRAIN and self.grain.bristles:  # their paint, with the neural brush's gradient
                drawn = self.grain.drawn(self.canvas, laid, strokes.detach(), canvas)
                canvas = drawn + (canvas - canvas.detach())
            terms = self.descend(target, canvas, strokes, moving)
            if phase.settle and step == phase.steps and self.bounds.flow_weight:
                last = self.constraints.strokes(moving, begin).detach()
                settle(moving, last, picture, scale, lambda some: composite_one(below, some, brushes, scale))
            yield self.report(phase, terms, float((canvas.detach() - picture).square().mean()), phase.size)

    def look_closer(
        self, phase: Phase, part: CloseUp, done: int, below: Tensor, brushes: Sequence[NeuralBrush]
    ) -> Iterator[Step]:
        """The steps of a phase that sees a part of the canvas: strokes elsewhere stay; where all are
        elsewhere, nothing is done.
        """
        target, moving = self.target(phase), self.moving[phase.still :]
        begin, before = self.chain_begin(phase.still), [level.numbers().detach() for level in moving]
        free = [part.free(level.place) for level in moving]
        some, seen, terms = torch.cat(free), self.seen(brushes), dict[str, float]()
        for step in range(done + 1, phase.steps + 1):
            if some.any():
                strokes = part.placed(self.constraints.strokes(moving, begin), target.scale)
                canvas = composite_one(below, strokes, brushes, target.scale)
                terms = self.descend(target, canvas, strokes[some], moving)
                for level, numbers, there in zip(moving, before, free, strict=True):
                    level.hold(numbers, there)
            else:
                self.index += 1
            yield self.report(phase, terms, *(self.seen(brushes) if step == phase.steps else seen))

    def descend(
        self, target: Target, canvas: Tensor, strokes: PlacedStrokes, moving: Sequence[StrokeParameters]
    ) -> dict[str, float]:
        """A step down: what was wrong with a canvas and with strokes on it, by name."""
        terms = target.terms(canvas, strokes)
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        check_gradient(leaves(moving, ACTION), self.loss.own)
        self.adam.step()
        self.constraints.mend(moving)
        self.index += 1
        return {name: float(term.detach()) for name, term in terms.items()}

    def target(self, phase: Phase) -> Target:
        """The photo as a phase sees it, encoded once for all that see it alike."""
        how = phase.size, phase.together, phase.part
        if how not in self.targets:
            picture = self.subject.at(*self.canvas.shape(phase.size))
            self.targets[how] = self.loss.encode(picture, self.canvas.scale(picture), phase.together, phase.part)
        return self.targets[how]

    def below(self, phase: Phase, laid: PlacedStrokes | None, brushes: Sequence[NeuralBrush]) -> Tensor:
        """What lies under the strokes that move in a phase, on all of the canvas, with those that are ``laid``; under
        late ones that is what bristles really leave, so that these mend it.
        """
        width, height = self.canvas.shape(phase.size)
        like = torch.empty(3, height, width, device=self.device)
        if laid is not None and self.grain.bristles and (phase.together or self.levels[phase.still].late):
            return self.grain.drawn(self.canvas, None, laid, like)
        return self.canvas.under(like, laid, brushes)

    def brushes_in(self, phase: Phase) -> Sequence[NeuralBrush]:
        """The brushes as they draw in a phase."""
        brushes = self.grain.brushes if phase.kind is Kind.GRAIN else self.inputs.brushes
        hard = self.settings.opaque
        return [OpaqueBrush(brush, phase.steep) if hard or brush.bristly else brush for brush in brushes]

    def begin_level(self, number: int, picture: Tensor, below: Tensor) -> StrokeParameters:
        """The strokes of a level as they begin, over what is there."""
        focus = None if self.focus is None else resized(self.focus.to(self.device), *picture.shape[1:])[0]
        share = (
            (number + 1) / len(self.levels) if self.bounds.away else 1.0
        )  # the coarsest ones cover all of the canvas
        level, scale = self.levels[number], self.canvas.scale(picture)
        strokes = beginning(level, picture, below, scale, self.bounds, self.lines, self.random, focus, share)
        if self.settings.connected:
            strokes = chain_windows(strokes, self.chain_begin(number))
        else:
            strokes = by_region(strokes, self.regions, self.canvas.width, self.canvas.height)
        return self.marked(StrokeParameters.from_strokes(strokes, *self.manner(number)), number)

    def manner(self, number: int) -> tuple[StrokeBounds, float]:
        """The bounds of a level, and how fast its strokes move: the ground stays, and lines keep to their places."""
        level = self.levels[number]
        if level.lines:
            return replace(self.bounds, slim=0.0), LINES
        return self.bounds, 0.0 if level.rows else 1.0

    def marked(self, level: StrokeParameters, number: int) -> StrokeParameters:
        """A level with its brushes and samples; levels over those of strokes that were there go on counting."""
        first = sum(one.strokes for one in self.levels[:number])
        part = slice(first, first + len(level))
        below = 0 if self.canvas.base is None else int(self.canvas.base.level.max()) + 1
        return level.marked(self.brush_of_each[part], below + number, self.samples[part])

    def chain_begin(self, still: int) -> Tensor | None:
        """Where a chain goes on over so many levels, in canvas pixels; None where it begins."""
        if still:
            return last_end(self.strokes(still))
        return None if self.canvas.base is None else last_end(self.canvas.base)

    def optimizer(self, moving: Sequence[StrokeParameters], phase: Phase) -> Adam:
        """For the steps of a phase."""
        others, rate = [name for name in ACTION if name not in COLORS], self.bounds.rate * phase.pace
        free = [(leaves([level], others), rate * level.pace) for level in moving if level.pace]
        return Adam([(leaves(moving, COLORS), COLOR_RATE * phase.pace), *free], phase.steps)

    def strokes(self, levels: int | None = None) -> PlacedStrokes:
        """The strokes that this optimiser has laid, or those of the first levels."""
        return self.constraints.strokes(self.moving[:levels], self.chain_begin(0)).detach()

    # ---- what comes of it

    def seen(self, brushes: Sequence[NeuralBrush]) -> tuple[float, int]:
        """The mean squared error of all that is there, and on how many px of the long side."""
        size = min(self.settings.size, JOINT_AT)
        picture = self.subject.at(*self.canvas.shape(size))
        canvas = self.canvas.under(picture, self.strokes(), brushes)
        return float((canvas - picture).square().mean()), size

    def report(self, phase: Phase, parts: dict[str, float], error: float, size: int) -> Step:
        return Step(
            index=self.index,
            total=self.schedule.total,
            level=phase.level,
            strokes=self.settings.strokes - self.count + sum(map(len, self.moving)),
            loss=sum(parts.values()),
            parts=parts,
            psnr=psnr(error),
            size=size,
            share=self.schedule.done(self.index),
            refining=phase.together,
            _painting=self.painting,
            _picture=partial(picture_of, self.inputs.brushes),
        )

    def painting(self) -> Painting:
        """The painting as it is now."""
        checkpoint = self.checkpoint() if self.index < self.schedule.total else None
        return assemble(self.inputs, self.settings, self.compute, self.canvas, self.strokes(), checkpoint)

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on from here."""
        numbers = torch.cat([level.numbers() for level in self.moving])
        windows = torch.cat([level.place.places for level in self.moving])
        pictures = self.inputs.style, self.inputs.focus
        return Checkpoint.of(self.index, numbers, windows, self.adam.moments(), self.random, *pictures)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Be where another optimiser was, with the same inputs and settings. Raises InputError if that cannot be."""
        self.index, numbers = int(checkpoint.index), checkpoint.numbers.to(self.device)
        if not 0 < self.index < self.schedule.total:
            raise InputError(f"the unfinished state is damaged: it is after step {self.index} of {self.schedule.total}")
        phase, done = next(self.schedule.after(self.index))
        begun = phase.level + (done > 0 and not phase.together)
        counts = [level.strokes for level in self.levels[:begun]]
        if len(numbers) != sum(counts):
            raise InputError(f"the unfinished state is damaged: it has {len(numbers)} strokes, not {sum(counts)}")
        self.random.set_state(checkpoint.random)
        windows = checkpoint.windows.to(self.device)
        parts = zip(torch.split(numbers, counts), torch.split(windows, counts), strict=True)
        for number, part in enumerate(parts):
            level = StrokeParameters.from_numbers(*part, *self.manner(number))
            self.moving.append(self.marked(level, number))
        if done:
            self.adam = self.optimizer(self.moving[phase.still :], phase)
            self.adam.restore(done, checkpoint.moments.to(self.device))
