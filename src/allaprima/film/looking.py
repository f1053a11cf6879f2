"""Where a frame looks otherwise than its canvas, by more than it did before."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ..image.blur import box

OTHERWISE, FRESH = (
    0.002,
    0.006,
)  # squared error over all channels: by so much more than it was, a place looks otherwise;
NEAR = 2  # px around; and by so much more, there is something that no stroke shows
QUIET = 0.001  # squared, over all channels, a picture is from its mean around: where it is less, nothing hides what is
EXCUSED = 0.001  # and is not got used to, but for so much;
PLAINER = 3.0  # times, it shows there


@dataclass(frozen=True, eq=False)
class Look:
    """A frame that is looked at: its ``picture`` ``(3, H, W)``, what bristles leave on it, ``left``, that the mean of
    them does not, where it is ``quiet``, with next to no detail, and where it is to be painted anew: where it looks
    ``otherwise``, by new strokes where it is ``fresh``, all ``(1, H, W)``.
    """

    picture: Tensor
    left: Tensor
    quiet: Tensor
    otherwise: Tensor
    fresh: Tensor

    @classmethod
    def at(cls, picture: Tensor, left: Tensor, error: Tensor, usual: Tensor) -> Look:
        """At a canvas with this squared ``error`` ``(1, H, W)``, where others are ``usual``."""
        more = box((error - usual)[None], NEAR, times=2)[0]
        mean, square = box(torch.stack([picture, picture.square()]), NEAR, times=2)
        quiet = (square - mean.square()).sum(0, keepdim=True) < QUIET
        otherwise = more > OTHERWISE
        return cls(picture, left, quiet, _around(otherwise), _around((more > FRESH) | otherwise & quiet))

    def wrong(self, drawn: Tensor) -> Tensor:
        """A canvas that is wrong ``(3, H, W)`` where new strokes are to come, when the mean of bristles is ``drawn``;
        more than it is where that shows more.
        """
        off = drawn + self.left - self.picture
        return self.picture + (self.fresh > 0) * torch.where(self.quiet, PLAINER * off, off)

    def target(self, picture: Tensor) -> Tensor:
        """What the mean of bristles is to show, that they show a ``picture`` ``(3, h, w)`` of the frame."""
        left = F.interpolate(self.left[None], picture.shape[1:], mode="bilinear", align_corners=False)[0]
        return (picture - left).clamp(0, 1)

    def usual(self, error: Tensor, before: Tensor) -> Tensor:
        """The error that one gets used to, where it was ``before`` and is now."""
        excused = torch.where(self.quiet, error.clamp(max=EXCUSED), error)
        return torch.where(self.otherwise > 0, excused, before)


def squared_error(canvas: Tensor, picture: Tensor) -> Tensor:
    """The squared error ``(1, H, W)`` of a canvas ``(3, H, W)``."""
    return (canvas - picture).square().sum(0, keepdim=True)


def _around(place: Tensor) -> Tensor:
    """A place ``(1, H, W)`` and what is near, 0 or 1."""
    return (box(place[None].float(), NEAR)[0] > 0.01).float()
