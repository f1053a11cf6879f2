"""The command that paints a film, frame by frame."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from ..film.filming import Filming, check_filmed
from ..painting.compute import Compute
from ..painting.settings import Settings
from .arguments import CLUSTER, with_fields
from .batch_command import PROCESSES, check_processes
from .paint_command import FORCE
from .terminal import Stopped, bar, loading, patient, put, stoppable, tell

if TYPE_CHECKING:
    from ..film.order import FilmOrder
    from .cluster_pool import ClusterPool
    from .film_work import Filmed, SceneTask
    from .pool import Pool

KINDS = (".mp4", ".webm")
OUTPUT = typer.Option("--output", "-o", help=f"Where to write: {' or '.join(KINDS)}.", show_default=False)
STOPPED = "stopped: what is painted is kept in {}; the same command goes on"
USUAL = 1280  # px of the long side, unless another size is asked for: strokes are as fine as they are drawn


@with_fields({"The film": Filming, "How it is painted": Settings, "Where it is computed": Compute}, size=USUAL)
def film(
    video: Annotated[str, typer.Argument(metavar="FILM", help="A film: MP4, MOV, WebM, MKV, AVI, ...")],
    output: Annotated[Path, OUTPUT],
    processes: Annotated[int | None, PROCESSES] = None,
    cluster: Annotated[str | None, CLUSTER] = None,
    force: Annotated[bool, FORCE] = False,
    **chosen: Any,
) -> int:
    """Paint a film. Strokes live on from frame to frame: they go where the picture goes, and only what changed is
    painted anew. Its scenes are found, and painted several at once; the sound is kept. After a stop the same command
    goes on.
    """
    check_processes(processes, cluster)
    filming = Filming(**{one.name: chosen.pop(one.name) for one in fields(Filming) if one.name in chosen})
    compute = Compute(**{one.name: chosen.pop(one.name) for one in fields(Compute) if one.name in chosen})
    settings = Settings().change(**chosen)
    check_filmed(settings)
    if output.suffix.lower() not in KINDS:
        raise InputError(f"the output {output} is no film: choose from {', '.join(KINDS)}")
    with loading():
        from ..export.write import check_new, check_outputs
        from ..film.footage import read_footage
        from ..film.motion import opencv
        from ..film.order import FilmOrder
        from ..image.photo import canvas_for
        from ..kernels.device import find_device
        from ..processes import cores

    footage = read_footage(video)
    check_outputs([output], [footage.path])
    if not force:
        check_new([output])
    if "size" not in chosen and settings.size == Settings().size:  # a look may have one
        settings = settings.change(size=USUAL)
    canvas_for(footage.width, footage.height, settings.size)
    find_device(compute.device)
    opencv()
    order = FilmOrder(footage, output, settings, filming, compute)
    tasks = _tasks(order)
    with loading():
        from ..film.reel import join
        from .cluster_pool import ClusterPool
        from .film_work import FILMING
        from .pool import Pool

        processes = min(processes or cores(), len(tasks))
        crew = Pool(FILMING, processes) if cluster is None else ClusterPool(FILMING, cluster, processes)
    try:
        code = _paint(tasks, crew)
    finally:
        crew.close()
    if not code:
        try:
            join(order, [task.scene for task in tasks])
        except KeyboardInterrupt:
            tell(STOPPED.format(order.folder))
            raise Stopped from None
        shutil.rmtree(order.folder)
        put(output)
    return code


def _tasks(order: FilmOrder) -> list[SceneTask]:
    """A task for each scene. What they read is read once, so that what is wrong with it is told before."""
    from ..film.footage import frames_of
    from ..film.frames import inputs_for
    from ..film.scenes import SEEN_AT, find_scenes
    from ..painters.inputs import read_subject
    from .film_work import SceneTask

    footage, rate = order.footage, order.rate
    scenes = order.scenes()
    first = next(frames_of(footage, rate, order.settings.size, 0, 1))
    _, settings = inputs_for(read_subject(first, order.settings), order.settings)
    if scenes is None:
        seconds = order.filming.seconds or footage.seconds
        with bar() as shown:

            def show(count: int) -> None:
                shown.show(min(count / max(1.0, seconds * rate), 0.999), f"{count:,} frames, looking for scenes")

            scenes = find_scenes(frames_of(footage, rate, SEEN_AT, 0, order.most), rate, show)
        order.begin(scenes)
    else:
        tell(f"going on with what is kept in {order.folder}")
    painted = replace(order, settings=order.settings.change(palette=settings.palette))
    return [SceneTask(painted, scene) for scene in scenes]


def _paint(tasks: Sequence[SceneTask], crew: Pool[SceneTask, Filmed] | ClusterPool[SceneTask, Filmed]) -> int:
    """Paint what is left of the scenes; the exit code. Raises Stopped after a Ctrl-C."""
    frames, codes = tasks[-1].scene.last, list[int]()
    from .warm import warm_up

    with patient():
        warm_up()
    with bar() as shown, stoppable() as stop:

        def look() -> None:
            text = f"{frames:,} frames, {len(codes)} of {len(tasks)} scenes done"
            shown.show(crew.share, text)
            if stop.asked:
                crew.stop()

        for done in crew.work(tasks, look):
            codes.append(done.code)
            if done.error:
                tell(f"scene {done.scene.number + 1}: {done.error}", "red")
    order = tasks[0].order
    if stop.asked and len(codes) < len(tasks):
        tell(STOPPED.format(order.folder))
        raise Stopped
    if any(codes):
        tell(f"what is painted is kept in {order.folder}; the same command goes on", "red")
    return 1 if 1 in codes else max(codes)


COMMANDS: tuple[Callable[..., Any], ...] = (film,)
