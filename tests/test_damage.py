"""Palettes and painting files that are damaged: read, or refused in a line. Photos: ``test_photo_damage.py``."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from allaprima import InputError, Painting
from allaprima.image.palette import read_palette
from allaprima.painting.file import to_json

from .conftest import made
from .damage import mutated, mutated_json, read_apart

PALETTES = (
    b"GIMP Palette\r\nName: cat\r\nColumns: 0\r\n#\r\n 26  15   8\tdark\r\n138 106 80\r\n217 194 167\r\n",
    b"GIMP Palette\nName: Gr\xfcn\n#\n 12 34 56\tGr\xfcn\n",
    b"JASC-PAL\r\n0100\r\n3\r\n0 0 0\r\n255 0 0\r\n9 9 9\r\n",
    b"2c2137\n764462\nedb4a1\na96868\n",
    "\ufeff#1A0F08 dark\n\n#8a6a50, #d9c2a7\n#d9c2a7\n".encode(),
)


def palette(rng: np.random.Generator) -> bytes:
    content = PALETTES[int(rng.integers(len(PALETTES)))]
    if rng.random() < 0.5:
        return mutated(content, rng)
    place, signs = int(rng.integers(len(content))), b"0123456789abcdef#, \n"
    return content[:place] + signs[int(rng.integers(len(signs))) :][:1] + content[place + 1 :]


PAINTING = to_json(made(12))


def painting(rng: np.random.Generator) -> bytes:
    return mutated_json(PAINTING, rng)


KINDS: dict[str, tuple[Callable[[np.random.Generator], bytes], Callable[[str], object]]] = {
    "palette": (palette, read_palette),
    "painting": (painting, Painting.load),
}


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files(kind: str, tmp_path: Path) -> None:
    make, read = KINDS[kind]
    rng, outcomes = np.random.default_rng(0), Counter[str]()
    for _ in range(300):
        (tmp_path / "a").write_bytes(make(rng))
        try:
            read(str(tmp_path / "a"))
            outcomes["read"] += 1
        except InputError as error:
            assert str(error).isprintable() and len(str(error)) < 2000
            outcomes["refused"] += 1
    assert min(outcomes["read"], outcomes["refused"]) > 10


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peaks of memory are read from /proc")
@pytest.mark.parametrize("kind", KINDS)
def test_many_damaged_files(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for index in range(2000):
        (tmp_path / f"{index:04}").write_bytes(KINDS[kind][0](rng))
    told = read_apart(tmp_path, kind)
    assert len(told) == 2000 and {one[3] for one in told} == {"read", "refused"}
    assert not [one for one in told if one[1] > 5 or one[2] > 1000]
