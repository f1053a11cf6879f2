"""The house: where each thing lives, who may know whom, and how large anything may be."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from allaprima.export.export import Export, ExportOptions
from allaprima.painting import Compute, Settings
from allaprima.painting.compute import ComputeOptions
from allaprima.painting.settings import SettingsOptions
from allaprima.rendering.rendering import Rendering, RenderingOptions

from .conftest import ROOT

PACKAGE = ROOT / "src/allaprima"
FLOORS = (  # from the ground up: a room knows those below it, and none beside it
    ("errors", "version", "lazy", "spinning", "pace", "thumbnails"),
    ("stroke_columns",),
    ("strokes", "files", "options", "memory", "history", "live", "processes"),
    ("cluster",),
    ("metadata",),
    ("image", "kernels"),
    ("brush", "perception"),
    ("rendering", "learning"),
    ("painting",),
    ("painters", "export"),
    ("film",),
    ("app",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
STRANGERS = ({"learning", "painters"}, {"learning", "painting"})
DOORS = ("__init__.py", "__main__.py")  # of the package: they know all
LATE = ("app", "__main__.py")  # where modules of ours may be imported in functions: help comes without torch
OLD_WORDS = (
    "Easel", "Form", "Mood", "Objective", "Seen", "Drawn", "Materials", "Unfinished", "Lessons", "Pace",
    "lay", "derive", "think", "rethink", "lift", "tell_stroke", "gather", "look_at", "astray", "by_x", "d_x",
)  # fmt: skip


class Arrow(NamedTuple):
    """An import of one of our modules."""

    source: str
    target: str
    line: str  # where it stands
    late: bool  # in a function


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def arrows() -> Iterator[Arrow]:
    """Every import, at the top, in a function or for types alone."""
    for module, path in MODULES.items():
        tree = ast.parse(path.read_text())
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        late = {id(node) for function in functions for node in ast.walk(function)}
        package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            base = package[: len(package) - node.level + 1] + ([node.module] if node.module else [])
            for alias in node.names:
                whole = ".".join([*base, alias.name])
                target = whole if whole in MODULES else ".".join(base)
                yield Arrow(module, target, f"{path.relative_to(ROOT)}:{node.lineno}", id(node) in late)


ARROWS = [arrow for arrow in arrows() if MODULES[arrow.source] not in [PACKAGE / door for door in DOORS]]


def room(module: str) -> str:
    return module.split(".")[0]


def test_every_room_has_a_floor() -> None:
    assert {room(module) for module in MODULES} - {"__init__", "__main__"} == set(FLOOR)


def test_no_arrow_runs_up() -> None:
    """Nor to a room on the same floor."""
    wrong = [
        f"{arrow.line} imports {arrow.target}"
        for arrow in ARROWS
        if (one := room(arrow.source)) != (other := room(arrow.target))
        and (FLOOR[other] >= FLOOR[one] or {one, other} in STRANGERS)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_circle() -> None:
    """Between files; what is imported for types alone counts, too. A package counts as its own file."""
    graph: dict[str, set[str]] = {}
    for arrow in ARROWS:
        if arrow.source != arrow.target and MODULES[arrow.source].name != "__init__.py":
            graph.setdefault(arrow.source, set()).add(arrow.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_import_hides_in_a_function() -> None:
    wrong = [
        f"{arrow.line} imports {arrow.target}"
        for arrow in ARROWS
        if arrow.late and not any(str(MODULES[arrow.source].relative_to(PACKAGE)).startswith(place) for place in LATE)
    ]
    assert not wrong, "\n".join(wrong)


def test_numba_is_loaded_in_one_place() -> None:
    """And fast.ai in the rooms that learn."""
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in names:
                if name.split(".")[0] == "numba":
                    assert module.startswith("kernels.cpu."), path
                if name.split(".")[0] in ("fastai", "fastcore"):
                    assert room(module) == "learning" or module == "brush.dcgan", path


def test_files_are_small() -> None:
    files = [*MODULES.values(), *(ROOT / "tests").glob("*.py"), *(ROOT / "benchmarks").glob("*.py")]
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert not {path: count for path, count in lines.items() if count > 300}


def test_functions_are_short() -> None:
    long = {}
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and room(module) != "kernels":
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 60:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert not long


def test_old_words_are_gone() -> None:
    """Of functions and classes: HOUSE's list of what is said in their place."""
    for path in MODULES.values():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert node.name not in OLD_WORDS, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_files_of_two_rooms_have_two_names() -> None:
    """But for those that are alike in both: losses and checkpoints, and the twins of kernels."""
    seen: dict[str, str] = {}
    for module in MODULES:
        parts = module.split(".")
        if len(parts) == 2 and parts[0] != "kernels" and parts[1] not in ("losses", "checkpoint"):
            assert parts[1] not in seen, f"{module} and {seen[parts[1]]}"
            seen[parts[1]] = module


# ---- names that people import


PACKAGES = [
    "allaprima",
    *(f"allaprima.{name}" for name, path in MODULES.items() if "." not in name and (PACKAGE / name).is_dir()),
]
WITH_NAMES = [name for name in PACKAGES if "lazy(" in Path(str(import_module(name).__file__)).read_text()]


@pytest.mark.parametrize("name", WITH_NAMES)
def test_public_names(name: str) -> None:
    """Are there, documented, complete, and typed; and none of them is a file's name, which would stand in its way."""
    package = import_module(name)
    assert set(package.__all__) == set(dir(package)) and len(package.__all__) == len(set(package.__all__))
    for one in package.__all__:
        value: Any = getattr(package, one)
        assert one.isupper() or one == "__version__" or value.__doc__, one
        assert f"{name}.{one}".removeprefix("allaprima.") not in MODULES, one
    tree = ast.parse(Path(package.__file__).read_text())
    typed = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "lazy"
        for alias in node.names
    }
    assert set(package.__all__) <= typed


@pytest.mark.parametrize(("options", "kind"), [
    (SettingsOptions, Settings), (ComputeOptions, Compute), (RenderingOptions, Rendering), (ExportOptions, Export)
])  # fmt: skip
def test_editors_know_the_options(options: Any, kind: Any) -> None:
    """By name, in order; and where only some values may be, these."""
    assert list(options.__annotations__) == [one.name for one in fields(kind)]
    hints = options.__annotations__
    for one in fields(kind):
        if among := one.metadata.get("among"):
            text = getattr(hints[one.name], "__forward_arg__", str(hints[one.name]))
            assert eval(text.split(" | ")[0], {"Literal": Literal}) == Literal[among], one.name  # or a callable
