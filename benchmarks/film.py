"""Films: how like the frames they are, how they move, how much they flicker, and how long a frame takes.

python benchmarks/film.py [--frames 24] [--strokes 1000] [--apart 4] [--boil 0] [--long 0] [--out FOLDER]

Three clips are made of photos (``sample_clips.py``): a camera pan, a person who walks by, a cut; 640x360 px. dB is the
PSNR of the lit picture against its frame. How a painting moves is seen by DIS, as how its source does: tOF is how far
both are apart, px; and against how the clip truly moves, each has an error. Flicker is the mean change from one frame
to the next, of 255, where the source's pixels are still, less the source's own. Frames apart are each painted as a
photo. The time of a frame is that of following and drawing it, against that of a painting with its drawing. With
``--long`` a scene of so many frames is painted, too, small, of which memory is told.
"""

import argparse
import time
from itertools import cycle, islice
from pathlib import Path
from statistics import mean, median

import cv2
import numpy as np
import psutil
from machine import machine
from PIL import Image
from sample_clips import HEIGHT, WIDTH, Clip, clips

import allaprima
from allaprima.film.frames import paint_frames, picture_of
from allaprima.film.scenes import find_scenes

RATE = 12


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.square(one.astype(float) - other).mean()))


def flow(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    seen = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (one, other)]
    return cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*seen, None)


def off(one: np.ndarray, other: np.ndarray) -> float:
    """How far two flows are apart, px, in the mean; a little at the frame's edges is left out."""
    return float(np.linalg.norm(one - other, axis=-1)[8:-8, 8:-8].mean())


def changed(pictures: list[np.ndarray], clip: Clip, first: int = 0) -> float | None:
    """The mean change where the source is still; None where it never is."""
    pairs = zip(pictures, pictures[1:], clip.still[first:], strict=False)
    found = [np.abs(one.astype(float) - other)[still].mean() for one, other, still in pairs if still.any()]
    return mean(found) if found else None


def painted(clip: Clip, strokes: int, boil: float) -> tuple[list[np.ndarray], list[float], list[float]]:
    """The pictures; and the seconds of frames that are the first of their scenes, and of others."""
    pictures, first, others, brushes = [], [], [], [allaprima.load_brush("flat")]
    for scene in find_scenes(clip.frames, RATE):
        begun = time.perf_counter()
        frames = clip.frames[scene.first : scene.last]
        for number, painting in enumerate(paint_frames(frames, strokes=strokes, size=WIDTH, boil=boil)):
            pictures.append(picture_of(painting, brushes))
            now = time.perf_counter()
            (others if number else first).append(now - begun)
            begun = now
    return pictures, first, others


def apart(clip: Clip, strokes: int, count: int) -> list[np.ndarray]:
    """Some frames in the middle, each painted as a photo."""
    begin = len(clip.frames) // 2
    return [allaprima.paint(frame, strokes=strokes, size=WIDTH).render() for frame in clip.frames[begin:][:count]]


def measure(clip: Clip, strokes: int, boil: float, count: int, out: Path | None) -> tuple[float, float]:
    pictures, first, others = painted(clip, strokes, boil)
    decibels = [psnr(*pair) for pair in zip(pictures, clip.frames, strict=True)]
    moves, errors, own = [], [], []
    for number, true in enumerate(clip.flow):
        if true is None:
            continue
        ours, source = flow(*pictures[number : number + 2]), flow(*clip.frames[number : number + 2])
        moves.append(off(ours, source))
        errors.append(off(ours, true))
        own.append(off(source, true))
    print(f"{clip.name}: {mean(decibels):.2f} dB ({decibels[0]:.2f} first, {decibels[-1]:.2f} last); ", end="")
    print(f"tOF {mean(moves):.2f} px; flow error {mean(errors):.2f} px, the source's {mean(own):.2f}; ", end="")
    print(f"first {median(first):.1f} s, others {median(others):.2f} s: {median(others) / median(first):.3f}")
    there = changed(clip.frames, clip)
    if there is not None and count > 1:
        ours = changed(pictures, clip)
        alone = changed(apart(clip, strokes, count), clip, len(clip.frames) // 2)
        assert ours is not None and alone is not None
        print(f"    flicker where it is still: {ours - there:.3f}, frames apart {alone - there:.3f}: ", end="")
        print(f"{(ours - there) / (alone - there):.3f} of it")
    if out:
        out.mkdir(parents=True, exist_ok=True)
        for number, (picture, frame) in enumerate(zip(pictures, clip.frames, strict=True)):
            both = np.concatenate([frame, picture], 1)
            Image.fromarray(both).save(out / f"{clip.name}-{number:03}.png")
    return mean(decibels), mean(errors) - mean(own)


def memory_of(frames: int) -> None:
    """What this process takes after a tenth of a scene of so many frames, and at its end."""
    clip, process, marks = clips(24)[1], psutil.Process(), []
    both_ways = islice(cycle(clip.frames + clip.frames[::-1]), frames)
    for painting in paint_frames(both_ways, strokes=300, size=160, quality="draft"):
        picture_of(painting, [allaprima.load_brush("flat")])
        marks.append(process.memory_info().rss / 1e6)
    print(f"a scene of {frames} frames: {marks[frames // 10]:.0f} MB after a tenth, {marks[-1]:.0f} MB in the end")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--strokes", type=int, default=1000)
    parser.add_argument("--apart", type=int, default=4, help="frames that are painted apart")
    parser.add_argument("--boil", type=float, default=0.0)
    parser.add_argument("--long", type=int, default=0, help="frames of a scene of which memory is told")
    parser.add_argument("--clip", action="append", help="this one alone; as often as wanted")
    parser.add_argument("--out", type=Path, help="frames beside their paintings are left here")
    chosen = parser.parse_args()
    print(f"{machine()}; {WIDTH}x{HEIGHT} px, {chosen.strokes} strokes")
    allaprima.paint(clips(2)[0].frames[0], strokes=50, size=64)  # what is compiled is kept
    found = [
        measure(clip, chosen.strokes, chosen.boil, chosen.apart, chosen.out)
        for clip in clips(chosen.frames)
        if not chosen.clip or clip.name in chosen.clip
    ]
    if chosen.long:
        memory_of(chosen.long)
    print(f"all: {mean(each[0] for each in found):.2f} dB; flow error {mean(each[1] for each in found):+.2f} px")


if __name__ == "__main__":
    main()
