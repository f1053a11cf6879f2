"""Files with something wrong, made by chance, and a process of its own that reads them and tells what that took."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

import allaprima

from .photographs import chunk

READ_ALL = """
import sys, time, warnings
from pathlib import Path
from allaprima import AllaprimaWarning, InputError, Painting
from allaprima.image.palette import read_palette
from allaprima.image.photo import read_photo

def photo(path, index):
    photo = read_photo(path, most=None if index % 2 else 64)
    photo.at(*photo.canvas(max(16, min(64, photo.width))))

def palette(path, index):
    read_palette(str(path))

def painting(path, index):
    painting = Painting.load(path)
    saved = path.with_name("saved.painting.json")  # beside those that are read, which are known by now
    painting.save(saved)
    assert Painting.load(saved) == painting
    painting.render(size=16)

def memory(name):  # of this process alone: ru_maxrss starts with what its parent had
    status = Path("/proc/self/status").read_text()
    return int(status.split(name + ":")[1].split()[0]) // 1024

warnings.simplefilter("ignore", AllaprimaWarning)  # of other weights
read = globals()[sys.argv[2]]
for index, path in enumerate(sorted(Path(sys.argv[1]).iterdir())):
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    begun, before = time.perf_counter(), memory("VmRSS")
    print(path.name, end=" ", flush=True)
    try:
        read(path, index)
        outcome = "read"
    except InputError as error:
        outcome = "refused" if str(error).isprintable() and len(str(error)) < 2000 else "unprintable"
    print(f"{time.perf_counter() - begun:.2f} {memory('VmHWM') - before} {outcome}", flush=True)
"""


def read_apart(folder: Path, kind: str) -> list[tuple[str, float, int, str]]:
    """Each file in a folder read as a ``kind``, photo, palette or painting: its name, the seconds, the MB, and whether
    it was read or refused. Fails for a traceback, and for anything on stderr.
    """
    env = os.environ | {"PYTHONPATH": str(Path(allaprima.__file__).parent.parent)}  # this package, wherever it runs
    command = [sys.executable, "-c", READ_ALL, str(folder), kind]
    child = subprocess.run(command, capture_output=True, text=True, timeout=280, env=env)
    lines = child.stdout.splitlines()
    assert child.returncode == 0 and not child.stderr, (lines[-1:], child.stderr[-500:])
    return [(name, float(seconds), int(peak), outcome) for name, seconds, peak, outcome in map(str.split, lines)]


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """With one to three things wrong."""
    changed = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        place, length = int(rng.integers(len(changed))), int(rng.integers(1, 64))
        kind = rng.integers(6)
        if kind == 0:
            for bit in rng.integers(0, 8 * len(changed), rng.integers(1, 20)):
                changed[bit // 8] ^= 1 << int(bit % 8)
        elif kind == 1 and len(changed) > 40:
            del changed[max(20, place) :]
        elif kind == 2:
            changed[place:place] = rng.bytes(length)
        elif kind == 3:  # the header
            at = int(rng.integers(4, min(len(changed), 120)))
            changed[at : at + 4] = [bytes(4), b"\xff" * 4, rng.bytes(4), struct.pack(">I", 13_000)][rng.integers(4)]
        elif kind == 4:
            changed[place:place] = changed[place : place + 8 * length]
        else:
            changed[place : place + length] = bytes(length)
    return repaired(bytes(changed)) if rng.random() < 0.5 else bytes(changed)


def repaired(content: bytes) -> bytes:
    """A PNG with sums that are right again, so that what is wrong gets further."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content
    made, at = content[:8], 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        made += chunk(content[at + 4 : at + 8], content[at + 8 : at + 8 + length])
        at += 12 + length
    return made


def mutated_json(text: str, rng: np.random.Generator) -> bytes:
    """Likewise, values of JSON, and now and then its bytes."""
    data = json.loads(text)
    for _ in range(rng.integers(1, 3)):
        place: Any = data
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = keys[int(rng.integers(len(keys)))]
            if not isinstance(place[key], dict | list) or not place[key] or rng.random() < 0.2:
                break
            place = place[key]
        kind = rng.integers(6)
        if kind == 0:
            del place[key]
        elif kind == 1 and isinstance(place, dict):
            place[odd(rng, words=True)] = place.pop(key)
        elif kind > 2 and isinstance(place[key], float):
            place[key] *= 2 * rng.random()
        else:
            place[key] = odd(rng)
    written = json.dumps(data, indent=1)
    for name, deep in (("deep", "[" * 100_000 + "]" * 100_000), ("nested", "[" * 500 + "]" * 500)):
        written = written.replace(f'"{name}"', deep)
    return mutated(written.encode(), rng) if rng.random() < 0.2 else written.encode()


def odd(rng: np.random.Generator, words: bool = False) -> Any:
    """What nobody expects there."""
    texts = ["", "\ud800", "\x1b]0;x\x07", "x" * 300_000, "deep", "nested", "NaN", "#1234", "iVBORw0KGgo=", "\0"]
    values = [None, True, -1, 0, 1, 0.5, 10**9, 2**31, 10**40, 10**4000, 1e308, float("nan"), float("inf"), [], {}, [1]]
    among = texts if words else texts + values
    return among[int(rng.integers(len(among)))]
