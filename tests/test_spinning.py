"""Threads that wait sleep; and where torch was there first, and they spin, small work is done by one."""

import os
import subprocess
import sys

import pytest

from .conftest import ROOT

SCRIPT = """
import allaprima, torch
from allaprima.brush.neural import NeuralBrush
from allaprima.perception import attention
from allaprima.spinning import spin, threads
torch.set_num_threads(2)
seen, within = set(), set()
draw = NeuralBrush.runs_at

def look(*given):
    within.add((torch.get_num_threads(), threads()))
    return draw(*given)

find = attention.find_faces
NeuralBrush.runs_at = look
attention.find_faces = lambda picture: within.add((torch.get_num_threads(), threads())) or find(picture)
options = {"brush": "dry_brush", "strokes": 20, "size": 64, "quality": "draft"}
allaprima.paint("examples/chelsea.png", on_step=lambda step: seen.add(torch.get_num_threads()), **options)
print(spin, seen, within)
"""


@pytest.mark.parametrize(
    ("first", "policy", "told"),
    [
        ("", None, "False {2} {(2, 2)}"),
        ("import torch", None, "True {2} {(1, 2)}"),  # a person's own code, between steps, has all threads
        ("import torch", "PASSIVE", "False {2} {(2, 2)}"),
    ],
)
def test_torch_has_few_threads_where_they_spin(first: str, policy: str | None, told: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"OMP_WAIT_POLICY": policy} if policy else {}
    command = [sys.executable, "-c", first + SCRIPT]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told
