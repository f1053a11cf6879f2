"""The documentation says what is."""

import re
import shlex
from dataclasses import fields
from importlib import import_module

import pytest

import allaprima
from allaprima import Settings
from allaprima.app.cli import run
from allaprima.brush.library import ABOUT
from allaprima.strokes import ACTION, PLACE

from .conftest import ROOT

PAGES = {path.relative_to(ROOT): path.read_text() for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]}


def test_links_lead_somewhere() -> None:
    for page, text in PAGES.items():
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert "://" in target or (ROOT / page.parent / target).exists(), f"{page}: {target}"


def blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """Of ours, each in a line of its own, without what is said of it and the file that its output goes to."""
    lines = [line for text in PAGES.values() for block in blocks("sh", text) for line in block.splitlines()]
    return sorted({re.split(r"\s+[#>]\s", line)[0].strip() for line in lines if line.startswith("allaprima ")})


@pytest.mark.parametrize("command", commands())
def test_commands_exist(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command)[1:]
    assert run(["--help"] if words[0].startswith("-") else [words[0], "--help"]) == 0
    shown = capsys.readouterr().out
    for option in (word for word in words if word.startswith("-")):
        assert option in shown, f"{command}: {option}"


def test_the_painting_format_is_complete() -> None:
    page = PAGES[next(path for path in PAGES if path.name == "painting-format.md")]
    for name in (*ACTION, *PLACE, "brush", "level", "sample", *(one.name for one in fields(Settings))):
        assert name in page, name


def test_departures_name_files_that_exist() -> None:
    page = PAGES[next(path for path in PAGES if path.name == "departures.md")]
    for name in re.findall(r"^\| `([\w/]+\.py)`", page, re.MULTILINE):
        assert (ROOT / "src/allaprima" / name).exists(), name


def test_brushes_are_all_told() -> None:
    page = PAGES[next(path for path in PAGES if path.name == "brushes.md")]
    assert dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page, re.MULTILINE)) == ABOUT
    assert set(ABOUT) == set(allaprima.brushes())


def test_docs_import_public_names_alone() -> None:
    """From the top or one package deep, and what is there."""
    found = re.findall(r"^from (allaprima[\w.]*) import (.+)$", "\n".join(PAGES.values()), re.MULTILINE)
    assert found
    for package, names in found:
        assert package.count(".") <= 1, package
        for name in names.split(", "):
            assert name in import_module(package).__all__, f"{package}.{name}"
