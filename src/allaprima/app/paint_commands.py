"""The commands that paint a photo, and draw a painting again."""

from __future__ import annotations

import shlex
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from ..export.export import Export
from ..export.formats import PICTURE, SUFFIXES, format_of, is_painting
from ..painting.compute import Compute
from ..painting.settings import Settings, shares_of
from ..rendering.light import Light
from ..rendering.rendering import AUTO, LARGEST, Rendering
from .arguments import setting, with_fields
from .failures import Failure, tell_failure
from .results import Result, Results
from .terminal import Stop, Stopped, bar, hushed, loading, patient, stoppable, tell
from .unused import OF_LIGHT, tell_unseen, tell_unused

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
TEXTURE = typer.Option("--texture/--no-texture", help=Rendering.about("texture").metadata["help"], show_default=False)
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
OF_EXPORT, OF_COMPUTE = ({one.name for one in fields(kind)} for kind in (Export, Compute))


@with_fields(Settings, Compute, Export)
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

    orders = [
        batch.Order(photo, paths, chosen, rendering, export, preview, resume, add, painting, force)
        for photo, paths in outputs.outputs_of([outputs.photo_of(text) for text in photos], output or [], force)
    ]
    if not force and any(map(outputs.is_pattern, output or [])):
        given, orders = orders, outputs.to_be_done(orders)
        left = {order.photo for order in orders}
        for order in given:
            if order.photo not in left:
                tell(f"{order.photo} is painted already")
    if len(orders) > 1 and (preview or resume):
        raise InputError(f"there are {len(orders)} photos: --{'preview' if preview else 'resume'} goes with one")
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
            paint_one(orders[0], brushes, verbose, results)
            return 0
        return paint_many(orders, brushes, verbose, results)


def paint_many(orders: Sequence[Order], brushes: Sequence[NeuralBrush] | None, verbose: bool, results: Results) -> int:
    """Paint many photos, and tell of those that could not be; the exit code."""
    from . import batch

    codes: list[int] = []

    def work(order: Order) -> None:
        tell(f"{len(codes) + 1} of {len(orders)}: {order.photo}")
        paint_one(order, brushes, verbose, results)

    for order, error in batch.each(orders, work):
        codes.append(tell_failure(error) if error else 0)
        if error:
            results.add(Result(str(order.photo), error=Failure.of(error).text))
    if failed := len(codes) - codes.count(0):
        tell(f"{failed} of {len(orders)} photos could not be painted: see above", "red")
    return 1 if 1 in codes else max(codes, default=0)


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
    figures = len(painted.painting), round(seconds, 1), round(painted.last.psnr, 2)
    results.add(Result(str(order.photo), files, *figures, painted.finished))
    tell_the_end(order, painted, stop, seconds, verbose)


def tell_what_is_kept(order: Order, painted: Painted) -> None:
    """After the drawing was stopped, or failed."""
    if painted.finished:
        kept = order.kept
        tell(f"the painting is kept in {kept}: draw it with `allaprima render {shlex.quote(str(kept))} -o ...`")
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
    if verbose:
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
    words = ["allaprima", "render", str(painting), "-o", str(pictures[0].with_stem(f"{pictures[0].stem}-{larger}"))]
    return f"; larger: {shlex.join([*words, '--size', str(larger)])}"


def tell_how_to_go_on(order: Order, painted: Painted) -> None:
    """After Ctrl-C."""
    words = ["allaprima", "paint", str(order.photo), "--resume", str(order.kept)]
    words += [word for path in order.outputs for word in ("-o", str(path))]
    words += [] if order.keep else ["--no-painting"]
    words += ["--force"] if replace(order, resume=order.kept).taken else []
    last = painted.last
    tell(
        f"stopped at step {last.index} of {last.total} with {last.strokes} strokes: what there was is saved; "
        f"go on with: {shlex.join(words)}"
    )


@with_fields(Light, Export)
def render(
    painting: Annotated[Path, typer.Argument(help="A .painting.json file.")],
    output: Annotated[list[Path], OUTPUTS],
    size: Annotated[int | None, SIZE] = None,
    engine: Annotated[str, setting(Rendering.about("engine"))] = AUTO,
    texture: Annotated[bool | None, TEXTURE] = None,
    brush: Annotated[
        list[str] | None,
        typer.Option(help="The brushes that painted, if they do not ship: the path of each .safetensors, in order."),
    ] = None,
    photo: Annotated[Path | None, typer.Option(help="The photo, for a film with --beside.", show_default=False)] = None,
    force: Annotated[bool, FORCE] = False,
    **chosen: Any,
) -> None:
    """Draw a painting again: at any size, in another light, as any file, by the neural brush or the real one."""
    light = {name: chosen.pop(name) for name in OF_LIGHT if name in chosen}
    rendering, export = Rendering(size=size, engine=engine, texture=texture, **light), Export(**chosen)
    with loading():
        from ..brush.library import load_brush
        from ..export.effects import check_effects
        from ..export.maps import check_map
        from ..export.write import check_extras, check_new, check_outputs, write_all
        from ..painting.painting import Painting

    check_outputs(output, [painting])
    check_extras(output, export.film)
    check_map(output, export)
    check_effects(output, export, size)
    if photo and not export.beside:
        raise InputError(f"photo is {photo}, which has no effect: it is for a film with --beside")
    if not force:
        check_new(output)
    loaded = Painting.load(painting)
    brushes = [load_brush(name) for name in brush] if brush else None
    if light or texture is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other weights warns who draws
            tell_unused({"texture": texture, **light}, loaded.find_brushes(brushes), rendering)
    with hushed(), bar() as shown, patient():
        write_all(
            loaded,
            output,
            rendering.change(brushes=brushes),
            export,
            photo=photo,
            on_progress=lambda share: shown.show(share, "drawing"),
        )
    for path in output:
        print(path)


COMMANDS: tuple[Callable[..., Any], ...] = (paint, render)
