"""The command that draws a painting again."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import InputError
from ..export.export import Export
from ..export.formats import SUFFIXES
from ..rendering.light import Light
from ..rendering.rendering import AUTO, Rendering
from .arguments import setting, with_fields
from .paint_command import FILES, FORCE, SIZE
from .terminal import bar, hushed, loading, patient, put
from .unused import OF_LIGHT, tell_undrawn, tell_unused

OUTPUTS = typer.Option(
    "--output", "-o", help=f"Where to write, as often as wanted: {' '.join(SUFFIXES)}.", show_default=False
)
TEXTURE = typer.Option("--texture/--no-texture", help=Rendering.about("texture").metadata["help"], show_default=False)


@with_fields({"In which light": Light, FILES: Export})
def render(
    painting: Annotated[Path, typer.Argument(help="A .painting.json file.")],
    output: Annotated[list[Path], OUTPUTS],
    size: Annotated[int | None, SIZE] = None,
    engine: Annotated[str, setting(Rendering.about("engine"))] = AUTO,
    texture: Annotated[bool | None, TEXTURE] = None,
    brush: Annotated[
        list[str] | None,
        typer.Option(help="The brushes that painted, if they do not ship: the path of each .safetensors, in order."),
    ] = None,
    photo: Annotated[Path | None, typer.Option(help="The photo, for a film with --beside.", show_default=False)] = None,
    force: Annotated[bool, FORCE] = False,
    **chosen: Any,
) -> None:
    """Draw a painting again: at any size, in another light, as any file, by the neural brush or the real one."""
    light = {name: chosen.pop(name) for name in OF_LIGHT if name in chosen}
    rendering, export = Rendering(size=size, engine=engine, texture=texture, **light), Export(**chosen)
    with loading():
        from ..brush.library import load_brush
        from ..export.effects import check_effects
        from ..export.maps import check_map
        from ..export.write import check_extras, check_new, check_outputs, write_all
        from ..painting.painting import Painting

    check_outputs(output, [painting, *map(Path, brush or []), *([photo] if photo else [])])
    check_extras(output, export.film)
    check_map(output, export)
    check_effects(output, export, size)
    if photo and not export.beside:
        raise InputError(f"photo is {photo}, which has no effect: it is for a film with --beside")
    if not force:
        check_new(output)
    loaded = Painting.load(painting)
    brushes = [load_brush(name) for name in brush] if brush else None
    engines = {} if engine == AUTO else {"engine": engine}
    given = tell_undrawn({**engines, "texture": texture, **light}, output, export)
    if given:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other weights warns who draws
            tell_unused(given, loaded.find_brushes(brushes), rendering)
    with hushed(), bar() as shown, patient():
        write_all(
            loaded,
            output,
            rendering.change(brushes=brushes),
            export,
            photo=photo,
            on_progress=lambda share: shown.show(share, "drawing"),
        )
    for path in output:
        put(path)


COMMANDS: tuple[Callable[..., Any], ...] = (render,)
