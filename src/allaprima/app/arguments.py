"""Options of commands, from the fields of Settings, Compute and Export: defaults, bounds and help stand there, once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from functools import wraps
from typing import Annotated, Any

import typer

from ..options import listed

CLUSTER = typer.Option(
    help="Work on a cluster of Ray: at this address, or local, which is one of this machine alone. Needs the extra "
    "cluster, and every machine the same folders.",
    show_default=False,
)
TYPES = {"int": int, "float": float, "bool": bool}  # any other is given as text


def setting(about: Field[Any], panel: str | None = None, default: object = None) -> Any:
    """The option of one field, in a part of the help with this title, if it is to be in one of its own; ``default`` is
    told where the command has another than the field.
    """
    bounds, help = about.metadata, about.metadata["help"]
    default = about.default if default is None else default
    if bounds["among"]:
        help += f" One of {listed(bounds['among'])}."
    elif bounds["high"] and bounds["high"] < 2**31:
        help += f" {bounds['low']:,} to {bounds['high']:,}."
    if default not in ("", None, False, 0.0):
        help += f" Default: {default}."
    flag = about.name.replace("_", "-")
    flags = f"--{flag}/--no-{flag}" if about.type == "bool" else f"--{flag}"
    return typer.Option(flags, help=help, show_default=False, rich_help_panel=panel)


def with_fields(kinds: Mapping[str, type], **defaults: object) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: the command with an option for every field of these dataclasses, each of which is a part of the
    help with a title; it gets those that were given as ``**chosen``. Its help tells these ``defaults``, where they are
    others than those of the fields.
    """
    abouts = [(about, title) for title, kind in kinds.items() for about in fields(kind)]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(command, eval_str=True)
        own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        options = [
            inspect.Parameter(
                about.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[
                    TYPES.get(str(about.type), str) | None, setting(about, title, defaults.get(about.name))
                ],
            )
            for about, title in abouts
        ]

        @wraps(command)
        def run(**values: Any) -> Any:
            chosen = {about.name: values.pop(about.name) for about, _ in abouts}
            return command(**values, **{name: value for name, value in chosen.items() if value is not None})

        run.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in [*own, *options]}
        return run

    return decorate
