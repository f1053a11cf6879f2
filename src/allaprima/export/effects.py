"""Which choices about files have an effect on which: one that would have none is refused, and not passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from ..errors import InputError
from .export import Export
from .formats import FILM, LAYERS, PICTURE, SUFFIXES, TABLE, VECTOR, format_of, suffix_of

SIZE, PAPER, TOLD = {"size"}, {"print", "fit", "dpi"}, {"title", "metadata"}
PLOTTED, LINES = {"svg_width", "clip"}, " and .svg of centerlines"
TAKEN = {
    PICTURE: SIZE | PAPER | TOLD | {"map"},
    LAYERS: SIZE | PAPER | TOLD | {"layers"},
    VECTOR: TOLD | {"svg_style"},
    TABLE: PLOTTED,
    FILM: SIZE | PAPER | {"film", "seconds", "fps", "beside", "brush_motion"},
}
ALSO = {
    "svg_width": LINES,
    "clip": LINES,
    "dpi": ", and with --print for all that are drawn",
    "film": "; .webp becomes one by it",
}  # to the files that take it


def taken(path: Path, export: Export) -> set[str]:
    """The names of what has an effect on a file."""
    kind = format_of(path, export.film).kind
    names = TAKEN.get(kind, set())
    if suffix_of(path) == ".psd":
        return names - TOLD
    if kind == VECTOR:
        names = names | (PLOTTED if export.svg_style == "centerline" else SIZE | PAPER)
    if kind in (VECTOR, FILM) and not export.print:
        return names - {"dpi"}  # they are not marked with it
    return names


def check_effects(paths: Sequence[Path], export: Export, size: int | None = None) -> None:
    """Raise InputError for what was chosen, and has an effect on none of the files."""
    chosen = {one.name: getattr(export, one.name) for one in fields(export) if getattr(export, one.name) != one.default}
    if size is not None:
        chosen["size"] = size
    if "fit" in chosen and not export.print:
        raise InputError(f"fit is {export.fit!r}, and there is no paper to fit: give it by --print, such as A4")
    if export.title and not export.metadata:
        raise InputError(f"title is {export.title[:40]!r}, and --no-metadata leaves titles out: give one of them")
    used = set().union(*(taken(path, export) for path in paths))
    for name, value in chosen.items():
        if name not in used:
            shown = ", ".join(str(path) for path in paths)[:80]
            takers = [suffix for suffix in SUFFIXES if name in taken(Path(f"a{suffix}"), Export())]
            raise InputError(
                f"{name} is {value!r}, which has no effect on {shown}: it is for "
                f"{', '.join(takers)}{ALSO.get(name, '')}"
            )
