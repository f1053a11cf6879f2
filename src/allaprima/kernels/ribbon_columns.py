"""What a ribbon is like: the numbers that are learned of it, by name. Compiled code reads the columns as constants."""

from __future__ import annotations

RIBBON = (
    "width", "spring", "edge", "side", "begin", "end", "bow", "bow_more", "touch", "lift", "pixel_side", "pixel_end",
    "dry", "far", "parting", "parted", "gaps", "most",
)  # fmt: skip
"""In the order of arrays ``(18,)``. Lengths are in half the stroke's breadth, unless something else is said.

``width``: half the breadth with all pressure, in radii; ``spring``: the share that is lost without any. ``edge``: how
far inside the breadth the sides are, and ``side`` how softly they end (a standard deviation, as
``touch`` and ``lift``). ``begin``, ``end``: how far paint reaches beyond
the curve's ends, less by ``bow`` v^2 + ``bow_more`` v^4 at the place v across; ``touch``, ``lift``: how softly it
begins and ends there. ``pixel_side``, ``pixel_end``: what a pixel's own
breadth adds to both, in pixels. ``dry``: the share of the
paint that is gone at the end of a way of ``far`` radii. ``parting``: how much paint is left where half of what can
break is broken, and ``parted`` how far it is from none to all; ``gaps``: how much that is. ``most``: the largest
opacity.
"""

(
    WIDTH, SPRING, EDGE, SIDE, BEGIN, END, BOW, BOW_MORE, TOUCH, LIFT, PIXEL_SIDE, PIXEL_END, DRY, FAR, PARTING, PARTED,
    GAPS, MOST,
) = range(len(RIBBON))  # fmt: skip
"""WIDTH and SPRING stand where bristles have them: both describe a curve alike."""

ACROSS = 1.2  # v^2 counts up to here
STEEP = 0.05  # of a pixel's distance along the curve, in squared speeds: with less its place there counts as given
FLATTEST = 0.999  # of what is straight in an edge's rise
LEAST = 1e-3  # px: the shortest ribbon
