"""A training that can be stopped anywhere: one safetensors file, no pickle, for all of its stages."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ..errors import InputError
from ..files import written_aside

NOTE = "allaprima.training"


class Checkpoint:
    """The models of a training by name, Adam's averages, and where it stands: stage and step, in the metadata.

    ``identity`` says which training this is. If the file is there, the models are filled from it; without a ``path``
    nothing is kept. Raises InputError if it is damaged or of another training.
    """

    def __init__(self, path: Path | None, identity: str, models: dict[str, nn.Module]) -> None:
        self.path, self.identity, self.models = path, identity, models
        self.stage, self.step = 0, 0
        self._adam: dict[str, Tensor] = {}
        if path and path.exists():
            self._load(path)

    def _load(self, path: Path) -> None:
        try:
            with safe_open(path, "pt") as file:
                note = json.loads((file.metadata() or {})[NOTE])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise InputError(f"the checkpoint {path} is damaged ({error}): remove it to begin anew") from None
        if note["of"] != self.identity:
            raise InputError(f"the checkpoint {path} is of another training: remove it to begin anew")
        for name, model in self.models.items():
            model.load_state_dict(_part(tensors, f"{name}."))
        self._adam = _part(tensors, "adam.")
        self.stage, self.step = int(note["stage"]), int(note["step"])

    def first_step(self, stage: int, steps: int) -> int:
        """The step that a stage has to begin with: ``steps`` if it is done already."""
        if stage == self.stage:
            return self.step
        return steps if stage < self.stage else 0

    def restore(self, stage: int, adam: torch.optim.Optimizer) -> None:
        """Give a stage its optimiser's averages back."""
        if stage != self.stage or not self._adam:
            return
        state = adam.state_dict()
        for name, value in self._adam.items():
            index, average = name.split(".")
            state["state"].setdefault(int(index), {})[average] = value
        adam.load_state_dict(state)

    def save(self, stage: int, step: int, adam: torch.optim.Optimizer) -> None:
        """Write where the training stands: so many steps of a stage are done."""
        if self.path is None:
            return
        tensors = {
            f"{name}.{key}": value.contiguous()
            for name, model in self.models.items()
            for key, value in model.state_dict().items()
        }
        for index, averages in adam.state_dict()["state"].items():
            tensors |= {f"adam.{index}.{name}": value.contiguous() for name, value in averages.items()}
        note = {"of": self.identity, "stage": stage, "step": step}
        with written_aside(self.path) as aside:
            save_file(tensors, aside, {NOTE: json.dumps(note)})


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
