"""Make PocketFeatures from a teacher and photos.

python tools/distill_features.py TEACHER FOLDER... [--work FOLDER] [--shards 110] [--steps 2000] [-o FILE]

TEACHER is a file of VGG16's weights, as --vgg-weights takes them; docs/features.md says where one is. The photos under
the folders teach, except for those that pictures.py keeps apart. Paintings, the teacher's answers and the state of the
learning are kept in the work folder: the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import shlex
import sys
import time
from pathlib import Path

import fidelity
import numpy as np
import pictures
import torch
from lessons import FOUR, GROUPS, Lessons, from_the_first, group_distances
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from allaprima.files import written_aside
from allaprima.perception.feature_network import LAYERS
from allaprima.perception.features import OUTPUTS, WIDTHS, Card, PocketFeatures, save_pocket
from allaprima.perception.vgg import digest, load_vgg
from allaprima.version import VERSION

WEIGHTS = torch.tensor([0.3, 0.8, 1.0, 2.0, 1.0])  # of the layers
CHANNELS = dict(zip(LAYERS, (64, 128, 256, 512, 512), strict=True))  # the teacher's
TWIG_EVERY = 6  # steps: relu1_2 costs most and learns soonest
NORMS_UNTIL = 0.6  # of the steps
PAINTINGS, PAINTING_SIDE = 44, 160
TEACHER = "VGG16 by K. Simonyan and A. Zisserman, Visual Geometry Group, University of Oxford (CC BY 4.0)"
PHOTOS = {
    "Debian's mate-backgrounds": "GPL-2+",
    "Debian's ukui-wallpapers": "CC BY-SA 3.0",
    "Debian's gnome-backgrounds": "CC BY-SA 3.0 and GPL-2+",
    "scikit-image's data": "CC0, or public domain",
}


def make_paintings(photos: list[Path], work: Path, seed: int) -> None:
    """Parts of photos, and paintings of them, as the loss will see them."""
    rng = np.random.default_rng([seed, 5])
    (work / "paintings").mkdir(parents=True, exist_ok=True)
    for number in range(PAINTINGS):
        part = pictures.crop(pictures.read(photos[number % len(photos)]), PAINTING_SIDE, rng)
        strokes = int(np.exp(rng.uniform(math.log(50), math.log(2000))))
        photo = work / "paintings" / f"{number}-photo.png"
        if not photo.exists():
            pictures.painted(part, str(number), strokes, ("dry_brush", "oil")[number % 2], work / "paintings")
            pictures.image(part).save(photo)


def beginner() -> PocketFeatures:
    """An untrained network with a batch norm after each convolution of its trunk, which makes it learn sooner."""
    network = PocketFeatures(LAYERS).requires_grad_(True)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)
    for head in network.heads.values():
        nn.init.normal_(head.weight, std=0.02)
    for block in network.trunk.values():
        for name, convolution in list(block.named_children()):
            norm = nn.BatchNorm2d(convolution.out_channels)
            nn.init.constant_(norm.weight, 0.5 if name == "second" else 1.0)
            setattr(block, name, nn.Sequential(convolution, norm))
    return network.to(memory_format=torch.channels_last)


def folded(network: PocketFeatures) -> PocketFeatures:
    """The network with its batch norms in the weights of the convolutions before them."""
    plain = copy.deepcopy(network)
    for block in plain.trunk.values():
        for name, (convolution, norm) in list(block.named_children()):
            setattr(block, name, fuse_conv_bn_eval(convolution.eval(), norm.eval()))
    return plain.frozen()


class Learning:
    """A PocketFeatures that learns from lessons, step by step; its state is a safetensors file."""

    def __init__(self, work: Path, steps: int, seed: int, rate: float, batch: int) -> None:
        torch.manual_seed(seed)
        self.work, self.steps, self.seed, self.rate, self.batch = work, steps, seed, rate, batch
        self.network = beginner()
        # the logarithm of how much larger the student's distances may be: fewer channels share the Gram matrices' sum
        fewer = torch.tensor([(CHANNELS[layer] / OUTPUTS[layer]) for layer in LAYERS]).log()
        self.scale = nn.Parameter(-fewer[:, None] * torch.tensor([0.0, 0.0, 1.0, 2.0]))
        self.parameters = {**dict(self.network.named_parameters()), "scale": self.scale}
        groups = [{"params": [*self.network.parameters()], "pace": 1.0}, {"params": [self.scale], "pace": 5.0}]
        self.optimiser = torch.optim.Adam(groups, lr=rate, betas=(0.9, 0.98))
        self.step = 0
        self.lessons: list[dict[str, Tensor]] = []
        if self.state.exists():
            self._resume()

    @property
    def state(self) -> Path:
        return self.work / "learning.safetensors"

    def save(self) -> None:
        kept = {f"network {name}": value for name, value in self.network.state_dict().items()}
        kept["scale"] = self.scale.detach()
        for name, value in self.parameters.items():
            moments = self.optimiser.state.get(value, {})
            kept |= {f"{moment} {name}": moments[moment] for moment in ("exp_avg", "exp_avg_sq", "step") if moments}
        with written_aside(self.state) as aside:
            contiguous = {name: value.contiguous() for name, value in kept.items()}
            save_file(contiguous, aside, {"step": str(self.step)})

    def _resume(self) -> None:
        with safe_open(self.state, "pt") as file:
            self.step = int(file.metadata()["step"])
        kept = load_file(self.state)
        begins = "network "
        self.network.load_state_dict(
            {name.removeprefix(begins): value for name, value in kept.items() if name.startswith(begins)}
        )
        self.scale.data.copy_(kept["scale"])
        for name, value in self.parameters.items():
            if f"step {name}" in kept:
                self.optimiser.state[value] = {one: kept[f"{one} {name}"] for one in ("exp_avg", "exp_avg_sq", "step")}

    def look_for_lessons(self) -> None:
        """Take in the shards that are there by now; another process may still be making them."""
        shards = sorted(self.work.glob("lesson-*.safetensors"))
        self.lessons += [load_file(shard) for shard in shards[len(self.lessons) :]]

    def draw(self) -> dict[str, Tensor]:
        """Some groups of any lessons, by seed and step."""
        rng = np.random.default_rng([self.seed, self.step])
        parts = []
        for _ in range(self.batch):
            lesson, group = self.lessons[int(rng.integers(len(self.lessons)))], int(rng.integers(GROUPS))
            some = {name: value[group * FOUR : (group + 1) * FOUR] for name, value in lesson.items()}
            parts.append(some | {"distances": lesson["distances"][group : group + 1]})
        return {name: torch.cat([part[name] for part in parts]).float() for name in parts[0]}

    def learn(self) -> Tensor:
        """One step; the parts of the loss: ``(3, layers)``."""
        warm, done = min(1.0, (self.step + 1) / 100), self.step / self.steps
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * group["pace"] * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        for module in self.network.modules():
            if isinstance(module, nn.BatchNorm2d):  # in the end it is as it will be when folded into the weights
                module.train(done < NORMS_UNTIL)
        truth = self.draw()
        self.network.twig.requires_grad_(self.step % TWIG_EVERY == 0)
        seen = self._look(truth["picture"] / 255)
        parts = self.parts(seen, truth)
        loss = (parts * self.weigh(warm)).sum()
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters.values(), 5.0)
        self.optimiser.step()
        self.step += 1
        return parts.detach()

    def _look(self, picture: Tensor) -> dict[str, Tensor]:
        twig = self.network.twig
        if self.step % TWIG_EVERY:
            self.network.twig = nn.Sequential()  # not computed now
        seen = self.network(picture)
        self.network.twig = twig
        return seen

    @staticmethod
    def weigh(warm: float) -> Tensor:
        """Activations, differences of activations, and distances, which come in when there is something to measure."""
        return torch.tensor([0.7, 0.5, 2 * warm])[:, None] * WEIGHTS

    def parts(self, seen: dict[str, Tensor], truth: dict[str, Tensor]) -> Tensor:
        """How far the student is from the teacher, part by part: ``(3, layers)``; layers not seen are 0."""
        zero = torch.zeros(())
        rows = []
        for number, layer in enumerate(LAYERS):
            if layer not in seen:
                rows.append(torch.stack([zero, zero, zero]))
                continue
            here, there = seen[layer].contiguous(), truth[layer]
            same = F.mse_loss(here, there) / there.square().mean()
            wrong = from_the_first(here - there).square().flatten(2).mean(2)
            apart = from_the_first(there).square().flatten(2).mean(2)
            differ = (wrong / (apart + 0.01 * apart.mean() + 1e-8)).mean()
            measured = group_distances({layer: here})[:, :, 0]
            wanted = truth["distances"][:, :, number]
            floor = wanted.mean((0, 1)) * 1e-4 + 1e-12
            logs = (measured + floor).log() - (wanted + floor).log() + self.scale[number]
            rows.append(torch.stack([same, differ, F.smooth_l1_loss(logs, torch.zeros_like(logs), beta=0.3)]))
        return torch.stack(rows, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, default=Path("features-work"))
    parser.add_argument("--shards", type=int, default=110, help="lessons of 32 pictures")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=4, help="groups of 4 pictures a step")
    parser.add_argument("--rate", type=float, default=2.5e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["lessons", "learn"], help="one half: two processes may share the work")
    parser.add_argument("-o", "--output", type=Path, default=Path("pocket.safetensors"))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    photos = pictures.photos(options.folders)
    teacher = load_vgg("vgg16", LAYERS, options.teacher).to(memory_format=torch.channels_last)
    began = time.monotonic()
    if options.only != "learn":
        make_paintings(photos, options.work, options.seed)
        lessons = Lessons(teacher, photos, options.work, options.seed)
        for number in range(options.shards):
            lessons.shard(number)
            print(f"{time.monotonic() - began:6.0f} s  lesson {number + 1} of {options.shards}", flush=True)
    if options.only == "lessons":
        return
    learning = Learning(options.work, options.steps, options.seed, options.rate, options.batch)
    learn(learning)
    network = folded(learning.network)
    found = validate(network, teacher, options.folders, options.work)
    command = shlex.join(["python", "tools/distill_features.py", *map(_short, sys.argv[1:])])
    card = Card(WIDTHS, OUTPUTS, TEACHER, digest(options.teacher), PHOTOS, command, found, VERSION)
    save_pocket(options.output, network, card)
    print(json.dumps(found, indent=1))


def learn(learning: Learning) -> None:
    """To the last step; says each half minute how it goes, and keeps it."""
    told, sums, count = time.monotonic(), torch.zeros(3, len(LAYERS)), 0
    learning.look_for_lessons()
    while learning.step < learning.steps:
        sums, count = sums + learning.learn(), count + 1
        if time.monotonic() - told > 30:
            rows = "  ".join(" ".join(f"{value:.3f}" for value in row) for row in (sums / count).tolist())
            print(f"step {learning.step}, {len(learning.lessons)} lessons: {rows}", flush=True)
            learning.save()
            learning.look_for_lessons()
            told, sums, count = time.monotonic(), torch.zeros(3, len(LAYERS)), 0
    learning.save()


def validate(network: nn.Module, teacher: nn.Module, folders: list[Path], work: Path) -> dict[str, float]:
    """Spearman's correlations on the photos of VALIDATION."""
    student, truth = [], []
    for path in pictures.photos(folders, pictures.VALIDATION):
        truth.append(fidelity.teacher_distances(teacher, path, PAINTING_SIDE, work / "validation", work))
        student.append(fidelity.photo_distances(network, path, PAINTING_SIDE, work / "validation"))
    found = fidelity.correlations(torch.cat(student), torch.cat(truth))
    return {f"{layer} {name}": value for layer, row in found.items() for name, value in row.items()}


def _short(argument: str) -> str:
    return Path(argument).name if Path(argument).is_absolute() else argument  # nobody else has these folders


if __name__ == "__main__":
    main()
