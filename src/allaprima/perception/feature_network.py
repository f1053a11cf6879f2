"""What the networks that look at pictures have in common: the layers' names, what goes in, and being frozen."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..errors import InputError

LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
"""The activations of VGG16 before max-pool 1 to 5; each is half as wide and high as the one before."""


class FeatureNetwork(nn.Module):
    """A frozen network: ``(N, 1 or 3, H, W)`` in [0,1] to ``(N, C, H', W')`` float by the layer's name.

    No gradient reaches its weights, only the picture; it stays in eval mode. Only the layers asked for are given, and
    nothing deeper is computed, or kept. One channel counts as three alike.
    """

    def __init__(self, layers: Sequence[str]) -> None:
        super().__init__()
        self.layers = check_layers(layers)

    def frozen(self) -> FeatureNetwork:
        """The same network, frozen for good."""
        return self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> FeatureNetwork:
        """Nothing: what is frozen does not train, even as part of something that does."""
        return super().train(False)

    def check(self, picture: Tensor) -> Tensor:
        """The picture with three channels. Raises InputError unless it is ``(N, 1 or 3, H, W)`` float and large
        enough for the deepest layer.
        """
        if picture.ndim != 4 or picture.shape[1] not in (1, 3) or not picture.is_floating_point():
            kind = f"{tuple(picture.shape)} {picture.dtype}"
            raise InputError(f"the picture is {kind}: give (N, 1 or 3, H, W) of float in [0,1]")
        least = 2 ** LAYERS.index(self.layers[-1])
        if min(picture.shape[2:]) < least:
            height, width = picture.shape[2:]
            raise InputError(f"a picture of {width}x{height} is too small for {self.layers[-1]}: at least {least} px")
        return picture.expand(-1, 3, -1, -1)


def check_layers(layers: Sequence[str]) -> tuple[str, ...]:
    """The layers in the network's order, each once. Raises InputError for none, and for an unknown one."""
    if unknown := [layer for layer in layers if layer not in LAYERS]:
        raise InputError(f"there is no layer {unknown[0]!r}: choose from {', '.join(LAYERS)}")
    if not layers:
        raise InputError(f"no layers asked for: choose from {', '.join(LAYERS)}")
    return tuple(layer for layer in LAYERS if layer in layers)


def three_numbers(values: Sequence[float]) -> Tensor:
    """One number a channel: ``(3, 1, 1)``."""
    return torch.tensor(values, dtype=torch.float32)[:, None, None]
