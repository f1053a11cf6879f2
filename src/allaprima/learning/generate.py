"""Drawing the strokes to learn from, on all cores, by MyPaint or a painting program of your own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..brush.bristle import BristleBrush
from ..brush.mypaint import SAMPLES, MyPaintBrush
from ..brush.programs import PaintingProgram, bristles_of, real_brush
from ..cluster import Cluster
from ..errors import InputError
from ..files import as_path, check_folder
from ..kernels.device import find_device
from ..live import live
from ..options import check_called
from ..processes import beginning, cores, pool
from ..strokes import WINDOW, Strokes
from .config import whole
from .dataset import (
    BOUNDS,
    HELD_OUT,
    HELD_OUT_PART,
    KNOWN,
    KNOWN_PART,
    LARGE,
    LARGE_PART,
    LARGE_SIZE,
    LAST,
    SHARD,
    KnownStrokes,
    Meta,
    StrokeData,
    as_bytes,
    drawn,
    other_parts,
    read_meta,
    save_held_out,
    save_known,
    save_meta,
    save_shard,
)
from .named import Named, NamedProgram
from .paintable import check_paints
from .same_program import check_same

PROCESSES = 1024  # at most


def draw_strokes(
    folder: str | Path,
    brush: PaintingProgram | str | Path,
    count: int,
    *,
    size: int = WINDOW,
    seed: int = 0,
    processes: int | None = None,
    device: torch.device | str = "cpu",
    cluster: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> StrokeData:
    """Draw ``count`` uniformly random strokes of ``size`` px (64 to 512) into ``folder``, by a brush of MyPaint or of
    bristles, given itself, by name or by the path of its file; or by a painting program of your own, any
    ``program(strokes, size)`` that gives opacity ``(N, 1, size, size)`` in [0,1].

    Ours draw on all cores, or on so many ``processes``; yours draws in this process, unless you ask for more: then it
    must be picklable (a class of a module, say). ``device`` is where your program gets its strokes; ours draw on the
    CPU. On a ``cluster`` of Ray, at this address or ``"local"``, all of its processors draw the very same; each machine
    needs this package, your program, and the folder under the same path. Goes on where an earlier run with the same
    options was stopped. ``on_progress(done, total)`` counts all that are drawn: besides these some to measure by,
    larger ones, and some of known chance, up to four times ``count``. Raises InputError for bad numbers, for a folder
    that holds other data, or strokes that your program draws otherwise now, for a brush that paints nothing, and for a
    cluster that does not answer; OSError when the disk is full.
    """
    folder = as_path(folder, "the folder for the strokes")
    if on_progress is not None:
        check_called(on_progress, "done, total", "on_progress")
    given = {"count": count, "size": size, "seed": seed}
    count, size, seed = (whole(name, value, *BOUNDS[name]) for name, value in given.items())
    processes = None if processes is None else whole("processes", processes, 1, PROCESSES)
    _check_room(folder, count, size)
    drawing = _drawing_of(brush, device)
    check_paints(drawing, drawing.name, size)
    ours = isinstance(drawing, MyPaintBrush | BristleBrush)
    known = drawing.sha256 if isinstance(drawing, MyPaintBrush | BristleBrush) else ""
    text = drawing.text if isinstance(drawing, MyPaintBrush) else ""
    meta = Meta(drawing.name, known, text, count, size, seed, min(LARGE, count), bristles=bristles_of(drawing))
    here = cluster is None and (processes == 1 or (processes is None and not ours))
    if not (here or ours):
        _check_sent(drawing)
    _begin(folder, meta, drawing)
    jobs, total = _left_of(folder, meta), count + sum(other_parts(meta).values())
    with live() as view:

        def follow(left: int) -> None:
            done = total - left
            if view:
                view.show(done / total, f"{done:,} of {total:,} strokes of {drawing.name}")
            if on_progress:
                on_progress(done, total)

        if here:
            _draw_here(folder, meta, jobs, drawing, follow)
        elif cluster is not None:
            _draw_on_cluster(folder.absolute(), meta, jobs, drawing, Cluster(cluster, processes), follow)
        else:
            _draw_on_cores(folder, meta, jobs, drawing, processes or cores(), follow)
    return StrokeData(folder)


def _left_of(folder: Path, meta: Meta) -> dict[int, int]:
    """What is still to be drawn: parts, and how many strokes each has."""
    jobs = {part: strokes for part, strokes in other_parts(meta).items() if not (folder / LAST[part]).is_file()}
    return jobs | {k: min(SHARD, meta.count - k * SHARD) for k in range(meta.shards) if not drawn(folder, k)}


def _draw_here(
    folder: Path, meta: Meta, jobs: dict[int, int], brush: NamedProgram, follow: Callable[[int], None]
) -> None:
    """Draw what is left in this process; ``follow`` is told how many strokes that is."""
    left = sum(jobs.values())
    follow(left)
    for k, strokes in jobs.items():
        _draw_shard(folder, meta, k, brush)
        left -= strokes
        follow(left)


def _draw_on_cores(
    folder: Path, meta: Meta, jobs: dict[int, int], brush: NamedProgram, count: int, follow: Callable[[int], None]
) -> None:
    """The same in processes of their own."""
    left = sum(jobs.values())
    workers = pool(min(count, max(1, len(jobs))))
    try:
        with beginning(imported=isinstance(brush, MyPaintBrush | BristleBrush)):  # others may stand in that script
            waiting = {workers.submit(_draw_shard, folder, meta, k, brush): k for k in jobs}
        while waiting:
            follow(left)
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for job in finished:
                _result(job, brush.name)
                left -= jobs[waiting.pop(job)]
        follow(0)
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


def _draw_on_cluster(
    folder: Path, meta: Meta, jobs: dict[int, int], brush: NamedProgram, cluster: Cluster, follow: Callable[[int], None]
) -> None:
    """The same on all of its machines."""
    waiting = dict(jobs)

    def look() -> None:
        follow(sum(waiting.values()))

    try:
        for (_, _, k, _), error in cluster.work(_draw_shard, [(folder, meta, k, brush) for k in jobs], look):
            if error is not None:
                raise error
            del waiting[k]
        look()
    finally:
        cluster.close()


def _result(job: Future[None], name: str) -> None:
    try:
        job.result()
    except BrokenProcessPool:
        raise InputError(
            f"a process that drew strokes of {name} died: the brush crashes its program, or memory ran out"
        ) from None


def _drawing_of(brush: PaintingProgram | str | Path, device: torch.device | str) -> NamedProgram:
    """What draws: a brush of ours as it is, and somebody's own program with its name, on a ``device``."""
    brush = real_brush(brush) if isinstance(brush, (str, Path)) else brush
    place = find_device(device)
    if not isinstance(brush, MyPaintBrush | BristleBrush):
        return Named(brush, place)
    if place.type != "cpu":
        raise InputError(
            f"device is {device}, which has no effect: strokes of MyPaint and of bristles are drawn on the CPU"
        )
    return brush


def _check_room(folder: Path, count: int, size: int) -> None:
    there = check_folder(folder, "the strokes")
    shards = -(-count // SHARD) - len(list(folder.glob("opacity-*.npy")))
    others = (2 * HELD_OUT + KNOWN) * size**2 + LARGE * LARGE_SIZE**2
    needed, free = shards * SHARD * (size**2 + 64) + others, shutil.disk_usage(there).free
    if needed > free:
        raise InputError(f"these strokes need {needed / 1e6:,.0f} MB and {there} has {free / 1e6:,.0f} MB free")


def _check_sent(drawing: NamedProgram) -> None:
    """Raise InputError for a program that cannot be sent to other processes: they know nothing of a session at a
    prompt or of a notebook, which is no file.
    """
    try:
        found = b"__main__" not in bytes(ForkingPickler.dumps(drawing)) or hasattr(sys.modules["__main__"], "__file__")
    except Exception:  # whatever its parts raise
        found = False
    if not found:
        raise InputError(
            f"the painting program {drawing.name} cannot be sent to other processes: give a function or a class of a "
            "module, or processes=1"
        )


def _begin(folder: Path, meta: Meta, drawing: NamedProgram) -> None:
    """Begin a folder, or go on with it. Raises InputError for one of other strokes than these would be."""
    if not (folder / "meta.json").exists():
        save_meta(folder, meta)
        return
    if read_meta(folder) != meta:
        raise InputError(f"{folder} holds strokes drawn with other options: choose another folder, or remove it")
    if isinstance(drawing, Named):
        check_same(folder, meta, lambda strokes: as_bytes(drawing(strokes, meta.size)), drawing.name)


def _draw_shard(folder: Path, meta: Meta, k: int, brush: NamedProgram) -> None:
    """Shard ``k``, or one of the other parts."""
    if k in (KNOWN_PART, LARGE_PART):
        count, size, seed = (meta.known, meta.size, 2) if k == KNOWN_PART else (meta.large, LARGE_SIZE, 4)
        strokes = Strokes.random(count, [meta.seed, seed << 32])
        samples = np.random.default_rng([meta.seed, seed + 1 << 32]).integers(0, SAMPLES, count)
        opacity = _once(brush, strokes.placed(0, 0, size, sample=torch.from_numpy(samples)), size)
        save_known(folder, k, KnownStrokes(strokes.actions.numpy(), samples, opacity, size))
        return
    if k == HELD_OUT_PART:
        strokes = Strokes.random(meta.held_out, [meta.seed, 1 << 32])
        again = _run(brush, Strokes.cat([strokes[:1], strokes]), meta.size)[1:]  # each with later random numbers
        save_held_out(folder, strokes.actions.numpy(), _once(brush, strokes, meta.size), again)
        return
    strokes = Strokes.random(min(meta.shard, meta.count - k * meta.shard), [meta.seed, k])
    save_shard(folder, k, strokes.actions.numpy(), _run(brush, strokes, meta.size))


def _run(brush: NamedProgram, strokes: Strokes, size: int) -> NDArray[np.uint8]:
    if isinstance(brush, MyPaintBrush | BristleBrush):
        return brush.draw_run(strokes, size)
    return _once(brush, strokes, size)


def _once(brush: NamedProgram, strokes: Strokes, size: int) -> NDArray[np.uint8]:
    return as_bytes(brush(strokes, size))
