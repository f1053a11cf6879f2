"""Plots of paintings' quality against their strokes and their seconds."""

from collections import defaultdict
from itertools import cycle, product
from pathlib import Path
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

COLORS = ("#b5533c", "#33658a", "#7a8b3c", "#8a5a83", "#c08b2d", "#4a4a4a", "#5aa9a3", "#a0765b")
STYLES = {"neural": ("-", ""), "mypaint": ("--", ", MyPaint")}
AGAINST = {"strokes": "strokes", "seconds": "seconds from command to PNG"}


def name_of(case: dict[str, Any]) -> str:
    """Brush of a case, and what was added to its command."""
    return f"{Path(case['brush']).stem} {case['with']}".strip()


def draw_plots(results: list[dict[str, Any]], folder: Path) -> list[Path]:
    """PSNR against strokes and against seconds, into two PNG: one panel for each quality (rows) and canvas (columns),
    one line for each brush and engine, through the means over the photos. The paths written.
    """
    names = sorted({name_of(case) for case in results})
    colors = dict(zip(names, cycle(COLORS), strict=False))
    qualities = [one for one in ("draft", "normal", "best") if any(case["quality"] == one for case in results)]
    sizes = sorted({case["size"] for case in results})
    paths = []
    for against, label in AGAINST.items():
        figure = Figure(figsize=(5.5 * len(sizes), 3.6 * len(qualities)), dpi=100, layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(len(qualities), len(sizes), squeeze=False, sharex=True, sharey=True)
        for (row, quality), (column, size) in product(enumerate(qualities), enumerate(sizes)):
            some = [case for case in results if (case["quality"], case["size"]) == (quality, size)]
            axes = panels[row, column]
            axes.set_title(f"canvas of {size} px, {quality}", fontsize=10)
            axes.set_xlabel(label, fontsize=9)
            draw_lines(axes, some, against, colors)
        paths.append(folder / f"psnr-{against}.png")
        figure.savefig(paths[-1])
    return paths


def draw_lines(axes: Axes, cases: list[dict[str, Any]], against: str, colors: dict[str, str]) -> None:
    """The lines of one panel."""
    for (name, color), (engine, (style, suffix)) in product(colors.items(), STYLES.items()):
        points = defaultdict(list)
        for case in cases:
            if name_of(case) == name:
                found = case["engines"][engine]
                points[case["strokes"]].append((found.get(against, case["strokes"]), found["psnr"]))
        if points:
            means = [[fmean(values) for values in zip(*points[strokes], strict=True)] for strokes in sorted(points)]
            line = {"color": color, "linewidth": 1.4, "marker": "o", "markersize": 3}
            axes.plot(*zip(*means, strict=True), style, label=name + suffix, **line)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set_ylabel("PSNR, dB", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    if cases:
        axes.legend(fontsize=8, frameon=False)
