"""Pieces of the page that Gradio has no component for: for each, a file of HTML and one of JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import gradio as gr

HERE = Path(__file__).parent
HIDDEN: Literal["hidden"] = "hidden"
"""How visible a component is that is not seen. It is on the page nevertheless, as all are from the beginning: what
Gradio puts there later, while news come, is often not shown before the last of them has come.
"""


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


@contextmanager
def folded(label: str, **how: Any) -> Iterator[None]:
    """What is put on the page within is seen when somebody presses a button with this ``label``."""
    part("fold", label=label, **how)
    with gr.Column(elem_classes="folded"):
        yield


def visible(yes: bool) -> Any:
    """Let a component be seen, or not."""
    return gr.update(visible=yes or HIDDEN)
