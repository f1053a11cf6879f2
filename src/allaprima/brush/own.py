"""Brushes of somebody's own: any module or function that draws strokes on their windows."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..errors import InputError, check_kind
from ..kernels.columns import SIDE
from ..options import OWN, check_called, name_of
from ..strokes import WINDOW, Strokes, as_strokes
from .generator import A_STROKE, Generator, between_pixels, resized_window
from .opacity import fault_in

TRIAL = 8  # strokes drawn by a brush of somebody's own, before it is given out
SMALLEST, LARGEST = 16, 512  # px of the windows that it is asked for while it paints

OwnModule = Callable[..., Tensor]  # an nn.Module, too


class OwnBrush(Generator):
    """What ``module(strokes, size) -> (N, 1, size, size)`` draws on windows of ``size`` px, brought to the pixels of a
    canvas, bilinear; what it would paint outside of the window is not seen.

    On a canvas it is asked for windows of 16, 32, 64, 128, 256 or 512 px: the first of these that is not smaller than
    the window is there. A module that draws 64 px only, whatever it is asked for, paints as well, and its picture is
    resized; of any other size it is refused.
    """

    kind = OWN
    any_size = False
    reach = math.inf

    def __init__(self, module: OwnModule) -> None:
        super().__init__()
        self.config: dict[str, int] = {}
        self.module = module
        self.where: Tensor
        self.register_buffer("where", torch.empty(0), persistent=False)  # a function has no weights to tell

    def forward(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        strokes = as_strokes(strokes)
        if len(strokes) == 0:
            return strokes.size.new_zeros(0, 1, size, size)
        drawn = self.module(strokes, size)
        if fault := fault_of_shape(drawn, len(strokes), size):
            raise InputError(f"the brush {name_of(self.module)} {fault}")
        return resized_window(drawn, size)

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        sizes = window_sizes(1 / pixel)
        parts, order = [x.new_zeros(0, 1, y.shape[1], x.shape[1])], []
        for size in sorted(set(sizes.tolist())):
            some = (sizes == size).nonzero()[:, 0]
            parts.append(between_pixels(self(strokes[some], size), x[some], y[some]))
            order.append(some)
        return torch.cat(parts)[torch.cat(order).argsort()] if len(order) > 1 else parts[-1]

    def cost(self, places: Tensor) -> int:
        largest = int(window_sizes(places[:, SIDE]).max()) if len(places) else 0
        return A_STROKE + largest**2


def window_sizes(sides: Tensor) -> Tensor:
    """The px ``(N,)`` that windows of so many are drawn on."""
    return 2 ** sides.detach().log2().ceil().clamp(math.log2(SMALLEST), math.log2(LARGEST)).long()


def as_generator(module: OwnModule) -> Generator:
    """A generator as it is, and any other module or function as one that draws on the window. Raises InputError for
    what is neither, and what is called otherwise.
    """
    check_kind(module, Callable, "the brush", "a module or a function, module(strokes, size)")  # type: ignore[arg-type]
    check_called(module, "strokes, size", "the brush")
    return module if isinstance(module, Generator) else OwnBrush(module)


def check_draws(generator: Generator, name: str) -> None:
    """Raise InputError, saying what is wrong, unless a module draws strokes as a brush has to."""
    module = generator.module if isinstance(generator, OwnBrush) else generator
    if fault := fault_of(module, generator.device):
        raise InputError(f"the brush {name} {fault}")


def fault_of_shape(drawn: object, count: int, size: int) -> str:
    """What is wrong with the shape of what was drawn of so many strokes on ``size`` px; empty, if nothing is."""
    gave = tuple(drawn.shape) if isinstance(drawn, Tensor) else type(drawn).__name__
    wanted = (count, 1, size, size)
    if gave in (wanted, (count, 1, WINDOW, WINDOW)):
        return ""
    return f"gave {gave} for {count} strokes on {size} px: it must give {wanted}"


@torch.enable_grad()
def fault_of(draw: OwnModule, device: torch.device | str = "cpu") -> str:
    """What is wrong with what ``draw(strokes, size)`` gives, tried on some strokes; empty, if nothing is."""
    actions = Strokes.random(TRIAL, 0).actions.to(device).requires_grad_()
    try:
        opacity = draw(Strokes.from_actions(actions), WINDOW)
    except RuntimeError:
        if not (kinds := other_kinds(draw)):
            raise
        return f"fails, as its weights are {kinds}, and strokes are float32: give it as module.float()"
    if fault := fault_of_shape(opacity, TRIAL, WINDOW) or fault_in(opacity, "as torch.sigmoid makes it"):
        return fault
    gradient = torch.autograd.grad(opacity.sum(), actions, allow_unused=True)[0] if opacity.requires_grad else None
    if gradient is None or not (gradient != 0).any():
        return "has no gradient by the strokes, by which they are found: compute it with torch from their numbers"
    if not gradient.isfinite().all():
        return "has a gradient by the strokes that is not finite"
    return ""


def other_kinds(module: OwnModule) -> str:
    """The floating types of a module's weights that strokes have not."""
    weights = module.parameters() if isinstance(module, nn.Module) else ()
    return ", ".join({str(value.dtype).removeprefix("torch.") for value in weights if value.dtype != torch.float32})
