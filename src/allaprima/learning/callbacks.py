"""What a training does besides learning, as small callbacks of fast.ai; and the batches that it sees."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from ..errors import InputError
from ..strokes import Strokes
from .checkpoint import Checkpoint
from .dataset import Source

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of fast.ai's own imports
    from fastai.callback.core import Callback

WARM_UP = 50  # steps
CHECKPOINT = 30.0  # seconds between two checkpoints

OnStep = Callable[[int, int, int, float], None]
"""``on_step(stage, step, steps, loss)``; it may raise KeyboardInterrupt, the checkpoint is written first."""


@dataclass(frozen=True)
class StageConfig:
    """How long and how fast a stage learns: numbers that, with the data, give the same weights again.

    Raises InputError, naming value and bound, for numbers out of range.
    """

    steps: int
    batch: int
    lr: float
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (("steps", 1, 10_000_000), ("batch", 1, 65_536), ("lr", 1e-7, 1.0), ("seed", 0, 2**63)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"{name} is {value}: choose {low} to {high}")


class Batches:
    """The batch of each step, from seed, stage and step alone, so that a training can go on anywhere. ``sources`` take
    turns; ``prepare`` makes what the stage learns from out of B strokes and their opacity ``(B, 1, size, size)``.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        pace: StageConfig,
        stage: int,
        first: int,
        prepare: Callable[[Strokes, Tensor], tuple[Any, ...]] = lambda strokes, opacity: (strokes, opacity),
    ) -> None:
        self.sources, self.pace, self.stage, self.first, self.prepare = sources, pace, stage, first, prepare

    def __len__(self) -> int:
        return self.pace.steps - self.first

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        step = self.first + index
        rng, source = np.random.default_rng([self.pace.seed, self.stage, step]), self.sources[step % len(self.sources)]
        return self.prepare(*source.batch(rng.integers(0, len(source), self.pace.batch)))


class WarmUpCosine(Callback):  # type: ignore[misc]
    """The learning rate: a short warm-up, then a cosine down to nearly nothing."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches

    def before_batch(self) -> None:
        pace, step = self.batches.pace, self.batches.first + self.iter
        cosine = 0.5 + 0.5 * math.cos(math.pi * step / pace.steps)
        self.opt.set_hypers(lr=pace.lr * (min(1.0, (step + 1) / WARM_UP) * cosine + 1e-4))


class Follow(Callback):  # type: ignore[misc]
    """Tells the caller of each step, and keeps a checkpoint: each half minute, at the end, and when interrupted."""

    def __init__(self, checkpoint: Checkpoint, batches: Batches, on_step: OnStep | None) -> None:
        self.checkpoint, self.batches, self.on_step = checkpoint, batches, on_step
        self.saved = time.monotonic()

    def after_batch(self) -> None:
        done, steps = self.batches.first + self.iter + 1, self.batches.pace.steps
        try:
            if self.on_step:
                self.on_step(self.batches.stage, done, steps, float(self.loss.detach()))
        except KeyboardInterrupt:
            self.save(done)
            raise
        if done == steps or time.monotonic() - self.saved > CHECKPOINT:
            self.save(done)

    def save(self, done: int) -> None:
        self.checkpoint.save(self.batches.stage, done, self.opt.opt)
        self.saved = time.monotonic()


class StayFrozen(Callback):  # type: ignore[misc]
    """Frozen means frozen: in fast.ai's GANLearner one optimiser holds both networks, and Adam's momentum would go on
    moving the one that learns nothing, as its gradient is zeroed and not taken away.
    """

    def before_step(self) -> None:
        for parameters in self.opt.param_lists:
            for parameter in parameters:
                if not parameter.requires_grad:
                    parameter.grad = None
