"""What a training does besides learning, as small callbacks of fast.ai; and the batches that it sees."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..strokes import Strokes
from .checkpoint import Checkpoint
from .config import Stage, StageConfig
from .dataset import Source
from .fast_ai import Callback
from .measured import Measured
from .ranks import ALONE, Ranks

WARM_UP = 50  # steps
CHECKPOINT = 30.0  # seconds between two checkpoints


@dataclass(frozen=True)
class LearningStep:
    """What is told of each step of a training: ``step`` of ``steps`` of a ``stage``, from 1; what was measured, by
    name; the ``seconds`` since the stage began; and the ``share`` of the work that was asked for, 0 to 1. The first of
    the ``values`` is the loss; in stage 3 it is called ``generator`` or ``critic``, whose turn it is.
    """

    stage: Stage
    step: int
    steps: int
    values: dict[str, float]
    seconds: float
    share: float

    @property
    def loss(self) -> float:
        """The loss of the network that learned in this step."""
        return next(iter(self.values.values()))


OnStep = Callable[[LearningStep], None]
"""It may raise KeyboardInterrupt, the checkpoint is written first."""


Prepare = Callable[[Strokes, Tensor], tuple[Any, ...]]
"""What a stage learns from, out of B strokes and their opacity ``(B, 1, size, size)``."""


def as_it_is(strokes: Strokes, opacity: Tensor) -> tuple[Any, ...]:
    """Strokes, and what they are to look like."""
    return strokes, opacity


class Batches:
    """The batch of each step, from seed, stage and step alone, so that a training can go on anywhere, in any number of
    processes. ``sources`` take turns; all is brought to the ``device``; of ``ranks`` that learn together each gets its
    share.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        pace: StageConfig,
        stage: Stage,
        first: int,
        device: torch.device,
        prepare: Prepare = as_it_is,
        ranks: Ranks = ALONE,
    ) -> None:
        self.sources, self.pace, self.stage, self.first = sources, pace, stage, first
        self.device, self.prepare, self.ranks = device, prepare, ranks

    def __len__(self) -> int:
        return self.pace.steps - self.first

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        step = self.first + index
        rng, source = np.random.default_rng([self.pace.seed, self.stage, step]), self.sources[step % len(self.sources)]
        strokes, opacity = source.batch(rng.integers(0, len(source), self.pace.batch))
        ours = self.ranks.share(len(strokes))
        return self.prepare(strokes[ours].to(self.device), opacity[ours].to(self.device))


class WarmUpCosine(Callback):  # type: ignore[misc]
    """The learning rate: a short warm-up, then a cosine down to nearly nothing."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches

    def before_batch(self) -> None:
        pace, step = self.batches.pace, self.batches.first + self.iter
        cosine = 0.5 + 0.5 * math.cos(math.pi * step / pace.steps)
        self.opt.set_hypers(lr=pace.lr * (min(1.0, (step + 1) / WARM_UP) * cosine + 1e-4))


class Follow(Callback):  # type: ignore[misc]
    """Tells the caller of each step, and keeps a checkpoint: each half minute, at the end, and when interrupted.
    ``measured`` are losses that know what they were made of. Of processes that learn together each tells of the whole
    batch, one that is interrupted stops all, and the first one writes.
    """

    def __init__(self, checkpoint: Checkpoint, batches: Batches, measured: Sequence[Measured], on_step: OnStep) -> None:
        self.checkpoint, self.batches, self.measured, self.on_step = checkpoint, batches, measured, on_step
        self.began = self.saved = time.monotonic()

    def before_batch(self) -> None:
        for loss in self.measured:
            loss.forget()
        against = self.batches.stage is Stage.ADVERSARIAL
        self.turn = "loss" if not against else "generator" if self.learn.gan_trainer.gen_mode else "critic"

    def after_batch(self) -> None:
        done, steps = self.batches.first + self.iter + 1, self.batches.pace.steps
        values = {self.turn: float(self.loss.detach())}
        for loss in self.measured:
            values |= loss.values(self.turn)
        ranks, asked, seconds = self.batches.ranks, False, time.monotonic() - self.began
        means = ranks.mean(torch.tensor(list(values.values()), dtype=torch.float64))
        values = dict(zip(values, means.tolist(), strict=True))
        try:
            self.on_step(LearningStep(self.batches.stage, done, steps, values, seconds, done / steps))
        except KeyboardInterrupt:
            asked = True
        if ranks.any(asked):
            self.save(done)
            ranks.any(asked)  # nobody leaves before it is written: a launcher then ends the others
            raise KeyboardInterrupt
        if done == steps or time.monotonic() - self.saved > CHECKPOINT:
            self.save(done)

    def save(self, done: int) -> None:
        if self.batches.ranks.first:
            self.checkpoint.save(self.batches.stage, done, self.opt.opt)
        self.saved = time.monotonic()


class StayFrozen(Callback):  # type: ignore[misc]
    """Frozen means frozen: in fast.ai's GANLearner one optimiser holds both networks, and Adam's momentum would go on
    moving the one that learns nothing, as its gradient is zeroed and not taken away. And at each turn it thaws the
    whole of a network: what was ``frozen`` before is so again.
    """

    def __init__(self, frozen: Sequence[Tensor]) -> None:
        self.frozen = frozen

    def before_batch(self) -> None:
        for parameter in self.frozen:
            parameter.requires_grad_(False)

    def before_step(self) -> None:
        for parameters in self.opt.param_lists:
            for parameter in parameters:
                if not parameter.requires_grad:
                    parameter.grad = None
