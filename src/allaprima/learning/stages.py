"""How a neural brush learns from strokes that the real brush drew, on fast.ai.

Stage 1 of *The Joy of Neural Painting* (notebook 01), non-adversarial pre-training of the generator, here with the
pixel loss. Departures: splat needs some 4,000 batches of 16 in place of 15 epochs of batch 256; the learning rate
follows warm-up and cosine; the loss is MSE on opacity (docs/departures.md).
"""

from __future__ import annotations

import json
import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from ..brush.shipped import Card, make_generator, save_brush
from ..errors import InputError
from ..files import check_output, written_aside
from ..version import VERSION
from .dataset import StrokeData

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of fast.ai's own imports
    from fastai.callback.core import Callback
    from fastai.callback.training import GradientClip
    from fastai.data.core import DataLoaders
    from fastai.data.load import DataLoader
    from fastai.learner import Learner
    from fastai.optimizer import OptimWrapper

WARM_UP = 50  # steps
CHECKPOINT = 30.0  # seconds between two checkpoints


@dataclass(frozen=True)
class Training:
    """How long and how fast: numbers that, with the data, give the same weights again."""

    steps: int = 4000
    batch: int = 16
    lr: float = 2e-2
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("steps", 1, 10_000_000),
            ("batch", 1, 65_536),
            ("lr", 1e-7, 1.0),
            ("seed", 0, 2**63),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"{name} is {value}: choose {low} to {high}")


def train_generator(
    data: StrokeData,
    checkpoint: Path,
    training: Training = Training(),
    *,
    kind: str = "splat",
    on_step: Callable[[int, int, float], None] | None = None,
) -> nn.Module:
    """Fit a generator to the strokes in ``data`` with the pixel loss.

    ``checkpoint`` is rewritten every half minute and when the training is interrupted; if it is there, the training
    goes on from it. ``on_step(step, steps, loss)`` follows. Raises InputError if the checkpoint is of another
    training or damaged, KeyboardInterrupt (after saving) on Ctrl-C.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(training.seed)
        generator = make_generator(kind)
    keeper = Keeper(checkpoint, _identity(data, training, kind))
    batches = Batches(data, training, keeper.read())
    learner = Learner(
        DataLoaders(DataLoader(batches, bs=None), DataLoader([], bs=None)),
        AtSize(generator, data.meta.size),
        loss_func=F.mse_loss,
        opt_func=partial(OptimWrapper, opt=torch.optim.Adam, betas=(0.9, 0.98)),
        cbs=[WarmUpCosine(batches), GradientClip(1.0), keeper, Follow(keeper, batches, on_step)],
    )
    learner.create_opt()
    keeper.restore(learner)
    generator.train()
    with learner.no_bar(), learner.no_logging():
        learner.fit(1)
    return generator


def psnr(one: Tensor, other: Tensor) -> float:
    """Peak signal-to-noise ratio in dB of pictures in [0,1], MSE over all pixels of all pictures."""
    return -10 * math.log10(max(1e-12, float((one - other).square().mean())))


def learn_brush(
    folder: Path,
    output: Path,
    training: Training = Training(),
    *,
    on_step: Callable[[int, int, float], None] | None = None,
) -> Card:
    """From a folder of strokes to a brush file ``NAME.safetensors``, whose card is returned.

    A checkpoint lies beside the output while the training runs. Raises InputError for missing or unfinished strokes
    and for an output that cannot be written, before anything is learned.
    """
    if output.suffix != ".safetensors":
        raise InputError(f"the output {output} must end in .safetensors")
    check_output(output)
    data = StrokeData(folder)
    checkpoint = output.with_suffix(".unfinished.safetensors")
    generator = train_generator(data, checkpoint, training, on_step=on_step)
    meta = data.meta
    drawn = f"allaprima strokes STROKES --brush {meta.brush} --count {meta.count} --size {meta.size} --seed {meta.seed}"
    options = f"--steps {training.steps} --batch {training.batch} --lr {training.lr} --seed {training.seed}"
    card = Card(
        name=output.stem,
        kind=str(generator.kind),
        config=dict(generator.config),  # type: ignore[arg-type]
        mypaint=meta.brush,
        myb_sha256=meta.myb_sha256,
        myb=meta.myb,
        data={"count": meta.count, "size": meta.size, "seed": meta.seed},
        command=f"{drawn} && allaprima train STROKES -o {output.name} {options}",
        fidelity=fidelity(generator, data),
        library=VERSION,
    )
    save_brush(output, generator, card)
    checkpoint.unlink(missing_ok=True)
    return card


@torch.no_grad()
def fidelity(generator: nn.Module, data: StrokeData) -> dict[str, float]:
    """Opacity PSNR in dB on the strokes kept apart: the generator's, and MyPaint's agreement with itself from one
    random sample to another. The best that a mean stroke can reach is 3 dB above that agreement.
    """
    strokes, once, again = data.held_out()
    generator.eval()
    drawn = torch.cat([generator(strokes[i : i + 100], data.meta.size) for i in range(0, len(strokes), 100)])
    return {"psnr": round(psnr(drawn, once), 2), "mypaint_agreement": round(psnr(once, again), 2)}


class Batches:
    """The batch of each training step, from the seed and the step alone, so that a training can go on anywhere."""

    def __init__(self, data: StrokeData, training: Training, first: int = 0) -> None:
        self.data, self.training, self.first = data, training, first

    def __len__(self) -> int:
        return self.training.steps - self.first

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng([self.training.seed, self.first + index])
        return self.data.batch(rng.integers(0, len(self.data), self.training.batch))


class AtSize(nn.Module):
    """A generator that draws at the data's size."""

    def __init__(self, generator: nn.Module, size: int) -> None:
        super().__init__()
        self.generator, self.size = generator, size

    def forward(self, actions: Tensor) -> Any:
        return self.generator(actions, self.size)


class WarmUpCosine(Callback):  # type: ignore[misc]
    """The learning rate: a short warm-up, then a cosine down to nearly nothing."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches

    def before_batch(self) -> None:
        training, step = self.batches.training, self.batches.first + self.iter
        cosine = 0.5 + 0.5 * math.cos(math.pi * step / training.steps)
        self.opt.set_hypers(lr=training.lr * (min(1.0, (step + 1) / WARM_UP) * cosine + 1e-4))


class Follow(Callback):  # type: ignore[misc]
    """Tells the caller of each step; if the caller interrupts there, nothing of the training is lost."""

    def __init__(self, keeper: Keeper, batches: Batches, on_step: Callable[[int, int, float], None] | None) -> None:
        self.keeper, self.batches, self.on_step = keeper, batches, on_step

    def after_batch(self) -> None:
        if self.on_step:
            try:
                self.on_step(self.batches.first + self.iter + 1, self.batches.training.steps, float(self.loss.detach()))
            except KeyboardInterrupt:
                self.keeper.save()
                raise


class Keeper(Callback):  # type: ignore[misc]
    """Keeps a checkpoint without pickle: weights and Adam's averages in safetensors, the step in their metadata."""

    def __init__(self, path: Path, identity: str) -> None:
        self.path, self.identity = path, identity
        self.tensors: dict[str, Tensor] = {}
        self.saved = time.monotonic()

    def after_batch(self) -> None:
        if time.monotonic() - self.saved > CHECKPOINT:
            self.save()

    def save(self) -> None:
        state = self.learn.opt.opt.state_dict()["state"]
        tensors = {f"model.{name}": value.contiguous() for name, value in self.learn.model.state_dict().items()}
        for index, averages in state.items():
            tensors |= {f"adam.{index}.{name}": value.contiguous() for name, value in averages.items()}
        step = self.learn.dls.train.dataset.first + self.learn.iter + 1
        with written_aside(self.path) as aside:
            save_file(tensors, aside, {"allaprima.training": json.dumps({"of": self.identity, "step": step})})
        self.saved = time.monotonic()

    def read(self) -> int:
        """Read the checkpoint, if there is one; the step to go on with."""
        if not self.path.exists():
            return 0
        try:
            with safe_open(self.path, "pt") as file:
                note = json.loads((file.metadata() or {})["allaprima.training"])
                self.tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise InputError(f"the checkpoint {self.path} is damaged ({error}): remove it to begin anew") from None
        if note["of"] != self.identity:
            raise InputError(f"the checkpoint {self.path} is of another training: remove it to begin anew")
        return int(note["step"])

    def restore(self, learner: Learner) -> None:
        """Put what was read into the learner."""
        if not self.tensors:
            return
        weights = {name: value for name, value in self.tensors.items() if name.startswith("model.")}
        learner.model.load_state_dict({name.removeprefix("model."): value for name, value in weights.items()})
        adam = learner.opt.opt.state_dict()
        for name in self.tensors.keys() - weights.keys():
            _, index, average = name.split(".")
            adam["state"].setdefault(int(index), {})[average] = self.tensors[name]
        learner.opt.opt.load_state_dict(adam)


def _identity(data: StrokeData, training: Training, kind: str) -> str:
    return f"{kind} {training} on {data.meta.brush} {data.meta.myb_sha256} {data.meta.count} {data.meta.seed}"
