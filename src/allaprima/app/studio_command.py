"""The command that opens the studio in the browser."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Annotated, Any

import typer

from ..errors import InputError, to_install
from ..painting.settings import Settings
from .terminal import loading, put, tell, tell_why

FOLDER = Path("~/allaprima-studio")
EVERYWHERE = ("0.0.0.0", "::")
HOST = typer.Option(
    help="Where the studio can be called: this computer alone, unless you say so (0.0.0.0: from anywhere)."
)
PORT = typer.Option(
    help="At which port; the first that is free from 7860 on, if not given.", min=0, max=65535, show_default=False
)
PASSWORD = typer.Option(
    help="What visitors are asked for; needed with another --host.", show_default=False, envvar="ALLAPRIMA_PASSWORD"
)
KEPT = typer.Option("--folder", help="Where photos and paintings are kept.")
OPEN = typer.Option("--open/--no-open", help="Open the browser.")
MOST_STROKES = typer.Option(
    "--max-strokes", help="No painting may have more.", min=1, max=Settings.about("strokes").metadata["high"]
)
MOST_SIZE = typer.Option("--max-size", help="Nor more px on its long side, nor a picture of it.", min=256, max=32_768)


def studio(
    host: Annotated[str, HOST] = "127.0.0.1",
    port: Annotated[int | None, PORT] = None,
    password: Annotated[str, PASSWORD] = "",
    folder: Annotated[Path, KEPT] = FOLDER,
    open_browser: Annotated[bool, OPEN] = True,
    max_strokes: Annotated[int, MOST_STROKES] = Settings.about("strokes").metadata["high"],
    max_size: Annotated[int, MOST_SIZE] = Settings.about("size").metadata["high"],
) -> None:
    """Open the studio: paint in the browser, on this computer, and watch it happen. Ctrl-C closes it."""
    if find_spec("gradio") is None:
        raise InputError(f"the studio needs gradio: {to_install('gradio', 'av', 'psd-tools')}")
    with loading():
        from .studio.choices import Limits
        from .studio.easel import warm
        from .studio.memory import share_memory
        from .studio.server import LOCAL, is_local, listen, make_app, serve
        from .studio.visit import Studio
        from .studio.visitors import alone

    if not is_local(host) and not password:
        raise InputError(f"host is {host}, where others can come in: give a --password, too")
    share_memory()
    folder, door = folder.expanduser(), listen(host, port)
    here = "127.0.0.1" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    address = f"http://{here}:{door.getsockname()[1]}/"
    with door, alone(folder), suppress(KeyboardInterrupt):
        house = Studio(folder, Limits(max_strokes, max_size))
        entrance = f"{address}enter/{house.visitors.owner}"

        def opened() -> None:
            Thread(target=warm, args=[tell_why], daemon=True).start()
            tell("the studio is open; Ctrl-C closes it. This link is yours alone, others take " + address)
            put(entrance)
            sys.stdout.flush()
            if open_browser and sys.stdout.isatty():
                webbrowser.open(entrance)

        serve(make_app(house, LOCAL if is_local(host) else None, password), door, opened, house.close)
    tell("the studio is closed; what was painted is kept in " + str(folder))


COMMANDS: tuple[Callable[..., Any], ...] = (studio,)
