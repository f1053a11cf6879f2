"""Stroke data to learn from: a real brush draws one stroke for each action, kept in shards on disk.

A folder holds ``meta.json``; shards ``actions-00000.npy`` (float32, N x 12) and ``opacity-00000.npy`` (uint8,
N x size x size), read by mmap; and strokes kept apart from training (``heldout-*``), drawn twice with other random
numbers, which tells how far the brush agrees with itself. Shard k depends on seed and k alone, so the bytes are the
same whatever the number of processes, and a run that was killed goes on with the shards that miss.

Departure from the reference: opacity is kept, not RGB on white, since colour is exact (docs/departures.md).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..brush.mypaint import MyPaintBrush
from ..brush.strokes import WINDOW, Strokes
from ..errors import InputError
from ..files import written_aside

FORMAT, VERSION = "allaprima.strokes", 1
SHARD = 1000  # strokes in a shard: about a second of drawing
HELD_OUT = 2000  # strokes kept apart


class PaintingProgram(Protocol):
    """What draws strokes: MyPaint, or a program of your own. ``brush(strokes, size)`` gives opacity
    ``(N, 1, size, size)`` in [0,1]; to draw on several cores it must be picklable (a class of a module, say).
    """

    name: str

    def __call__(self, strokes: Strokes, size: int) -> Tensor: ...


@dataclass(frozen=True)
class Meta:
    """What a folder of strokes holds: enough to draw it again. The ``myb`` is empty for another painting program."""

    brush: str
    myb_sha256: str
    myb: str
    count: int
    size: int
    seed: int
    shard: int = SHARD
    format: str = FORMAT
    version: int = VERSION

    @property
    def shards(self) -> int:
        return -(-self.count // self.shard)

    @property
    def held_out(self) -> int:
        return min(HELD_OUT, self.count)


class StrokeData:
    """A finished folder of strokes. Raises InputError if it is none or misses shards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meta = read_meta(folder)
        missing = [k for k in range(self.meta.shards) if not _drawn(folder, k)]
        if missing or not (folder / "heldout-again.npy").is_file():
            raise InputError(
                f"{folder} misses {len(missing)} of {self.meta.shards} shards: "
                f"run `allaprima strokes` with the same options again, it goes on where it was"
            )

    def __len__(self) -> int:
        return self.meta.count

    @cached_property
    def _opened(self) -> list[tuple[NDArray[np.float32], NDArray[np.uint8]]]:
        names = [(f"actions-{k:05d}", f"opacity-{k:05d}") for k in range(self.meta.shards)]
        return [(self._load(actions), self._load(opacity)) for actions, opacity in names]

    def _load(self, name: str) -> Any:
        path = self.folder / f"{name}.npy"
        try:
            return np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise InputError(f"{path} is damaged ({error}): remove it and run `allaprima strokes` again") from None

    def batch(self, indices: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Actions ``(B, 12)`` and opacity ``(B, 1, size, size)`` float32 in [0,1] of the strokes at ``indices``."""
        pairs = [(self._opened[i // self.meta.shard], i % self.meta.shard) for i in indices.tolist()]
        actions = np.stack([shard[0][row] for shard, row in pairs])
        opacity = np.stack([shard[1][row] for shard, row in pairs])
        return torch.from_numpy(actions), torch.from_numpy(opacity)[:, None].float() / 255

    def held_out(self) -> tuple[Strokes, Tensor, Tensor]:
        """Strokes never trained on, their opacity ``(N, 1, size, size)`` (sample 0), and drawn once more."""
        once, again = (torch.from_numpy(np.array(self._load(f"heldout-{name}"))) for name in ("once", "again"))
        actions = torch.from_numpy(np.array(self._load("heldout-actions")))
        return Strokes.from_actions(actions), once[:, None].float() / 255, again[:, None].float() / 255


def read_meta(folder: Path) -> Meta:
    """``meta.json`` of a folder. Raises InputError if it is missing, damaged or of another format."""
    path = folder / "meta.json"
    if not path.is_file():
        raise InputError(f"{folder} holds no stroke data (no meta.json): draw some with `allaprima strokes`")
    try:
        meta = Meta(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} is damaged ({error}): draw the strokes again in another folder") from None
    for one in fields(meta):
        if not isinstance(getattr(meta, one.name), {"str": str, "int": int}[str(one.type)]):
            raise InputError(f"{path} is damaged ({one.name} is no {one.type}): draw the strokes in another folder")
    if (meta.format, meta.version) != (FORMAT, VERSION):
        raise InputError(f"{path} is {meta.format} version {meta.version}; this library reads {FORMAT} {VERSION}")
    return meta


def save_meta(folder: Path, meta: Meta) -> None:
    """Begin a folder of strokes."""
    folder.mkdir(parents=True, exist_ok=True)
    with written_aside(folder / "meta.json") as aside:
        aside.write_text(json.dumps(asdict(meta), indent=1))


def draw_strokes(
    folder: Path,
    brush: PaintingProgram,
    count: int,
    *,
    size: int = WINDOW,
    seed: int = 0,
    processes: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> StrokeData:
    """Draw ``count`` uniformly random strokes of ``size`` px (64 to 512) into ``folder``, on all cores, by MyPaint or
    by your own painting program.

    Goes on where an earlier run with the same options was stopped. ``on_progress(done, total)`` counts strokes.
    Raises InputError for bad numbers and for a folder that holds other data; OSError when the disk is full.
    """
    _check(folder, count, size, seed, processes)
    real = brush if isinstance(brush, MyPaintBrush) else None
    meta = Meta(brush.name, real.sha256 if real else "", real.text if real else "", count, size, seed)
    if (folder / "meta.json").exists():
        if read_meta(folder) != meta:
            raise InputError(f"{folder} holds strokes drawn with other options: choose another folder")
    else:
        save_meta(folder, meta)
    jobs = {k: min(SHARD, count - k * SHARD) for k in range(meta.shards) if not _drawn(folder, k)}
    if not (folder / "heldout-again.npy").is_file():
        jobs[-1] = meta.held_out
    total = count + meta.held_out
    done = total - sum(jobs.values())
    workers = ProcessPoolExecutor(
        min(processes or _cores(), max(1, len(jobs))), multiprocessing.get_context("spawn"), _begin_worker
    )
    try:
        with _deaf():
            waiting = {workers.submit(_draw_shard, folder, meta, k, brush): k for k in jobs}
        while waiting:
            if on_progress:
                on_progress(done, total)
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for job in finished:
                job.result()
                done += jobs[waiting.pop(job)]
        if on_progress:
            on_progress(total, total)
    finally:
        workers.shutdown(wait=True, cancel_futures=True)
    return StrokeData(folder)


def _check(folder: Path, count: int, size: int, seed: int, processes: int | None) -> None:
    if processes is not None and processes < 1:
        raise InputError(f"processes is {processes}: choose 1 or more")
    if not 1 <= count <= 10_000_000:
        raise InputError(f"count is {count}: choose 1 to 10,000,000 strokes")
    if not WINDOW <= size <= 512:
        raise InputError(f"size is {size}: choose 64 to 512 px (below 64 the engine itself changes)")
    if seed < 0:
        raise InputError(f"seed is {seed}: choose 0 or more")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file: give a folder for the strokes")
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not there.is_dir():
        raise InputError(f"{there} is a file: give a folder for the strokes")
    shards = -(-count // SHARD) - len(list(folder.glob("opacity-*.npy")))
    needed, free = shards * SHARD * (size * size + 64), shutil.disk_usage(there).free
    if needed > free:
        raise InputError(f"these strokes need {needed / 1e6:,.0f} MB and {there} has {free / 1e6:,.0f} MB free")


@contextmanager
def _deaf() -> Iterator[None]:
    """Ctrl-C is for the parent alone: processes that begin here never hear it, and finish their shard."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent: shards under way are finished
    torch.set_num_threads(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)  # the engine prints harmless remarks about time


def _drawn(folder: Path, k: int) -> bool:
    return (folder / f"opacity-{k:05d}.npy").is_file()  # written last


def _draw_shard(folder: Path, meta: Meta, k: int, brush: PaintingProgram) -> None:
    """Shard ``k``, or the strokes kept apart for ``k`` = -1."""
    if k < 0:
        strokes = Strokes.random(meta.held_out, [meta.seed, 1 << 32])
        again = _run(brush, Strokes.cat([strokes[:1], strokes]), meta.size)[1:]  # each with later random numbers
        save_held_out(folder, strokes.actions.numpy(), _once(brush, strokes, meta.size), again)
        return
    strokes = Strokes.random(min(meta.shard, meta.count - k * meta.shard), [meta.seed, k])
    save_shard(folder, k, strokes.actions.numpy(), _run(brush, strokes, meta.size))


def _run(brush: PaintingProgram, strokes: Strokes, size: int) -> NDArray[np.uint8]:
    return brush.draw_run(strokes, size) if isinstance(brush, MyPaintBrush) else _once(brush, strokes, size)


def _once(brush: PaintingProgram, strokes: Strokes, size: int) -> NDArray[np.uint8]:
    opacity: NDArray[np.uint8] = (brush(strokes, size)[:, 0] * 255).round().byte().numpy()
    return opacity


def save_shard(folder: Path, k: int, actions: NDArray[np.float32], opacity: NDArray[np.uint8]) -> None:
    """Write shard ``k``; the opacity last, since it says that the shard is whole."""
    _save(folder / f"actions-{k:05d}.npy", actions)
    _save(folder / f"opacity-{k:05d}.npy", opacity)


def save_held_out(
    folder: Path, actions: NDArray[np.float32], once: NDArray[np.uint8], again: NDArray[np.uint8]
) -> None:
    """Write the strokes kept apart, drawn once and again."""
    _save(folder / "heldout-actions.npy", actions)
    _save(folder / "heldout-once.npy", once)
    _save(folder / "heldout-again.npy", again)


def _save(path: Path, array: NDArray[Any]) -> None:
    with written_aside(path) as aside:
        np.save(aside, array, allow_pickle=False)
