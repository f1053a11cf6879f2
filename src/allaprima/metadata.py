"""Weights in files, each with a card that says what they are: JSON in the metadata of safetensors. No pickle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save, save_file
from torch import Tensor

from .errors import InputError, failure, is_of_machine
from .files import written_aside

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Card = TypeVar("Card", bound=DataclassInstance)

KEY = "allaprima"  # of the card in the metadata
HUGE = 1e6  # weights are below 100, in all that was ever learned
KINDS = {"str": str, "int": int}  # types of a card's fields; any other is a dict


def save_weights(path: Path, tensors: Mapping[str, Tensor], card: DataclassInstance) -> None:
    """Write weights with their card; the same weights and card give the same bytes."""
    with written_aside(path) as aside:
        save_file(_kept(tensors), aside, {KEY: json.dumps(asdict(card))})


def weights_hash(tensors: Mapping[str, Tensor], card: DataclassInstance) -> str:
    """The sha256 of the file that :func:`save_weights` would write."""
    return hashlib.sha256(save(_kept(tensors), {KEY: json.dumps(asdict(card))})).hexdigest()


def _kept(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Each by itself: layers may share their weights, and files do not."""
    return {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}


def load_card(path: Path, kind: type[Card], what: str) -> Card:
    """The card in a file, of the dataclass ``kind``, whose fields are text, whole numbers or dicts, its ``format`` and
    ``version`` those that can be read. ``what`` is what the messages call the file.

    Raises InputError if the file is damaged, or holds no such card.
    """
    with undamaged(what, path), safe_open(path, "pt") as file:
        text = (file.metadata() or {}).get(KEY)
    if text is None:
        raise InputError(f"{path} holds weights, but is no {what} of allaprima: it has no card")
    with undamaged(f"card of the {what}", path):
        values = json.loads(text)
        readable = {one.name: one.default for one in fields(kind) if one.name in ("format", "version")}
        if any(values[name] != value for name, value in readable.items()):
            said = f"{values['format']} version {values['version']}"
            raise InputError(f"{path} is {said}; this library reads {' '.join(map(str, readable.values()))}")
        for one in fields(kind):
            wanted = KINDS.get(str(one.type), dict)
            if one.name in values and not isinstance(values[one.name], wanted):
                raise TypeError(f"{one.name} is no {wanted.__name__}")
        return kind(**values)


def load_weights(path: Path, what: str) -> dict[str, Tensor]:
    """The tensors of a file by name. Raises InputError if it is damaged, or numbers are not finite or huge."""
    with undamaged(what, path):
        weights = load_file(path)
        for name, value in weights.items():
            if not value.isfinite().all():
                raise ValueError(f"its weights {name} are not all finite numbers")
            if value.numel() and (largest := float(value.double().abs().max())) > HUGE:
                raise ValueError(f"its weights {name} reach {largest:.3g}, and can be {HUGE:g} at most")
    return weights


@contextmanager
def undamaged(what: str, path: Path) -> Iterator[None]:
    """Whatever fails in here, while a file is read or its weights are put in their places, is told in one line."""
    try:
        yield
    except InputError:
        raise
    except (SafetensorError, RuntimeError, OSError, TypeError, LookupError, AttributeError, ValueError,
            ArithmeticError) as error:  # fmt: skip
        missing = " is missing" if isinstance(error, KeyError) else ""
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        state = "cannot be read" if is_of_machine(error) else "is damaged"
        raise failure(error, f"the {what} {path} {state}: {first}{missing}") from None
