"""What the driver of a cluster does for each task stays the same, however many are under way."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from allaprima.cluster import AHEAD, Cluster


class Ray:
    """One of so many processors, that has done half of what is under way whenever it is asked."""

    exceptions = SimpleNamespace(TaskCancelledError=OSError, RayTaskError=OSError, RayError=OSError)

    def __init__(self, processors: int) -> None:
        self.processors, self.waits, self.asked, self.most = processors, 0, 0, 0

    def cluster_resources(self) -> dict[str, float]:
        self.asked += 1
        return {"CPU": float(self.processors)}

    def remote(self, **_: Any) -> Callable[[Any], Any]:
        return lambda function: SimpleNamespace(remote=function)

    def wait(self, references: Sequence[str], num_returns: int = 1, timeout: float = 0) -> tuple[Sequence[str], None]:
        self.waits += 1
        self.most = max(self.most, len(references))
        return references[: min(num_returns, -(-len(references) // 2))], None

    def get(self, reference: str) -> str:
        return reference


def test_all_that_is_ready_is_taken_at_once() -> None:
    """Not one by one: each wait looks at all that is under way."""
    cluster, ray = Cluster.__new__(Cluster), Ray(100)
    cluster._ray = ray
    looks: list[None] = []
    found = list(cluster.work(str, [(number,) for number in range(1000)], lambda: looks.append(None)))
    assert sorted(found) == [((number,), str(number)) for number in range(1000)]
    assert ray.most == AHEAD * 100 and ray.waits == len(looks) < 30 and ray.asked < 30
