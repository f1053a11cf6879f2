"""``dcgan``: the reference's generator, kept so that its recipe can be run and compared. Needs the ``train`` extra.

*The Joy of Neural Painting*, notebook 01: Linear(12 -> 4096), then fast.ai's ``basic_generator`` with one extra
layer (36.4 M parameters, 33.5 M of them in its first convolution). Departures: one channel of opacity in place of
RGB on white, and the tanh brought to [0,1] before it is compared with anything (docs/departures.md).
"""

from __future__ import annotations

import warnings

from torch import Tensor, nn

from ..errors import InputError, to_install
from ..strokes import WINDOW, Strokes, as_strokes
from .generator import Generator, between_pixels, resized_window


class DCGANBrush(Generator):
    """Strokes ``(N, 12)`` to opacity ``(N, 1, size, size)`` in [0,1]: drawn at 64 px, other sizes by resizing.

    ``latent`` is the width between the linear layer and the convolutions, ``features`` fast.ai's ``n_features``.
    Raises InputError without fast.ai.
    """

    kind = "dcgan"
    any_size = False

    def __init__(self, latent: int = 4096, features: int = 64) -> None:
        super().__init__()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of fast.ai's own imports
                from fastai.vision.gan import basic_generator
        except ImportError:
            raise InputError(f"the dcgan generator needs fast.ai: {to_install('fastai')}") from None
        self.config = {"latent": latent, "features": features}
        self.linear = nn.Linear(12, latent)
        self.convolutions = basic_generator(WINDOW, 1, in_sz=latent, n_features=features, n_extra_layers=1)

    def forward(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        actions = as_strokes(strokes).actions
        if len(actions) == 0:
            return actions.new_zeros(0, 1, size, size)
        opacity: Tensor = (self.convolutions(self.linear(actions)) + 1) / 2
        return resized_window(opacity, size)

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        """Bilinear between the 64 px that were drawn; outside of the window there is nothing."""
        return between_pixels(self(strokes, WINDOW), x, y)
