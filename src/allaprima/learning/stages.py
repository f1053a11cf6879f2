"""How a neural brush learns: the three stages of *The Joy of Neural Painting*, on fast.ai. Each is one function.

1. The generator is pre-trained without an adversary, with a feature loss (notebook 01).
2. The generator is frozen, and the critic pre-trained as a binary classifier (notebook 02).
3. Both go on against each other, the generator's loss half critic, half features (notebook 03).

Chance makes each stroke of most brushes another one. Stage 1 teaches the generator the mean of them all, and the
texture each single one; the critic of stages 2 and 3 sees strokes with texture, or, without chance, the generator's.

Departures: splat needs 3,500 batches of 16 in place of 15 epochs of batch 256; the learning rate follows warm-up
and cosine (docs/departures.md).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..brush.generator import Generator
from ..brush.texture import Texture
from ..spinning import few_threads
from ..strokes import Strokes
from .callbacks import Batches, Follow, OnStep, Prepare, StayFrozen, WarmUpCosine, as_it_is
from .checkpoint import Checkpoint
from .config import Stage, StageConfig
from .critic import CriticBatches
from .dataset import Source, StrokeData
from .fast_ai import DataLoader, DataLoaders, GANLearner, GradientClip, Learner, OptimWrapper
from .measured import CriticLoss, GeneratorLoss, Loss, Measured
from .ranks import ALONE, Ranks, ShareGradients

STEEP = 3000.0  # longest gradient of stage 1: of rare strokes that would throw it back


@dataclass
class TrainingContext:
    """What the stages share: strokes to learn from, the networks, the generator's loss, the checkpoint, the processes
    that learn together, and who is told of each step. Without ``texture`` the generator itself stands before the
    critic. ``learner`` is fast.ai's, of the stage that was last.
    """

    data: StrokeData
    generator: Generator
    critic: nn.Module
    loss: Loss
    checkpoint: Checkpoint
    ranks: Ranks = ALONE
    on_step: OnStep = lambda step: None
    texture: Texture | None = None
    learner: Learner | None = None

    @property
    def drawing(self) -> AtSize:
        """The network whose strokes the critic sees."""
        return AtSize(self.texture or self.generator, self.data.meta.size)

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        return next(self.generator.parameters()).device

    @property
    def strokes(self) -> Source:
        """The strokes that the critic sees beside them."""
        return self.data.known if self.texture and self.data.known else self.data


def pretrain_generator(context: TrainingContext, pace: StageConfig) -> None:
    """Stage 1: from strokes to opacity, with the feature loss (and nothing adversarial), at all sizes of strokes."""
    data = context.data
    sources = data.sizes(data) if context.generator.any_size else [data]
    _pretrain(AtSize(context.generator, data.meta.size), context, Stage.GENERATOR, pace, sources)


def pretrain_texture(context: TrainingContext, pace: StageConfig) -> None:
    """Stage 1, second part: from strokes and their samples to opacity, with the same loss."""
    _pretrain(context.drawing, context, Stage.TEXTURE, pace, context.data.sizes(context.strokes))


def pretrain_critic(context: TrainingContext, pace: StageConfig) -> None:
    """Stage 2: the critic learns to tell real strokes from those of the frozen generator."""
    batches = _batches(context, Stage.CRITIC, pace, [context.strokes], CriticBatches(context.drawing))
    loss = CriticLoss()
    _fit(_critic_learner(context, batches, loss), context, batches, [loss])


def adversarial(context: TrainingContext, pace: StageConfig, mix: float = 0.5) -> None:
    """Stage 3: generator and critic take turns; the generator's loss is ``mix`` x BCE + (1 - ``mix``) x features."""
    batches = _batches(context, Stage.ADVERSARIAL, pace, [context.strokes])
    true, critic = GeneratorLoss(context.loss, context.ranks), CriticLoss()
    drawing = Learner(_loaders(batches), context.drawing, loss_func=true)
    frozen = [parameter for parameter in drawing.model.parameters() if not parameter.requires_grad]
    learner = GANLearner.from_learners(
        drawing,
        _critic_learner(context, batches, critic),
        weights_gen=(mix, 1 - mix),
        show_img=False,
        **_adam(0.99),
        cbs=[StayFrozen(frozen), GradientClip(1.0)],
    )
    _fit(learner, context, batches, [true, critic])


class AtSize(nn.Module):
    """A generator that draws at the data's size, if it is told no other."""

    def __init__(self, generator: nn.Module, size: int) -> None:
        super().__init__()
        self.generator, self.size = generator, size

    def forward(self, strokes: Strokes, size: int | None = None) -> Any:
        return self.generator(strokes, size or self.size)


def sized(strokes: Strokes, opacity: Tensor) -> tuple[Any, ...]:
    """A batch that says its size in pixels."""
    return strokes, opacity.shape[-1], opacity


def _pretrain(
    drawing: AtSize, context: TrainingContext, stage: Stage, pace: StageConfig, sources: Sequence[Source]
) -> None:
    batches, loss = _batches(context, stage, pace, sources, sized), GeneratorLoss(context.loss, context.ranks)
    learner = Learner(_loaders(batches), drawing, loss_func=loss, **_adam(0.98), cbs=GradientClip(STEEP))
    with few_threads(small=context.generator.any_size):
        _fit(learner, context, batches, [loss])


def _batches(
    context: TrainingContext, stage: Stage, pace: StageConfig, sources: Sequence[Source], prepare: Prepare = as_it_is
) -> Batches:
    first = context.checkpoint.first_step(stage, pace.steps)
    return Batches(sources, pace, stage, first, context.device, prepare, context.ranks)


def _critic_learner(context: TrainingContext, batches: Batches, loss: CriticLoss) -> Learner:
    return Learner(_loaders(batches), context.critic, loss_func=loss, **_adam(0.999, 0.5))


def _loaders(batches: Batches) -> DataLoaders:
    return DataLoaders(DataLoader(batches, bs=None), DataLoader([], bs=None))


def _adam(second: float, first: float = 0.9) -> dict[str, Any]:
    return {"opt_func": partial(OptimWrapper, opt=torch.optim.Adam, betas=(first, second))}


def _fit(learner: Learner, context: TrainingContext, batches: Batches, measured: Sequence[Measured]) -> None:
    if len(batches) == 0:
        return
    context.learner = learner
    if context.ranks.count > 1:
        learner.add_cb(ShareGradients(context.ranks))
    learner.add_cbs([WarmUpCosine(batches), Follow(context.checkpoint, batches, measured, context.on_step)])
    learner.create_opt()
    context.checkpoint.restore(batches.stage, learner.opt.opt)
    # the same stage gives the same weights, dropout included, wherever it was interrupted between two runs
    with (
        _as_found(learner.model),
        torch.random.fork_rng(devices=[]),
        learner.no_bar(),
        learner.no_logging(),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", ".*shadowing an attribute")  # by fast.ai's own GANTrainer
        torch.manual_seed(batches.pace.seed + batches.first + context.ranks.rank)
        learner.fit(1)


@contextmanager
def _as_found(model: nn.Module) -> Iterator[None]:
    """What is frozen of a model afterwards is what was so before: fast.ai freezes and thaws it in between."""
    before = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    try:
        yield
    finally:
        for parameter, free in before:
            parameter.requires_grad_(free)
