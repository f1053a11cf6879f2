"""A device that needs no hardware: tensors that claim to be elsewhere, and complain when they meet one that is not.

Within ``other_device()`` whatever is made on ``DEVICE``, or brought there, is an ``Elsewhere``: a tensor whose numbers
stand on the CPU, in another tensor that nobody sees. Operators unwrap, compute and wrap again. As on a GPU,
they refuse tensors of the CPU (unless these are single numbers), and random generators of the CPU; numpy and compiled
code cannot read them; ``.cpu()``, ``.item()`` and ``.tolist()`` can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

DEVICE = torch.device("meta")  # of which torch asks no hardware


class StrayTensor(RuntimeError):
    """Tensors of two devices met."""


class Elsewhere(Tensor):
    """A tensor on DEVICE."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor) -> Elsewhere:
        made: Elsewhere = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=DEVICE,
            requires_grad=False,
        )
        made.inner = inner
        return made

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return compute(function, args, kwargs or {})

    def tolist(self) -> Any:
        return self.inner.tolist()

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError("numpy cannot read a tensor that is elsewhere: bring it to the CPU first")

    def __array__(self, *args: Any) -> Any:
        return self.numpy()

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"Elsewhere({self.inner!r})"


def compute(function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """An operator on what is elsewhere, or that makes something there."""
    given = _tensors((args, kwargs))
    here = [value for value in given if not isinstance(value, Elsewhere) and value.dim() > 0]
    there = [value for value in given if isinstance(value, Elsewhere)]
    target = kwargs.get("device")
    if there and here and function is not torch.ops.aten.copy_.default:
        shapes = [tuple(value.shape) for value in here]
        raise StrayTensor(f"{function}: tensors of the CPU, of the shapes {shapes}, meet others that are elsewhere")
    if kwargs.get("generator") is not None and (there or _is_there(target)):
        raise StrayTensor(f"{function}: a random generator of the CPU draws numbers that are elsewhere")
    to_here = target is not None and not _is_there(target)
    if target is not None:
        kwargs = kwargs | {"device": torch.device("cpu")}
    unwrapped_args, unwrapped_kwargs = tree_map(_unwrapped, (args, kwargs))
    found = function(*unwrapped_args, **unwrapped_kwargs)
    if to_here:
        return found
    if function is torch.ops.aten.copy_.default:
        return args[0]
    if function._schema.is_mutable:  # the very tensor that was given comes back
        known = {id(value.inner): value for value in there}
        return tree_map(lambda value: known.get(id(value), _wrapped(value)), found)
    return tree_map(_wrapped, found)


def _tensors(tree: Any) -> list[Tensor]:
    found: list[Tensor] = []
    tree_map(lambda value: found.append(value) if isinstance(value, Tensor) else None, tree)
    return found


def _is_there(device: Any) -> bool:
    return device is not None and torch.device(device).type == DEVICE.type


def _unwrapped(value: Any) -> Any:
    return value.inner if isinstance(value, Elsewhere) else value


def _wrapped(value: Any) -> Any:
    return Elsewhere(value) if isinstance(value, Tensor) and not isinstance(value, Elsewhere) else value


def _read(index: Any) -> Any:
    """An index with tensors in place of its lists, which torch itself makes where the indexed tensor is."""
    if isinstance(index, tuple):
        return tuple(map(_read, index))
    return torch.tensor(index).to(DEVICE) if isinstance(index, list) else index


class _Operators(TorchDispatchMode):
    """What is made on DEVICE, or brought there, is wrapped."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if any(isinstance(value, Elsewhere) for value in _tensors((args, kwargs))) or _is_there(kwargs.get("device")):
            return compute(function, args, kwargs)
        return function(*args, **kwargs)


class _Functions(TorchFunctionMode):
    """Functions that read Python's numbers, which operators never see: these are made on the CPU, and then wrapped."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if function in (torch.tensor, torch.as_tensor, torch.asarray) and _is_there(kwargs.get("device")):
            return self._made(function, args, kwargs)
        if function is Tensor.new_tensor and isinstance(args[0], Elsewhere) and "device" not in kwargs:
            kwargs = {"dtype": args[0].dtype} | kwargs
            return self._made(torch.tensor, args[1:], kwargs)
        if function in (Tensor.__getitem__, Tensor.__setitem__) and isinstance(args[0], Elsewhere):
            return function(args[0], _read(args[1]), *args[2:])
        return function(*args, **kwargs)

    def _made(self, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        if any(isinstance(value, Elsewhere) for value in _tensors(args)):
            return function(*args, **kwargs)
        made = function(*args, **kwargs | {"device": "cpu"})
        return made.to(DEVICE)


@contextmanager
def other_device() -> Iterator[torch.device]:
    """Within, DEVICE works."""
    with _Functions(), _Operators():
        yield DEVICE
