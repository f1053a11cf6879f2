"""How the steps of a painting follow one another: phases, how long each is, and what its steps cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from ..brush.opaque import FINAL, SOFT
from ..painting.settings import Settings
from .closeup import CloseUp
from .levels import Level
from .retouching import SEEN_AT

WINDOW_AT = 64  # pixels at which a level's windows are drawn in the first pass
GENTLE = 0.35  # of the learning rates, when strokes are only to fit the grain that MyPaint gives them
BY_EYE = 0.5  # likewise, when what `pocket` sees is all that counts: faster, strokes curl to please it


class Effort(NamedTuple):
    """Steps for each level, for all strokes together (half of them before the late ones begin, if there are any), for
    those seen more closely, as closely as so many strokes can show, for those where people look, more closely still,
    and once more with grain, on a canvas with ``grain_at`` px on its long side; no less closely before. For the strokes
    of the sketch together, and those with grain. For those that retouch the canvas.
    """

    coarse: int
    joint: int
    close: int
    focus: int
    grain: int
    grain_at: int
    sketch: int = 0
    sketch_grain: int = 0
    retouch: int = 0


JOINT_AT, CLOSE_AT = 256, 512  # px of the long side of the canvas that all strokes together are seen on
SHOWN = 875  # strokes can show what is on a canvas of JOINT_AT px, and so many times more on as many times the pixels
NEARLY = 0.85  # of the canvas is seen as all of it
WORTH = 1.5  # times more closely than all together are seen, at least
LIKENESS = {
    "draft": Effort(6, 14, 0, 0, 0, JOINT_AT),
    "normal": Effort(8, 34, 24, 30, 10, JOINT_AT),
    "best": Effort(20, 200, 100, 60, 60, JOINT_AT),
}
PAINTERLY = {
    "draft": Effort(6, 18, 0, 0, 0, JOINT_AT, 18),
    "normal": Effort(8, 42, 24, 30, 10, JOINT_AT, 42),
    "best": Effort(20, 210, 100, 60, 60, JOINT_AT, 100),
}
OIL = {
    "draft": Effort(6, 8, 0, 0, 3, CLOSE_AT, 8, 3),
    "normal": Effort(8, 44, 30, 30, 12, CLOSE_AT, 72, 14, 4),
    "best": Effort(16, 80, 50, 60, 40, CLOSE_AT, 110, 30, 8),
}
EFFORT = {"oil": OIL, "flow": OIL, "dots": OIL, "painterly": PAINTERLY, "likeness": LIKENESS}  # by mood and quality


class Kind(Enum):
    """What a phase is for."""

    COARSE = "coarse"  # the strokes of one level, on a small canvas
    JOINT = "joint"  # the strokes of all levels together
    GRAIN = "grain"  # once more, seen as MyPaint will draw them


class Phase(NamedTuple):
    """``steps`` on a canvas with ``size`` px on its long side, each of which costs ``cost``, of the strokes of
    ``level``, or of all so far together (``level`` is their number then) but for the first ``still`` levels, at so much
    of the optimiser's ``pace``. ``steep``: how far opacity is driven to 0 or 1, if it is. After it strokes may
    ``settle``: it is the last one of the sketch, or of all that see the whole canvas. If it sees a ``part`` of that
    only, strokes elsewhere stay as they are.
    """

    kind: Kind
    still: int
    level: int
    steps: int
    size: int
    cost: float
    pace: float = 1.0
    steep: float = FINAL
    settle: bool = False
    part: CloseUp | None = None

    @property
    def together(self) -> bool:
        """Whether all levels move."""
        return self.kind is not Kind.COARSE


def shown_by(strokes: int) -> float:
    """On how many px of the long side so many strokes can show what is there."""
    return JOINT_AT * math.sqrt(strokes / SHOWN)


def seen_closely(settings: Settings, least: int) -> int:
    """On how many px of the long side strokes are refined in the end, at ``least``: as many as so many strokes can
    show, where the canvas is large enough that somebody may see it.
    """
    long_side, shown = settings.size, shown_by(settings.strokes)
    if shown >= NEARLY * long_side:
        shown = long_side
    return max(least, round(shown) if long_side > CLOSE_AT else 0)


class Schedule:
    """The phases of a painting with these levels. A step with grain costs ``grain`` times as much as one without; none
    is wanted where that is 0. ``part`` is where people look, if it is known.
    """

    def __init__(self, settings: Settings, levels: Sequence[Level], grain: float, part: CloseUp | None) -> None:
        effort, long_side = EFFORT[settings.mood][settings.quality], settings.size
        self.phases: list[Phase] = []

        def cost(some: Sequence[Level], size: int) -> float:
            side = size / long_side / WINDOW_AT
            return sum(level.strokes * (1 + (level.window * side) ** 2) for level in some)

        pace = BY_EYE if (settings.loss, settings.features) == ("features", "pocket") else 1.0

        def together(
            kind: Kind, number: int, steps: int, seen_at: int, times: float = 1.0, part: CloseUp | None = None
        ) -> None:
            if steps:
                size = min(long_side, seen_at)
                work = times * cost(levels[still:number], size)
                rate = GENTLE * pace if kind is Kind.GRAIN else pace
                self.phases.append(Phase(kind, still, number, steps, size, work, rate, part=part))

        others = [level for level in levels if not level.retouch]
        sketch_at = min(JOINT_AT, round(WORTH * shown_by(sum(level.strokes for level in levels if level.sketch))))
        still, joint = 0, effort.sketch if levels[0].sketch else effort.joint
        for number, level in enumerate(others):
            if level.late and number > still and not levels[number - 1].late:
                together(Kind.JOINT, number, joint // 2, sketch_at if level.sketch else JOINT_AT)
                joint -= joint // 2
            size = min(long_side, CLOSE_AT, math.ceil(long_side * WINDOW_AT / level.window))
            self.phases.append(Phase(Kind.COARSE, number, number, effort.coarse, size, cost([level], size), steep=SOFT))
            if level.sketch and not levels[number + 1].sketch:
                together(Kind.JOINT, number + 1, joint, sketch_at)
                if grain:
                    together(Kind.GRAIN, number + 1, effort.sketch_grain, sketch_at, grain)
                self.phases[-1] = self.phases[-1]._replace(settle=True)
                still, joint = number + 1, effort.joint
        together(Kind.JOINT, len(others), joint, JOINT_AT)
        if (closely := seen_closely(settings, effort.grain_at)) > WORTH * JOINT_AT:
            together(Kind.JOINT, len(others), effort.close, closely)
        if part and part.size > WORTH * min(closely, long_side):
            gathered = math.sqrt(part.share)  # of the strokes, about: they gather where people look
            together(Kind.JOINT, len(others), effort.focus, part.size, gathered, part)
        if grain:
            together(Kind.GRAIN, len(others), effort.grain, effort.grain_at, grain)
        last = max(number for number, phase in enumerate(self.phases) if not phase.part)
        self.phases[last] = self.phases[last]._replace(settle=True)
        for number, level in enumerate(levels[len(others) :], len(others)):
            size = min(long_side, SEEN_AT)
            self.phases.append(
                Phase(Kind.COARSE, number, number, effort.retouch, size, cost([level], size), GENTLE * pace)
            )
        self.total = sum(phase.steps for phase in self.phases)
        self.work = sum(phase.steps * phase.cost for phase in self.phases)

    def after(self, index: int) -> Iterator[tuple[Phase, int]]:
        """The phases that are left after ``index`` steps, each with the number of its steps that are done."""
        for phase in self.phases:
            done = min(index, phase.steps)
            index -= done
            if done < phase.steps:
                yield phase, done

    def done(self, index: int) -> float:
        """The share of the work that is done after ``index`` steps."""
        left = sum((phase.steps - done) * phase.cost for phase, done in self.after(index))
        return 1 - left / self.work
