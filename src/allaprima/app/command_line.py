"""Commands that a person is told, to be copied: they work as they stand, whatever the names of files are."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

NAME = "allaprima"


def command(*words: str | Path) -> str:
    """Our command with these words, quoted. A path that begins as an option does is told from this folder on."""
    return shlex.join([*_program(), *map(_word, words)])


def _word(word: str | Path) -> str:
    return f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word)


def _program() -> list[str]:
    """What this person can run: our name, where it is found; else the script that runs, or Python with our package."""
    if shutil.which(NAME):
        return [NAME]
    script = sys.argv[0]
    return [script] if Path(script).stem == NAME else [sys.executable, "-m", NAME]
