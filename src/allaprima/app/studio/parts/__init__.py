"""Pieces of the page that Gradio has no component for: for each, a file of HTML and one of JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

HERE = Path(__file__).parent


def part(name: str, value: Any = None, /, **how: Any) -> gr.HTML:
    """One of them, showing a value, as the first line of its script says it is to be; ``how`` a component is told
    anything, and the words that its HTML asks for.
    """
    html, script = ((HERE / f"{name}{suffix}").read_text("utf-8") for suffix in (".html", ".js"))
    classes = how.pop("elem_classes", [])
    return gr.HTML(
        value={} if value is None else value,
        html_template=html,
        js_on_load=script,
        apply_default_css=False,
        elem_classes=["part-" + name, *classes],
        **how,
    )
