"""Several processes that learn together: each takes its share of every batch, and all take the same steps.

``torchrun``, or whoever else starts them, says in the environment who is who. fast.ai's ``distrib_ctx`` is not enough
here: it wraps the model in DistributedDataParallel, and GANLearner calls generator and critic by themselves, past the
wrapping. A callback of ours takes the mean of the gradients instead, in all stages alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from ..errors import InputError, MachineError
from ..kernels.device import find_device
from ..processes import cores
from .fast_ai import Callback

LAUNCHED = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")  # set by torchrun
BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}  # how processes talk, by where they compute


class LostError(MachineError):
    """Of the processes that learn together one has ended. Says so whatever fast.ai writes into errors of callbacks."""

    def __str__(self) -> str:
        return "the machine failed: a process of this training was lost: run the same command again to go on"


@dataclass(frozen=True)
class Ranks:
    """Who this process is among ``count`` that learn together: ``rank``, from 0. Its methods are called by all of them
    at the same moment, and give all of them the same. Raises LostError where another one has ended.
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the one that writes files."""
        return self.rank == 0

    def share(self, rows: int) -> Tensor:
        """Which of the ``rows`` of a batch are this one's: every ``count``-th. Where they do not come out even, some
        are taken twice, as fast.ai has it, so that all shares are equal.
        """
        return torch.arange(self.rank, -(-rows // self.count) * self.count, self.count) % rows

    def mean(self, numbers: Tensor) -> Tensor:
        """The mean over all processes of each of their ``numbers``."""
        return self._together(numbers) / self.count

    def any(self, asked: bool) -> bool:
        """Whether one of them says yes."""
        return bool(self._together(torch.tensor([int(asked)])) > 0)

    def alike(self, *numbers: int) -> bool:
        """Whether all of them say the same numbers."""
        ours = torch.tensor(numbers)
        table = torch.zeros(self.count, len(numbers), dtype=ours.dtype)
        table[self.rank] = ours
        return bool((self._together(table) == ours).all())

    def _together(self, numbers: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.count > 1:
            try:
                distributed.all_reduce(numbers)
            except RuntimeError as error:
                raise LostError from error
        return numbers


ALONE = Ranks()


class ShareGradients(Callback):  # type: ignore[misc]
    """All processes step by the gradient of the whole batch: the mean of their own ones. Batch normalisation looks at
    the share alone, as most do it, and its running statistics become the mean, too: so the networks stay the same in
    all of them.
    """

    def __init__(self, ranks: Ranks) -> None:
        self.ranks = ranks

    def after_backward(self) -> None:
        learning = [parameter for parameter in self.learn.model.parameters() if parameter.requires_grad]
        for parameter in learning:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        kept = [running for module in self.learn.model.modules() for running in _statistics(module)]
        ours = [parameter.grad for parameter in learning] + kept
        shared = self.ranks.mean(torch.cat([one.flatten() for one in ours]))
        for one, mean in zip(ours, torch.split(shared, [one.numel() for one in ours]), strict=True):
            one.copy_(mean.view_as(one))


def _statistics(module: nn.Module) -> list[Tensor]:
    if not isinstance(module, nn.modules.batchnorm._BatchNorm):
        return []
    return [running for running in (module.running_mean, module.running_var) if running is not None]


# ---- how they find one another


@dataclass(frozen=True)
class Launched:
    """What a launcher says of this process: who it is of all, and who of those on this machine."""

    rank: int
    count: int
    local_rank: int
    local_count: int


def launched() -> Launched:
    """This process as a launcher started it; alone, if none did."""
    if any(name not in os.environ for name in LAUNCHED):
        return Launched(0, 1, 0, 1)
    return Launched(*(int(os.environ[name]) for name in LAUNCHED[:4]))


def check_alone(command: str) -> None:
    """Raise InputError if several processes were started for a command that works in one."""
    if (count := launched().count) > 1:
        raise InputError(
            f"{count} processes were started, and {command} learns in one: draw the strokes first, by `allaprima "
            "strokes`, and let `allaprima train` learn from them in several"
        )


@contextmanager
def joined(device: str) -> Iterator[tuple[Ranks, torch.device]]:
    """Within, this process learns together with those that were started with it; who it is, and where it computes.
    Raises InputError for a device that they cannot share. An error does not part them: while it is told they wait, and
    when its process ends the launcher ends them.
    """
    place, one = find_device(device), launched()
    if one.count == 1:
        yield ALONE, place
        return
    place = own_device(place, one)
    if place.type == "cuda":
        torch.cuda.set_device(place)
    if torch.get_num_threads() == 1:  # as torchrun has it, where nobody says otherwise
        torch.set_num_threads(max(1, cores() // one.local_count))
    distributed.init_process_group(BACKENDS[place.type])
    yield Ranks(one.rank, one.count), place
    distributed.destroy_process_group()


def own_device(device: torch.device, one: Launched) -> torch.device:
    """Where one of several processes computes: a GPU each. A scheduler that gives a GPU to a task shows it no other.
    Raises InputError where there are too few of them, and for what cannot be shared.
    """
    if device.type == "cpu":
        return device
    if device.type != "cuda" or device.index is not None:
        raise InputError(f"device is {device}, and {one.count} processes learn together: give cpu, or cuda, a GPU each")
    there = torch.cuda.device_count()
    if there == 1:
        return torch.device("cuda", 0)
    if one.local_count > there:
        raise InputError(f"{one.local_count} processes were started for {there} GPUs: start as many as there are GPUs")
    return torch.device("cuda", one.local_rank)
