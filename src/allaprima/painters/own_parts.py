"""Somebody's own parts of a painting, among the settings that a caller gives by name: brushes, a loss, a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..brush.library import as_brushes, load_brush, shipped, ships
from ..brush.neural import NeuralBrush
from ..brush.programs import check_program
from ..errors import InputError
from ..options import OWN, check_called, listed
from ..painting.companions import Companions
from ..painting.painting import Painting
from ..painting.record import BrushRef
from ..painting.settings import Settings
from ..perception.term import LossTerm

LOSS = "give the name of a loss, a function term(canvas, picture, strokes), or a list of those"


def take_own(
    changes: dict[str, Any], brushes: Sequence[NeuralBrush] | None, device: torch.device
) -> tuple[dict[str, Any], Companions, Sequence[NeuralBrush] | None]:
    """The changes with words in place of objects, as a painting records them; these objects; and the ``brushes`` that
    are given, or stand among the changes. Raises InputError for what is no such part, and brushes that are given twice.
    """
    changes, own = dict(changes), Companions()
    brush = changes.get("brush")
    if brush is not None and not isinstance(brush, (str, Path)):
        if brushes is not None:
            raise InputError("brushes are given twice, by brush and by brushes: give them once")
        brushes = as_brushes(brush, device)
        names = [one.name for one in brushes]
        changes["brush"] = names[0] if len(names) == 1 else ",".join(f"{name}:1" for name in names)
    if brushes is not None:
        own = replace(own, brushes=tuple(one for one in brushes if not ships(one)))
    if "loss" in changes and not isinstance(changes["loss"], str):
        terms = _terms(changes["loss"])
        changes["loss"] = _recorded(terms)
        own = replace(own, loss=terms if changes["loss"] == OWN else ())
    engine = changes.get("engine")
    if callable(engine):
        check_program(engine)
        changes["engine"], own = OWN, replace(own, program=engine)
    return changes, own, brushes


def _terms(loss: object) -> tuple[str | LossTerm, ...]:
    """A loss as its terms."""
    terms = tuple(loss) if isinstance(loss, (list, tuple)) else (loss,)
    names = [name for name in Settings.about("loss").metadata["among"] if name != OWN]
    for term in terms:
        if isinstance(term, str) and term not in names:
            raise InputError(f"a term of the loss is {term!r}: choose from {listed(names)}, or give a function")
        if not isinstance(term, str) and not callable(term):
            raise InputError(f"loss is {f'{term!r}'[:60]}, of type {type(term).__name__}: {LOSS}")
        if not isinstance(term, str):
            check_called(term, "canvas, picture, strokes", "the loss")
    if not terms:
        raise InputError(f"loss is an empty list: {LOSS}")
    return terms


def _recorded(terms: Sequence[str | LossTerm]) -> str:
    """What a painting file says of them."""
    names = {term for term in terms if isinstance(term, str)}
    if len(names) < len(terms) and not all(isinstance(term, str) for term in terms):
        return OWN
    return "both" if len(names) > 1 else min(names)


def brushes_of(painting: Painting, device: torch.device) -> list[NeuralBrush]:
    """The brushes that painted: those at hand, and those that ship. Raises InputError for another one."""
    own = {BrushRef.of(brush): brush for brush in painting.at_hand.brushes}
    return [own.get(ref) or load_brush(shipped(ref.name), device) for ref in painting.brushes]
