"""A scene of a film where nobody looks on: in a process of a pool, or on another machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..film.order import FilmOrder
from ..film.scene import FIRST, paint_scene
from ..film.scenes import Scene
from .failures import Failure
from .pool import Work
from .work import tried


@dataclass(frozen=True)
class SceneTask:
    """A ``scene`` of a film to be painted."""

    order: FilmOrder
    scene: Scene


@dataclass(frozen=True)
class Filmed:
    """What came of a scene: it is ``finished``, or there is an ``error``, and an exit ``code``."""

    scene: Scene
    finished: bool = False
    error: str = ""
    code: int = 0


def film_scene(task: SceneTask, on_share: Callable[[float], None]) -> Filmed:
    """Paint a scene; what went wrong is in what comes of it. ``on_share`` may raise KeyboardInterrupt: what there is is
    kept then. Raises OSError where the disk is full.
    """

    def finish() -> Filmed:
        paint_scene(task.order, task.scene, on_share)
        return Filmed(task.scene, finished=True)

    return tried(finish, Filmed(task.scene), lambda error: failed(task, error))


def failed(task: SceneTask, error: Exception) -> Filmed:
    """What comes of a scene that could not be painted."""
    failure = Failure.of(error)
    return Filmed(task.scene, error=failure.text, code=failure.code)


def work_of(task: SceneTask) -> float:
    """How much work a scene is, in frames after the first."""
    return FIRST + task.scene.last - task.scene.first


FILMING = Work(film_scene, failed, work_of)
