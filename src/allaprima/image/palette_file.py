"""Palettes as files: GIMP's ``.gpl``, JASC's ``.pal``, Paint.NET's ``.txt``, and text with colours in its lines."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import InputError, failure
from .hex import is_hex, named, rgb_to_hex

LARGEST = 1_000_000  # bytes
COUNT = re.compile("[0-9]{1,3}")
BETWEEN = re.compile(r"""[\s,;"']+""")  # colours in a line
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # that begin text
REMARK = re.compile(r"\s*(;|//|#\s|#$)")  # begins a line of text that says no colour
ALPHA_FIRST = re.compile("[0-9a-fA-F]{8}")  # as Paint.NET writes colours
ALPHA_LAST = re.compile("#[0-9a-fA-F]{8}")  # as CSS writes them
ABOUT = ("#", "Name:", "Columns:", "Channels:")  # lines of a .gpl that say what it is


def read_colors(text: str) -> list[str]:
    """The colours, ``#rrggbb`` each, in the file at a path that a person gave. Raises InputError, naming the line, for
    a file that is none of these.
    """
    content = _text(text)
    if content.startswith("GIMP Palette"):
        return _numbers(text, content, 1, ABOUT)
    if content.startswith("JASC-PAL"):
        return _numbers(text, content, 3)  # after the version, and the number of colours
    return _lines(text, content)


def _text(path: str) -> str:
    try:
        if not path or not (file := Path(path)).exists():
            raise FileNotFoundError
        if not file.is_file():
            raise InputError(f"the palette {path} is no file: give a .gpl, or a file with lines of #rrggbb")
        if (size := file.stat().st_size) > LARGEST:
            raise InputError(f"the palette {path} has {size:,} bytes: at most {LARGEST:,} are read")
        content = file.read_bytes()
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(
            f"palette is {path[:80]!r}: give a number of colours, a .gpl, a file with lines of #rrggbb, or such a list"
        ) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "that is no path"
        raise failure(error, f"the palette {path[:80]} cannot be read ({why})") from None
    if mark := MARKS.get(content[:2]):
        try:
            return content.decode(mark)
        except UnicodeDecodeError:
            raise InputError(f"the palette {path} is damaged: it is no text in UTF-16") from None
    if b"\0" in content or content.startswith(b"RIFF"):
        raise InputError(f"the palette {path} is not text, as .aco, .ase and .act are not: save it as a .gpl")
    try:
        return content.decode("utf-8-sig")  # Windows begins text with a mark
    except UnicodeDecodeError:
        return content.decode("latin-1")  # as older programs write names; colours are ASCII


def _numbers(path: str, content: str, head: int, about: tuple[str, ...] = ()) -> list[str]:
    """Red, green and blue at the beginning of each line below the head."""
    found = []
    for number, line in enumerate(content.splitlines()[head:], head + 1):
        words = line.split()
        if not words or line.startswith(about):
            continue
        if len(words) < 3 or not all(COUNT.fullmatch(word) and int(word) < 256 for word in words[:3]):
            raise InputError(f"the palette {path} is damaged: line {number} begins with no three numbers of 0 to 255")
        found.append(rgb_to_hex([int(word) for word in words[:3]]))
    return found


def _color(word: str) -> str:
    """``#rrggbb`` of a word with ``#``, ``#rgb`` or ``#rrggbbaa``, or one without, ``aarrggbb``; else what is none."""
    if word.startswith("#"):
        return word[:7] if ALPHA_LAST.fullmatch(word) else named(word)
    return f"#{word[2:] if ALPHA_FIRST.fullmatch(word) else word}"


def _lines(path: str, content: str) -> list[str]:
    """One or several in each line, with whatever else is said of them; or, without ``#``, nothing else."""
    found = []
    for number, line in enumerate(content.splitlines(), 1):
        if REMARK.match(line):
            continue
        words = [word for word in BETWEEN.split(line) if word]
        marked = [word for word in words if word.startswith("#")] if line.lstrip("\"' \t").startswith("#") else []
        for word in marked or words:
            color = _color(word)
            if not is_hex(color):
                raise InputError(f"the palette {path} is damaged: line {number} has {word[:20]!r}, not like #b7a994")
            found.append(color)
    return found
