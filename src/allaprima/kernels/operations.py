"""What a backend has to give: each operation forward and backward, and what goes in and out of it."""

from __future__ import annotations

from typing import Any, Protocol

from torch import Tensor

from .networks import PixelHead, Ribbon, SplatNetwork


class Operations(Protocol):
    """A backend is a module with these functions. None of them keeps a graph for autograd, and all tensors stand on one
    device. ``kept`` is whatever a backend's forward wants to hand to its own backward.
    """

    def gaussians_forward(
        self,
        numbers: Tensor,  # (N, 9), columns.NUMBERS
        pixel: Tensor,  # (N,) how wide a pixel is in fractions of the window
        network: SplatNetwork,
    ) -> Tensor:  # (N, G, 4, Q): X, Y, WEIGHT, VARIANCE; Q counts bristles, and of each the samples along the curve
        """Strokes' numbers to the Gaussians that they are drawn with."""
        ...

    def gaussians_backward(
        self,
        numbers: Tensor,  # (N, 9)
        pixel: Tensor,  # (N,)
        network: SplatNetwork,
        grad_gaussians: Tensor,  # (N, G, 4, Q)
    ) -> Tensor:  # (N, 9) the gradient of the numbers
        """The same backward. The places of the samples along the curve count as given."""
        ...

    def rasterize_forward(
        self,
        gaussians: Tensor,  # (N, G, 4, Q)
        size_features: Tensor,  # (N,) features.size_feature
        boxes: Tensor,  # (N, 4) int32: LEFT, TOP, WIDTH, HEIGHT
        places: Tensor,  # (N, 3): LEFT, TOP, SIDE
        head: PixelHead,
        keep: bool,
    ) -> tuple[Tensor, Tensor, Any]:  # (P,) in [0,1], (R, 5) int32, kept (if ``keep``)
        """Gaussians to the opacity of painted pixels on each stroke's box, and the runs of these."""
        ...

    def rasterize_backward(
        self,
        gaussians: Tensor,  # (N, G, 4, Q)
        size_features: Tensor,  # (N,)
        boxes: Tensor,  # (N, 4) int32
        places: Tensor,  # (N, 3)
        head: PixelHead,
        kept: Any,
        grad_opacity: Tensor,  # (P,)
    ) -> tuple[Tensor, Tensor]:  # (N, G, 4, Q), (N,)
        """The same backward: gradients of Gaussians and size features."""
        ...

    def ribbons_forward(
        self,
        numbers: Tensor,  # (N, 9), columns.NUMBERS
        boxes: Tensor,  # (N, 4) int32: LEFT, TOP, WIDTH, HEIGHT
        places: Tensor,  # (N, 3): LEFT, TOP, SIDE
        ribbon: Ribbon,
    ) -> tuple[Tensor, Tensor]:  # (P,) in (0,1], (R, 5) int32
        """Strokes' numbers to the opacity of painted pixels on each stroke's box, and the runs of these."""
        ...

    def ribbons_backward(
        self,
        numbers: Tensor,  # (N, 9)
        boxes: Tensor,  # (N, 4) int32
        places: Tensor,  # (N, 3)
        ribbon: Ribbon,
        runs: Tensor,  # (R, 5) int32
        grad_opacity: Tensor,  # (P,)
    ) -> Tensor:  # (N, 9) the gradient of the numbers
        """The same backward."""
        ...

    def composite_forward(
        self,
        canvas: Tensor,  # (C, H, W), painted on in place
        colors: Tensor,  # (N, C)
        opacity: Tensor,  # (P,)
        runs: Tensor,  # (R, 5) int32, bottom first
        keep: bool,
    ) -> Any:  # kept (if ``keep``)
        """The over operator, in the order of the runs' strokes."""
        ...

    def composite_backward(
        self,
        grad_canvas: Tensor,  # (C, H, W), of what was painted: becomes that of the canvas before, in place
        colors: Tensor,  # (N, C)
        opacity: Tensor,  # (P,)
        runs: Tensor,  # (R, 5) int32
        kept: Any,
    ) -> tuple[Tensor, Tensor]:  # (N, C), (P,)
        """The same backward: gradients of colours and opacity."""
        ...

    def runs_to_pictures_forward(
        self,
        opacity: Tensor,  # (P,)
        runs: Tensor,  # (R, 5) int32, in any order
        shape: tuple[int, int, int],  # N, H, W
    ) -> Tensor:  # (N, H, W)
        """Painted pixels in their places, and 0 elsewhere."""
        ...

    def runs_to_pictures_backward(
        self,
        grad_pictures: Tensor,  # (N, H, W)
        runs: Tensor,  # (R, 5) int32
        count: int,  # P
    ) -> Tensor:  # (P,)
        """The same backward: the gradient of the opacity."""
        ...
