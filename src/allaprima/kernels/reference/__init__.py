"""The operations in torch: on any device and in any floating type, and what the other backends are held to.

Forward functions are made of steps that autograd knows, too, so that a brush learns its weights through these very
ones; backward functions are for frozen brushes: they do a stroke's work again, in place of keeping it.
"""

from .composite import composite_backward, composite_forward
from .gaussians import gaussians_backward, gaussians_forward
from .rasterize import rasterize_backward, rasterize_forward
from .ribbons import opacity_on_runs, ribbons_backward, ribbons_forward
from .runs import runs_to_pictures_backward, runs_to_pictures_forward

__all__ = [
    "composite_backward",
    "composite_forward",
    "gaussians_backward",
    "gaussians_forward",
    "opacity_on_runs",
    "rasterize_backward",
    "rasterize_forward",
    "ribbons_backward",
    "ribbons_forward",
    "runs_to_pictures_backward",
    "runs_to_pictures_forward",
]
