"""The command line: a command parses, makes one library call and prints.

Messages go to stderr, paths of results to stdout. Exit codes: 0 done, 2 wrong input, 1 the machine failed (disk,
memory), 130 Ctrl-C after saving. Torch is imported when a command needs it, so that help comes at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from ..errors import InputError
from ..painting.settings import Settings
from ..version import VERSION
from .progress import bar, console, hushed, stoppable

if TYPE_CHECKING:
    from ..brush.shipped import NeuralBrush
    from ..painting.painting import Painting

app = typer.Typer(
    name="allaprima",
    help="Paint a photo with brushstrokes, and let the real MyPaint draw them at any size.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. Whatever a person can mend is told in one line, without a traceback."""
    try:
        return int(app(arguments, standalone_mode=False) or 0)
    except TyperException as error:
        if error.format_message():
            console.print(f"allaprima: {error.format_message()}", style="red", markup=False, soft_wrap=True)
        return error.exit_code
    except InputError as error:
        console.print(f"allaprima: {error}", style="red", markup=False, soft_wrap=True)
        return 2
    except (OSError, MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "allocate memory" not in str(error):
            raise
        told = f"{error.strerror}: {error.filename}" if isinstance(error, OSError) else "out of memory"
        console.print(f"allaprima: the machine failed: {told}", style="red", markup=False, soft_wrap=True)
        return 1
    except (KeyboardInterrupt, typer.Abort):
        console.print("allaprima: stopped", markup=False)
        return 130


def setting(name: str, *flags: str) -> Any:
    """An option whose help stands in Settings, and so do its bounds and choices."""
    about = Settings.about(name).metadata
    help = about["help"]
    if about["among"]:
        help += f" One of {', '.join(about['among'])}."
    elif about["high"] and about["high"] < 2**31:
        help += f" {about['low']:,} to {about['high']:,}."
    return typer.Option(f"--{name}", *flags, help=help, show_default=True)


OUTPUTS = typer.Option(
    "--output",
    "-o",
    help="Where to write: .png, .jpg or .painting.json; as often as wanted.",
    show_default=False,
)
DEFAULT = Settings()


@app.callback(invoke_without_command=True)
def start(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        print(f"allaprima {VERSION}")
        raise typer.Exit


@app.command()
def paint(
    photo: Annotated[Path, typer.Argument(help="The photo: JPEG, PNG, WebP, TIFF, ...")],
    output: Annotated[list[Path] | None, OUTPUTS] = None,
    strokes: Annotated[int, setting("strokes")] = DEFAULT.strokes,
    size: Annotated[int, setting("size")] = DEFAULT.size,
    brush: Annotated[str, setting("brush")] = DEFAULT.brush,
    seed: Annotated[int, setting("seed")] = DEFAULT.seed,
    quality: Annotated[str, setting("quality")] = DEFAULT.quality,
    engine: Annotated[str, setting("engine")] = DEFAULT.engine,
    output_size: Annotated[
        int | None,
        typer.Option(help="Long side of the written picture in pixels; the canvas' size if not given."),
    ] = None,
    device: Annotated[str, setting("device")] = DEFAULT.device,
) -> None:
    """Paint a photo. Without -o the picture is PHOTO-painted.png in the current folder."""
    settings = Settings(brush, strokes, size, seed, quality, engine, device)
    outputs = output or [Path(f"{photo.stem}-painted.png")]
    from ..brush.shipped import load_brush
    from ..export.picture import check_outputs
    from ..painting import painter
    from ..painting.painting import check_size

    check_size(output_size)
    check_outputs(outputs, [photo])
    last: painter.Step | None = None

    with stoppable() as stop, bar() as shown:

        def follow(step: painter.Step) -> None:
            nonlocal last
            last = step
            shown.show(step.share, f"level {step.level + 1}, {step.strokes} strokes, {step.psnr:.1f} dB")
            stop.check()

        try:
            painting = painter.paint(photo, settings, on_step=follow)
        except KeyboardInterrupt:
            if last is None:
                raise
            painting = last.painting()
    assert last is not None
    _draw(painting, outputs, output_size, engine, [load_brush(brush)])
    if stop.asked:
        console.print(
            f"stopped at step {last.index} of {last.total} with {last.strokes} strokes: what there was is saved; "
            f"to have the whole painting, run the same command again"
        )
        raise typer.Exit(130)
    console.print(
        f"{len(painting)} strokes on {painting.width}x{painting.height} px, {last.psnr:.1f} dB seen at {last.size} px"
    )


@app.command()
def render(
    painting: Annotated[Path, typer.Argument(help="A .painting.json file.")],
    output: Annotated[list[Path], OUTPUTS],
    size: Annotated[
        int | None, typer.Option(help="Long side of the picture in pixels; the canvas' size if not given.")
    ] = None,
    engine: Annotated[str, setting("engine")] = DEFAULT.engine,
    brush: Annotated[
        Path | None, typer.Option(help="The .safetensors that painted, if it does not ship with allaprima.")
    ] = None,
) -> None:
    """Draw a painting again: at any size, by the neural brush or by the real MyPaint."""
    from ..brush.shipped import load_brush
    from ..export.picture import check_outputs
    from ..painting.painting import Painting, check_size

    check_size(size)
    check_outputs(output, [painting])
    loaded = Painting.load(painting)
    _draw(loaded, output, size, engine, [load_brush(brush)] if brush else None)


@app.command()
def brushes() -> None:
    """List the brushes that ship with allaprima."""
    from ..brush.shipped import brushes as shipped

    for name, card in shipped().items():
        print(
            f"{name:12} imitates MyPaint's {card.mypaint:20} {card.fidelity['psnr']:.1f} dB"
            f" (MyPaint agrees with itself to {card.fidelity['mypaint_agreement']:.1f} dB)"
        )


@app.command()
def strokes(
    folder: Annotated[Path, typer.Argument(help="Folder for the strokes.")],
    brush: Annotated[str, typer.Option(help="MyPaint brush, such as classic/dry_brush, or a .myb.")],
    count: Annotated[int, typer.Option(help="Number of strokes.")] = 100_000,
    size: Annotated[int, typer.Option(help="Side of a stroke's window in pixels.")] = 64,
    seed: Annotated[int, typer.Option(help="The same seed gives the same strokes.")] = 0,
    processes: Annotated[int | None, typer.Option(help="Processes that draw; all cores if not given.")] = None,
) -> None:
    """Let the real MyPaint draw strokes to learn from. Run it again to go on after a stop."""
    from ..brush.mypaint import MyPaintBrush
    from ..learning.dataset import draw_strokes

    drawing = MyPaintBrush(brush)
    with stoppable() as stop, bar() as shown:

        def follow(done: int, total: int) -> None:
            shown.show(done / total, f"{done:,} of {total:,} strokes")
            stop.check()

        _or_go_on(
            lambda: draw_strokes(folder, drawing, count, size=size, seed=seed, processes=processes, on_progress=follow),
            "finished shards are kept",
        )
    print(folder)


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(help="Folder of strokes, from `allaprima strokes`.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The brush to write: NAME.safetensors.")],
    stages: Annotated[
        str, typer.Option(help="1 generator, 2 critic, 3 both against each other; 3 alone is from scratch.")
    ] = "1",
    generator: Annotated[str, typer.Option(help="splat, or dcgan: the reference's.")] = "splat",
    steps: Annotated[int | None, typer.Option(help="Steps of stage 1.")] = None,
    critic_steps: Annotated[int | None, typer.Option(help="Steps of stage 2.")] = None,
    gan_steps: Annotated[int | None, typer.Option(help="Steps of stage 3.")] = None,
    mix: Annotated[float, typer.Option(help="The critic's part in the loss of stage 3, 0 to 1.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Seed of weights and batches.")] = 0,
) -> None:
    """Let a neural brush learn from strokes. Run it again to go on after a stop. Needs the extra `train`."""
    try:
        from ..learning.apprentice import Lessons, learn_brush
    except ModuleNotFoundError as error:
        raise InputError(f"training needs {error.name}: pip install 'allaprima[train]'") from None
    try:
        chosen = tuple(int(stage) for stage in stages.split(","))
    except ValueError:
        raise InputError(f"stages is {stages!r}: choose 1, 1,2 or 1,2,3, or 3 alone (from scratch)") from None
    lessons = Lessons.plan(chosen, generator, (steps, critic_steps, gan_steps), seed, mix)
    with stoppable() as stop, bar() as shown:

        def follow(stage: int, step: int, total: int, loss: float) -> None:
            shown.show(step / total, f"stage {stage}: step {step} of {total}, loss {loss:.5f}")
            stop.check()

        card = _or_go_on(lambda: learn_brush(folder, output, lessons, on_step=follow), "a checkpoint is kept")
    console.print(
        f"{card.name}: {card.fidelity['psnr']:.2f} dB on strokes it never saw; "
        f"MyPaint agrees with itself to {card.fidelity['mypaint_agreement']:.2f} dB"
    )
    print(output)


def _or_go_on(work: Callable[[], Any], kept: str) -> Any:
    try:
        return work()
    except KeyboardInterrupt:
        console.print(f"stopped: {kept}; run the same command again to go on")
        raise typer.Exit(130) from None


def _draw(
    painting: Painting, paths: list[Path], size: int | None, engine: str, brushes: list[NeuralBrush] | None
) -> None:
    """Write the files and tell their paths. If that is stopped or fails, the painting itself is kept."""
    from ..export.picture import PAINTING, write_all

    try:
        with hushed(), bar() as shown:
            write_all(painting, paths, size, engine, brushes, lambda share: shown.show(share, "drawing"))
    except (KeyboardInterrupt, MemoryError, RuntimeError):
        kept = next((path for path in paths if path.name.endswith(PAINTING)), paths[0].with_suffix(PAINTING))
        painting.save(kept)
        console.print(f"the painting is kept in {kept}: draw it with `allaprima render {kept} -o ...`")
        raise
    for path in paths:
        print(path)
