"""The studio, and a visit to it: one page in one browser, with the photo, the painting and the work of now."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from PIL import Image

from ...errors import InputError
from ...rendering.light import Light
from ..contact_sheet import Proposal
from .choices import Limits
from .easel import waiting
from .jobs import WAITING, Job, Turns
from .lights import Lights
from .visitors import Visitor, Visitors
from .works import Work

MOST = 200  # visits: of more, the one that nothing was heard of for longest ends, as if its page was closed


class Visit:
    """Of a ``visitor``. ``photo`` is the file of the one that is to be painted, ``whole`` that of which it is a part,
    if it was cut, ``title`` what it is called, ``wishes`` what was painted over it, and ``sketches`` small paintings of
    it by their looks; ``work`` is the painting that is looked at, ``light`` another one than its own in which it is,
    ``place`` what was painted over it, and ``proposals`` the variations of it that are shown; ``thrown`` names the
    painting that was thrown away last; ``colors`` are those of the photo, and ``shown`` counts how often a painting was
    shown in its own light.
    """

    def __init__(self, visitor: Visitor, turns: Turns) -> None:
        self.visitor, self._turns = visitor, turns
        self.photo: Path | None = None
        self.whole: Path | None = None
        self.title = ""
        self.wishes: Image.Image | None = None
        self.sketches: dict[str, str] = {}
        self.work: Work | None = None
        self.light: Light | None = None
        self.place: Image.Image | None = None
        self.proposals: list[Proposal] = []
        self.thrown = ""
        self.colors: list[str] = []
        self.shown = 0
        self.job: Job | None = None
        self._painting: Job | None = None
        self._beside: Job | None = None
        self._room: Path | None = None

    @property
    def room(self) -> Path:
        """A folder that goes when the visit ends."""
        if self._room is None or not self._room.is_dir():
            self._room = self.visitor.room()
        return self._room

    def begin(self, work: Callable[[Job], None], painting: bool = False) -> Job:
        """Let this be done now, in place of what was under way; it may be a ``painting``."""
        self.stop()
        self.job = Job(work, self._turns).start()
        self._painting = self.job if painting else None
        return self.job

    @property
    def paints(self) -> bool:
        """Whether a painting is under way: what was asked for before it, and comes late, must not stop it."""
        job = self._painting
        return job is not None and job.alive and not job.stopped

    def beside(self, work: Callable[[Job], None]) -> Job:
        """Let this be done when it is its turn, and what is under way go on."""
        if self._beside:
            self._beside.stop()
        self._beside = Job(work, self._turns).start()
        return self._beside

    def stop(self) -> None:
        if self.job:
            self.job.stop()

    def the_photo(self) -> Path:
        """Raises InputError if there is none yet."""
        if self.photo is None or not self.photo.is_file():
            raise InputError("there is no photo yet: bring one first")
        return self.photo

    def photo_of(self, work: Work) -> Path | None:
        """The photo that a work is of, if it is here."""
        return self.visitor.photos.find(work.about.photo) if work.about.photo else None

    def the_work(self) -> Work:
        """Raises InputError if there is none yet."""
        if self.work is None:
            raise InputError("there is no painting yet: choose one in the gallery, or paint one")
        return self.work

    def end(self) -> None:
        """The page was closed: nothing goes on, and what it alone needed is gone. Its paintings stay."""
        self.stop()
        if self._beside:
            self._beside.stop()
        if self._room is not None:
            shutil.rmtree(self._room, ignore_errors=True)


SOON = 3.0  # seconds that a painting has to be kept, when the studio closes


class Studio:
    """All visits, and what they share, in a ``folder``."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.visitors, self.turns, self.lights = Visitors(folder), Turns(WAITING, waiting), Lights()
        self._visits: dict[tuple[str, str], Visit] = {}
        self._lock = Lock()

    def visit(self, key: str, page: str) -> Visit:
        """That of the visitor with a ``key``, on a ``page`` that is known by a text of its own."""
        with self._lock:
            found = self._visits.pop((key, page), None) or Visit(self.visitors.find(key), self.turns)
            self._visits[key, page] = found  # the latest are last
            idle = [one for one, visit in self._visits.items() if not (visit.job and visit.job.alive)]
            left = [self._visits.pop(one) for one in idle[: max(0, len(self._visits) - MOST)] if one != (key, page)]
        for visit in left:
            self._end(visit)
        return found

    def is_open(self, key: str, page: str) -> bool:
        """Whether a page has not been left."""
        return (key, page) in self._visits

    def _end(self, visit: Visit) -> None:
        """End a visit; photos that no painting needs go with the last one of a visitor."""
        visit.end()
        visitor = visit.visitor
        if all(other.visitor.folder != visitor.folder for other in self._visits.values()):
            visitor.works.clear()
            visitor.photos.sweep(visitor.works.photos())

    def leave(self, key: str, page: str) -> None:
        if visit := self._visits.pop((key, page), None):
            self._end(visit)

    def close(self, seconds: float = SOON) -> None:
        """The studio closes: all visits end, and what is painted now is kept as far as it is, in so many seconds."""
        jobs = [visit.job for visit in self._visits.values() if visit.job]
        for key, page in list(self._visits):
            self.leave(key, page)
        until = time.monotonic() + seconds
        for job in jobs:
            job.join(max(0.0, until - time.monotonic()))
        shutil.rmtree(self.visitors.uploads, ignore_errors=True)
