"""Gradio's fields for numbers, which take the nearest where somebody types too little, too much, or nothing."""

from __future__ import annotations

from typing import Any

import gradio as gr


def slider(low: float, high: float, usual: float, **how: Any) -> gr.Slider:
    """From ``low`` to ``high``, at first ``usual``; without the arrow that sets it back, of which nothing is heard."""
    return gr.Slider(low, high, usual, buttons=[], **how)


def number(low: float, high: float, usual: float, **how: Any) -> gr.Number:
    """The same, to type alone."""
    return gr.Number(usual, minimum=low, maximum=high, **how)


def nearest(given: object, low: float, high: float, usual: float) -> float:
    """What is given, within bounds; ``usual`` for what is no number."""
    if not isinstance(given, (int, float)) or given != given:  # that is no number of floats
        return usual
    return min(max(given, low), high)


def _taken(field: Any, given: object) -> float:
    return nearest(given, field.minimum, field.maximum, field.value or field.minimum)


# Gradio itself refuses other numbers with a trace in the log. It makes fields anew for each page on which one is
# changed, of its own class: so this holds for all of them, which are ours.
gr.Slider.preprocess = _taken  # type: ignore[assignment, method-assign]
gr.Number.preprocess = _taken  # type: ignore[assignment, method-assign]
