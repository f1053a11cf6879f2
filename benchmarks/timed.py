"""Commands of allaprima as a person runs them: processes of their own, timed, with their peak memory."""

import os
import shlex
import subprocess
import sys

WATCH = """import resource, subprocess, sys, time
began = time.monotonic()
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)"""  # in a small process: on Linux a child's peak memory is at least that of its parent


def timed(*arguments: str, **environment: str) -> tuple[float, float]:
    """Run a command of allaprima: its seconds, from command to exit, and its peak memory in MB."""
    return timed_python("-m", "allaprima", *arguments, **environment)


def timed_python(*arguments: str, **environment: str) -> tuple[float, float]:
    """The same of Python itself."""
    command = [sys.executable, *arguments]
    watched = [sys.executable, "-c", WATCH, *command]
    done = subprocess.run(watched, capture_output=True, text=True, env=os.environ | environment)
    if done.returncode:
        sys.exit(f"failed: {shlex.join(command)}\n{done.stderr}")
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak * (1 if sys.platform == "darwin" else 1024) / 1e6
