"""Where a film cuts from one scene to the next: PySceneDetect's adaptive detector, on the frames that are painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, to_install

SEEN_AT = 256  # px of the long side at which cuts are looked for
SHORTEST = 0.5  # seconds of a scene, at least


class Scene(NamedTuple):
    """The frames from ``first`` up to ``last``, which is the next scene's first."""

    number: int
    first: int
    last: int


def find_scenes(
    frames: Iterable[NDArray[np.uint8]], rate: Fraction, on_frame: Callable[[int], None] | None = None
) -> list[Scene]:
    """The scenes of a film with so many frames a second, ``(H, W, 3)``, which are looked at one by one; ``on_frame``
    hears how many were. Raises InputError without PySceneDetect.
    """
    try:
        from scenedetect import FrameTimecode
        from scenedetect.detectors import AdaptiveDetector
    except ModuleNotFoundError:
        raise InputError(f"films need PySceneDetect: {to_install('scenedetect-headless')}") from None
    shortest = max(1, round(SHORTEST * rate))
    detector, cuts, count = AdaptiveDetector(min_scene_len=shortest), [0], 0
    for count, frame in enumerate(frames, 1):
        at = FrameTimecode(count - 1, float(rate))
        cuts += [cut.frame_num for cut in detector.process_frame(at, np.ascontiguousarray(frame[..., ::-1]))]
        if on_frame:
            on_frame(count)
    return [Scene(number, *pair) for number, pair in enumerate(zip(cuts, [*cuts[1:], count], strict=True))]
