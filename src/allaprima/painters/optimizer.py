"""One painting under way: with the brush frozen, the strokes are optimised until the canvas looks like the photo.

Coarse to fine, one level of strokes over the last, each beginning where the canvas is still wrong; then all strokes
of all levels are refined together on the final canvas; and if the real MyPaint is to draw the picture, they are refined
once more as it will draw them, grain and all. Departures from the reference, which optimises 32 strokes on one canvas
of 64 px with 1,000 steps of RMSprop: levels, joint refinement, Adam on logits, the photo's colours and edges to begin
with, and the pixel loss where no other is asked for (docs/departures.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from ..brush.library import NeuralBrush
from ..brush.mypaint import SAMPLES
from ..brush.opaque import Opaque
from ..errors import InputError
from ..image.color_transfer import toned
from ..image.palette import SEEN, colors_of, nearest
from ..image.photo import Photo, fit
from ..painting.painting import BrushRef, Painting, PhotoRef, paper_of
from ..painting.settings import Settings
from ..perception.losses import psnr
from ..rendering.compositing import composite
from ..strokes import ACTION, PlacedStrokes, Strokes
from ..version import VERSION
from .adam import Adam
from .bounds import Mood
from .checkpoint import Unfinished
from .connected import join, last_end
from .inputs import Materials, as_tensor
from .levels import begin, levels, more_levels
from .losses import Objective, resized
from .parameters import Form, gray
from .schedule import Phase, Schedule
from .step import Step

COLORS = ("color_r", "color_g", "color_b")
RATE, COLOR_RATE = 0.13, 0.18  # peak learning rates of logits: a colour may have to go from black to white
IN_FOCUS = 0.02  # of the strokes that paint detail, so many go to an area that the focus leaves black


class Easel:
    """A photo, how to paint it, with what, and the strokes so far; ``unfinished``: where to go on."""

    def __init__(
        self,
        photo: Photo,
        settings: Settings,
        recorded: Settings,
        materials: Materials,
        device: torch.device,
        unfinished: Unfinished | None = None,
    ) -> None:
        self.photo, self.settings, self.recorded = photo, settings, recorded
        self.materials, self.device = materials, device
        self.width, self.height = photo.canvas(settings.size)
        self.base = materials.base.to(device).to(torch.float32) if materials.base else None
        there = len(self.base) if self.base else 0
        self.count = settings.strokes - there
        self.palette = None
        if recorded.palette:
            seen = self.target(min(SEEN, settings.size)).cpu()
            colors = colors_of(recorded.palette, seen, settings.seed)
            if settings.grayscale:
                colors = (gray(colors.T).T * 255).round() / 255
            self.palette = colors.to(device)
        mood = Mood.of(settings)
        self.form = Form(settings, mood, self.palette)
        plan = (settings.strokes, self.width, self.height, mood)
        self.levels = more_levels(there, self.count, *plan[1:]) if there else levels(*plan)
        self.random = torch.Generator().manual_seed(settings.seed)
        samples = torch.Generator().manual_seed(settings.seed)
        self.samples = torch.randint(SAMPLES, (settings.strokes,), generator=samples)[there:]
        self.kinds = materials.kinds(self.count)
        self.focus = as_tensor(materials.focus)
        self.background = self.ground_color()
        self.grain, cost = materials.as_mypaint_draws() if settings.engine == "mypaint" else (self.brushes, 0.0)
        self.schedule = Schedule(settings, self.levels, cost)
        self.objective = Objective(settings, as_tensor(materials.style), self.focus, device)
        self.objective.check(self.shape(phase.size) for phase in self.schedule.phases if self.joint(phase))
        self.laid: list[PlacedStrokes] = []  # by level, in logits
        self.index, self.adam = 0, Adam([], 1)
        if unfinished:
            self.restore(unfinished)

    # ---- what there is to see

    @property
    def brushes(self) -> Sequence[NeuralBrush]:
        return self.materials.brushes

    def shape(self, size: int) -> tuple[int, int]:
        """Width and height of the canvas with so many px on its long side."""
        return fit(self.width, self.height, size)

    def scale(self, picture: Tensor) -> float:
        return max(picture.shape) / self.settings.size

    def target(self, size: int) -> Tensor:
        """The photo ``(3, H, W)`` as it is to be painted, with so many px on its long side."""
        target, weight = self.photo.at(*self.shape(size)), self.settings.style_weight
        style = as_tensor(self.materials.style)
        if style is not None:
            target = toned(target, style, weight / (1 + weight))
        return (gray(target).contiguous() if self.settings.grayscale else target).to(self.device)

    def ground_color(self) -> str:
        """The colour of the paper: the mean one of the photo, or of the picture that is painted on, or what was asked
        for.
        """
        wanted = self.settings.background
        if wanted == "white" or wanted.startswith("#"):
            return "#ffffff" if wanted == "white" else wanted.lower()
        ground = as_tensor(self.materials.ground)
        color = (self.target(self.settings.size) if ground is None else ground).mean((1, 2)).cpu()
        if self.palette is not None and ground is None:
            color = nearest(color[None], self.palette.cpu())[0]
        return "#" + "".join(f"{round(value * 255):02x}" for value in color.tolist())

    def under(self, target: Tensor, drawing: Sequence[NeuralBrush], count: int = 0) -> Tensor:
        """What lies under the strokes that move: paper, strokes that were there before, and the first ``count``."""
        below = paper_of(self.background, self.materials.ground, target.shape[2], target.shape[1]).to(self.device)
        done = [part for part in (self.base, self.strokes()[:count] if count else None) if part is not None]
        with torch.no_grad():
            for part in done:
                below = composite(below, part, drawing, self.scale(target))
        return below.contiguous()

    def drawing(self, phase: Phase) -> Sequence[NeuralBrush]:
        """The brushes as they draw in a phase."""
        brushes = self.grain if phase.grain else self.brushes
        return [Opaque(brush, phase.steep) for brush in brushes] if self.settings.opaque else brushes

    # ---- the work

    def work(self) -> Iterator[Step]:
        """Go on from where the painting is to its end."""
        for phase, done in self.schedule.after(self.index):
            yield from self.run(phase, done)

    def run(self, phase: Phase, done: int) -> Iterator[Step]:
        """The steps of a phase that are left when ``done`` of them are."""
        target, drawing = self.target(phase.size), self.drawing(phase)
        seen = self.objective.see(target, closely=self.joint(phase))
        if self.joint(phase):
            free, before = self.laid, 0
        else:
            before = sum(level.strokes for level in self.levels[: phase.level])
            if not done:
                self.laid.append(self.lay(phase.level, target, self.under(target, drawing, before)))
            free = self.laid[-1:]
        if not done:
            self.adam = self.optimiser(free, phase)
        below = self.under(target, drawing, before)
        start = self.start(before)
        for _ in range(done, phase.steps):
            strokes = self.form.bound(free, start)
            canvas = composite(below, strokes, drawing, self.scale(target))
            parts = self.objective.parts(canvas, seen)
            if self.form.mood.on:
                parts["color"] = self.form.mood.astray(strokes, target, self.scale(target))
            torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
            self.adam.step()
            self.form.keep(free)
            self.index += 1
            with torch.no_grad():
                error = float((canvas - target).square().mean())
            yield self.step(phase, {name: float(part.detach()) for name, part in parts.items()}, error)

    def joint(self, phase: Phase) -> bool:
        return phase.level == len(self.levels)

    def lay(self, number: int, target: Tensor, below: Tensor) -> PlacedStrokes:
        """The strokes of a level, as numbers that a gradient may move."""
        focus, level = None, self.levels[number]
        if self.focus is not None:
            share = (number + 1) / len(self.levels)  # the coarsest ones cover all of the canvas
            mask = resized(self.focus.to(self.device), target.shape[1], target.shape[2])[0]
            focus = (IN_FOCUS + (1 - IN_FOCUS) * mask) ** share
        new = begin(target, below, level, self.scale(target), self.form.mood, self.random, focus)
        first = sum(map(len, self.laid))
        if self.settings.connected:
            new = join(new, self.start(first))
        return self.form.free(self.marked(new, first))

    def marked(self, strokes: PlacedStrokes, first: int) -> PlacedStrokes:
        """With samples and brushes, where the first one is this easel's ``first``."""
        part = slice(first, first + len(strokes))
        return strokes.change(sample=self.samples[part].to(self.device), brush=self.kinds[part].to(self.device))

    def start(self, before: int) -> Tensor | None:
        """Where a chain goes on after so many strokes, in canvas pixels; None where it begins."""
        if before:
            return last_end(self.strokes()[:before])
        return last_end(self.base) if self.base else None

    def optimiser(self, free: Sequence[PlacedStrokes], phase: Phase) -> Adam:
        """For the steps of a phase."""
        groups = [
            ([getattr(level, name) for level in free for name in names], rate * phase.pace)
            for names, rate in ((COLORS, COLOR_RATE), ([n for n in ACTION if n not in COLORS], RATE))
        ]
        return Adam(groups, phase.steps)

    def strokes(self) -> PlacedStrokes:
        """The strokes that this easel has laid."""
        return self.form.bound(self.laid, self.start(0)).detach()

    def step(self, phase: Phase, parts: dict[str, float], error: float) -> Step:
        return Step(
            index=self.index,
            total=self.schedule.total,
            level=phase.level,
            strokes=self.settings.strokes - self.count + sum(map(len, self.laid)),
            loss=sum(parts.values()),
            parts=parts,
            psnr=psnr(error),
            size=phase.size,
            share=self.schedule.done(self.index),
            _easel=self,
        )

    # ---- what comes of it

    def painting(self) -> Painting:
        """The painting as it is now."""
        strokes = self.strokes().to("cpu")
        first = 0
        if self.base is not None and self.materials.base is not None:
            first = int(self.materials.base.level.max()) + 1
        number = [torch.full((len(level),), first + number) for number, level in enumerate(self.laid)]
        strokes = strokes.to(torch.float64).change(level=torch.cat(number))
        if self.materials.base is not None:
            strokes = PlacedStrokes.cat([self.materials.base, strokes])
        return Painting(
            strokes=strokes,
            width=self.width,
            height=self.height,
            background=self.background,
            settings=self.recorded,
            threads=torch.get_num_threads(),
            photo=PhotoRef(self.photo.sha256, self.photo.width, self.photo.height),
            brushes=tuple(BrushRef.of(brush) for brush in self.brushes),
            library=VERSION,
            ground=self.materials.ground,
            unfinished=self.state().pack() if self.index < self.schedule.total else None,
        )

    def state(self) -> Unfinished:
        """All that is needed to go on from here."""
        laid = PlacedStrokes.cat(self.laid)
        none = np.zeros(0, np.uint8)
        kept = (none if one is None else one for one in (self.materials.style, self.materials.focus))
        style, focus = (torch.from_numpy(one.copy()) for one in kept)
        return Unfinished(
            index=torch.tensor(self.index),
            numbers=laid.actions,
            windows=laid.places.float(),
            moments=self.adam.moments(),
            random=self.random.get_state(),
            style=style,
            focus=focus,
        )

    def restore(self, state: Unfinished) -> None:
        """Be where another easel was, with the same photo, settings and materials. Raises InputError if that cannot
        be.
        """
        self.index = int(state.index)
        if not 0 < self.index < self.schedule.total:
            raise InputError(f"the unfinished state is damaged: it is after step {self.index} of {self.schedule.total}")
        phase, done = next(self.schedule.after(self.index))
        there = sum(level.strokes for level in self.levels[: phase.level + (done > 0)])
        if len(state.numbers) != there:
            raise InputError(f"the unfinished state is damaged: it has {len(state.numbers)} strokes, not {there}")
        self.random.set_state(state.random)
        first = 0
        for level in self.levels:
            if first >= len(state.numbers):
                break
            part = slice(first, first + level.strokes)
            numbers, windows = state.numbers[part].to(self.device), state.windows[part].to(self.device)
            placed = Strokes.from_actions(numbers).placed(*windows.unbind(1))
            placed = self.marked(placed, first)
            self.laid.append(placed.change(**{
                name: getattr(placed, name).clone().requires_grad_() for name in ACTION
            }))  # fmt: skip
            first += level.strokes
        if done:
            self.adam = self.optimiser(self.laid if self.joint(phase) else self.laid[-1:], phase)
            self.adam.restore(done, state.moments.to(self.device))
