"""The command that shows looks: small paintings to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import InputError
from ..painting.looks import find_look, look_names
from ..painting.settings import Settings
from .arguments import setting
from .terminal import bar, loading, patient, put, say, stoppable

MOST = 36  # variations
OUTPUT = typer.Option("--output", "-o", help="Where to write the sheet: a .png or .jpg.", show_default=False)
LOOK = typer.Option(help="Show this look alone; with --vary, variations of it. Default: oil.", show_default=False)
VARY = typer.Option(help=f"So many variations of one look. 2 to {MOST}.", show_default=False)
FORCE = typer.Option("--force", help="Overwrite a file that is there.")


def looks(
    photo: Annotated[Path, typer.Argument(help="The photo.")],
    output: Annotated[Path, OUTPUT] = Path("looks.png"),
    look: Annotated[str, LOOK] = "",
    vary: Annotated[int, VARY] = 0,
    seed: Annotated[int, setting(Settings.about("seed"))] = 0,
    force: Annotated[bool, FORCE] = False,
) -> None:
    """Paint a photo small in every look, or in variations of one, on a sheet; and tell the command for each."""
    if vary and not 2 <= vary <= MOST:
        raise InputError(f"vary is {vary}: choose 2 to {MOST}")
    Settings(seed=seed)  # refuses one that cannot be
    if look:
        find_look(look)
    with loading():
        from ..image.encode import save_picture
        from .contact_sheet import contact_sheet, in_looks, variations

    check_sheet(output, [photo, Path(look)], force)
    names = [look] if look else look_names()
    proposals = variations(look or names[0], vary, seed) if vary else in_looks(names, seed)
    with stoppable() as stop, bar() as shown, patient():

        def follow(share: float, text: str) -> None:
            shown.show(share, text)
            stop.check()

        sheet = contact_sheet(photo, proposals, follow)
    save_picture(sheet, output)
    put(output)
    for proposal in proposals:
        say(f"{proposal.name}: {proposal.command(photo)}")


def check_sheet(output: Path, inputs: Sequence[Path], force: bool) -> None:
    """Raise InputError if a sheet cannot go there, is one of the inputs, or is there already."""
    from ..export.formats import PICTURE, format_of
    from ..export.write import check_new, check_outputs

    check_outputs([output], inputs)
    if format_of(output).kind != PICTURE:
        raise InputError(f"the sheet {output} is no picture: give a .png or a .jpg")
    if not force:
        check_new([output])


COMMANDS: tuple[Callable[..., Any], ...] = (looks,)
