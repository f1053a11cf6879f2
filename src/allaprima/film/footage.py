"""Reading a film as a person sees it: upright, in square pixels, so many frames a second, however it was taken. Needs
the extra ``film`` (PyAV).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, is_of_machine, to_install
from ..files import as_path, check_there
from ..image.photo import SMALLEST, fit

UNTOLD = 2  # FFmpeg's number for colours of which a film says nothing: then large ones have those of HDTV,
LARGE, HDTV, OLDER = 720, 1, 5
USUAL, LEAST = 25.0, 1.0  # frames a second, where a film does not tell, and at least
LATE = 0.1  # of a frame, at most: so far times may be rounded
BACK = (1, 4, 16)  # seconds before a frame that are tried to begin at: what files tell of their places is not exact


@dataclass(frozen=True)
class Footage:
    """A film's file, upright ``width x height`` px, with so many frames a second, and about so many seconds long, 0 if
    nobody knows; with ``sound`` or without.
    """

    path: Path
    width: int
    height: int
    fps: float
    seconds: float
    sound: bool

    def rate(self, wanted: float) -> Fraction:
        """How many frames a second are painted, if so many are ``wanted``."""
        return Fraction(min(wanted, self.fps)).limit_denominator(1001)


def read_footage(path: str | Path) -> Footage:
    """What is known of a film's file. Raises InputError for one that is none, and without PyAV."""
    path = as_path(path, "the film")
    check_there(path, "film")
    with _opened(path) as file:
        if file.format.name == "image2" or file.format.name.endswith("_pipe"):  # FFmpeg's names for pictures
            raise InputError(f"{path} is a photo, and no film: `allaprima paint` paints it")
        stream = file.streams.video[0]
        frame = next(iter(file.decode(stream)), None)
        if frame is None:
            raise InputError(f"the film {path} has no frame: give a film")
        width, height = max(1, round(frame.width * (stream.sample_aspect_ratio or 1))), frame.height
        width, height = (height, width) if _turns(frame) % 2 else (width, height)
        if min(width, height) < SMALLEST:
            raise InputError(f"the film {path} is {width}x{height} px: each side needs at least {SMALLEST} px")
        told = [float(rate) for rate in (stream.average_rate, stream.guessed_rate) if rate]
        fps = max(LEAST, *told) if told else USUAL  # of one whose frames are not equally long, that of the shortest
        duration = stream.duration * stream.time_base if stream.duration else (file.duration or 0) / 1_000_000
        return Footage(
            path, width, height, fps, float(duration), any(track.codec_context for track in file.streams.audio)
        )


def frames_of(
    footage: Footage, rate: Fraction, size: int, first: int = 0, last: int | None = None
) -> Iterator[NDArray[np.uint8]]:
    """The frames from number ``first`` up to ``last``, or to the end, of so many a second: ``(H, W, 3)`` sRGB, with at
    most ``size`` px on the long side. Each is the one that is to be seen at its time. Raises InputError for a damaged
    film.
    """
    import av

    width, height = footage.width, footage.height
    if max(width, height) > size:
        width, height = fit(width, height, size)
    at, length = first / rate, Fraction(1 / footage.fps)
    for back in (*BACK, None) if first else (None,):
        with _opened(footage.path) as file:
            stream = file.streams.video[0]
            base, start = stream.time_base, stream.start_time or 0
            if back is not None:
                try:
                    file.seek(start + math.floor(max(0, at - back) / base), stream=stream, backward=True)
                except av.FFmpegError:  # some cannot
                    continue
            decoded = (((frame.pts - start) * base, frame) for frame in file.decode(stream) if frame.pts is not None)
            one = next(decoded, None)
            if back is not None and (one is None or one[0] > at):
                continue
            if one is None:
                raise InputError(
                    f"the film {footage.path} does not tell when its frames are shown: put it into an .mp4 or .mkv"
                )
            late = min(base, LATE * length)
            for frame in _at_rate(chain([one], decoded), rate, first, last, late, length):
                yield _upright(frame, (width, height))
            return


def _at_rate(
    frames: Iterable[tuple[Fraction, Any]],
    rate: Fraction,
    first: int,
    last: int | None,
    late: Fraction,
    length: Fraction,
) -> Iterator[Any]:
    """Of frames and when each is to be seen first, in seconds, those of so many a second, by number. Times may be
    ``late``; the last frame is seen for as long as it tells, or for a usual ``length``.
    """
    number, shown, until = first, None, Fraction(0)
    for begin, frame in frames:
        while shown is not None and number / rate < begin - late and (last is None or number < last):
            yield shown
            number += 1
        if last is not None and number >= last:
            return
        shown, until = frame, begin + (frame.duration * frame.time_base if frame.duration else length)
    while shown is not None and number / rate < until - late and (last is None or number < last):
        yield shown
        number += 1


def _turns(frame: Any) -> int:
    """How often a frame is turned by a quarter, counterclockwise, to stand upright."""
    return round((frame.rotation or 0) / 90) % 4


def _upright(frame: Any, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A frame as a picture, ``size`` px wide and high."""
    turns = _turns(frame)
    width, height = size[::-1] if turns % 2 else size
    colors = {} if frame.colorspace != UNTOLD else {"src_colorspace": HDTV if frame.height >= LARGE else OLDER}
    picture = frame.reformat(width, height, "rgb24", interpolation="AREA", **colors).to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, turns))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A film's file, which has pictures. Raises InputError for what FFmpeg cannot read."""
    try:
        import av
    except ModuleNotFoundError:
        raise InputError(f"films need PyAV: {to_install('av')}") from None
    try:
        with av.open(str(path)) as file:
            if not file.streams.video:
                raise InputError(f"the film {path} has no pictures: give a film")
            file.streams.video[0].thread_type = "AUTO"
            yield file
    except InputError:
        raise
    except (av.FFmpegError, OverflowError, ValueError) as error:
        if is_of_machine(error):
            raise
        told = (error.strerror if isinstance(error, av.FFmpegError) else None) or " ".join(str(error).split())[:200]
        raise InputError(
            f"the film {path} cannot be read ({told}): if it is whole, make an .mp4, .mov, .webm, .mkv or .avi of it"
        ) from None
