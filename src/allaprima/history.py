"""What happened while something learned or grew: numbers by name at every step, in stages; and their curves."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import InputError, to_install

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARES = ("accuracy", "fooled")  # from 0 to 1, and not on a scale of logarithms
PLAIN = (*SHARES, "psnr", "strokes")
COLORS = ("#b5533c", "#2f5d73", "#c98a1b", "#3e6b4f", "#6a4c6d", "#7d7d7d")
SMOOTH = 40  # a noisy curve's mean is over so many parts of it
TURNS = 1 / 3  # of its steps: a curve that goes back and forth at more of them is noisy
GAP = 5  # times as far apart as usual: there a curve is broken off
DIGITS = 5  # of a number in a file
WIDTH, HEIGHT = 4.2, 3.0  # inches of a panel
ROW = 3  # panels side by side


class Moment(NamedTuple):
    """A step of a stage: its number from 1 on, the seconds since the stage began, and what was measured, by name."""

    step: int
    seconds: float
    values: Mapping[str, float]


@dataclass(repr=False)
class History:
    """Every step of every stage, in order: ``stages`` by name, such as 1, 1b, 2 and 3 of a training. In a notebook it
    shows its curves.
    """

    stages: dict[str, list[Moment]] = field(default_factory=dict)

    def add(self, stage: str, step: int, values: Mapping[str, float], seconds: float) -> None:
        """Note a step. After a stop some steps may be taken again: those from ``step`` on are forgotten first."""
        moments = self.stages.setdefault(stage, [])
        while moments and moments[-1].step >= step:
            moments.pop()
        moments.append(Moment(step, seconds, dict(values)))

    def part(self, *stages: str) -> History:
        """The history of some stages alone. Raises InputError for one that is not there."""
        for stage in stages:
            self._of(stage)
        return History({stage: moments for stage, moments in self.stages.items() if stage in stages})

    def names(self, stage: str | None = None) -> list[str]:
        """What was measured in a stage, which needs no name if there is but one. Raises InputError if there is no such
        stage.
        """
        return list(dict.fromkeys(name for moment in self._of(stage) for name in moment.values))

    def values(self, name: str, stage: str | None = None) -> tuple[list[int], list[float]]:
        """The steps of a stage at which ``name`` was measured, and its values. The stage needs no name if there is but
        one, as in a painting's history. Raises InputError if it never was measured.
        """
        there = [(moment.step, moment.values[name]) for moment in self._of(stage) if name in moment.values]
        if not there:
            whose = "this history" if stage is None else f"stage {stage}"
            if not (known := self.names(stage)):
                raise InputError(f"{whose} is empty: nothing was measured yet")
            raise InputError(f"{whose} has no {name!r}: choose from {', '.join(known)}")
        return [step for step, _ in there], [value for _, value in there]

    def _of(self, stage: str | None) -> list[Moment]:
        if stage is None:
            if len(self.stages) > 1:
                raise InputError(f"this history has several stages: say which of {', '.join(self.stages)}")
            return next(iter(self.stages.values()), [])
        if stage not in self.stages:
            known = ", ".join(self.stages) or "none: nothing was done yet"
            raise InputError(f"this history has no stage {stage!r}: there is {known}")
        return self.stages[stage]

    def __len__(self) -> int:
        return sum(len(moments) for moments in self.stages.values())

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return sum(moments[-1].seconds for moments in self.stages.values() if moments)

    def __repr__(self) -> str:
        told = [f"{len(moments):,} steps of {stage}, {_last(moments)}" for stage, moments in self.stages.items()]
        return f"History: {'; '.join(told)}; {self.seconds:.1f} s" if told else "History: nothing yet"

    # ---- in files

    def as_dict(self) -> dict[str, dict[str, list[float | None]]]:
        """By stage, columns of equal length: step, seconds, and each name, None where it was not measured."""
        columns: dict[str, dict[str, list[float | None]]] = {}
        for stage, moments in self.stages.items():
            columns[stage] = {
                "step": [one.step for one in moments],
                "seconds": [round(one.seconds, 3) for one in moments],
            }
            for name in self.names(stage):
                columns[stage][name] = [_short(one.values.get(name)) for one in moments]
        return columns

    @classmethod
    def of(cls, columns: Mapping[str, Mapping[str, Sequence[Any]]]) -> History:
        """What :meth:`as_dict` gave. Raises ValueError for anything else."""
        history = cls()
        for stage, of_stage in columns.items():
            names = [name for name in of_stage if name not in ("step", "seconds")]
            for index, step in enumerate(of_stage["step"]):
                there = {name: of_stage[name][index] for name in names if of_stage[name][index] is not None}
                history.add(stage, step, there, of_stage["seconds"][index])
        return history

    # ---- to look at

    def plot(self, *names: str) -> list[Axes]:
        """The curves of ``names``, or of all, a panel for each stage, by matplotlib's pyplot: a notebook shows them, a
        script goes on with ``axes[0].figure.savefig("curves.png")``. Raises InputError for a name that is not there,
        for a history of nothing, and without matplotlib.
        """
        try:
            import matplotlib.pyplot as plt
        except ModuleNotFoundError:
            raise InputError(f"curves need matplotlib: {to_install('matplotlib')}") from None
        panels = self._panels(names)
        return _draw(plt.figure(figsize=_size(panels), layout="constrained"), self, panels)

    def figure(self, *names: str) -> Figure:
        """The same as a figure of its own, which nothing shows by itself."""
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
        except ModuleNotFoundError:
            raise InputError(f"curves need matplotlib: {to_install('matplotlib')}") from None
        panels = self._panels(names)
        figure = Figure(figsize=_size(panels), dpi=100, layout="constrained")
        FigureCanvasAgg(figure)
        _draw(figure, self, panels)
        return figure

    def _repr_png_(self) -> bytes | None:
        if not len(self):
            return None
        stream = io.BytesIO()
        self.figure().savefig(stream, format="png")
        return stream.getvalue()

    def _panels(self, names: Sequence[str]) -> list[tuple[str, list[str]]]:
        """What stands together: of each stage its losses, and beside them what is no loss."""
        if not len(self):
            raise InputError("this history is empty: nothing was done yet")
        known = list(dict.fromkeys(name for stage in self.stages for name in self.names(stage)))
        if unknown := [name for name in names if name not in known]:
            raise InputError(f"this history has no {unknown[0]!r}: choose from {', '.join(known)}")
        panels = []
        for stage in self.stages:
            wanted = [name for name in self.names(stage) if name in (names or known)]
            losses = [name for name in wanted if name not in PLAIN]
            shares = [name for name in wanted if name in SHARES]
            others = [[name] for name in wanted if name in PLAIN and name not in SHARES]
            panels += [(stage, group) for group in (losses, shares, *others) if group]
        return panels


def _size(panels: Sequence[object]) -> tuple[float, float]:
    return WIDTH * min(ROW, len(panels)), HEIGHT * -(-len(panels) // ROW)


def _draw(figure: Figure, history: History, panels: list[tuple[str, list[str]]]) -> list[Axes]:
    drawn = []
    for index, (stage, names) in enumerate(panels, 1):
        axes = figure.add_subplot(-(-len(panels) // ROW), min(ROW, len(panels)), index)
        for name, color in zip(names, COLORS * len(names), strict=False):
            steps, values = history.values(name, stage)
            marker = "o" if len(steps) == 1 else None
            noisy = _noisy(values)
            axes.plot(*_broken(steps, values), color=color, alpha=0.25 if noisy else 1, linewidth=1.2, marker=marker,
                      label=None if noisy else name)  # fmt: skip
            if noisy:
                axes.plot(*_smooth(steps, values), color=color, linewidth=1.6, label=name)
        if names[0] in SHARES:
            axes.set_ylim(-0.03, 1.03)
        elif names[0] not in PLAIN and min(min(history.values(name, stage)[1]) for name in names) > 0:
            axes.set_yscale("log")
            low, high = axes.get_ylim()
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter("{x:g}" if high < 10 * low else "")  # or labels would lie over one another
        axes.set_title(stage if " " in stage else f"stage {stage}", fontsize=10)
        axes.set_xlabel("step", fontsize=9)
        axes.tick_params(which="both", labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(fontsize=8, frameon=False)
        drawn.append(axes)
    return drawn


def _noisy(values: Sequence[float]) -> bool:
    """Whether a mean says more of a curve than its values do."""
    turns = sum((b - a) * (c - b) < 0 for a, b, c in zip(values, values[1:], values[2:], strict=False))
    return len(values) > 2 * SMOOTH and turns > TURNS * len(values)


def _broken(steps: Sequence[int], values: Sequence[float]) -> tuple[list[float], list[float]]:
    """A curve with a gap wherever nothing was measured for long."""
    apart = [after - before for before, after in itertools.pairwise(steps)]
    far = GAP * sorted(apart)[len(apart) // 2] if apart else 0
    x, y = [*map(float, steps[:1])], [*values[:1]]
    for step, value, gap in zip(steps[1:], values[1:], apart, strict=True):
        if gap > far:
            x.append(math.nan)
            y.append(math.nan)
        x.append(step)
        y.append(value)
    return x, y


def _smooth(steps: Sequence[int], values: Sequence[float]) -> tuple[list[float], list[float]]:
    """The means of neighbours."""
    width = max(1, len(values) // SMOOTH)
    parts = range(0, len(values), width)
    means = [sum(part) / len(part) for part in (values[at : at + width] for at in parts)]
    return [sum(part) / len(part) for part in (steps[at : at + width] for at in parts)], means


def _last(moments: Sequence[Moment]) -> str:
    """The most telling number of the last steps, in words."""
    latest: dict[str, float] = {}
    for moment in moments[-2:]:
        latest |= moment.values
    return ", ".join(f"{name} {value:.4g}" for name, value in list(latest.items())[:3])


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
