"""The command line: a command parses, makes one library call and prints.

Messages go to stderr, paths of results to stdout. Exit codes: 0 done, 2 wrong input, 1 the machine failed (disk,
memory), 130 Ctrl-C after saving. Torch is imported when a command needs it, so that help comes at once.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from ..errors import AllaprimaWarning, InputError
from ..painting.settings import Settings
from ..version import VERSION
from . import comparing, teaching
from .progress import Preview, Stopped, bar, hushed, loading, patient, stoppable, tell

if TYPE_CHECKING:
    from ..brush.shipped import NeuralBrush
    from ..painting.step import Step
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
    streams = [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, io.TextIOWrapper)]
    for stream in streams:
        stream.reconfigure(errors="backslashreplace")  # a path that the terminal cannot show is no reason to fail
    code = run(sys.argv[1:])
    for stream in streams:
        stream.flush()
    os._exit(code)  # torch would take another third of a second to be unloaded


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. Whatever a person can mend is told in one line, without a traceback."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", AllaprimaWarning)
        warnings.showwarning = lambda message, *_args, **_more: tell(str(message))
        try:
            code = int(app(arguments, standalone_mode=False) or 0)
            if code == 130:  # typer caught the Ctrl-C, before there was anything to keep
                tell("stopped, with nothing to save yet")
            return code
        except Stopped:
            return 130
        except TyperException as error:
            if error.format_message():
                tell(error.format_message(), "red")
            return error.exit_code
        except InputError as error:
            tell(str(error), "red")
            return 2
        except (OSError, MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "allocate memory" not in str(error):
                raise
            told = ["out of memory"]
            if isinstance(error, OSError):
                told = [str(part) for part in (error.strerror or error, error.filename) if part]
            tell(f"the machine failed: {': '.join(told)}", "red")
            return 1


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
TEXTURE = typer.Option(help="The neural engine draws each stroke with its own grain, not the mean.")
DEFAULT = Settings()
EXACT = 60.0  # dB: a brush that agrees with itself better than this has no chance in it
UNFINISHED = ".unfinished.painting.json"  # beside the first output while its picture is drawn


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
    mood: Annotated[str, setting("mood")] = DEFAULT.mood,
    engine: Annotated[str, setting("engine")] = DEFAULT.engine,
    texture: Annotated[bool, TEXTURE] = False,
    output_size: Annotated[
        int | None,
        typer.Option(help="Long side of the written picture in pixels; the canvas' size if not given."),
    ] = None,
    preview: Annotated[
        Path | None,
        typer.Option(
            help="A .png or .jpg that shows the painting as it grows, about once a second.", show_default=False
        ),
    ] = None,
    device: Annotated[str, setting("device")] = DEFAULT.device,
) -> None:
    """Paint a photo. Without -o the picture is PHOTO-painted.png in the current folder."""
    settings = Settings(brush, strokes, size, seed, quality, mood, engine, device)
    outputs = output or [Path(f"{photo.stem}-painted.png")]
    with loading():
        from ..brush.shipped import load_brush
        from ..export.picture import PICTURES, check_outputs, suffix_of
        from ..painting import painter
        from ..painting.painting import check_size

    check_size(output_size)
    check_outputs(outputs + ([preview] if preview else []), [photo])
    if preview and suffix_of(preview) not in PICTURES:
        raise InputError(f"the preview {preview} is no picture: choose from {', '.join(PICTURES)}")
    used = load_brush(brush)
    last: Step | None = None
    looking = Preview(preview)

    with stoppable() as stop, hushed(), bar() as shown, patient():

        def follow(step: Step) -> None:
            nonlocal last
            last = step
            part = "all levels" if step.refining else f"level {step.level + 1}"
            shown.show(step.share, f"{part}, {step.strokes} strokes, {step.psnr:.1f} dB")
            looking.look(step)
            stop.check()

        try:
            painting = painter.paint(photo, settings, on_step=follow)
        except KeyboardInterrupt:
            if last is None:
                raise
            painting = last.painting()
    assert last is not None
    kept = outputs[0].with_name(f"{outputs[0].name[:60]}{UNFINISHED}")
    painting.save(kept)  # nothing is lost whatever happens while it is drawn
    try:
        _draw(painting, outputs, output_size, engine, [used], texture)
    except BaseException as error:
        tell(f"the painting is kept in {kept}: draw it with `allaprima render {kept} -o ...`")
        if isinstance(error, KeyboardInterrupt):
            raise Stopped from None
        raise
    kept.unlink()
    if stop.asked:
        tell(
            f"stopped at step {last.index} of {last.total} with {last.strokes} strokes: what there was is saved; "
            f"to have the whole painting, run the same command again"
        )
        raise Stopped
    tell(f"{len(painting)} strokes on {painting.width}x{painting.height} px, {last.psnr:.1f} dB seen at {last.size} px")


@app.command()
def render(
    painting: Annotated[Path, typer.Argument(help="A .painting.json file.")],
    output: Annotated[list[Path], OUTPUTS],
    size: Annotated[
        int | None, typer.Option(help="Long side of the picture in pixels; the canvas' size if not given.")
    ] = None,
    engine: Annotated[str, setting("engine")] = DEFAULT.engine,
    texture: Annotated[bool, TEXTURE] = False,
    brush: Annotated[
        str | None, typer.Option(help="The brush that painted, if it does not ship: the path of its .safetensors.")
    ] = None,
) -> None:
    """Draw a painting again: at any size, by the neural brush or by the real MyPaint."""
    with loading():
        from ..brush.shipped import load_brush
        from ..export.picture import check_outputs
        from ..painting.painting import Painting, check_size

    check_size(size)
    check_outputs(output, [painting])
    loaded = Painting.load(painting)
    _draw(loaded, output, size, engine, [load_brush(brush)] if brush else None, texture)


@app.command()
def brushes() -> None:
    """List the brushes that ship with allaprima."""
    with loading():
        from ..brush.shipped import brushes as shipped

    for name, card in shipped().items():
        figures = card.fidelity
        agreement = figures["mypaint_agreement"]
        chance = "no chance in it" if agreement > EXACT else f"MyPaint with itself {agreement:.1f}"
        if "texture" in figures:
            chance = f"{figures['texture']:.1f} with texture, {chance}"
        print(f"{name:12} imitates MyPaint's {card.mypaint:20} {figures['psnr']:.1f} dB ({chance})")


def _draw(
    painting: Painting,
    paths: list[Path],
    size: int | None,
    engine: str,
    brushes: list[NeuralBrush] | None,
    texture: bool,
) -> None:
    """Write the files and tell their paths."""
    from ..export.picture import write_all

    with hushed(), bar() as shown, patient():
        write_all(painting, paths, size, engine, brushes, texture, lambda share: shown.show(share, "drawing"))
    for path in paths:
        print(path)


for command in (*comparing.COMMANDS, *teaching.COMMANDS):
    app.command()(command)
