"""The operations in float32 on a CPU, compiled by numba, on several threads.

Each module holds an operation: first what takes and gives tensors, forward and backward, then the compiled loops behind
it; ``mlp`` and ``curve`` belong to ``gaussians``, ``head`` and ``strips`` to ``rasterize``, what begins with
``ribbon_`` to ``ribbons``, and ``bristle_curve`` to these and the bristles. What they compute is said more plainly in
``..reference``. ``first_time`` and ``warm`` see that all is compiled before it is used.
"""

from .composite import composite_backward, composite_forward
from .first_time import prepare
from .gaussians import gaussians_backward, gaussians_forward
from .rasterize import rasterize_backward, rasterize_forward
from .ribbons import ribbons_backward, ribbons_forward
from .runs import runs_to_pictures_backward, runs_to_pictures_forward

__all__ = [
    "composite_backward",
    "composite_forward",
    "gaussians_backward",
    "gaussians_forward",
    "prepare",
    "rasterize_backward",
    "rasterize_forward",
    "ribbons_backward",
    "ribbons_forward",
    "runs_to_pictures_backward",
    "runs_to_pictures_forward",
]
