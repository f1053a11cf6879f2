"""Options of commands, from the fields of Settings, Compute and Export: defaults, bounds and help stand there, once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from functools import wraps
from typing import Annotated, Any

import typer

TYPES = {"int": int, "float": float, "bool": bool}  # any other is given as text


def setting(about: Field[Any]) -> Any:
    """The option of one field."""
    bounds, help = about.metadata, about.metadata["help"]
    if bounds["among"]:
        help += f" One of {', '.join(filter(None, bounds['among']))}."
    elif bounds["high"] and bounds["high"] < 2**31:
        help += f" {bounds['low']:,} to {bounds['high']:,}."
    if about.default not in ("", None, False, 0.0):
        help += f" Default: {about.default}."
    flag = about.name.replace("_", "-")
    return typer.Option(f"--{flag}/--no-{flag}" if about.type == "bool" else f"--{flag}", help=help, show_default=False)


def with_fields(*kinds: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: the command with an option for every field of these dataclasses; it gets those that were given as
    ``**chosen``.
    """
    abouts = [about for kind in kinds for about in fields(kind)]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(command, eval_str=True)
        own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        options = [
            inspect.Parameter(
                about.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[TYPES.get(str(about.type), str) | None, setting(about)],
            )
            for about in abouts
        ]

        @wraps(command)
        def run(**values: Any) -> Any:
            chosen = {about.name: values.pop(about.name) for about in abouts}
            return command(**values, **{name: value for name, value in chosen.items() if value is not None})

        run.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in [*own, *options]}
        return run

    return decorate
