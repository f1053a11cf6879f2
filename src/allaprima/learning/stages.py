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

from ..brush.splat import SplatBrush
from ..brush.texture import Texture
from ..strokes import ACTION, Strokes
from .callbacks import Batches, Follow, OnStep, Pace, StayFrozen, WarmUpCosine
from .checkpoint import Checkpoint
from .critic import Shown, binary_loss
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
class Studio:
    """What the stages share: strokes to learn from, the networks, the generator's loss, and the checkpoint. Without
    ``texture`` the generator itself stands before the critic.
    """

    data: StrokeData
    generator: nn.Module
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


def pretrain_generator(studio: Studio, pace: Pace) -> None:
    """Stage 1: from actions to opacity, with the feature loss (and nothing adversarial), at all sizes of strokes."""
    data = studio.data
    sources = data.sizes(data) if isinstance(studio.generator, SplatBrush) else [data]
    batches = Batches(sources, pace, GENERATOR, studio.checkpoint.first_step(GENERATOR, pace.steps), sized)
    _pretrain(AtSize(studio.generator, studio.data.meta.size), studio, batches)


def pretrain_texture(studio: Studio, pace: Pace) -> None:
    """Stage 1, second part: from actions and samples to opacity, with the same loss."""
    sources = studio.data.sizes(studio.strokes)
    batches = Batches(sources, pace, TEXTURE, studio.checkpoint.first_step(TEXTURE, pace.steps), sized)
    _pretrain(studio.drawing, studio, batches)


def pretrain_critic(studio: Studio, pace: Pace) -> None:
    """Stage 2: the critic learns to tell real strokes from those of the frozen generator."""
    drawing = studio.drawing.requires_grad_(False)
    batches = Batches([studio.strokes], pace, CRITIC, studio.checkpoint.first_step(CRITIC, pace.steps), Shown(drawing))
    _fit(_critic_learner(studio, batches), studio, batches)
    drawing.requires_grad_(True)


def adversarial(studio: Studio, pace: Pace, mix: float = 0.5) -> None:
    """Stage 3: generator and critic take turns; the generator's loss is ``mix`` x BCE + (1 - ``mix``) x features."""
    batches = Batches([studio.strokes], pace, ADVERSARIAL, studio.checkpoint.first_step(ADVERSARIAL, pace.steps))
    drawing = Learner(_loaders(batches), studio.drawing, loss_func=studio.loss)
    learner = GANLearner.from_learners(
        drawing,
        _critic_learner(studio, batches),
        weights_gen=(mix, 1 - mix),
        show_img=False,
        **_adam(0.99),
        cbs=[StayFrozen(), GradientClip(1.0)],
    )
    _fit(learner, studio, batches)


class AtSize(nn.Module):
    """A generator that draws at the data's size, if it is told no other; a 13th number of an action is the stroke's
    sample.
    """

    def __init__(self, generator: nn.Module, size: int) -> None:
        super().__init__()
        self.generator, self.size = generator, size

    def forward(self, actions: Tensor, size: int | None = None) -> Any:
        strokes = Strokes.from_actions(actions[:, : len(ACTION)])
        if actions.shape[1] > len(ACTION):
            strokes = strokes.placed(0, 0, self.size, sample=actions[:, len(ACTION)])
        return self.generator(strokes, size or self.size)


def sized(actions: Tensor, opacity: Tensor) -> tuple[Any, ...]:
    """A batch that tells its size in pixels."""
    return actions, opacity.shape[-1], opacity


def _pretrain(drawing: AtSize, studio: Studio, batches: Batches) -> None:
    learner = Learner(_loaders(batches), drawing, loss_func=studio.loss, **_adam(0.98), cbs=GradientClip(STEEP))
    _fit(learner, studio, batches)


def _critic_learner(studio: Studio, batches: Batches) -> Learner:
    return Learner(_loaders(batches), studio.critic, loss_func=binary_loss(), **_adam(0.999, 0.5))


def _loaders(batches: Batches) -> DataLoaders:
    return DataLoaders(DataLoader(batches, bs=None), DataLoader([], bs=None))


def _adam(second: float, first: float = 0.9) -> dict[str, Any]:
    return {"opt_func": partial(OptimWrapper, opt=torch.optim.Adam, betas=(first, second))}


def _fit(learner: Learner, studio: Studio, batches: Batches) -> None:
    if len(batches) == 0:
        return
    learner.add_cbs([WarmUpCosine(batches), Follow(studio.checkpoint, batches, studio.on_step)])
    learner.create_opt()
    studio.checkpoint.restore(batches.stage, learner.opt.opt)
    # the same stage gives the same weights, dropout included, wherever it was interrupted between two runs
    with torch.random.fork_rng(devices=[]), learner.no_bar(), learner.no_logging(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*shadowing an attribute")  # by fast.ai's own GANTrainer
        torch.manual_seed(batches.pace.seed + batches.first)
        learner.fit(1)
