"""The critic: it learns to tell the real brush's strokes from the generator's.

The reference takes fast.ai's ``gan_critic`` with 64 features (a binary classifier with self-attention,
trained with binary cross entropy, not with a GAN loss). Departure: 16 features by default, which a CPU can train
(docs/departures.md).
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

from ..strokes import WINDOW, Strokes
from .fast_ai import AdaptiveLoss, gan_critic

LOOKS = 8  # after which spectral norms are near enough


def make_critic(features: int = 16) -> nn.Module:
    """Opacity ``(N, 1, 64, 64)`` in [0,1] to ``(N, 1)`` logits: above 0 means real."""
    critic: nn.Module = gan_critic(n_channels=1, nf=features)
    return critic


@torch.no_grad()
def settled(critic: nn.Module) -> nn.Module:
    """A copy, in eval mode, of a critic that has not learned, as it would begin: its spectral norms are found while it
    looks in training mode, and before that what it says is any number.
    """
    copy, noise = deepcopy(critic).train(), torch.Generator().manual_seed(0)
    device = next(copy.parameters()).device
    with torch.random.fork_rng(devices=[]):
        for _ in range(LOOKS):
            copy(torch.rand(2, 1, WINDOW, WINDOW, generator=noise).to(device))
    return copy.eval()


def binary_loss() -> nn.Module:
    """Binary cross entropy on logits; targets ``(N,)`` are brought to the shape of what the critic says."""
    loss: nn.Module = AdaptiveLoss(nn.BCEWithLogitsLoss())
    return loss


class CriticBatches:
    """What the critic learns from: each batch half real strokes and half the generator's, of the same actions, with
    their labels 1 and 0. The generator is in eval mode and no gradient reaches it.
    """

    def __init__(self, generator: nn.Module) -> None:
        self.generator = generator

    @torch.no_grad()
    def __call__(self, strokes: Strokes, opacity: Tensor) -> tuple[Tensor, Tensor]:
        self.generator.eval()
        generated = self.generator(strokes)
        labels = torch.cat([opacity.new_ones(len(opacity)), opacity.new_zeros(len(generated))])
        return torch.cat([opacity, generated]), labels


@torch.no_grad()
def accuracy(critic: nn.Module, real: Tensor, generated: Tensor) -> float:
    """The share of strokes, real and generated, that the critic tells right."""
    critic.eval()
    right = (critic(real) > 0).float().mean() + (critic(generated) <= 0).float().mean()
    return float(right / 2)
