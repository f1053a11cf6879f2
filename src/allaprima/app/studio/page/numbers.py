"""Gradio's fields for numbers, that take the nearest where somebody types too little, too much, or nothing."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

import gradio as gr

Field = TypeVar("Field", gr.Slider, gr.Number)


def slider(low: float, high: float, usual: float, **how: Any) -> gr.Slider:
    """From ``low`` to ``high``, at first ``usual``. Gradio's own refuses other numbers with a trace in the log, and
    moves without a word of it when it is set back.
    """
    return _lenient(gr.Slider(low, high, usual, buttons=[], **how), low, high, usual)


def number(low: float, high: float, usual: float, **how: Any) -> gr.Number:
    """The same, to type alone."""
    return _lenient(gr.Number(usual, minimum=low, maximum=high, **how), low, high, usual)


def nearest(given: object, low: float, high: float, usual: float) -> float:
    """What is given, within bounds; ``usual`` for what is no number."""
    if not isinstance(given, (int, float)) or given != given:  # that is no number of floats
        return usual
    return min(max(given, low), high)


def _lenient(field: Field, low: float, high: float, usual: float) -> Field:
    field.preprocess = partial(nearest, low=low, high=high, usual=usual)  # type: ignore[method-assign]
    return field
