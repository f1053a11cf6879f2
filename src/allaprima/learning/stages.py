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
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..brush.generator import Generator
from ..brush.texture import Texture
from ..spinning import few_threads
from ..strokes import Strokes
from .callbacks import Batches, Follow, OnStep, StageConfig, StayFrozen, WarmUpCosine
from .checkpoint import Checkpoint
from .critic import CriticBatches, binary_loss
from .dataset import Source, StrokeData

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of fast.ai's own imports
    from fastai.callback.training import GradientClip
    from fastai.data.core import DataLoaders
    from fastai.data.load import DataLoader
    from fastai.learner import Learner
    from fastai.optimizer import OptimWrapper
    from fastai.vision.gan import GANLearner

Loss = Callable[[Tensor, Tensor], Tensor]

STEEP = 3000.0  # longest gradient of stage 1: of rare strokes that would throw it back
GENERATOR, TEXTURE, CRITIC, ADVERSARIAL = 1, 2, 3, 4  # in the order of learning
TITLES = {
    GENERATOR: "stage 1: generator",
    TEXTURE: "stage 1: texture",
    CRITIC: "stage 2: critic",
    ADVERSARIAL: "stage 3: adversarial",
}


@dataclass
class TrainingContext:
    """What the stages share: strokes to learn from, the networks, the generator's loss, and the checkpoint. Without
    ``texture`` the generator itself stands before the critic.
    """

    data: StrokeData
    generator: Generator
    critic: nn.Module
    loss: Loss
    checkpoint: Checkpoint
    on_step: OnStep | None = field(default=None)
    texture: Texture | None = None

    @property
    def drawing(self) -> AtSize:
        """The network whose strokes the critic sees."""
        return AtSize(self.texture or self.generator, self.data.meta.size)

    @property
    def strokes(self) -> Source:
        """The strokes that the critic sees beside them."""
        return self.data.known if self.texture and self.data.known else self.data


def pretrain_generator(context: TrainingContext, pace: StageConfig) -> None:
    """Stage 1: from strokes to opacity, with the feature loss (and nothing adversarial), at all sizes of strokes."""
    data = context.data
    sources = data.sizes(data) if context.generator.any_size else [data]
    batches = Batches(sources, pace, GENERATOR, context.checkpoint.first_step(GENERATOR, pace.steps), sized)
    _pretrain(AtSize(context.generator, context.data.meta.size), context, batches)


def pretrain_texture(context: TrainingContext, pace: StageConfig) -> None:
    """Stage 1, second part: from strokes and their samples to opacity, with the same loss."""
    sources = context.data.sizes(context.strokes)
    batches = Batches(sources, pace, TEXTURE, context.checkpoint.first_step(TEXTURE, pace.steps), sized)
    _pretrain(context.drawing, context, batches)


def pretrain_critic(context: TrainingContext, pace: StageConfig) -> None:
    """Stage 2: the critic learns to tell real strokes from those of the frozen generator."""
    drawing = context.drawing.requires_grad_(False)
    batches = Batches(
        [context.strokes], pace, CRITIC, context.checkpoint.first_step(CRITIC, pace.steps), CriticBatches(drawing)
    )
    _fit(_critic_learner(context, batches), context, batches)
    drawing.requires_grad_(True)


def adversarial(context: TrainingContext, pace: StageConfig, mix: float = 0.5) -> None:
    """Stage 3: generator and critic take turns; the generator's loss is ``mix`` x BCE + (1 - ``mix``) x features."""
    batches = Batches([context.strokes], pace, ADVERSARIAL, context.checkpoint.first_step(ADVERSARIAL, pace.steps))
    drawing = Learner(_loaders(batches), context.drawing, loss_func=context.loss)
    learner = GANLearner.from_learners(
        drawing,
        _critic_learner(context, batches),
        weights_gen=(mix, 1 - mix),
        show_img=False,
        **_adam(0.99),
        cbs=[StayFrozen(), GradientClip(1.0)],
    )
    _fit(learner, context, batches)


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


def _pretrain(drawing: AtSize, context: TrainingContext, batches: Batches) -> None:
    learner = Learner(_loaders(batches), drawing, loss_func=context.loss, **_adam(0.98), cbs=GradientClip(STEEP))
    with few_threads(small=context.generator.any_size):
        _fit(learner, context, batches)


def _critic_learner(context: TrainingContext, batches: Batches) -> Learner:
    return Learner(_loaders(batches), context.critic, loss_func=binary_loss(), **_adam(0.999, 0.5))


def _loaders(batches: Batches) -> DataLoaders:
    return DataLoaders(DataLoader(batches, bs=None), DataLoader([], bs=None))


def _adam(second: float, first: float = 0.9) -> dict[str, Any]:
    return {"opt_func": partial(OptimWrapper, opt=torch.optim.Adam, betas=(first, second))}


def _fit(learner: Learner, context: TrainingContext, batches: Batches) -> None:
    if len(batches) == 0:
        return
    learner.add_cbs([WarmUpCosine(batches), Follow(context.checkpoint, batches, context.on_step)])
    learner.create_opt()
    context.checkpoint.restore(batches.stage, learner.opt.opt)
    # the same stage gives the same weights, dropout included, wherever it was interrupted between two runs
    with torch.random.fork_rng(devices=[]), learner.no_bar(), learner.no_logging(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*shadowing an attribute")  # by fast.ai's own GANTrainer
        torch.manual_seed(batches.pace.seed + batches.first)
        learner.fit(1)
