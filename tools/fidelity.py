"""How well one network's distances follow another's: photos distorted ten ways at five strengths, ranks compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pictures
import torch
from lessons import DISTANCES, distances
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from allaprima.files import written_aside
from allaprima.perception.feature_network import LAYERS

WAYS = (*pictures.DISTORTIONS, "painting")
STRENGTHS = 5


def test_pictures(path: Path, side: int, paintings: Path) -> Iterator[Tensor]:
    """The middle of a photo, then that distorted, way after way, the weakest first: 51 pictures ``(3, side, side)``.
    Paintings are kept in the folder ``paintings``, for they take a minute a photo.
    """
    photo = pictures.square(path, side)
    yield photo
    for number, (change, strengths) in enumerate(pictures.DISTORTIONS.values()):
        for strength in strengths:
            yield change(photo, strength, np.random.default_rng([7, number])).clamp(0, 1)
    for strokes in pictures.STROKES:
        yield pictures.painted(photo, path.stem, strokes, "dry_brush", paintings)


def photo_distances(network: nn.Module, path: Path, side: int, paintings: Path) -> Tensor:
    """How far the network finds each of the 50 from the photo: ``(50, layers, 4)``, see DISTANCES."""
    photo, *others = test_pictures(path, side, paintings)
    rows = []
    with torch.no_grad():
        seen = network(photo[None])
        for part in torch.stack(others).split(5):
            answers = network(part)
            rows.append(torch.stack([distances(answers[layer], seen[layer]) for layer in LAYERS], 1))
    return torch.cat(rows)


def teacher_distances(teacher: nn.Module, path: Path, side: int, paintings: Path, work: Path) -> Tensor:
    """The same of the teacher, kept in the folder ``work``."""
    kept = work / f"teacher-{path.stem}-{side}.safetensors"
    if not kept.exists():
        found = photo_distances(teacher, path, side, paintings)
        with written_aside(kept) as aside:
            save_file({"distances": found}, aside)
    return load_file(kept)["distances"]


def spearman(one: Tensor, other: Tensor) -> float:
    """The correlation of ranks; those that are equal share theirs."""
    return float(torch.corrcoef(torch.stack([_ranks(one), _ranks(other)]))[0, 1])


def _ranks(values: Tensor) -> Tensor:
    _, place, count = values.unique(return_inverse=True, return_counts=True)
    return (count.cumsum(0).double() - (count.double() - 1) / 2)[place]


def correlations(student: Tensor, teacher: Tensor) -> dict[str, dict[str, float]]:
    """By layer and distance, of ``(pairs, layers, 4)``."""
    return {
        layer: {name: round(spearman(student[:, i, j], teacher[:, i, j]), 4) for j, name in enumerate(DISTANCES)}
        for i, layer in enumerate(LAYERS)
    }
