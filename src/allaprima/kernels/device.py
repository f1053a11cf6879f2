"""Where to compute."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ..errors import InputError


def find_device(name: torch.device | str) -> torch.device:
    """The device of that name; ``auto`` is the CPU, whose code is compiled, as no GPU was measured to be faster. Raises
    InputError if it is missing.
    """
    try:
        device = torch.device("cpu" if name == "auto" else name)
    except (RuntimeError, TypeError):
        device = None
    asked: dict[str, Callable[[], bool]]  # when it is wanted: that takes a while
    asked = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if device is None or (device.type in asked and not asked[device.type]()):
        there = ", ".join(["auto", "cpu", *(kind for kind, is_there in asked.items() if is_there())])
        raise InputError(
            f"there is no device {name} on this machine: choose from {there}; cuda is an NVIDIA GPU, and mps Apple's, "
            "where torch was installed for them"
        )
    return device
