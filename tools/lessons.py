"""What PocketFeatures learns from: groups of four pictures, what the teacher answers, and how far apart it finds them.

A lesson is a shard of GROUPS groups in a safetensors file: the pictures, the teacher's activations on a basis of
their own (its principal components, scaled so that mean squared distances stay the teacher's), and the teacher's own
distances from the first of each group to the others. Shards are made one by one; what is there is not made again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pictures
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from allaprima.files import written_aside
from allaprima.perception.feature_network import LAYERS
from allaprima.perception.features import OUTPUTS
from allaprima.perception.losses import gram_matrix

SIDE, GROUPS, FOUR = 96, 8, 4
DISTANCES = ("l1", "mse", "gram l1", "gram mse")


def distances(one: Tensor, other: Tensor) -> Tensor:
    """The losses' distances of each picture's activations ``(N, C, H, W)`` to another's: ``(N, 4)``, see DISTANCES."""
    apart = (one - other).flatten(1)
    grams = (gram_matrix(one) - gram_matrix(other)).flatten(1)
    return torch.stack([apart.abs().mean(1), apart.square().mean(1), grams.abs().mean(1), grams.square().mean(1)], 1)


def from_the_first(activations: Tensor) -> Tensor:
    """How the others of each four differ from the first: ``(4 G, ...)`` to ``(G, 3, ...)``."""
    grouped = activations.unflatten(0, (-1, FOUR))
    return grouped[:, 1:] - grouped[:, :1]


def group_distances(seen: dict[str, Tensor]) -> Tensor:
    """From the first of each four to the others: ``(G, 3, layers, 4)``, see DISTANCES."""
    layers = []
    for activations in seen.values():
        apart = from_the_first(activations).flatten(2)
        grams = from_the_first(gram_matrix(activations)).flatten(2)
        parts = [apart.abs().mean(2), apart.square().mean(2), grams.abs().mean(2), grams.square().mean(2)]
        layers.append(torch.stack(parts, 2))
    return torch.stack(layers, 2)


class Lessons:
    """Shards of lessons in a folder, drawn from photos and paintings by a seed."""

    def __init__(self, teacher: nn.Module, photos: list[Path], work: Path, seed: int) -> None:
        self.teacher, self.paths, self.work, self.seed = teacher, photos, work, seed
        self.photos: list[Image.Image] = []
        self.paintings = sorted((work / "paintings").glob("*-photo.png"), key=lambda path: int(path.stem.split("-")[0]))

    def shard(self, number: int) -> Path:
        """Make a shard if it is not there."""
        path = self.work / f"lesson-{number:04}.safetensors"
        if not path.exists():
            self.photos = self.photos or [pictures.read(one) for one in self.paths]
            rng = np.random.default_rng([self.seed, number])
            batch = torch.cat([self.group(rng) for _ in range(GROUPS)]).clamp(0, 1)
            batch = (batch * 255).round() / 255
            seen = self.look(batch)
            made = {layer: project(seen[layer], basis).half() for layer, basis in self.basis().items()}
            made |= {"picture": (batch * 255).byte(), "distances": group_distances(seen)}
            with written_aside(path) as aside:
                save_file({name: value.contiguous() for name, value in made.items()}, aside)
        return path

    @torch.no_grad()
    def look(self, batch: Tensor) -> dict[str, Tensor]:
        """The teacher's activations, a few pictures at a time."""
        parts = [self.teacher(part) for part in batch.split(8)]
        return {layer: torch.cat([part[layer] for part in parts]) for layer in LAYERS}

    def basis(self) -> dict[str, Tensor]:
        """For each layer the strongest principal components (about zero, which is what Gram matrices are about) of
        the teacher's activations: ``(C, K)`` times sqrt(K / C).
        """
        path = self.work / "basis.safetensors"
        if not path.exists():
            self.photos = self.photos or [pictures.read(one) for one in self.paths]
            rng = np.random.default_rng([self.seed, 2**31])
            seen = self.look(torch.cat([self.group(rng) for _ in range(24)]).clamp(0, 1))
            found = {}
            for layer, activations in seen.items():
                flat = activations.transpose(0, 1).flatten(1)
                _, vectors = torch.linalg.eigh(flat @ flat.T / flat.shape[1])
                count, channels = OUTPUTS[layer], len(vectors)
                found[layer] = (vectors.flip(1)[:, :count] * (count / channels) ** 0.5).contiguous()
            save_file(found, path)
        return load_file(path)

    def group(self, rng: np.random.Generator) -> Tensor:
        """Four pictures that belong together: ``(4, 3, SIDE, SIDE)``."""
        what = rng.random()
        if what < 0.12:
            one, other = pictures.stroke_pair(SIDE, rng)
            return torch.stack([one, other, pictures.distorted(one, rng), pictures.stroke_pair(SIDE, rng)[0]])
        if what < 0.37 and self.paintings:
            photo = self.paintings[int(rng.integers(len(self.paintings)))]
            number = photo.stem.split("-")[0]
            painting = next(path for path in photo.parent.glob(f"{number}-*") if path != photo)
            both = torch.cat([pictures.tensor(Image.open(path)) for path in (photo, painting)])
            top, left = rng.integers(both.shape[1] - SIDE + 1), rng.integers(both.shape[2] - SIDE + 1)
            one, other = both[:, top : top + SIDE, left : left + SIDE].split(3)
            return torch.stack([one, other, pictures.distorted(one, rng), pictures.distorted(other, rng)])
        one = self.crop(rng)
        return torch.stack([one, *(pictures.distorted(one, rng) for _ in range(FOUR - 1))])

    def crop(self, rng: np.random.Generator) -> Tensor:
        """Part of a photo; one that shows next to nothing is mostly passed over."""
        for _ in range(20):
            part = pictures.crop(self.photos[int(rng.integers(len(self.photos)))], SIDE, rng)
            if part.diff(dim=2).abs().mean() > 0.01 or rng.random() < 0.1:
                break
        return part


def project(activations: Tensor, basis: Tensor) -> Tensor:
    """Activations ``(N, C, H, W)`` on a basis ``(C, K)``: ``(N, K, H, W)``."""
    return torch.einsum("nchw,ck->nkhw", activations, basis)
