"""The commands that paint a photo, and draw a painting again."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from ..export.export import Export
from ..painting.settings import Settings, shares_of
from .arguments import setting, with_fields
from .terminal import Autosave, Preview, Stopped, bar, hushed, loading, patient, stoppable, tell

if TYPE_CHECKING:
    from ..brush.library import NeuralBrush
    from ..painters.step import Step
    from ..painting.painting import Painting

OUTPUTS = typer.Option(
    "--output",
    "-o",
    help="Where to write: .png .jpg .tif .webp .ora .psd .svg .csv .mp4 .webm .gif or .painting.json, "
    "as often as wanted; or a folder/, for several photos.",
    show_default=False,
)
TEXTURE = typer.Option(help="The neural engine draws each stroke with its own grain, not the mean.")
PREVIEW = typer.Option(
    help="A .png or .jpg that shows the painting as it grows, about once a second.", show_default=False
)
RESUME = typer.Option(help="Go on with this painting of the photo, from where it was stopped.", show_default=False)
ADD = typer.Option(help="With --resume: lay so many strokes more over a finished painting.", show_default=False)
SIZE = typer.Option(help="Long side of the written picture in pixels; the canvas' size if not given.")
OF_EXPORT = {one.name for one in fields(Export)}
UNFINISHED = ".unfinished.painting.json"  # beside the first output while it is painted and drawn


@dataclass(frozen=True)
class Wish:
    """What a person wants besides the settings that were ``chosen``."""

    chosen: dict[str, Any]
    export: Export
    output_size: int | None
    texture: bool
    preview: Path | None = None
    resume: Path | None = None
    add: int = 0


@with_fields(Settings, Export)
def paint(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="The photo: JPEG, PNG, WebP, TIFF, ...")],
    output: Annotated[list[Path] | None, OUTPUTS] = None,
    texture: Annotated[bool, TEXTURE] = False,
    output_size: Annotated[int | None, SIZE] = None,
    preview: Annotated[Path | None, PREVIEW] = None,
    resume: Annotated[Path | None, RESUME] = None,
    add: Annotated[int, ADD] = 0,
    **chosen: Any,
) -> int:
    """Paint a photo. Without -o the picture is PHOTO-painted.png in the current folder."""
    if add and not resume:
        raise InputError("strokes are added to a painting: give it with --resume")
    export = Export(**{name: chosen.pop(name) for name in OF_EXPORT & chosen.keys()})
    settings = Settings(**chosen) if not resume else None
    jobs = jobs_of(photos, output or [])
    if len(jobs) > 1 and (preview or resume):
        raise InputError(f"there are {len(jobs)} photos: --{'preview' if preview else 'resume'} goes with one")
    wish = Wish(chosen, export, output_size, texture, preview, resume, add)
    with loading():
        from ..brush.library import load_brush
        from ..painters.paint import find_device
        from ..painting.painting import check_size

    check_size(output_size)
    if export.print and output_size:
        raise InputError("the size is asked for twice, by --output-size and --print: give one of them")
    for photo, outputs in jobs:
        check(photo, outputs, wish)
    brushes = None
    if settings or "brush" in chosen:
        names = shares_of(settings.brush if settings else chosen["brush"])
        device = find_device(settings.device if settings else chosen.get("device", "auto"))
        brushes = [load_brush(name, device) for name in names]
    if len(jobs) == 1:
        paint_one(*jobs[0], wish, brushes)
        return 0
    failed = 0
    for number, (photo, outputs) in enumerate(jobs, 1):
        tell(f"{number} of {len(jobs)}: {photo}")
        try:
            paint_one(photo, outputs, wish, brushes)
        except InputError as error:
            failed += 1
            tell(str(error), "red")
    if failed:
        tell(f"{failed} of {len(jobs)} photos could not be painted: see above", "red")
    return 2 if failed else 0


def jobs_of(photos: Sequence[Path], outputs: Sequence[Path]) -> list[tuple[Path, list[Path]]]:
    """Each photo with the files to write. Raises InputError if several photos would go into one file."""
    folder = outputs[0] if len(outputs) == 1 and (outputs[0].is_dir() or len(photos) > 1) else None
    if folder and folder.suffix and not folder.is_dir():
        raise InputError(f"there are {len(photos)} photos and {folder} is one file: give a folder, such as -o painted/")
    if len(photos) == 1 and folder is None and outputs:
        return [(photos[0], list(outputs))]
    if outputs and folder is None:
        raise InputError(f"there are {len(photos)} photos: give one folder for all, such as -o painted/")
    jobs = [(photo, [(folder or Path()) / f"{photo.stem}-painted.png"]) for photo in photos]
    for index, (photo, (path,)) in enumerate(jobs):
        if twin := next((other for other, (there,) in jobs[:index] if there == path), None):
            raise InputError(f"{twin} and {photo} would both become {path}: paint them into two folders")
    if folder and not folder.exists():
        try:
            folder.mkdir()
        except OSError as error:
            raise InputError(f"the folder {folder} cannot be made ({error.strerror}): choose another") from None
    return jobs


def check(photo: Path, outputs: Sequence[Path], wish: Wish) -> None:
    """Raise InputError unless all outputs can be written, and nothing that was kept would be lost."""
    from ..export.picture import PICTURES
    from ..export.write import check_extras, check_outputs, suffix_of

    preview = [wish.preview] if wish.preview else []
    check_outputs([*outputs, *preview], [photo])
    check_extras(outputs)
    if wish.preview and suffix_of(wish.preview) not in PICTURES:
        raise InputError(f"the preview {wish.preview} is no picture: choose from {', '.join(PICTURES)}")
    kept = kept_for(outputs)
    if kept.exists() and not (wish.resume and wish.resume.exists() and kept.samefile(wish.resume)):
        raise InputError(f"there is a painting that was stopped, {kept}: go on with it by --resume, or delete it")


def kept_for(outputs: Sequence[Path]) -> Path:
    """Where a painting is kept until all of its outputs are there."""
    return outputs[0].with_name(f"{outputs[0].name[:60]}{UNFINISHED}")


def paint_one(photo: Path, outputs: list[Path], wish: Wish, brushes: Sequence[NeuralBrush] | None) -> None:
    """Paint one photo and write its files. Raises Stopped, with all kept, when Ctrl-C was heard."""
    from ..painters import paint as painter
    from ..painting.painting import Painting

    last: Step | None = None
    kept = kept_for(outputs)
    looking, saving = Preview(wish.preview), Autosave(kept)
    again = Painting.load(wish.resume) if wish.resume else None
    chosen = {name: value for name, value in wish.chosen.items() if not (again and name == "brush")}

    with stoppable() as stop, hushed(), bar() as shown, patient():

        def follow(step: Step) -> None:
            nonlocal last
            last = step
            part = "all levels" if step.refining else f"level {step.level + 1}"
            shown.show(step.share, f"{part}, {step.strokes} strokes, {step.psnr:.1f} dB")
            saving.look(step)
            looking.look(step)
            stop.check()

        try:
            painting = painter.paint(photo, on_step=follow, resume=again, add=wish.add, brushes=brushes, **chosen)
        except KeyboardInterrupt:
            if last is None:
                raise
            painting = last.painting()
    assert last is not None
    painting.save(kept)  # nothing is lost whatever happens while it is drawn
    try:
        draw(painting, outputs, wish, painting.settings.engine, brushes, photo)
    except BaseException as error:
        if painting.unfinished is None:
            tell(f"the painting is kept in {kept}: draw it with `allaprima render {shlex.quote(str(kept))} -o ...`")
        else:
            tell_how_to_go_on(last, photo, kept, outputs)
        if isinstance(error, KeyboardInterrupt):
            raise Stopped from None
        raise
    if painting.unfinished is not None and stop.asked:
        tell_how_to_go_on(last, photo, kept, outputs)
        raise Stopped
    kept.unlink()
    tell(f"{len(painting)} strokes on {painting.width}x{painting.height} px, {last.psnr:.1f} dB seen at {last.size} px")
    if stop.asked:
        raise Stopped


def tell_how_to_go_on(last: Step, photo: Path, kept: Path, outputs: Sequence[Path]) -> None:
    """After Ctrl-C."""
    words = ["allaprima", "paint", str(photo), "--resume", str(kept)]
    words += [word for path in outputs for word in ("-o", str(path))]
    tell(
        f"stopped at step {last.index} of {last.total} with {last.strokes} strokes: what there was is saved; "
        f"go on with: {shlex.join(words)}"
    )


@with_fields(Export)
def render(
    painting: Annotated[Path, typer.Argument(help="A .painting.json file.")],
    output: Annotated[list[Path], OUTPUTS],
    size: Annotated[int | None, SIZE] = None,
    engine: Annotated[str, setting(Settings.about("engine"))] = Settings().engine,
    texture: Annotated[bool, TEXTURE] = False,
    brush: Annotated[
        list[str] | None,
        typer.Option(help="The brushes that painted, if they do not ship: the path of each .safetensors, in order."),
    ] = None,
    photo: Annotated[Path | None, typer.Option(help="The photo, for a film with --beside.", show_default=False)] = None,
    **chosen: Any,
) -> None:
    """Draw a painting again: at any size, as any kind of file, by the neural brush or by the real MyPaint."""
    with loading():
        from ..brush.library import load_brush
        from ..export.write import check_extras, check_outputs
        from ..painting.painting import Painting, check_size

    check_size(size)
    check_outputs(output, [painting])
    check_extras(output)
    loaded, wish = Painting.load(painting), Wish({}, Export(**chosen), size, texture)
    draw(loaded, output, wish, engine, [load_brush(name) for name in brush] if brush else None, photo)


def draw(
    painting: Painting,
    paths: list[Path],
    wish: Wish,
    engine: str,
    brushes: Sequence[NeuralBrush] | None,
    photo: Path | None,
) -> None:
    """Write the files and tell their paths."""
    from ..export.write import write_all

    with hushed(), bar() as shown, patient():
        write_all(
            painting, paths, wish.output_size, engine, brushes, wish.texture, photo, wish.export,
            lambda share: shown.show(share, "drawing"),
        )  # fmt: skip
    for path in paths:
        print(path)


COMMANDS: tuple[Callable[..., Any], ...] = (paint, render)
