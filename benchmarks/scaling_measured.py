"""What `scaling.py` begins with, measured here: seconds of a photo, of a start, and of the driver's work for a task.

python benchmarks/scaling_measured.py [--out benchmarks/scaling.json]      some minutes

All are processor seconds, on one thread: what a process takes on a core of its own, also while others are busy.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import psutil
from batch import EXAMPLES, make_photos
from machine import machine

SMALL = {"strokes": 100, "size": 128, "quality": "draft"}
ORDERS = 10_000  # in one folder
UNDER_WAY = 32_000  # two tasks for each of 16 processors of 1,000 machines
OFTEN = 20
START = "from allaprima.app.warm import warm_up; warm_up()"


def each(work: Callable[[], object], count: int) -> float:
    """Processor seconds of one of so many that are done at once."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / count


def photo_seconds(photos: list[Path], changes: dict[str, Any]) -> dict[str, float]:
    """Mean seconds of a photo, from reading to its files and row, the spread of their logarithm, and bytes written."""
    import torch

    from allaprima.app.batch import Order
    from allaprima.app.work import work_on

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        orders = [Order(photo, (Path(folder) / f"{photo.stem}.png",), changes) for photo in photos]
        seconds = [each(lambda order=order: work_on(order, lambda share: None), 1) for order in orders]
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / len(photos)
    return {"seconds": fmean(seconds), "spread": stdev(map(math.log, seconds)), "bytes": size, "photos": len(photos)}


def start_seconds() -> dict[str, float]:
    """Of a process until it can paint: where all must be compiled, and where it is there."""
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "NUMBA_CACHE_DIR": cache}
        found = {}
        for name in ("first", "later"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", START], env=environment, check=True, stderr=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found[name] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found


def order_seconds() -> dict[str, float]:
    """Of an order: found and made, looked for among what is done, checked; of a row: kept, and written in the end. And
    bytes of memory of both.
    """
    from allaprima.app import lists, outputs
    from allaprima.app.batch_command import _orders
    from allaprima.app.batch_report import Report, Row
    from allaprima.export.export import Export
    from allaprima.files import _tidy
    from allaprima.rendering.rendering import Rendering

    with tempfile.TemporaryDirectory() as place:
        photos, painted = Path(place) / "photos", Path(place) / "painted"
        photos.mkdir()
        painted.mkdir()
        for number in range(ORDERS):
            (photos / f"{number:07}.jpg").touch()
        before, begun = psutil.Process().memory_info().rss, time.process_time()
        entries = lists.entries_of([str(photos)])
        named = outputs.by_pattern([(one.photo, one.name) for one in entries], [f"{painted}/{{name}}.png"])
        orders = _orders(entries, named, {"strokes": 100}, Rendering(), Export(), True, False)
        found = {"made": (time.process_time() - begun) / ORDERS}
        found["looked_for"] = each(lambda: outputs.to_be_done(orders), ORDERS)
        found["checked"] = each(lambda: [order.check() for order in orders], ORDERS)
        report, settings = Report(painted), {"strokes": 100}

        def keep() -> None:
            for photo, paths in named:
                report.add(Row(str(photo), tuple(map(str, paths)), 100, 1.0, 20.0, True, "", 0.5, 0, settings))

        found["row_kept"] = each(keep, ORDERS)
        found["memory"] = (psutil.Process().memory_info().rss - before) / ORDERS
        found["row_written"] = each(report.write, ORDERS)
        found["file_listed"] = each(lambda: _tidy(photos), ORDERS)
    return found


def cluster_seconds() -> dict[str, float]:
    """Of the driver, for a task of Ray's: sent, waited for once among all that are under way, taken."""
    from allaprima.app.batch import Order
    from allaprima.cluster import TRIES, Cluster

    cluster = Cluster("local", 2)
    ray = cluster._ray
    order = Order(Path("photos/0000001.jpg"), (Path("painted/0000001.png"),), {"strokes": 100})
    remote = ray.remote(num_cpus=1, max_retries=TRIES)(_nothing)
    ray.get([remote.remote(order) for _ in range(100)])
    under_way: list[Any] = []
    found = {"sent": each(lambda: under_way.extend(remote.remote(order) for _ in range(UNDER_WAY)), UNDER_WAY)}
    begun = time.perf_counter()
    ray.get(under_way)
    found["done_by_two"] = (time.perf_counter() - begun) / UNDER_WAY
    found["waited_for"] = each(lambda: [ray.wait(under_way, timeout=0.2) for _ in range(OFTEN)], OFTEN * UNDER_WAY)
    found["taken"] = each(lambda: [ray.get(one) for one in under_way], UNDER_WAY)
    found["asked_how_many"] = each(lambda: [cluster.at_once for _ in range(100)], 100)
    cluster.close()
    return found


def _nothing(order: object) -> None:
    """What a worker does for a task that is nothing but sent."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("scaling.json"))
    out = parser.parse_args().out
    found: dict[str, Any] = {"machine": machine(), "orders": order_seconds(), "start": start_seconds()}
    with tempfile.TemporaryDirectory() as folder:
        make_photos(Path(folder), 33)
        photos = sorted(Path(folder).iterdir())
        photo_seconds(photos[:3], SMALL)  # what is loaded once
        found["small"] = photo_seconds(photos[3:], SMALL)
    found["default"] = photo_seconds(sorted(EXAMPLES.glob("*.[jp][pn]g")), {})
    found["cluster"] = cluster_seconds()
    text = json.dumps(found, indent=2)
    out.write_text(f"{text}\n")
    print(text)


if __name__ == "__main__":
    main()
