"""Three clips made of photos that anybody may use, with how each pixel truly moves: what films are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data

EXAMPLES = Path(__file__).parent.parent / "examples"
WIDTH, HEIGHT = 640, 360


@dataclass
class Clip:
    """``frames``, ``(H, W, 3)`` uint8; the ``flow`` ``(H, W, 2)`` from each to the next, where it is known, not at a
    cut; and which pixels ``still`` ``(H, W)`` show the same in both.
    """

    name: str
    frames: list[np.ndarray]
    flow: list[np.ndarray | None]
    still: list[np.ndarray]


def photo(name: str) -> np.ndarray:
    return np.asarray(Image.open(EXAMPLES / name).convert("RGB"))


def pan(picture: np.ndarray, count: int, step: float, zoom: float = 1.0, room: float = 0.78) -> Clip:
    """A camera that goes to the right over a picture, ``step`` px of a frame each time, and nearer by a factor."""
    high, wide = picture.shape[:2]
    side = min(wide * room, high * room * WIDTH / HEIGHT)
    boxes = []
    for number in range(count):
        width = side / zoom**number
        left = number * step * side / WIDTH
        top = (high - width * HEIGHT / WIDTH) / 2 + 6 * np.sin(number / 5)
        boxes.append((left, top, left + width, top + width * HEIGHT / WIDTH))
    source = Image.fromarray(picture)
    frames = [np.asarray(source.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box=box)) for box in boxes]
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    flows: list[np.ndarray | None] = []
    for one, other in pairwise(boxes):
        scale, next_scale = (one[2] - one[0]) / WIDTH, (other[2] - other[0]) / WIDTH
        goes = (one[0] + x * scale - other[0]) / next_scale - x, (one[1] + y * scale - other[1]) / next_scale - y
        flows.append(np.stack(goes, -1))
    return Clip("pan", frames, flows, [np.zeros((HEIGHT, WIDTH), bool)] * (count - 1))


def cut_out() -> tuple[np.ndarray, np.ndarray]:
    """Eileen Collins (NASA, public domain, in scikit-image's data), and where she is ``(H, W)``, 0 to 1."""
    picture = data.astronaut()
    place = np.full(picture.shape[:2], cv2.GC_PR_BGD, np.uint8)
    place[20:, 70:400] = cv2.GC_PR_FGD
    place[:, :20], place[:10], place[:330, 400:] = cv2.GC_BGD, cv2.GC_BGD, cv2.GC_BGD
    place[60:200, 180:270], place[300:, 130:330] = cv2.GC_FGD, cv2.GC_FGD
    place[:250, 300:] = cv2.GC_BGD
    cv2.setRNGSeed(0)
    cv2.grabCut(picture, place, None, np.zeros((1, 65)), np.zeros((1, 65)), 8, cv2.GC_INIT_WITH_MASK)
    inside = ((place == cv2.GC_FGD) | (place == cv2.GC_PR_FGD)).astype(np.uint8)
    _, parts, sizes, _ = cv2.connectedComponentsWithStats(inside)
    inside = (parts == 1 + sizes[1:, cv2.CC_STAT_AREA].argmax()).astype(np.float32)
    return picture, cv2.GaussianBlur(inside, (0, 0), 1.5)


def person(count: int, step: float) -> Clip:
    """She walks by, before a still picture."""
    picture, place = cut_out()
    back = np.asarray(Image.fromarray(photo("raccoon.jpg")).resize((WIDTH, 480))).astype(np.float32)[60:420]
    side = round(HEIGHT * 0.86)
    cut = [cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA) for one in (picture.astype(np.float32), place)]
    frames, places, ways = [], [], []
    for number in range(count):
        goes = 60 + step * number, HEIGHT - side + 4 - 4 * np.cos(number / 2)
        there = np.float32([[1, 0, goes[0]], [0, 1, goes[1]]])
        her, where = (cv2.warpAffine(one, there, (WIDTH, HEIGHT)) for one in cut)
        frames.append((back * (1 - where[..., None]) + her * where[..., None]).round().clip(0, 255).astype(np.uint8))
        places.append(where)
        ways.append(goes)
    flows: list[np.ndarray | None] = []
    for number in range(count - 1):
        way = np.subtract(ways[number + 1], ways[number])
        flows.append((places[number] > 0.5)[..., None] * way)
    still = [cv2.dilate(np.maximum(*pair), np.ones((25, 25))) < 0.004 for pair in pairwise(places)]
    return Clip("person", frames, flows, still)


def cut(count: int) -> Clip:
    """From one scene to another in the middle."""
    one, other = pan(photo("chelsea.png"), count // 2, 5), pan(photo("raccoon.jpg"), count - count // 2, 5)
    nothing = [np.zeros((HEIGHT, WIDTH), bool)]
    return Clip("cut", one.frames + other.frames, [*one.flow, None, *other.flow], one.still + nothing + other.still)


def clips(count: int) -> list[Clip]:
    return [pan(photo("dandelions.jpg"), count, 6, 1.004), person(count, 5), cut(count)]
