"""One frame after another, in strokes that live on: they go where what they show goes, those that have lost it begin
anew where something has come, and only what looks otherwise now is painted anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from ..brush.opaque import OpaqueBrush
from ..image.blur import box
from ..image.photo import Photo
from ..painters.bounds import StrokeBounds
from ..painters.canvas import Canvas, Subject
from ..painters.closeup import CloseUp
from ..painters.constraints import Constraints
from ..painters.grain import Grain
from ..painters.inputs import Inputs, as_tensor
from ..painters.levels import more_levels
from ..painters.losses import PaintingLoss
from ..painters.placement import BROADER
from ..painters.retouching import GROOVES
from ..painters.schedule import CLOSE_AT, JOINT_AT, WORTH, seen_closely
from ..painting.compute import Compute
from ..painting.painting import Painting
from ..painting.record import PhotoRef
from ..perception.attention import attention
from ..rendering.compositing import composite_one
from ..strokes import PlacedStrokes
from .looking import Look, squared_error
from .motion import motion_between, sampled, warped
from .moving import Shift, apart, moved, points_of, shift_of
from .renewal import renewed, seen_of, useless
from .repainting import CLOSER, STEPS, View, repainted

HOLD = 0.25  # px of what is seen: a stroke stays where it is until it would have to go so far
LEFT = 3  # px: what bristles leave is looked at no more closely, unless it is deeper than their grooves
MOSTLY = 0.25  # of a stroke lies where it looks otherwise: it is painted anew
LOST = 0.08  # in sRGB: by so much more than it was, a stroke is off the picture under it
GROWN = math.log(2)  # strokes that are twice as large as they began, or half, are of use elsewhere
CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class Followed:
    """A frame that is painted: the ``painting``; the frame as it is seen, ``picture`` ``(3, H, W)``; how far from it
    the canvas usually is, ``usual`` ``(1, H, W)``, squared; and how far strokes would have gone, had they not waited
    until it is worth it; how much each has grown since it began, ``grown`` ``(N,)``, the logarithm of a factor.
    ``number`` counts the frames since the one that was painted for itself.
    """

    painting: Painting
    picture: Tensor
    usual: Tensor
    owed: Shift
    grown: Tensor
    number: int = 0


class Follower:
    """Follows a film in strokes, with what the painting of its first frame was made with."""

    def __init__(self, inputs: Inputs, painting: Painting, compute: Compute) -> None:
        self.inputs, self.settings, self.compute = inputs, painting.settings, compute
        self.bounds = StrokeBounds.of(self.settings)
        self.canvas = Canvas(painting.width, painting.height, painting.background, None)
        size = min(painting.size, CLOSE_AT, seen_closely(self.settings, JOINT_AT))
        self.shape = self.canvas.shape(size)
        self.scale = size / painting.size
        opaque = self.settings.opaque
        planned = more_levels(0, self.settings.strokes, self.canvas.width, self.canvas.height, self.bounds)
        self.windows = [level.window for level in planned]
        self.widest = BROADER[-1] * max(self.windows)
        self.brushes = [OpaqueBrush(brush) if opaque or brush.bristly else brush for brush in inputs.brushes]
        self.grain = Grain(inputs.brushes, self.settings.engine, texture=False)

    def begin(self, painting: Painting, frame: Photo) -> Followed:
        """What is there when the first frame is painted."""
        picture = self.subject(frame).at(*self.shape)
        strokes = painting.strokes.to(torch.float32)
        drawn, count = self.drawn(strokes), len(strokes)
        error = squared_error(drawn + self.left(strokes, drawn), picture)
        return Followed(painting, picture, error, Shift.none(count), torch.zeros(count))

    def next(self, last: Followed, frame: Photo) -> Followed:
        """The next frame, painted."""
        subject = self.subject(frame)
        picture = subject.at(*self.shape)
        before = last.painting.strokes.to(torch.float32)
        motion = motion_between(last.picture, picture)
        owed = last.owed.and_then(shift_of(before, last.picture, motion, self.scale))
        goes = owed.farthest(before) > HOLD / self.scale
        shift, owed = owed.where(goes), owed.where(~goes)
        strokes, grown = moved(before, shift, self.widest), last.grown + shift.growth
        usual = warped(last.usual, motion.back) * motion.known
        drawn = self.drawn(strokes)
        left = self.left(strokes, drawn)
        error = squared_error(drawn + left, picture)
        look = Look.at(picture, left, error, usual)
        if look.otherwise.any():
            strokes, anew = self.repaint(before, strokes, grown, last, look, subject)
            owed, grown, error = owed.where(~anew), grown * ~anew, squared_error(self.drawn(strokes) + left, picture)
        painting = replace(
            last.painting,
            strokes=strokes.to(torch.float64),
            photo=PhotoRef(frame.sha256, frame.width, frame.height),
        )
        return Followed(painting, picture, look.usual(error, usual), owed, grown, last.number + 1)

    def repaint(
        self,
        before: PlacedStrokes,
        strokes: PlacedStrokes,
        grown: Tensor,
        last: Followed,
        look: Look,
        subject: Subject,
    ) -> tuple[PlacedStrokes, Tensor]:
        """The strokes with what looks otherwise painted anew; and which ones have begun anew ``(N,)``."""
        picture = look.picture
        focus = attention(picture)[None] if self.settings.focus else None
        off, was = (
            apart(some, shown, points_of(some), self.scale).mean(1)
            for some, shown in ((strokes, picture), (before, last.picture))
        )
        lost = (self.lies_in(strokes, look.otherwise) > MOSTLY) & (off - was > LOST)
        seen = seen_of(strokes, self.drawn, self.scale)
        spare = lost | useless(strokes, seen, self.canvas.width, self.canvas.height) | (grown.abs() > GROWN)
        generator = torch.Generator().manual_seed(self.settings.seed % 2**32 * 100_003 + last.number)
        strokes, anew = renewed(
            strokes,
            spare,
            self.windows,
            look,
            self.drawn,
            self.scale,
            self.bounds,
            None if focus is None else focus[0],
            generator,
        )
        free = anew | (self.lies_in(strokes, look.otherwise) > MOSTLY)
        quality, constraints = self.settings.quality, Constraints(subject.palette, self.settings.grayscale)
        loss = self.loss(focus)
        view = View(loss.encode(look.target(picture), self.scale), self.below(self.shape), self.brushes)
        strokes = repainted(strokes, free, view, self.bounds, constraints, STEPS[quality])
        part = CloseUp.of(focus, self.canvas.width, self.canvas.height)
        if part and part.size > WORTH * max(self.shape) and CLOSER[quality]:
            closely = subject.at(*self.canvas.shape(part.size))
            scale = self.canvas.scale(closely)
            target = loss.encode(look.target(closely), scale, part=part)
            view = View(target, part.crop(self.below(self.canvas.shape(part.size)), scale), self.brushes, part)
            free = free & part.free(strokes)
            strokes = repainted(strokes, free, view, self.bounds, constraints, CLOSER[quality])
        return strokes, anew

    def loss(self, focus: Tensor | None) -> PaintingLoss:
        """What is wrong with a frame where people look at a ``focus`` ``(1, H, W)``."""
        settings, bounds, style = self.settings, self.bounds, as_tensor(self.inputs.style)
        weights = self.compute.vgg_weights
        return PaintingLoss(settings, bounds.color_weight, bounds.flow_weight, style, focus, CPU, weights)

    def below(self, shape: tuple[int, int]) -> Tensor:
        """What lies under all strokes, of this width and height."""
        return self.canvas.background.at(*shape).contiguous()

    def subject(self, frame: Photo) -> Subject:
        """A frame as it is to be painted."""
        return Subject(replace(self.inputs, photo=frame), self.settings, CPU)

    def drawn(self, strokes: PlacedStrokes) -> Tensor:
        """The canvas with these strokes, as it is seen; differentiable."""
        return composite_one(self.below(self.shape), strokes, self.brushes, self.scale)

    def left(self, strokes: PlacedStrokes, drawn: Tensor) -> Tensor:
        """What bristles leave of the strokes and their mean, which is ``drawn``, does not ``(3, H, W)``: gaps, and what
        they pick up from paint below, which in a film may have been hidden for long.
        """
        if not self.grain.bristles:
            return torch.zeros_like(drawn)
        off = self.grain.drawn(self.canvas, None, strokes, drawn) - drawn
        large = box(off[None], LEFT, times=2)[0]
        return large + F.softshrink(off - large, GROOVES)

    def lies_in(self, strokes: PlacedStrokes, place: Tensor) -> Tensor:
        """Which share of each stroke ``(N,)`` lies in a ``place`` ``(1, H, W)``."""
        return sampled(place, points_of(strokes) * self.scale)[0].mean(1)
