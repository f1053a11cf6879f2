"""Compiled code behind one seam.

What is too slow in torch, or would need too much memory, is an *operation*: a function from tensors to tensors that is
there forward and backward under the same two names in every backend. There are five:

``gaussians``         what brushes draw with: strokes' numbers to the Gaussians along their curves
``rasterize``         Gaussians to the opacity of painted pixels, which stand in runs along rows
``ribbons``           strokes' numbers to the opacity of painted pixels, for brushes that leave a band
``composite``         the over operator, on runs
``runs_to_pictures``  runs to whole pictures

``operations`` says what goes in and out of each, ``columns`` names the columns of these arrays, and ``networks``
describes brushes. ``reference`` has all of them in torch, for any device and floating type, plainly; ``cpu`` has them
in numba, for float32 on a CPU. The rest of the package calls the functions below, which have a gradient; they ask
``registry`` who computes for the tensors at hand.

A backend for CUDA, or in Triton, is one folder beside ``reference`` with the functions of ``operations``, and one row
in ``registry.BACKENDS``; what it does not want to write itself it takes from ``reference``. ``tests/test_kernels.py``
then holds it to the reference.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .autograd import composite, composite_in_place, gaussians, rasterize, ribbons, runs_to_pictures
    from .networks import Layer, PixelHead, Ribbon, SplatNetwork
    from .operations import Operations
    from .registry import BACKENDS, Backend, backend_for, on_compile

__getattr__, __dir__ = lazy(
    __name__,
    {
        "BACKENDS": ".registry",
        "Backend": ".registry",
        "Layer": ".networks",
        "Operations": ".operations",
        "PixelHead": ".networks",
        "Ribbon": ".networks",
        "SplatNetwork": ".networks",
        "backend_for": ".registry",
        "composite": ".autograd",
        "composite_in_place": ".autograd",
        "gaussians": ".autograd",
        "on_compile": ".registry",
        "rasterize": ".autograd",
        "ribbons": ".autograd",
        "runs_to_pictures": ".autograd",
    },
)

__all__ = [
    "BACKENDS",
    "Backend",
    "Layer",
    "Operations",
    "PixelHead",
    "Ribbon",
    "SplatNetwork",
    "backend_for",
    "composite",
    "composite_in_place",
    "gaussians",
    "on_compile",
    "rasterize",
    "ribbons",
    "runs_to_pictures",
]
