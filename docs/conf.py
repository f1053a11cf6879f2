"""How sphinx makes the site of these pages: `make docs`."""

import shutil
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent / "src"), str(DOCS / "extensions")]

from allaprima.version import VERSION  # noqa: E402

project, author, copyright = "allaprima", "The allaprima authors", "2026, the allaprima authors"
version = release = VERSION
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "sphinx_copybutton", "command_help"]
exclude_patterns = ["_build"]

# Notebooks live beside src/ and are shown as they are: nothing runs while the site is made.
smartquotes = False  # two dashes are two dashes
nb_execution_mode = "off"
NOTEBOOKS = DOCS / "_notebooks"
shutil.rmtree(NOTEBOOKS, ignore_errors=True)
NOTEBOOKS.mkdir()
for notebook in sorted((DOCS.parent / "notebooks").glob("*.ipynb")):
    shutil.copy(notebook, NOTEBOOKS)

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
nitpicky = True
# other people's names have no pages here, nor have those of ours that are not public: they stand in files of our rooms
nitpick_ignore_regex = [("py:.*", r"(?!allaprima\b).*"), ("py:.*", r"allaprima\.\w+\.\w+(\.\w+)?")]

html_theme = "furo"
html_title = "allaprima"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options: dict[str, Any] = {
    "sidebar_hide_name": False,
    "light_css_variables": {"color-brand-primary": "#a8442a", "color-brand-content": "#a8442a"},
    "dark_css_variables": {"color-brand-primary": "#e89a6d", "color-brand-content": "#e89a6d"},
}


def shown_once(app: Any, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """A public name of the whole package is told there alone, and not once more in its own room."""
    import allaprima

    here = app.env.current_document.autodoc_module if hasattr(app.env, "current_document") else None
    here = here or app.env.temp_data.get("autodoc:module")
    if what == "module" and here != "allaprima" and name in allaprima.__all__:
        return member is getattr(allaprima, name) or None
    return None


def with_notebooks(app: Any, name: str, source: list[str]) -> None:
    """The page of notebooks lists those that are there."""
    if name == "notebooks" and (found := sorted(NOTEBOOKS.glob("*.ipynb"))):
        listed = "\n".join(f"{NOTEBOOKS.name}/{one.stem}" for one in found)
        source[0] += f"\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"


def setup(app: Any) -> None:
    app.connect("source-read", with_notebooks)
    app.connect("autodoc-skip-member", shown_once)
