"""The command that paints photos."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from ..export.export import Export
from ..export.formats import PICTURE, SUFFIXES, format_of, is_painting
from ..files import is_there
from ..painting.compute import Compute
from ..painting.settings import Settings, shares_of
from ..rendering.rendering import LARGEST, Rendering
from .arguments import with_fields
from .command_line import command
from .failures import Failure, tell_failure
from .results import Result, Results
from .terminal import Stop, Stopped, bar, hushed, loading, patient, stoppable, tell
from .unused import tell_unseen, tell_unused

if TYPE_CHECKING:
    from ..brush.neural import NeuralBrush
    from ..painters.step import Step
    from .batch import Order, Painted

PHOTOS = "The photo: JPEG, PNG, WebP, TIFF, ...; - is standard input."
OUTPUTS = typer.Option(
    "--output",
    "-o",
    help=f"Where to write, as often as wanted: {' '.join(SUFFIXES)}; for several photos a folder/, or a "
    "pattern: 'painted/{name}.{png,ora}'.",
    show_default=False,
)
PREVIEW = typer.Option(
    help="A .png or .jpg that shows the painting as it grows, about once a second.", show_default=False
)
RESUME = typer.Option(help="Go on with this painting of the photo, from where it was stopped.", show_default=False)
ADD = typer.Option(help="With --resume: lay so many strokes more over a finished painting.", show_default=False)
PAINTING = typer.Option(
    "--painting/--no-painting", help="Keep the painting itself, too: NAME.painting.json.", show_default=False
)
FORCE = typer.Option("--force", help="Overwrite files that are there.")
VERBOSE = typer.Option("--verbose", "-v", help="Tell of levels and dB.")
JSON = typer.Option("--json", help="Tell what came of each photo as JSON, in place of paths.")
CSV = typer.Option("--csv", help="The same as a table.")
SIZE = typer.Option(help=Rendering.about("size").metadata["help"])
FILES = "What is written"
OF_EXPORT, OF_COMPUTE = ({one.name for one in fields(kind)} for kind in (Export, Compute))


@with_fields({"How it is painted": Settings, FILES: Export, "Where it is computed": Compute})
def paint(
    photos: Annotated[list[str], typer.Argument(metavar="PHOTO...", help=PHOTOS)],
    output: Annotated[list[str] | None, OUTPUTS] = None,
    output_size: Annotated[int | None, SIZE] = None,
    preview: Annotated[Path | None, PREVIEW] = None,
    resume: Annotated[Path | None, RESUME] = None,
    add: Annotated[int, ADD] = 0,
    painting: Annotated[bool, PAINTING] = True,
    force: Annotated[bool, FORCE] = False,
    verbose: Annotated[bool, VERBOSE] = False,
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[bool, CSV] = False,
    **chosen: Any,
) -> int:
    """Paint a photo. Without -o the picture is PHOTO-painted.png in the current folder, with a number if there is one.
    The painting itself is kept beside it.
    """
    if add and not resume:
        raise InputError("strokes are added to a painting: give it with --resume")
    export = Export(**{name: chosen.pop(name) for name in OF_EXPORT & chosen.keys()})
    compute = Compute(**{name: chosen[name] for name in OF_COMPUTE & chosen.keys()})
    settings = Settings().change(**{name: value for name, value in chosen.items() if name not in OF_COMPUTE})
    if export.print and output_size:
        raise InputError("the size is asked for twice, by --output-size and --print: give one of them")
    rendering, results = Rendering(size=output_size), Results(as_json, as_csv)
    with loading():
        from ..brush.library import load_brush
        from ..kernels.device import find_device
        from . import batch, outputs

    named = outputs.outputs_of([outputs.photo_of(text) for text in photos], output or [], force)
    orders = [
        batch.Order(photo, paths, chosen, rendering, export, preview, resume, add, painting, force)
        for photo, paths in named
    ]
    again = not force and any(map(outputs.is_pattern, output or []))  # the same command goes on
    if again or (len(orders) > 1 and not force):
        orders = left_of(orders, results)
    if len(orders) > 1 and (preview or resume):
        raise InputError(f"there are {len(orders)} photos: --{'preview' if preview else 'resume'} goes with one")
    with outputs.made(named, output or []):
        for order in orders:
            order.check()
        brushes = None
        if not resume or "brush" in chosen:
            device = find_device(compute.device)
            brushes = [load_brush(name, device) for name in shares_of(settings.brush)]
            tell_unused(chosen, brushes, rendering.change(engine=settings.engine))
            tell_unseen(chosen, settings)
        with results:
            if len(orders) == 1:
                return paint_alone(orders[0], brushes, verbose, results)
            return paint_many(orders, brushes, verbose, results, again)


def left_of(orders: Sequence[Order], results: Results) -> list[Order]:
    """Those that are to be done; the others are told, and have their rows among the results."""
    from . import batch, outputs

    left = outputs.to_be_done(orders)
    photos = {order.photo for order in left}
    for order in orders:
        if order.photo not in photos:
            tell(f"{order.photo} is painted already")
            if results.as_rows:
                files = tuple(map(str, order.results()))
                results.add(Result(str(order.photo), files, batch.strokes_there(order), finished=True))
    return left


def paint_alone(order: Order, brushes: Sequence[NeuralBrush] | None, verbose: bool, results: Results) -> int:
    """Paint one photo; the exit code. What went wrong is among the results, too."""
    try:
        paint_one(order, brushes, verbose, results)
    except Exception as error:
        results.add(Result(str(order.photo), error=Failure.of(error).text))
        raise
    return 0


def paint_many(
    orders: Sequence[Order], brushes: Sequence[NeuralBrush] | None, verbose: bool, results: Results, again: bool
) -> int:
    """Paint many photos, and tell of those that could not be; the exit code. After a Ctrl-C, those that are left are
    told; ``again``, the same command goes on with them, as it does where something is kept.
    """
    from . import batch

    codes: list[int] = []

    def work(order: Order) -> None:
        tell(f"{len(codes) + 1} of {len(orders)}: {order.photo}")
        paint_one(order, brushes, verbose, results)

    try:
        for order, error in batch.each(orders, work):
            codes.append(tell_failure(error) if error else 0)
            if error:
                results.add(Result(str(order.photo), error=Failure.of(error).text))
    except (Stopped, KeyboardInterrupt):
        tell_what_is_left(orders, len(codes), again)
        raise
    if failed := len(codes) - codes.count(0):
        tell(f"{failed} of {len(orders)} photos could not be painted: see above", "red")
    return 1 if 1 in codes else max(codes, default=0)


def tell_what_is_left(orders: Sequence[Order], done: int, again: bool) -> None:
    """After Ctrl-C in the photo after so many."""
    stopped = orders[done]
    left = orders[done:] if stopped.kept.exists() or not all(map(is_there, stopped.results())) else orders[done + 1 :]
    if not left:
        return
    again = again or (stopped.kept.exists() and not stopped.force)
    how = "the same command goes on with them" if again else f"those from {left[0].photo} on"
    tell(f"{len(left)} of {len(orders)} photos are left: {how}")


def paint_one(order: Order, brushes: Sequence[NeuralBrush] | None, verbose: bool, results: Results) -> None:
    """Paint one photo and write its files. Raises Stopped, with all kept, when Ctrl-C was heard."""
    from ..painters.observers import Progress
    from . import batch

    begun, painting = time.monotonic(), 1 - order.drawing_share
    with hushed(), bar() as shown, patient():
        with stoppable() as stop:

            def follow(step: Step) -> None:
                progress = Progress.of(step, verbose)
                shown.show(progress.share * painting, progress.text)
                stop.check()

            try:
                painted = batch.paint_order(order, brushes, follow)
            except Exception as error:
                if order.kept.exists() and not isinstance(error, InputError):
                    tell(f"what there was is kept in {order.kept}: go on with it by --resume")
                raise

        def draw(share: float) -> None:
            shown.show(painting + share * (1 - painting), f"{len(painted.painting):,} strokes, drawing")

        try:
            batch.write_order(order, painted, brushes, draw)
        except BaseException as error:
            tell_what_is_kept(order, painted)
            if isinstance(error, KeyboardInterrupt):
                raise Stopped from None
            raise
    seconds, files = time.monotonic() - begun, tuple(str(path) for path in order.results(painted.finished))
    psnr = round(painted.last.psnr, 2) if painted.last else None
    figures = len(painted.painting), round(seconds, 1), psnr
    results.add(Result(str(order.photo), files, *figures, painted.finished))
    tell_the_end(order, painted, stop, seconds, verbose)


def tell_what_is_kept(order: Order, painted: Painted) -> None:
    """After the drawing was stopped, or failed."""
    if painted.finished:
        kept = order.kept
        tell(f"the painting is kept in {kept}: draw it with `{command('render', kept)} -o ...`")
    else:
        tell_how_to_go_on(order, painted)


def tell_the_end(order: Order, painted: Painted, stop: Stop, seconds: float, verbose: bool) -> None:
    """When all files are there. Raises Stopped if Ctrl-C was heard meanwhile."""
    painting, last = painted.painting, painted.last
    if not painted.finished and stop.asked:
        tell_how_to_go_on(order, painted)
        raise Stopped
    order.kept.unlink()
    told = f"{len(painting)} strokes on {painting.width}x{painting.height} px in {seconds:.0f} s"
    if verbose and last:
        told += f", {last.psnr:.1f} dB seen at {last.size} px"
    tell(told + how_to_enlarge(order, painting.size))
    if stop.asked:
        raise Stopped


def how_to_enlarge(order: Order, size: int) -> str:
    """The command that draws a picture twice as large, where there is one and its painting is kept."""
    pictures = [path for path in order.outputs if format_of(path, order.export.film).kind == PICTURE]
    painting = next((path for path in order.results() if is_painting(path)), None)
    larger = 2 * (order.rendering.size or size)
    if not pictures or painting is None or order.export.print or larger > LARGEST:
        return ""
    picture = pictures[0].with_stem(f"{pictures[0].stem}-{larger}")
    return f"; larger: {command('render', painting, '-o', picture, '--size', str(larger))}"


def tell_how_to_go_on(order: Order, painted: Painted) -> None:
    """After Ctrl-C."""
    last = painted.last
    assert last is not None  # it is not finished
    tell(
        f"stopped at step {last.index} of {last.total} with {last.strokes} strokes: what there was is saved; "
        f"go on with: {order.to_go_on}"
    )


COMMANDS: tuple[Callable[..., Any], ...] = (paint,)
