"""What a first painting waits for, done before somebody waits: what is compiled, and loaded."""

from __future__ import annotations

from PIL import Image

from ..painters.paint import optimise


def warm_up() -> None:
    """Paint something small. What is compiled meanwhile is kept, for other processes, too."""
    *_, last = optimise(Image.radial_gradient("L").convert("RGB"), strokes=40, size=64, quality="draft")
    last.canvas(64, quick=True)
