"""The parts of a film joined, frame after frame as they are, with the sound of the film that was painted."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import AllaprimaWarning, InputError
from ..files import written_aside
from .order import FilmOrder
from .scene import parts_of
from .scenes import Scene

KEPT = {".mp4": ("aac", "mp3", "ac3", "alac"), ".webm": ("opus", "vorbis")}  # sound that a file of this kind can have
MADE = {".mp4": "aac", ".webm": "libopus"}  # and into what any other is made
RATE, BITS = 48_000, 160_000  # of that: samples a second, and bits


class Packet(NamedTuple):
    """What is written next: when, in seconds, and what."""

    time: Fraction
    packet: Any


def join(order: FilmOrder, scenes: Sequence[Scene]) -> None:
    """Write the film. Raises InputError where a part is missing, or the sound cannot be read."""
    import av

    first: Any
    file: Any
    paths = [path for scene in scenes for path in parts_of(order, scene).paths()]
    suffix, frames = order.output.suffix.lower(), scenes[-1].last
    with written_aside(order.output) as aside, av.open(str(paths[0])) as first:
        options = {"movflags": "+faststart"} if suffix == ".mp4" else {}
        with av.open(str(aside), "w", container_options={"fflags": "+bitexact", **options}) as file:
            pictures = file.add_stream_from_template(first.streams.video[0])
            tracks = [_pictures(paths, pictures, order.rate)]
            if order.footage.sound:
                tracks.append(_sound(order.footage.path, file, suffix, Fraction(frames) / order.rate))
            written = 0
            for _, packet in merge(*tracks, key=lambda packet: packet.time):
                written += packet.stream is pictures
                file.mux(packet)
    if written != frames:
        raise InputError(f"{written} of {frames} frames are in {order.folder}: delete it, and paint the film anew")


def _pictures(paths: Sequence[Path], stream: Any, rate: Fraction) -> Iterator[Packet]:
    """The frames of all parts, one after another."""
    import av

    part: Any
    count = 0
    for path in paths:
        with av.open(str(path)) as part:
            for packet in part.demux(part.streams.video[0]):
                if packet.size:
                    packet.stream, packet.time_base = stream, 1 / rate
                    packet.pts = packet.dts = count
                    packet.duration = 1
                    yield Packet(count / rate, packet)
                    count += 1


def _sound(path: Path, file: Any, suffix: str, seconds: Fraction) -> Iterator[Packet]:
    """The sound of a film up to so many seconds: as it is, if a file of this kind can have it. The stream is there when
    this returns.
    """
    import av

    source: Any = av.open(str(path))
    seen = source.streams.video[0]
    heard = next(track for track in source.streams.audio if track.codec_context)
    start = (seen.start_time or 0) * seen.time_base
    if heard.codec_context.name in KEPT[suffix]:
        stream, make = file.add_stream_from_template(heard), None
    else:
        stream = file.add_stream(MADE[suffix], rate=RATE)
        stream.bit_rate = BITS
        make = av.AudioResampler(stream.codec_context.format, stream.codec_context.layout, RATE)

    def packets() -> Iterator[Any]:
        if make is None:
            for packet in source.demux(heard):
                if packet.size and packet.pts is not None:
                    shift = round(start / packet.time_base)
                    packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, stream
                    yield packet
            return
        for frame in _decoded(source, heard, path):
            frame.pts = None if frame.pts is None else frame.pts - round(start / frame.time_base)
            for ready in make.resample(frame):
                yield from stream.encode(ready)
        for ready in make.resample(None):
            yield from stream.encode(ready)
        yield from stream.encode(None)

    def timed() -> Iterator[Packet]:
        with source:
            for packet in packets():
                time = packet.pts * packet.time_base
                if time >= seconds:
                    return
                if time >= 0:
                    yield Packet(time, packet)

    return timed()


def _decoded(source: Any, track: Any, path: Path) -> Iterator[Any]:
    """What is to be heard; where it is damaged, nothing is, which is told once."""
    import av

    damaged = False
    for packet in source.demux(track):
        with suppress(av.InvalidDataError):
            yield from packet.decode()
            continue
        damaged = True
    if damaged:
        warnings.warn(
            f"the sound of {path} is damaged: it is silent where it cannot be read", AllaprimaWarning, stacklevel=2
        )
