"""The command that tells which brushes there are, and shows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from .looks_command import FORCE, check_sheet
from .terminal import loading, patient

EXACT = 60.0  # dB: a brush that agrees with itself better than this has no chance in it
OUTPUT = typer.Option("--output", "-o", help="Draw strokes of each on a sheet: a .png or .jpg.", show_default=False)


def brushes(output: Annotated[Path | None, OUTPUT] = None, force: Annotated[bool, FORCE] = False) -> None:
    """List the brushes that ship with allaprima, or show on a sheet what they look like."""
    with loading():
        from ..brush.library import brushes as shipped

    if output:
        _draw(output, force)
        return
    for name, card in shipped().items():
        figures = card.fidelity
        agreement = figures["mypaint_agreement"]
        program = "bristles" if card.bristles else "MyPaint"
        chance = "no chance in it" if agreement > EXACT else f"{program} with itself {agreement:.1f}"
        if "texture" in figures:
            chance = f"{figures['texture']:.1f} with texture, {chance}"
        imitates = "oil paint, " + card.mypaint if card.bristles else "MyPaint's " + card.mypaint
        print(f"{name:12} imitates {imitates:30} {figures['psnr']:.1f} dB ({chance})")


def _draw(output: Path, force: bool) -> None:
    with loading():
        from ..brush.library import brushes as shipped
        from ..brush.library import load_brush
        from ..image.encode import save_picture
        from .brush_sheet import brush_sheet

    check_sheet(output, [], force)
    with patient():
        sheet = brush_sheet([load_brush(name) for name in shipped()])
    save_picture(sheet, output)
    print(output)


COMMANDS: tuple[Callable[..., Any], ...] = (brushes,)
