"""The published data: ``episodes_N.npz`` with ``strokes`` uint8 (N, 64, 64, 3), RGB on white, and ``actions`` (N, 12).

Ours keeps opacity alone. A stroke of colour c and opacity a on white is s = 1 - a (1 - c) in each channel, so the
opacity is recovered where the colour is dark enough in some channel; a stroke that is nearly white hides it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import InputError
from ..files import check_folder, is_there, written_aside
from ..strokes import WINDOW, Strokes
from .dataset import HELD_OUT, SHARD, Meta, StrokeData, save_held_out, save_meta, save_shard

EPISODE = 10_000  # strokes in a published file
TOO_LIGHT = 0.1  # of 1: if no channel is darker than white by this much, a byte of RGB tells the opacity too roughly


def export_episodes(data: StrokeData, folder: Path) -> list[Path]:
    """Write ``episodes_0.npz``, ... of 10,000 strokes each; their paths. Raises InputError for strokes not of 64 px, a
    folder that cannot be, and files that are there already.
    """
    if data.meta.size != WINDOW:
        raise InputError(f"these strokes have {data.meta.size} px: the published data has {WINDOW}")
    check_folder(folder, "the episodes")
    starts = range(0, len(data), EPISODE)
    paths = [folder / f"episodes_{number}.npz" for number in range(len(starts))]
    if there := [path for path in paths if is_there(path)]:
        raise InputError(f"{there[0]} is there already: choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path, first in zip(paths, starts, strict=True):
        strokes, opacity = data.batch(np.arange(first, min(first + EPISODE, len(data))))
        painted = on_white(opacity[:, 0].numpy(), strokes.color.numpy())
        with written_aside(path) as aside:
            np.savez_compressed(aside, strokes=painted, actions=strokes.actions.numpy())
    return paths


def import_episodes(files: Path, folder: Path) -> tuple[StrokeData, int]:
    """Read a published ``.npz``, or a folder of them, into a folder of strokes; and how many were left out, as their
    colour is too light. The last tenth, 2,000 at most, is kept apart. Raises InputError for what is no such file.
    """
    if check_folder(folder, "the strokes") == folder and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty: choose another folder")
    paths = sorted(files.glob("*.npz")) if files.is_dir() else [files]
    if not paths:
        raise InputError(f"there are no .npz files in {files}")
    parts = [_read(path) for path in paths]
    actions = np.concatenate([part[0] for part in parts])
    opacity = np.concatenate([part[1] for part in parts])
    left_out = sum(part[2] for part in parts)
    apart = min(HELD_OUT, len(actions) // 10)
    count = len(actions) - apart
    if apart == 0:
        raise InputError(f"{files} holds {len(actions)} strokes that can be read: at least 10 are needed")
    meta = Meta(f"imported from {paths[0].name}", "", "", count, WINDOW, 0)
    save_meta(folder, meta)
    for k in range(meta.shards):
        part = slice(k * SHARD, min((k + 1) * SHARD, count))
        save_shard(folder, k, actions[part], opacity[part])
    save_held_out(folder, actions[count:], opacity[count:], opacity[count:])
    return StrokeData(folder), left_out


def on_white(opacity: NDArray[np.float32], color: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Opacity ``(N, S, S)`` and colours ``(N, 3)`` in [0,1] to RGB on white ``(N, S, S, 3)`` uint8."""
    paint = 1 - opacity[..., None] * (1 - color[:, None, None])
    strokes: NDArray[np.uint8] = (paint * 255).round().astype(np.uint8)
    return strokes


def opacity_of(strokes: NDArray[np.uint8], color: NDArray[np.float32]) -> NDArray[np.uint8]:
    """RGB on white ``(N, S, S, 3)`` and colours ``(N, 3)`` to opacity ``(N, S, S)`` uint8, from the darkest channel: it
    errs least, and not at all where it is black.
    """
    darkest = color.argmin(1)
    paint = np.take_along_axis(strokes, darkest[:, None, None, None], 3)[..., 0]
    opacity = (1 - paint / np.float32(255)) / (1 - color.min(1))[:, None, None]
    rounded: NDArray[np.uint8] = (opacity * 255).round().clip(0, 255).astype(np.uint8)
    return rounded


def _read(path: Path) -> tuple[NDArray[np.float32], NDArray[np.uint8], int]:
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    try:
        with np.load(path, allow_pickle=False) as content:
            strokes, actions = content["strokes"], content["actions"].astype(np.float32)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is no published data: {str(error).splitlines()[0]}") from None
    if strokes.shape != (len(actions), WINDOW, WINDOW, 3) or strokes.dtype != np.uint8 or actions.shape[1:] != (12,):
        raise InputError(f"{path} holds strokes {strokes.shape} and actions {actions.shape}: not the published shapes")
    if not ((actions >= 0) & (actions <= 1)).all():
        raise InputError(f"{path} holds actions out of [0, 1]")
    color = Strokes.from_actions(torch.from_numpy(actions)).color.numpy()
    kept = (1 - color).max(1) > TOO_LIGHT
    return actions[kept], opacity_of(strokes[kept], color[kept]), int((~kept).sum())
