"""The operations as differentiable functions: each asks the registry who computes it for the tensors at hand.

Weights that learn want a gradient themselves: then it is the reference's forward, step by step, that autograd follows.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from . import reference
from .networks import PixelHead, Ribbon, SplatNetwork
from .operations import Operations
from .registry import backend_for


def gaussians(numbers: Tensor, pixel: Tensor, network: SplatNetwork) -> Tensor:
    """Strokes' numbers ``(N, 9)`` (``columns.NUMBERS``) to the Gaussians ``(N, G, 4, Q)`` that they are drawn with, in
    fractions of the window, where a pixel is ``pixel`` ``(N,)`` wide. Differentiable in the numbers, and in weights
    that learn.
    """
    if network.learns:
        return reference.gaussians_forward(numbers, pixel, network)
    backend = backend_for(numbers, pixel, network.log_sigma)
    found: Tensor = _Gaussians.apply(numbers, pixel, network, backend)
    return found


def rasterize(
    gaussians: Tensor, size_features: Tensor, boxes: Tensor, places: Tensor, head: PixelHead
) -> tuple[Tensor, Tensor]:
    """Gaussians ``(N, G, 4, Q)``, and what is told of the strokes' sizes ``(N,)``, to the opacity ``(P,)`` of painted
    pixels, in [0,1], and their runs ``(R, 5)`` int32; on the strokes' ``boxes`` ``(N, 4)`` int32, with windows at
    ``places`` ``(N, 3)``, both in pixels (``columns``). Differentiable in Gaussians and sizes, and in weights that
    learn.
    """
    if head.learns:
        opacity, runs, _ = reference.rasterize_forward(gaussians, size_features, boxes, places, head, False)
        return opacity, runs
    backend = backend_for(gaussians, size_features, places, head.last.weight)
    painted: tuple[Tensor, Tensor] = _Rasterize.apply(gaussians, size_features, boxes, places, head, backend)
    return painted


def ribbons(numbers: Tensor, boxes: Tensor, places: Tensor, ribbon: Ribbon) -> tuple[Tensor, Tensor]:
    """Strokes' numbers ``(N, 9)`` (``columns.NUMBERS``) to the opacity ``(P,)`` of painted pixels, in [0,1], and their
    runs ``(R, 5)`` int32; on the strokes' ``boxes`` ``(N, 4)`` int32, with windows at ``places`` ``(N, 3)``, both in
    pixels. Differentiable in the numbers, and in those of the ribbon that learn.
    """
    backend = backend_for(numbers, places, ribbon.numbers)
    if ribbon.learns:  # only at pixels that are painted anything changes
        _, runs = backend.ribbons_forward(numbers.detach(), boxes, places, Ribbon(ribbon.numbers.detach()))
        return reference.opacity_on_runs(numbers, places, ribbon, runs), runs
    painted: tuple[Tensor, Tensor] = _Ribbons.apply(numbers, boxes, places, ribbon, backend)
    return painted


def composite(canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor) -> Tensor:
    """Strokes over a canvas ``(C, H, W)``: their ``colors`` ``(N, C)``, the ``opacity`` ``(P,)`` of their painted
    pixels, and the ``runs`` ``(R, 5)`` of these, bottom first. Differentiable in all but the runs.
    """
    done: Tensor = _Composite.apply(canvas, colors, opacity, runs, backend_for(canvas, colors, opacity))
    return done


@torch.no_grad()
def composite_in_place(canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor) -> Tensor:
    """The same without a gradient, on the very canvas that is given."""
    backend_for(canvas, colors, opacity).composite_forward(canvas, colors, opacity, runs, False)
    return canvas


def runs_to_pictures(opacity: Tensor, runs: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Painted pixels ``(P,)`` of N strokes to pictures ``(N, H, W)``, on which all boxes begin at 0, 0."""
    pictures: Tensor = _RunsToPictures.apply(opacity, runs, shape, backend_for(opacity))
    return pictures


class _Gaussians(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, numbers: Tensor, pixel: Tensor, network: SplatNetwork, backend: Operations) -> Tensor:
        ctx.save_for_backward(numbers, pixel)
        ctx.network, ctx.backend = network, backend
        return backend.gaussians_forward(numbers, pixel, network)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return ctx.backend.gaussians_backward(*ctx.saved_tensors, ctx.network, gradients[0]), None, None, None


class _Rasterize(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        gaussians: Tensor,
        size_features: Tensor,
        boxes: Tensor,
        places: Tensor,
        head: PixelHead,
        backend: Operations,
    ) -> tuple[Tensor, Tensor]:
        given = (gaussians, size_features, boxes, places)
        opacity, runs, kept = backend.rasterize_forward(*given, head, any(ctx.needs_input_grad))
        ctx.save_for_backward(*given)
        ctx.head, ctx.kept, ctx.backend = head, kept, backend
        ctx.mark_non_differentiable(runs)
        return opacity, runs

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        grads = ctx.backend.rasterize_backward(*ctx.saved_tensors, ctx.head, ctx.kept, gradients[0])
        return *grads, None, None, None, None


class _Ribbons(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, numbers: Tensor, boxes: Tensor, places: Tensor, ribbon: Ribbon, backend: Operations
    ) -> tuple[Tensor, Tensor]:
        opacity, runs = backend.ribbons_forward(numbers, boxes, places, ribbon)
        ctx.save_for_backward(numbers, boxes, places, runs)
        ctx.ribbon, ctx.backend = ribbon, backend
        ctx.mark_non_differentiable(runs)
        return opacity, runs

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        *given, runs = ctx.saved_tensors
        return ctx.backend.ribbons_backward(*given, ctx.ribbon, runs, gradients[0]), None, None, None, None


class _Composite(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, canvas: Tensor, colors: Tensor, opacity: Tensor, runs: Tensor, backend: Operations) -> Tensor:
        painted = canvas.detach().clone(memory_format=torch.contiguous_format)
        ctx.kept = backend.composite_forward(painted, colors, opacity, runs, True)
        ctx.save_for_backward(colors, opacity, runs)
        ctx.backend = backend
        return painted

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        grad_canvas = gradients[0].contiguous().clone()
        grad_colors, grad_opacity = ctx.backend.composite_backward(grad_canvas, *ctx.saved_tensors, ctx.kept)
        return grad_canvas, grad_colors, grad_opacity, None, None


class _RunsToPictures(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, opacity: Tensor, runs: Tensor, shape: tuple[int, int, int], backend: Operations) -> Tensor:
        ctx.save_for_backward(runs)
        ctx.count, ctx.backend = len(opacity), backend
        return backend.runs_to_pictures_forward(opacity, runs, shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return ctx.backend.runs_to_pictures_backward(gradients[0], *ctx.saved_tensors, ctx.count), None, None, None
