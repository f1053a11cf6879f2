"""Brushes that are damaged, or made to harm: MyPaint's, and neural ones with such a brush in their card."""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import allaprima
from allaprima.brush.library import WEIGHTS
from allaprima.brush.mypaint import brush_file

READ_ALL = """
import os, resource, sys
from pathlib import Path

from allaprima import InputError, MyPaintBrush, Strokes, load_brush

def draw_all(brush):
    brush(strokes), brush.textured(strokes), brush.real()


def peak():
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


strokes = Strokes.random(20, 1)
draw_all(load_brush("dry_brush"))  # all that is compiled is now
before = peak()
for path in sorted(Path(sys.argv[1]).iterdir()):
    begun = sum(os.times()[:4])  # of processors, here and in processes that ended: others may use the machine, too
    print(path.name, end=" ", flush=True)
    try:
        if path.suffix == ".myb":
            MyPaintBrush(path).draw_run(strokes)
        else:
            draw_all(load_brush(path))
        outcome = "read"
    except InputError as error:
        outcome = "refused" if str(error).isprintable() else "unprintable"
    print(f"{sum(os.times()[:4]) - begun:.2f} {peak() - before} {outcome}", flush=True)
"""
BRUSHES = ("classic/dry_brush", "classic/calligraphy", "deevad/chalk", "experimental/pick_and_drag", "Dieterle/Fan#1")
VALUES: tuple[Any, ...] = (
    None, True, "1", "", [], {}, [[0, 0]], [[0, 0], [1, 1]], -1, 0, 3, 100, -1e9, 1e9, 1e39, 1e-30, 10**400,
    float("nan"), float("inf"), [[i, i] for i in range(65)], [[1, 0], [0, 1]], [[0, 0], [0, 200], [1e-9, -200]],
)  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: what holds it, and its key."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [place for key in keys for place in [(value, key), *places(value[key])]]


def wrong_values(text: str, rng: np.random.Generator) -> str:
    """A brush, or a card, with one to three values that are others."""
    brush = json.loads(text)
    for _ in range(rng.integers(1, 4)):
        there = places(brush)
        kind = rng.integers(10)
        numbers = [(holder, key) for holder, key in there if isinstance(holder[key], float)]
        if kind > 3 and numbers:
            there = numbers
        holder, key = there[rng.integers(len(there))]
        if kind > 3 and numbers:
            holder[key] = [-1, 2, 10, 1e3, 1e30][rng.integers(5)] * holder[key] + rng.integers(2) * rng.normal()
        elif kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder[key], list):
            holder[key] = holder[key][::-1]
        elif kind == 2 and isinstance(holder, dict):
            holder[["opaque", "radius_logarithmic", "pressure", "x"][rng.integers(4)]] = holder[key]
        else:
            holder[key] = VALUES[rng.integers(len(VALUES))]
    return json.dumps(brush)


def wrong_bytes(content: bytes, rng: np.random.Generator) -> bytes:
    """With one to three things wrong."""
    changed = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        place, length = int(rng.integers(len(changed))), int(rng.integers(1, 40))
        kind = rng.integers(5)
        if kind == 0:
            changed[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            del changed[place : place + length]
        elif kind == 2:
            changed[place:place] = changed[place : place + 8 * length]
        elif kind == 3:
            changed[place:place] = b"{}[],:\"'\\/*0e9"[rng.integers(14) :][:1]
        elif len(changed) > 400 and not rng.integers(4):
            del changed[place:]
    return bytes(changed)


def wrong_brush(rng: np.random.Generator) -> bytes:
    content = brush_file(BRUSHES[rng.integers(len(BRUSHES))]).read_bytes()
    return wrong_bytes(content, rng) if rng.random() < 0.3 else wrong_values(content.decode(), rng).encode()


def wrong_weights(rng: np.random.Generator) -> bytes:
    """A brush file whose bytes, card, brush of the card, or weights are others."""
    content = (WEIGHTS / f"{('dry_brush', 'oil', 'flat')[rng.integers(3)]}.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, weights = content[8 : 8 + length], bytearray(content[8 + length :])
    kind = rng.integers(5)
    if kind == 0:
        return wrong_bytes(content, rng)
    if kind == 1:
        header = wrong_bytes(header, rng)
    elif kind == 2:
        for _ in range(rng.integers(1, 4)):
            at = 4 * int(rng.integers(len(weights) // 4))
            weights[at : at + 4] = struct.pack("<f", [0, 50, 1e3, -1e5, 3e38, float("nan")][rng.integers(6)])
    else:
        values = json.loads(header)
        card = json.loads(values["__metadata__"]["allaprima"])
        if kind == 3 and card["myb"]:
            card["myb"] = wrong_values(card["myb"], rng)
        else:
            card = json.loads(wrong_values(json.dumps(card), rng))
        values["__metadata__"]["allaprima"] = json.dumps(card)
        header = json.dumps(values).encode()
    return struct.pack("<Q", len(header)) + header + weights


MANY = [pytest.param(500, seed, marks=pytest.mark.slow) for seed in (1, 2, 3, 4)]


@pytest.mark.skipif(sys.platform == "win32", reason="peaks of memory are asked for otherwise there")
@pytest.mark.parametrize(("count", "seed"), [(36, 0), *MANY])
@pytest.mark.parametrize(("make", "suffix"), [(wrong_brush, "myb"), (wrong_weights, "safetensors")])
@pytest.mark.timeout(1800)
def test_damaged_brushes(
    make: Callable[[np.random.Generator], bytes], suffix: str, count: int, seed: int, tmp_path: Path
) -> None:
    """No crash, no traceback, nothing that takes long or much memory, whatever is in a file."""
    rng = np.random.default_rng(seed)
    for index in range(count):
        (tmp_path / f"{index:04}.{suffix}").write_bytes(make(rng))
    command = [sys.executable, "-c", READ_ALL, str(tmp_path)]
    env = os.environ | {"PYTHONPATH": str(Path(allaprima.__file__).parent.parent)}  # this package, wherever it runs
    child = subprocess.run(command, capture_output=True, text=True, timeout=1700, env=env)
    lines = [line for line in child.stdout.splitlines() if line.startswith(tuple("0123456789"))]
    assert child.returncode == 0 and "Traceback" not in child.stderr, (lines[-1:], child.stderr[-800:])
    told = [(name, float(seconds), int(peak), outcome) for name, seconds, peak, outcome in map(str.split, lines)]
    assert len(told) == count
    assert not [one for one in told if one[1] > 5 or one[2] > 1000]
    outcomes = [one[3] for one in told]
    assert set(outcomes) == {"read", "refused"} and outcomes.count("read") > count / 8
    print({outcome: outcomes.count(outcome) for outcome in set(outcomes)}, max(one[1] for one in told), told[-1][2])
