"""The notebooks' .ipynb, made of their sources: notebooks/*.py in jupytext's percent format.

python tools/notebooks.py

Without output, and byte for byte the same each time: a cell's id is a hash of what stands in it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import jupytext
import nbformat

FOLDER = Path(__file__).parent.parent / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources() -> list[Path]:
    """All notebooks, in order."""
    return sorted(FOLDER.glob("[0-9]*.py"))


def notebook_of(source: Path) -> nbformat.NotebookNode:
    """The notebook of a source, never run."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        named = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[named] = seen.get(named, 0) + 1
        cell.id = named if seen[named] == 1 else f"{named}-{seen[named]}"
    nbformat.validate(notebook)
    return notebook


def text_of(source: Path) -> str:
    """What stands in its .ipynb."""
    return f"{nbformat.writes(notebook_of(source))}\n"


def main() -> None:
    for source in sources():
        source.with_suffix(".ipynb").write_text(text_of(source))


if __name__ == "__main__":
    main()
