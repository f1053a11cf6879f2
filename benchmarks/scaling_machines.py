"""Machines that paint, in simulated time: slow ones, processes that crash, machines that are lost, and who waits for
whom. The same seed gives the same hours.

A processor does one photo after another. A driver hands photos out, one after another; a disk that all share takes what
they write, one after another, too. What a lost machine had begun is noticed, and begun again elsewhere, from what was
kept of it last on the shared disk, or from nothing.
"""

import heapq
import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np

HOUR = 3600.0
LATE = 1.2  # times as long as a usual photo takes
DONE, CRASHED, READY, LOST, BACK, NOTICED, WAKE = range(7)


@dataclass(frozen=True)
class Plan:
    """What is painted, on what; seconds unless it says otherwise. ``handed_out`` is the driver's work for a ``lease``
    of so many photos, which go to one machine; ``before`` what it does before the first; ``kept`` between two savings
    of a painting that is not finished, 0 for none; ``disk`` what the shared disk has to do for a photo. ``copies``: who
    has nothing to do paints once more what another one is late with.
    """

    machines: int
    photos: int
    seconds: float
    spread: float  # of the logarithm
    start: float
    handed_out: float
    before: float
    disk: float
    processors: int = 16
    lease: int = 1
    ahead: int = 2  # photos for each processor: what it paints, and what waits
    kept: float = 4.0
    copies: bool = False
    slow: float = 0.03  # of the machines
    slower: float = 2.5  # times
    crashes: float = 1e-4  # of the photos
    tries: int = 4
    lost_after: float = 5000 * HOUR  # the mean of one machine
    noticed: float = 30.0
    replaced: float = 300.0
    seed: int = 1


@dataclass
class Outcome:
    """Seconds of the whole, of its last hundredth, and of processors: at work, and at work that was lost."""

    wall: float = 0.0
    tail: float = 0.0
    busy: float = 0.0
    lost: float = 0.0
    driver: float = 0.0
    disk: float = 0.0
    machines_lost: int = 0
    copied: int = 0
    failed: int = 0
    curve: list[float] = field(default_factory=list)  # when each thousandth was done


@dataclass
class Processor:
    machine: int
    photo: int = -1
    begun: float = 0.0
    turn: int = 0  # what was foreseen in an earlier one does not happen


class Machines:
    """Runs a ``plan``. Events are told apart by their time, and then by their order."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.random = plan, np.random.default_rng(plan.seed)
        mean = math.log(plan.seconds) - plan.spread**2 / 2
        self.needs: list[float] = self.random.lognormal(mean, plan.spread, plan.photos).tolist()
        self.unlucky = (self.random.random(plan.photos) < plan.crashes).tolist()
        self.tries, self.done = [0] * plan.photos, bytearray(plan.photos)
        self.next, self.again, self.finished = 0, deque[int](), 0
        self.processors = [Processor(at // plan.processors) for at in range(plan.machines * plan.processors)]
        self.pace = [self._pace() for _ in range(plan.machines)]
        pools = 1 if plan.lease == 1 else plan.machines
        self.waiting = [deque[tuple[float, int]]() for _ in range(pools)]  # photos that were handed out, and when
        self.most = (plan.ahead - 1) * len(self.processors) // pools
        self.driver = self.disk = plan.before
        self.idle: dict[int, None] = {}
        self.at_work: dict[int, list[int]] = {}  # processors by the photo
        self.begun = deque[tuple[int, int]]()  # who is at a photo without a copy, the longest first, and their turns
        self.waking = False
        self.events: list[tuple[float, int, int, int, int]] = []
        self.count, self.found = 0, Outcome()

    def _pace(self) -> float:
        return self.plan.slower if self.random.random() < self.plan.slow else 1.0

    def _at(self, time: float, what: int, who: int, turn: int = 0) -> None:
        self.count += 1
        heapq.heappush(self.events, (time, self.count, what, who, turn))

    def run(self) -> Outcome:
        plan, found = self.plan, self.found
        for machine in range(plan.machines):
            self._at(self.random.exponential(plan.lost_after), LOST, machine)
        for pool in range(len(self.waiting)):
            self._hand_out(pool, 0.0, self.most + len(self.processors) // len(self.waiting))
        for who in range(len(self.processors)):
            self._at(plan.start, READY, who)
        act = {DONE: self._is_done, CRASHED: self._crashes, READY: self._begin, LOST: self._is_lost,
               BACK: self._is_back, NOTICED: self._again, WAKE: self._wake}  # fmt: skip
        while self.finished < plan.photos:
            time, _, what, who, turn = heapq.heappop(self.events)
            if what >= LOST or self.processors[who].turn == turn:
                act[what](who, time)
        found.wall = time = max(time, found.curve[-1])
        found.tail = time - found.curve[989]
        return found

    def _hand_out(self, pool: int, time: float, most: int) -> None:
        """Photos for a pool, until so many wait there: leases, each when the driver has done with the one before."""
        waiting, plan = self.waiting[pool], self.plan
        while len(waiting) < most and (self.again or self.next < plan.photos):
            self.driver = max(self.driver, time) + plan.handed_out
            self.found.driver += plan.handed_out
            for _ in range(plan.lease):
                if self.again:
                    waiting.append((self.driver, self.again.popleft()))
                elif self.next < plan.photos:
                    waiting.append((self.driver, self.next))
                    self.next += 1

    def _begin(self, who: int, time: float) -> None:
        """The next photo of a processor that has nothing to do."""
        processor, plan = self.processors[who], self.plan
        processor.turn += 1
        self.idle.pop(who, None)
        pool = 0 if plan.lease == 1 else processor.machine
        self._hand_out(pool, time, self.most)
        if not self.waiting[pool]:
            self._hand_out(pool, time, 1)
        if self.waiting[pool]:
            since, photo = self.waiting[pool].popleft()
            self._paint(who, photo, max(time, since))
            return
        self.idle[who] = None
        if plan.copies and not self.waking:
            self._wake(0, time)

    def _wake(self, _: int, time: float) -> None:
        """Who is idle begins a copy of what is late; the next time is when something will be."""
        self.waking = False
        while self.idle and self.begun:
            other, turn = self.begun[0]
            if self.processors[other].turn == turn:
                late = self.processors[other].begun + LATE * self.plan.seconds
                if time < late:
                    self.waking = True
                    return self._at(late, WAKE, 0)
                who = next(iter(self.idle))
                del self.idle[who]
                self.found.copied += 1
                self._paint(who, self.processors[other].photo, time)
            self.begun.popleft()

    def _paint(self, who: int, photo: int, time: float) -> None:
        processor = self.processors[who]
        processor.photo, processor.begun = photo, time
        others = self.at_work.setdefault(photo, [])
        others.append(who)
        if self.plan.copies and len(others) == 1:
            self.begun.append((who, processor.turn))
        seconds = self.needs[photo] * self.pace[processor.machine]
        if self.unlucky[photo]:
            self.unlucky[photo] = False
            self._at(time + seconds * self.random.random(), CRASHED, who, processor.turn)
        else:
            self._at(time + seconds, DONE, who, processor.turn)

    def _leave(self, who: int, time: float, lost: bool) -> int:
        """A processor is no more at its photo; what it did since it was kept last may be lost."""
        processor, kept = self.processors[who], self.plan.kept
        photo, worked = processor.photo, max(0.0, time - processor.begun)
        processor.photo, processor.turn = -1, processor.turn + 1
        self.found.busy += worked
        others = self.at_work[photo]
        others.remove(who)
        if not others:
            del self.at_work[photo]
        if lost:
            gone = worked % kept if kept else worked
            self.found.lost += gone
            self.needs[photo] -= (worked - gone) / self.pace[processor.machine]
        return photo

    def _is_done(self, who: int, time: float) -> None:
        photo = self._leave(who, time, False)
        self.disk = max(self.disk, time) + self.plan.disk
        self.found.disk += self.plan.disk
        for other in list(self.at_work.get(photo, ())):
            self.found.lost += time - self.processors[other].begun
            self._leave(other, time, False)
            self._begin(other, time)
        self._count(photo, self.disk)
        self._at(self.disk, READY, who, self.processors[who].turn)

    def _count(self, photo: int, time: float) -> None:
        self.done[photo] = 1
        self.finished += 1
        if self.finished * 1000 // self.plan.photos > len(self.found.curve):
            self.found.curve.append(time)

    def _crashes(self, who: int, time: float) -> None:
        self._again(self._leave(who, time, True), time)
        self._at(time + self.plan.start, READY, who, self.processors[who].turn)

    def _again(self, photo: int, time: float) -> None:
        """A photo that is not done is handed out once more, unless that was often enough."""
        if photo in self.at_work or self.done[photo]:
            return
        self.tries[photo] += 1
        if self.tries[photo] == self.plan.tries:
            self.found.failed += 1
            self._count(photo, time)
            return
        self.again.append(photo)
        if self.idle:
            self._begin(next(iter(self.idle)), time)

    def _is_lost(self, machine: int, time: float) -> None:
        self.found.machines_lost += 1
        begin = machine * self.plan.processors
        gone = []
        for who in range(begin, begin + self.plan.processors):
            self.idle.pop(who, None)
            self.processors[who].turn += 1
            if self.processors[who].photo >= 0:
                gone.append(self._leave(who, time, True))
        if self.plan.lease > 1:
            gone += [photo for _, photo in self.waiting[machine]]
            self.waiting[machine].clear()
        for photo in gone:
            self._at(time + self.plan.noticed, NOTICED, photo)
        self._at(time + self.plan.replaced, BACK, machine)

    def _is_back(self, machine: int, time: float) -> None:
        self.pace[machine] = self._pace()
        self._at(time + self.random.exponential(self.plan.lost_after), LOST, machine)
        begin = machine * self.plan.processors
        for who in range(begin, begin + self.plan.processors):
            self._at(time + self.plan.start, READY, who, self.processors[who].turn)
