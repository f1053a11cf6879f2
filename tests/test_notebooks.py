"""The notebooks: pairs in step, nothing but public names, and all of it runs, answers included, at small sizes."""

import ast
import importlib
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

import allaprima

from .conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
from notebooks import FOLDER, notebook_of, sources, text_of

PLOTS = {"matplotlib", "ipywidgets", "IPython", "PIL"}
IMPORTS = {"allaprima", "torch", "numpy", "skimage", "pathlib", "io", "json", *PLOTS}
LINES = 28  # of a code cell, at most: of a painting program in twenty
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
DETAILS = re.compile(r"<details>\s*<summary>Answer</summary>(.*?)</details>", re.DOTALL)

each = pytest.mark.parametrize("source", sources(), ids=lambda source: source.stem)


def answers(source: Path) -> list[str]:
    """The folded answers: what of each is code."""
    text = "\n".join(cell.source for cell in notebook_of(source).cells if cell.cell_type == "markdown")
    return ["\n".join(map(textwrap.dedent, FENCE.findall(folded))) for folded in DETAILS.findall(text)]


def code(source: Path) -> str:
    """The notebook's, magics commented out, and that of its answers."""
    return "\n".join([source.read_text(), *answers(source)])


def test_they_are_there() -> None:
    assert len(sources()) == len(list(FOLDER.glob("*.ipynb"))) >= 7


@each
def test_pairs_are_in_step(source: Path) -> None:
    """And free of output, since the .ipynb is what the tool makes of the .py."""
    assert source.with_suffix(".ipynb").read_text() == text_of(source), "run `python tools/notebooks.py`"
    cells = notebook_of(source).cells
    assert len({cell.id for cell in cells}) == len(cells)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@each
def test_imports(source: Path) -> None:
    """allaprima, what is plotted with, a photo where the notebook stands alone, and what a module, a program or a brush
    of one's own is written with.
    """
    tree = ast.parse(code(source))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.split(".")[0] for name in names} <= IMPORTS
    assert "import allaprima as ap" in source.read_text()


@each
def test_names_are_public(source: Path) -> None:
    for chain in chains(ast.parse(code(source))):
        there = allaprima
        for name in chain.split(".")[1:]:
            if not hasattr(there, "__all__"):
                break  # in a class
            assert name in there.__all__ or is_package(there.__name__, name), chain
            there = getattr(there, name)


def chains(tree: ast.AST) -> Iterator[str]:
    """What is said of ``ap``: ap.perception.FeatureLoss, say."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.fullmatch(r"ap(\.\w+)+", chain := ast.unparse(node)):
            yield chain


def is_package(parent: str, name: str) -> bool:
    return (ROOT / "src" / parent.replace(".", "/") / name / "__init__.py").is_file() and bool(
        importlib.import_module(f"{parent}.{name}")
    )


@each
def test_no_class_is_copied(source: Path) -> None:
    ours = {
        node.name
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    assert not ours & {node.name for node in ast.walk(ast.parse(code(source))) if isinstance(node, ast.ClassDef)}


@each
def test_three_exercises(source: Path) -> None:
    assert len(answers(source)) == 3 and all(answers(source))


@each
def test_cells_are_small(source: Path) -> None:
    long = {
        cell.source for cell in notebook_of(source).cells
        if cell.cell_type == "code" and len(cell.source.splitlines()) > LINES
    }  # fmt: skip
    assert not long


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where copies run, beside one another: strokes that one notebook draws are there for the next."""
    root = tmp_path_factory.mktemp("copies")
    (root / "examples").symlink_to(ROOT / "examples")
    (root / "notebooks").mkdir()
    return root / "notebooks"


@pytest.mark.xdist_group("notebooks")  # one after another: kernels that begin together may want the same port
@each
def test_runs(source: Path, folder: Path) -> None:
    """By nbmake, with the small numbers that stand in the cells' metadata; and then the answers. Nothing is written to
    stderr, such as a warning.
    """
    notebook = notebook_of(source)
    notebook.cells += [nbformat.v4.new_code_cell(answer) for answer in answers(source)]
    nbformat.write(notebook, copy := folder / source.with_suffix(".ipynb").name)
    words = ["-m", "pytest", "--nbmake", "--overwrite", "-p", "no:cacheprovider", "-q", "--color=no", str(copy)]
    ran = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    outputs = [one for cell in nbformat.read(copy, 4).cells for one in cell.get("outputs", [])]
    assert any("image/png" in one.get("data", {}) for one in outputs)
    assert not [one.text for one in outputs if one.get("name") == "stderr"]
