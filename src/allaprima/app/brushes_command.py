"""The command that tells which brushes there are, and shows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .looks_command import FORCE, check_sheet
from .terminal import loading, patient, put

if TYPE_CHECKING:
    from ..brush.neural import Card

EXACT = 60.0  # dB: a brush that agrees with itself better than this has no chance in it
COLUMNS = 72  # of a terminal, at most
OUTPUT = typer.Option("--output", "-o", help="Draw strokes of each on a sheet: a .png or .jpg.", show_default=False)
VERBOSE = typer.Option("--verbose", "-v", help="What each imitates, and how well.")


def brushes(
    output: Annotated[Path | None, OUTPUT] = None,
    force: Annotated[bool, FORCE] = False,
    verbose: Annotated[bool, VERBOSE] = False,
) -> None:
    """List the brushes that ship with allaprima, with strokes of each in a terminal that can; or show them all."""
    with loading():
        from ..brush.library import ABOUT
        from ..brush.library import brushes as shipped

    if output:
        _draw(output, force)
        return
    show = _strips()
    for name, card in shipped().items():
        print(f"{name:12} {ABOUT[name]}")
        if verbose:
            print(f"{'':12} {_likeness(card)}")
        show(name)


def _likeness(card: Card) -> str:
    """What a neural brush imitates, and how well."""
    figures = card.fidelity
    agreement = figures["agreement"]
    program = "bristles" if card.bristles else "MyPaint"
    chance = "no chance in it" if agreement > EXACT else f"{program} with itself {agreement:.1f}"
    if "texture" in figures:
        chance = f"{figures['texture']:.1f} with texture, {chance}"
    imitates = card.mypaint if card.bristles else "MyPaint's " + card.mypaint
    return f"imitates {imitates}, {figures['psnr']:.1f} dB ({chance})"


def _strips() -> Callable[[str], None]:
    """What shows strokes of a brush, by name: nothing, in a terminal that cannot."""
    with loading():
        from rich.console import Console

        from ..brush.library import load_brush
        from .blocks import in_blocks, shows_pictures
        from .brush_sheet import strip

    console = Console()
    if not shows_pictures(console):
        return lambda _name: None

    def show(name: str) -> None:
        with patient():
            console.print(in_blocks(strip(load_brush(name)), min(console.width - 1, COLUMNS)))

    return show


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
    put(output)


COMMANDS: tuple[Callable[..., Any], ...] = (brushes,)
