"""The simulation of many machines: every photo is painted once, whatever is lost, in the hours that it must take."""

import sys
from dataclasses import replace

import pytest

from .conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
from scaling_machines import HOUR, Machines, Plan

PLAN = Plan(10, 4000, 20.0, 0.1, 5.0, 1e-4, 30.0, 1e-3)


def test_the_same_seed_gives_the_same_hours() -> None:
    assert Machines(PLAN).run() == Machines(PLAN).run()
    assert Machines(replace(PLAN, seed=2)).run().wall != Machines(PLAN).run().wall


def test_work_alone_takes_its_time() -> None:
    """Machines that are all alike, and lose nothing, are busy but for their start and the last photo."""
    machines = Machines(replace(PLAN, slow=0, crashes=0, handed_out=0, before=0, disk=0))
    work = sum(machines.needs)
    found = machines.run()
    assert found.busy == pytest.approx(work) and found.lost == found.failed == 0
    assert work / 160 + PLAN.start < found.wall < work / 160 + PLAN.start + 2 * PLAN.seconds


@pytest.mark.parametrize("changed", [{}, {"lease": 16}, {"copies": True}, {"lease": 16, "copies": True, "kept": 0}])
def test_all_are_painted_whatever_is_lost(changed: dict[str, float]) -> None:
    machines = Machines(replace(PLAN, crashes=0.05, lost_after=0.2 * HOUR, **changed))  # type: ignore[arg-type]
    found = machines.run()
    assert all(machines.done) and found.machines_lost > 2 and found.lost > 0 and found.failed == 0
    assert not found.copied or changed["copies"]


@pytest.mark.parametrize(("limit", "seconds"), [("handed_out", 0.5), ("disk", 0.5)])
def test_who_is_alone_at_something_is_waited_for(limit: str, seconds: float) -> None:
    """A driver, or a disk, of two photos a second."""
    found = Machines(replace(PLAN, crashes=0, **{limit: seconds})).run()
    assert 0.5 * PLAN.photos < found.wall < 0.5 * PLAN.photos + 3 * PLAN.slower * PLAN.seconds


def test_a_copy_stands_in_for_a_machine_that_hangs() -> None:
    plan = replace(PLAN, slow=0.2, slower=50.0, seed=3)
    assert Machines(replace(plan, copies=True)).run().tail < 0.2 * Machines(plan).run().tail


def test_who_is_unlucky_too_often_is_given_up() -> None:
    found = Machines(replace(PLAN, tries=1, crashes=0.01)).run()
    assert 0 < found.failed < 0.03 * PLAN.photos
