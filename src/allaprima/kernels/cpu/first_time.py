"""The first time on a machine: other processes compile all there is (``warm.py``), and then it is loaded from disk.

Why not here, when a function is first called? Because compiled functions share small ones. Compiled in this process,
each would call the first copy that was made of these; loaded from disk it brings its own, which the compiler has
fitted to it, and which may add up in another order. So the very first painting had other last bits than all later
ones. Besides, two processes are done in half the time.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock

import numba
from llvmlite import binding

from ...files import written_aside
from .compiler import announce
from .gaussians import _forward
from .warm import PARTS

CHILD = "ALLAPRIMA_COMPILING"  # in the environment of a process that compiles for another one
LOCK = Lock()
done = False


def prepare() -> None:
    """See that all is compiled for this machine, once in a process; where nothing can be kept on disk, or no other
    process can be started, functions are compiled when they are called.
    """
    global done
    if done:
        return
    with LOCK:
        if not done and CHILD not in os.environ:
            _compile_elsewhere()
        done = True


def _compile_elsewhere() -> None:
    folder = _forward.stats.cache_path  # type: ignore[attr-defined]
    if folder is None or not sys.executable or getattr(sys, "frozen", False):
        return
    stamp = Path(folder) / f"allaprima-{_fingerprint()}.compiled"
    if stamp.is_file() and all((stamp.parent / name).is_file() for name in stamp.read_text().split()):
        return
    announce()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), CHILD: "1"}
    command = [sys.executable, "-m", f"{__package__}.warm"]
    try:
        children = [
            subprocess.Popen([*command, part], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for part in PARTS
        ]
        codes = [child.wait() for child in children]
        if not any(codes):
            with written_aside(stamp) as aside:
                aside.write_text("\n".join(path.name for path in stamp.parent.glob("*.nbi")))
    except OSError:  # no process, no disk: then each function is compiled when it is called
        return


def _fingerprint() -> str:
    """Of all that compiled code depends on: its sources, the compiler, the processor."""
    sources = [path.read_bytes() for path in sorted(Path(__file__).parents[1].rglob("*.py"))]
    versions = (
        f"{numba.__version__} {sys.version} {binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"
    )
    return hashlib.sha256(b"".join([*sources, versions.encode()])).hexdigest()[:16]
