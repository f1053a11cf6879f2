"""A directive that tells a command's options from its own help: ``{command-help} paint``."""

from __future__ import annotations

from typing import Any

import typer
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from allaprima.app.cli import app


def lines_of(name: str) -> list[str]:
    """What a command does, and its arguments and options, by the panels of its help, as Markdown."""
    command: Any = vars(typer.main.get_command(app))["commands"][name]
    panels: dict[str, list[str]] = {}
    for one in command.params:
        argument = one.param_type_name == "argument"
        given = one.metavar or one.name.upper() if argument else ", ".join([*one.opts, *one.secondary_opts])
        says = str(one.help or "").replace("|", r"\|")
        panel = one.rich_help_panel or ("Arguments" if argument else "Options")
        panels.setdefault(panel, []).append(f"| `{given}` | {says} |")
    lines = [" ".join(str(command.help).split()), ""]
    for panel, rows in panels.items():
        lines += [f"| {panel} | |", "|---|---|", *rows, ""]
    return lines


class CommandHelp(SphinxDirective):
    """``{command-help} NAME``"""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        return self.parse_text_to_nodes(StringList(lines_of(name), source=f"allaprima {name} --help"))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True}
