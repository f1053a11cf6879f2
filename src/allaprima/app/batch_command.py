"""The command that paints many photos, several at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from ..export.export import Export
from ..export.formats import SUFFIXES
from ..painting.compute import Compute
from ..painting.settings import Settings
from ..rendering.rendering import Rendering
from .arguments import CLUSTER, with_fields
from .paint_command import FILES, FORCE, OF_COMPUTE, OF_EXPORT, PAINTING, SIZE
from .terminal import Stopped, bar, loading, patient, put, stoppable, tell

if TYPE_CHECKING:
    from .batch import Order
    from .batch_report import Report, Row
    from .cluster_pool import ClusterPool
    from .lists import Entry
    from .pool import Pool

WHAT = (
    "Photos, a folder of them, a pattern ('holiday/**/*.jpg'), or a .csv: a row each, with a column photo, and others "
    "called as the options of settings are."
)
OUTPUTS = typer.Option(
    "--output",
    "-o",
    help=f"A pattern, as 'painted/{{name}}.{{png,painting.json}}', or a folder. Files: {' '.join(SUFFIXES)}.",
    show_default=False,
)
PROCESSES = typer.Option(help="How many are painted at once; as many as there are processors if not given.")
MOST = 256  # processes


@with_fields({"How it is painted": Settings, FILES: Export, "Where it is computed": Compute})
def batch(
    what: Annotated[list[str], typer.Argument(metavar="PHOTOS...", help=WHAT)],
    output: Annotated[list[str], OUTPUTS],
    output_size: Annotated[int | None, SIZE] = None,
    processes: Annotated[int | None, PROCESSES] = None,
    cluster: Annotated[str | None, CLUSTER] = None,
    painting: Annotated[bool, PAINTING] = True,
    force: Annotated[bool, FORCE] = False,
    **chosen: Any,
) -> int:
    """Paint many photos, several at once. What is painted already is left out, so that the same command goes on after
    a stop; a photo that cannot be painted never stops the others. report.csv and report.json, beside what is painted,
    tell what came of each.
    """
    check_processes(processes, cluster)
    export = Export(**{name: chosen.pop(name) for name in OF_EXPORT & chosen.keys()})
    if export.print and output_size:
        raise InputError("the size is asked for twice, by --output-size and --print: give one of them")
    rendering = Rendering(size=output_size)
    with loading():
        from ..processes import cores
        from . import lists, outputs
        from .batch_report import Report
        from .cluster_pool import ClusterPool
        from .pool import Pool
        from .work import PAINTING_PHOTOS

    patterns = [text if outputs.is_pattern(text) else _in_folder(text) for text in output]
    entries = lists.entries_of(what)
    named = outputs.by_pattern([(entry.photo, entry.name) for entry in entries], patterns)
    orders = _orders(entries, named, chosen, rendering, export, painting, force)
    with outputs.made(named, []):
        report = Report(outputs.folder_of(patterns[0]))
        left = orders if force else outputs.to_be_done(orders)
        for order in left:
            order.check()
        _tell_what_is_there(orders, left, report)
        processes = min(processes or cores(), max(1, len(left)))
        with loading():
            crew = (
                Pool(PAINTING_PHOTOS, processes)
                if cluster is None
                else ClusterPool(PAINTING_PHOTOS, cluster, processes)
            )
        try:
            return _paint(left, len(orders), crew, report)
        finally:
            crew.close()


def check_processes(processes: int | None, cluster: str | None) -> None:
    """Raise InputError for a number of processes that cannot be, and for one of a cluster that has its own."""
    if processes is not None and not 1 <= processes <= MOST:
        raise InputError(f"processes is {processes}: it must be 1 to {MOST}")
    if processes and cluster not in (None, "local"):
        raise InputError(f"the cluster at {cluster} has its own processes: leave --processes out")


def _in_folder(text: str) -> str:
    """The pattern that is meant by a folder."""
    if Path(text).suffix and not text.endswith("/"):
        raise InputError(f"-o {text} is one file for many photos: give a pattern, such as -o 'painted/{{name}}.png'")
    return f"{text.rstrip('/')}/{{name}}.png"


def _orders(
    entries: Sequence[Entry],
    named: Sequence[tuple[Path, tuple[Path, ...]]],
    chosen: dict[str, Any],
    rendering: Rendering,
    export: Export,
    painting: bool,
    force: bool,
) -> list[Order]:
    """An order for each photo. Raises InputError for settings that cannot be, naming the line of a table."""
    from .batch import Order

    orders = []
    for entry, (photo, paths) in zip(entries, named, strict=True):
        order = Order(photo, paths, chosen | entry.changes, rendering, export, None, None, 0, painting, force)
        try:
            Compute(**{name: order.changes[name] for name in OF_COMPUTE & order.changes.keys()})
            order.settings  # noqa: B018  it is made, and checked, when it is asked for
        except InputError as error:
            raise InputError(f"{entry.where}: {error}" if entry.where else str(error)) from None
        orders.append(order)
    return orders


def _tell_what_is_there(orders: Sequence[Order], left: Sequence[Order], report: Report) -> None:
    """Of what is not left to be done; it has its rows."""
    from .work import done

    first = {order.outputs[0] for order in left}
    for order in orders:
        if order.outputs[0] not in first and not report.has(order.outputs[0]):
            report.add(done(order))
    if len(left) < len(orders):
        tell(f"{len(orders) - len(left)} of {len(orders)} are painted already")


def _paint(
    orders: Sequence[Order], total: int, crew: Pool[Order, Row] | ClusterPool[Order, Row], report: Report
) -> int:
    """Paint what is left; the exit code. Raises Stopped after a Ctrl-C."""
    from .warm import warm_up

    codes: list[int] = []
    if orders:
        with patient():
            warm_up()
    try:
        with bar() as shown, stoppable() as stop:

            def look() -> None:
                shown.show(
                    crew.share, f"{total - len(orders) + len(codes):,} of {total:,} photos, {crew.at_once} at once"
                )
                if stop.asked:
                    crew.stop()

            for row in crew.work(orders, look):
                report.add(row)
                codes.append(row.code)
                _tell(row)
    finally:
        report.write()
        put(report.csv)
        put(report.json)
    if failures := len(codes) - codes.count(0):
        tell(f"{failures} of {len(orders)} photos could not be painted: see {report.csv}", "red")
    if stop.asked and len(codes) < len(orders):
        tell(f"stopped: {len(orders) - len(codes)} of {total} photos are left; the same command goes on with them")
        raise Stopped
    return 1 if 1 in codes else max(codes, default=0)


def _tell(row: Row) -> None:
    """Tell what came of a photo."""
    for path in row.files:
        put(path)
    if row.error:
        tell(f"{row.photo}: {row.error}", "red")


COMMANDS: tuple[Callable[..., Any], ...] = (batch,)
