"""How long help takes: `allaprima --help` must come within half a second, since it leaves torch alone.

python benchmarks/start.py [--runs 9]
"""

import argparse
import statistics
import subprocess
import sys
import time

from machine import machine


def seconds(*arguments: str) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "allaprima", *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    print(machine())
    for arguments in (["--help"], ["paint", "--help"], ["brushes"]):
        seconds(*arguments)
        times = [seconds(*arguments) for _ in range(runs)]
        middle, best = statistics.median(times), min(times)
        print(f"allaprima {' '.join(arguments):12} median {middle:.2f} s of {runs}, best {best:.2f} s")


if __name__ == "__main__":
    main()
