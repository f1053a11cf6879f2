"""A million photos on up to a thousand machines: how long, for how much, and what breaks first. Simulated.

python benchmarks/scaling.py [--photos 1000000] [--plot docs/images/scaling.svg]      some minutes

Seconds of photos, starts and the driver were measured on one machine (`scaling_measured.py`, into `scaling.json`).
What is assumed stands below, in capitals, and in `scaling_machines.py`, which runs the machines.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
from machine import machine
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from scaling_machines import HOUR, Machines, Outcome, Plan

MEASURED: dict[str, Any] = json.loads(Path(__file__).with_name("scaling.json").read_text())
MACHINES = (1, 10, 100, 1000)
PRICE, SPOT_PRICE = 0.70, 0.25  # dollars for an hour of a machine of 16 processors: assumed
SPOT_LOST = HOUR / 0.05  # a twentieth is lost every hour: assumed
CHANGES, BYTES = 10_000, 1e9  # that one shared disk takes in a second: assumed
FILES, A_FILE = 4, 3  # written for a photo, without what is kept meanwhile; changes of the folder for each: counted
OFTEN, AHEAD, KEPT, LEASE = 0.2, 2, 4.0, 16
KINDS = {"small": "100 strokes, 128 px", "default": "3,500 strokes, 2048 px"}
WAYS = {"as it was": "#b5533c", "as it is": "#94690f", "as it would be": "#33658a"}
INK, PAPER = "#3a3a3a", "#fbf8f2"
matplotlib.rcParams["svg.hashsalt"] = "scaling"  # the same file each time


def plans(kind: str, machines: int, photos: int) -> dict[str, Plan]:
    """As a batch on a cluster works now, as it did before this was measured, and as it would with the changes told."""
    photo, orders, ray, start = (MEASURED[name] for name in (kind, "orders", "cluster", "start"))
    changes = changes_of(kind)
    waiting = ray["waited_for"] * AHEAD * 16 * machines
    driver = ray["sent"] + ray["taken"] + orders["row_kept"]
    before = photos * (orders["made"] + orders["looked_for"] + orders["checked"])
    disk = max(changes / CHANGES, photo["bytes"] / BYTES)
    now = Plan(machines, photos, photo["seconds"], photo["spread"], start["later"], driver / (1 - waiting / OFTEN),
               before, disk, kept=KEPT)  # fmt: skip
    listed = orders["file_listed"] * photos / 2 * changes / A_FILE
    was = replace(now, handed_out=driver + ray["asked_how_many"] + waiting, seconds=photo["seconds"] + listed)
    found = photos * orders["file_listed"]
    then = replace(now, lease=LEASE, handed_out=ray["sent"] + ray["taken"], before=found, disk=0.0, kept=0, copies=True)
    return {"as it was": was, "as it is": now, "as it would be": then}


def told(plan: Plan, price: float = PRICE) -> tuple[Outcome, str]:
    """What came of a plan, and a row of a table."""
    found = Machines(plan).run()
    hours = plan.machines * found.wall / HOUR
    used = found.busy / found.wall / plan.machines / plan.processors
    cells = [hours_of(found.wall), f"{hours:,.0f}", f"{hours * price:,.0f} $", f"{used:.0%}", seconds_of(found.tail),
             f"{found.lost / HOUR:,.1f} h", f"{found.machines_lost:,}", f"{found.failed:,}"]  # fmt: skip
    return found, " | ".join(cells)


def hours_of(seconds: float) -> str:
    return f"{seconds / HOUR:,.0f} h" if seconds >= 100 * HOUR else f"{seconds / HOUR:.2f} h"


def seconds_of(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else hours_of(seconds)


def by_machines(photos: int) -> dict[tuple[str, str], list[float]]:
    """Print a table of both kinds of photos on more and more machines; the hours of each way."""
    head = "wall time | machine-hours | cost | at work | last 1 % | lost work | machines lost | given up"
    print(f"\n| photo | machines | | {head} |\n|---|---|---|---|---|---|---|---|---|---|---|")
    hours: dict[tuple[str, str], list[float]] = {}
    for kind in KINDS:
        for machines in MACHINES:
            for way, plan in plans(kind, machines, photos).items():
                found, row = told(plan)
                hours.setdefault((kind, way), []).append(found.wall / HOUR)
                print(f"| {kind} | {machines:,} | {way} | {row} |", flush=True)
    return hours


def by_limit(photos: int) -> None:
    """Print what each thing alone would make of a thousand machines."""
    print("\n| at 1,000 machines, one limit alone | small | default |\n|---|---|---|")
    rows: dict[str, list[str]] = {}
    for kind in KINDS:
        was, now, _ = plans(kind, 1000, photos).values()
        free = replace(now, before=0, handed_out=0, disk=0)
        sent = MEASURED[kind]["bytes"] / BYTES
        limits = {
            "none: the machines alone": free,
            "every order is checked before the first": replace(free, before=now.before),
            "the driver, as it is": replace(free, handed_out=now.handed_out),
            "the driver, as it was": replace(free, handed_out=was.handed_out),
            "a folder of a million files, as it was": replace(free, seconds=was.seconds),
            "one disk: changes of its folders": replace(free, disk=changes_of(kind) / CHANGES),
            "one disk: bytes": replace(free, disk=sent),
        }
        for name, plan in limits.items():
            rows.setdefault(name, []).append(hours_of(Machines(plan).run().wall))
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def changes_of(kind: str) -> float:
    """Of folders, for a photo: its files are made, given their rights and renamed; what was kept is removed."""
    return float(A_FILE * (FILES + MEASURED[kind]["seconds"] // KEPT) + 1)


def by_trouble(photos: int) -> None:
    """Print what is lost to machines that are slow, or go, of the default painting on a thousand of them."""
    then = plans("default", 1000, photos)["as it would be"]
    head = "wall time | machine-hours | cost | at work | last 1 % | lost work | machines lost | given up"
    print(f"\n| default, 1,000 machines, as it would be | {head} |\n|---|---|---|---|---|---|---|---|---|")
    hung = {"slow": 0.001, "slower": 20.0}
    rows = {
        "as above": (then, PRICE),
        "no copies": (replace(then, copies=False), PRICE),
        "1 in 1,000 at a twentieth of the pace, no copies": (replace(then, copies=False, **hung), PRICE),
        "the same, with copies": (replace(then, **hung), PRICE),
        "leases of 100 photos": (replace(then, lease=100), PRICE),
        "spot machines, no copies": (replace(then, copies=False, lost_after=SPOT_LOST), SPOT_PRICE),
        "the same, kept every 4 s": (replace(then, copies=False, lost_after=SPOT_LOST, kept=KEPT), SPOT_PRICE),
    }
    for name, (plan, price) in rows.items():
        print(f"| {name} | {told(plan, price)[1]} |", flush=True)


def draw(hours: dict[tuple[str, str], list[float]], photos: int, path: Path) -> None:
    """Hours against machines, both on logarithmic scales: a panel for each kind."""
    figure = Figure(figsize=(9.6, 4.4), layout="constrained", facecolor=PAPER)
    FigureCanvasSVG(figure)
    panels = figure.subplots(1, 2, sharey=True)
    for kind, axes in zip(KINDS, panels, strict=True):
        ideal = photos * MEASURED[kind]["seconds"] / 16 / HOUR
        axes.plot(MACHINES, [ideal / count for count in MACHINES], "--", color=INK, linewidth=1, label="the work alone")
        for way, colour in WAYS.items():
            axes.plot(MACHINES, hours[kind, way], "o-", color=colour, linewidth=2, markersize=5, label=way)
            shown(axes, hours[kind, way][-1], colour)
        dress(axes, f"{kind}: {KINDS[kind]}")
    panels[0].set_ylabel(f"hours for {photos:,} photos", color=INK)
    panels[0].legend(frameon=False, labelcolor=INK, loc="upper right")
    figure.savefig(path, metadata={"Date": None})


def shown(axes: Axes, hours: float, colour: str) -> None:
    """The hours of a thousand machines, beside their point."""
    text = f"{hours:,.1f} h" if hours >= 1 else f"{hours * 60:.0f} min"
    axes.annotate(text, (MACHINES[-1], hours), (8, -3), textcoords="offset points", color=colour, fontsize=9)


def dress(axes: Axes, title: str) -> None:
    axes.set(xscale="log", yscale="log", xlim=(0.8, 3500), facecolor=PAPER)
    axes.set_title(title, color=INK, fontsize=11)
    axes.set_xlabel("machines of 16 processors", color=INK)
    axes.set_xticks(MACHINES, [f"{count:,}" for count in MACHINES])
    for scale in (axes.xaxis, axes.yaxis):
        scale.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.tick_params(colors=INK)
    axes.grid(color="#e4ddcf", linewidth=0.8)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--plot", type=Path)
    chosen = parser.parse_args()
    print(f"simulated on: {machine()}\nmeasured on: {MEASURED['machine']}")
    hours = by_machines(chosen.photos)
    by_limit(chosen.photos)
    by_trouble(chosen.photos)
    if chosen.plot:
        draw(hours, chosen.photos, chosen.plot)


if __name__ == "__main__":
    main()
