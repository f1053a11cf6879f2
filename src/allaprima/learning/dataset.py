"""Stroke data to learn from: a real brush draws one stroke for each action, kept in shards on disk.

A folder holds ``meta.json``; shards ``actions-00000.npy`` (float32, N x 12) and ``opacity-00000.npy`` (uint8, N x size
x size), read by mmap; and strokes kept apart from training (``heldout-*``), drawn twice with other random numbers,
which tells how far the brush agrees with itself. For a brush with chance in it there are ``known-*`` too: strokes drawn
each by a fresh brush with a sample that is written down, for the texture to learn from; and ``large-*``, such strokes
of 128 px, that tell what a stroke looks like there and, averaged, on few pixels. Shard k depends on seed and k alone,
so the bytes are the same whatever the number of processes, and a run that was killed goes on with the shards that miss.

Departure from the reference: opacity is kept, not RGB on white, since colour is exact (docs/departures.md).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ..brush.mypaint_dabs import Dabs
from ..brush.shown import strip
from ..errors import InputError
from ..files import as_path, written_aside
from ..live import encoded
from ..strokes import ACTION, WINDOW, PlacedStrokes, Strokes
from .sheets import SHOWN

FORMAT, VERSION = "allaprima.strokes", 1
SHARD = 1000  # strokes in a shard: about a second of drawing
HELD_OUT, FEW_HELD_OUT = 2000, 100  # strokes kept apart, at most and at least
KNOWN = 5000  # strokes whose sample is known
LARGE, LARGE_SIZE = 5000, 2 * WINDOW  # strokes drawn larger, and their side in pixels
BOUNDS = {  # of the numbers in a folder's meta.json
    "count": (1, 10_000_000),
    "size": (WINDOW, 512),
    "seed": (0, 2**64 - 1),
    "large": (0, LARGE),
    "shard": (100, 1_000_000),
}
AVERAGED = (LARGE_SIZE // 4, LARGE_SIZE // 8)  # sides in pixels to which they are averaged, too


@dataclass(frozen=True)
class Meta:
    """What a folder of strokes holds: enough to draw it again. ``myb`` or ``bristles`` is the brush's file, as MyPaint
    or our own program reads it; both are empty for another painting program.
    """

    brush: str
    myb_sha256: str
    myb: str
    count: int
    size: int
    seed: int
    large: int = 0  # strokes drawn larger: none of published data
    shard: int = SHARD
    bristles: str = ""
    format: str = FORMAT
    version: int = VERSION

    @property
    def shards(self) -> int:
        return -(-self.count // self.shard)

    @property
    def held_out(self) -> int:
        """How many strokes are drawn to be kept apart: a tenth of few ones, as to measure by more takes longer than to
        learn from them. Older data may hold more.
        """
        return min(HELD_OUT, max(FEW_HELD_OUT, self.count // 10), self.count)

    @property
    def known(self) -> int:
        """How many strokes there are whose sample is known: none without chance."""
        return min(KNOWN, self.count) if self.myb and Dabs(self.myb).random else 0


class Source(Protocol):
    """Strokes to learn from: all of them, those drawn larger, or those whose sample is known."""

    def __len__(self) -> int: ...

    def batch(self, indices: NDArray[np.int64]) -> tuple[Strokes, Tensor]:
        """The strokes at ``indices`` ``(B,)``, and their opacity ``(B, 1, size, size)`` float32 in [0,1]."""
        ...


class StrokeData:
    """A finished folder of strokes; a notebook shows some. Raises InputError if it is none or misses shards."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = folder = as_path(folder, "the strokes")
        self.meta = read_meta(folder)
        missing = [k for k in range(self.meta.shards) if not drawn(folder, k)]
        if missing or any(not (folder / LAST[part]).is_file() for part in other_parts(self.meta)):
            raise InputError(
                f"{folder} misses {len(missing)} of {self.meta.shards} shards: "
                f"run `allaprima strokes` with the same options again, it goes on where it was"
            )

    def __len__(self) -> int:
        return self.meta.count

    def __repr__(self) -> str:
        return f"StrokeData: {len(self):,} strokes of {self.meta.brush}, {self.meta.size} px, in {self.folder}"

    def _repr_png_(self) -> bytes:
        strokes, once, _ = self.held_out()
        return encoded(strip(strokes[:SHOWN], once[:SHOWN]))

    @cached_property
    def _opened(self) -> list[tuple[NDArray[np.float32], NDArray[np.uint8]]]:
        counts = [min(self.meta.shard, self.meta.count - k * self.meta.shard) for k in range(self.meta.shards)]
        return [
            (self._actions(f"actions-{k:05d}", count), self._opacity(f"opacity-{k:05d}", count, self.meta.size))
            for k, count in enumerate(counts)
        ]

    def _actions(self, name: str, count: int | None) -> Any:
        return self._load(name, count, (len(ACTION),), np.float32)

    def _opacity(self, name: str, count: int, size: int) -> Any:
        return self._load(name, count, (size, size), np.uint8)

    def _load(self, name: str, count: int | None, each: tuple[int, ...], kind: type[np.generic]) -> Any:
        return load_array(self.folder / f"{name}.npy", count, each, kind)

    def batch(self, indices: NDArray[np.int64] | Sequence[int]) -> tuple[Strokes, Tensor]:
        """The strokes at ``indices`` ``(B,)``, and their opacity ``(B, 1, size, size)`` float32 in [0,1]."""
        places = np.asarray(indices)
        if places.ndim != 1 or not len(places) or places.dtype.kind not in "iu":
            raise InputError(f"the indices are {' '.join(repr(indices).split())[:60]}: give a list of whole numbers")
        if not 0 <= places.min() <= places.max() < len(self):
            raise InputError(f"the indices are {places.min()} to {places.max()}: choose 0 to {len(self) - 1:,}")
        pairs = [(self._opened[i // self.meta.shard], i % self.meta.shard) for i in places.tolist()]
        actions = np.stack([shard[0][row] for shard, row in pairs])
        opacity = np.stack([shard[1][row] for shard, row in pairs])
        return Strokes.from_actions(torch.from_numpy(actions)), torch.from_numpy(opacity)[:, None].float() / 255

    @cached_property
    def known(self) -> KnownStrokes | None:
        """The strokes whose sample is known, if chance plays a part in this brush's."""
        return self._known("known", self.meta.known, self.meta.size, self.meta.size) if self.meta.known else None

    def sizes(self, own: Source) -> list[Source]:
        """Strokes of all sizes to learn from in turn, half of them ``own``: all strokes of the data's size, or those
        whose sample is known.
        """
        sizes = (LARGE_SIZE, *AVERAGED) if self.meta.large else ()
        others = [self._known("large", self.meta.large, LARGE_SIZE, size) for size in sizes]
        return [source for other in others for source in (own, other)] or [own]

    def _known(self, name: str, count: int, drawn_at: int, size: int) -> KnownStrokes:
        samples = self._load(f"{name}-samples", count, (), np.int64)
        actions, opacity = self._actions(f"{name}-actions", count), self._opacity(f"{name}-opacity", count, drawn_at)
        return KnownStrokes(actions, samples, opacity, size)

    def held_out(self) -> tuple[Strokes, Tensor, Tensor]:
        """Strokes never trained on, their opacity ``(N, 1, size, size)`` (sample 0), and drawn once more."""
        actions = torch.from_numpy(np.array(self._actions("heldout-actions", None)))  # of published data there are less
        once, again = (
            torch.from_numpy(np.array(self._opacity(f"heldout-{name}", len(actions), self.meta.size)))
            for name in ("once", "again")
        )
        return Strokes.from_actions(actions), once[:, None].float() / 255, again[:, None].float() / 255


@dataclass(frozen=True)
class KnownStrokes:
    """Strokes each drawn with a sample of its own that is known; averaged to ``size`` px, if that is less than the
    drawing has: so MyPaint looks where its pixels are large, while below 64 px the engine itself draws otherwise.
    """

    actions: NDArray[np.float32]
    samples: NDArray[np.int64]
    opacity: NDArray[np.uint8]
    size: int

    def __len__(self) -> int:
        return len(self.actions)

    def batch(self, indices: NDArray[np.int64]) -> tuple[PlacedStrokes, Tensor]:
        """The strokes at ``indices`` on windows of their own, with their samples, and their opacity
        ``(B, 1, size, size)`` float32 in [0,1]. Of large strokes there are fewer: as many as have no more pixels than
        those at 64 px.
        """
        indices = indices[:: max(1, self.size**2 // WINDOW**2)]
        strokes = Strokes.from_actions(torch.from_numpy(self.actions[indices]))
        opacity = torch.from_numpy(self.opacity[indices])[:, None].float() / 255
        placed = strokes.placed(0, 0, self.size, sample=torch.from_numpy(self.samples[indices]))
        return placed, F.avg_pool2d(opacity, opacity.shape[-1] // self.size)


def load_array(path: Path, count: int | None, each: tuple[int, ...], kind: type[np.generic]) -> Any:
    """``count`` (any, if None) times numbers of the shape ``each``. Raises InputError if the file holds others."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        shape = (count or max(1, len(array)), *each)
        if array.shape != shape or array.dtype != kind:
            raise ValueError(f"it holds {array.dtype} of shape {array.shape}, not {kind.__name__} of {shape}")
    except Exception as error:  # whatever numpy raises for a damaged one
        raise InputError(f"{path} is damaged ({error}): remove it and run `allaprima strokes` again") from None
    return array


def read_meta(folder: Path) -> Meta:
    """``meta.json`` of a folder. Raises InputError if it is missing, damaged or of another format."""
    path = folder / "meta.json"
    if not path.is_file():
        why = "holds no stroke data (no meta.json)" if folder.is_dir() else "is no folder of strokes"
        raise InputError(
            f"{folder} {why}: draw some with `allaprima strokes {folder} --brush BRUSH`, or draw_strokes in Python"
        )
    try:
        meta = Meta(**json.loads(path.read_text()))
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"{path} is damaged ({error}): draw the strokes again in another folder") from None
    for one in fields(meta):
        if not isinstance(getattr(meta, one.name), {"str": str, "int": int}[str(one.type)]):
            raise InputError(f"{path} is damaged ({one.name} is no {one.type}): draw the strokes in another folder")
    if (meta.format, meta.version) != (FORMAT, VERSION):
        raise InputError(f"{path} is {meta.format} version {meta.version}; this library reads {FORMAT} {VERSION}")
    for name, (low, high) in BOUNDS.items():
        if not low <= getattr(meta, name) <= high:
            told = f"{name} is not {low:,} to {high:,}"
            raise InputError(f"{path} is damaged ({told}): draw the strokes in another folder")
    return meta


def save_meta(folder: Path, meta: Meta) -> None:
    """Begin a folder of strokes."""
    folder.mkdir(parents=True, exist_ok=True)
    with written_aside(folder / "meta.json") as aside:
        aside.write_text(json.dumps(asdict(meta), indent=1))


HELD_OUT_PART, KNOWN_PART, LARGE_PART = -1, -2, -3
LAST = {  # the file of a part that is written last
    HELD_OUT_PART: "heldout-again.npy",
    KNOWN_PART: "known-opacity.npy",
    LARGE_PART: "large-opacity.npy",
}


def other_parts(meta: Meta) -> dict[int, int]:
    """The strokes besides the shards, and how many."""
    parts = {HELD_OUT_PART: meta.held_out, KNOWN_PART: meta.known, LARGE_PART: meta.large}
    return {part: count for part, count in parts.items() if count}


def drawn(folder: Path, k: int) -> bool:
    return (folder / f"opacity-{k:05d}.npy").is_file()  # written last


def as_bytes(opacity: Tensor) -> NDArray[np.uint8]:
    """Opacity ``(N, 1, size, size)`` in [0,1] as it is kept, ``(N, size, size)``."""
    kept: NDArray[np.uint8] = (opacity[:, 0] * 255).round().byte().numpy()
    return kept


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


def save_known(folder: Path, part: int, known: KnownStrokes) -> None:
    """Write the strokes whose sample is known, or those drawn larger."""
    name = LAST[part].removesuffix("-opacity.npy")
    _save(folder / f"{name}-actions.npy", known.actions)
    _save(folder / f"{name}-samples.npy", known.samples)
    _save(folder / f"{name}-opacity.npy", known.opacity)


def _save(path: Path, array: NDArray[Any]) -> None:
    with written_aside(path) as aside:
        np.save(aside, array, allow_pickle=False)
