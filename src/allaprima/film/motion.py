"""How a picture moves from one frame to the next: dense optical flow by DIS (T. Kroeger et al., *Fast Optical Flow
using Dense Inverse Search*, ECCV 2016), OpenCV's. Needs the extra ``film``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import InputError, to_install
from ..image.blur import box
from ..image.color import to_gray

LOST = 1.0  # px, at least: by so much there and back again miss each other where something is covered or uncovered,
LOST_SHARE = 0.1  # and so much of the way
EACH = 4  # px apart, points tell how the camera goes,
CAMERA = 0.5  # px: those that are no farther from it
STILL = 0.2  # px: a camera that goes no farther stands still
ALIKE = 3e-4  # squared error: what is no farther apart is explained as well
AROUND = 2  # px


class Motion(NamedTuple):
    """Of each pixel of a frame before: where it went, ``flow`` ``(2, H, W)``, x and y in pixels; and how surely it is
    still to be seen, ``there`` ``(1, H, W)``, 0 or 1. Of each pixel of the frame now: where it came from, ``back``
    ``(2, H, W)``, and whether it was to be seen before, ``known`` ``(1, H, W)``.
    """

    flow: Tensor
    there: Tensor
    back: Tensor
    known: Tensor


def opencv() -> Any:
    """OpenCV. Raises InputError where it is not installed."""
    try:
        import cv2
    except ModuleNotFoundError:
        raise InputError(f"films need OpenCV: {to_install('opencv-python-headless')}") from None
    return cv2


def motion_between(before: Tensor, now: Tensor) -> Motion:
    """From one frame ``(3, H, W)`` in [0,1] to the next. Raises InputError without OpenCV."""
    cv2 = opencv()
    one, other = ((to_gray(frame)[0] * 255).round().byte().cpu().numpy() for frame in (before, now))
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow, back = (
        _with_the_camera(torch.from_numpy(np.ascontiguousarray(search.calc(*pair, None).transpose(2, 0, 1))), *pictures)
        for pair, pictures in (((one, other), (before, now)), ((other, one), (now, before)))
    )
    return Motion(flow, _met(flow, back), back, _met(back, flow))


def _with_the_camera(flow: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """A ``flow`` from one frame to another: where that explains it as well, as the camera goes, or not at all if it
    stands still. Around what moves by itself, DIS takes what is near along.
    """
    cv2 = opencv()
    height, width = flow.shape[1:]
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    here = torch.stack([x, y])
    some = slice(None, None, EACH)
    points, ends = (part[:, some, some].reshape(2, -1).T.numpy() for part in (here, here + flow))
    cv2.setRNGSeed(0)
    found, _ = cv2.estimateAffinePartial2D(points, ends, ransacReprojThreshold=CAMERA)
    camera = torch.zeros_like(flow)
    if found is not None:
        goes = torch.from_numpy(found).float()
        camera = torch.einsum("ij,jhw->ihw", goes[:, :2], here) + goes[:, 2, None, None] - here
        camera = camera if camera.norm(dim=0).mean() > STILL else torch.zeros_like(flow)
    by_flow, by_camera = (_apart(warped(other, way), one) for way in (flow, camera))
    chosen: Tensor = torch.where(by_camera <= by_flow + ALIKE, camera, flow)
    return chosen


def _apart(one: Tensor, other: Tensor) -> Tensor:
    """The squared error of two pictures around each pixel ``(1, H, W)``."""
    return box((one - other).square().sum(0)[None, None], AROUND)[0]


def _met(way: Tensor, back: Tensor) -> Tensor:
    """Where going a way and back again ends near where it began ``(1, H, W)``."""
    there = warped(back, way)
    apart, long = (way + there).norm(dim=0), way.norm(dim=0) + there.norm(dim=0)
    met: Tensor = apart < LOST + LOST_SHARE * long
    return met[None].float()


def warped(picture: Tensor, way: Tensor) -> Tensor:
    """What a picture ``(C, H, W)`` shows where a ``way`` ``(2, H, W)`` leads from each pixel."""
    height, width = way.shape[1:]
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    return sampled(picture, torch.stack([x + way[0], y + way[1]], -1))


def sampled(picture: Tensor, points: Tensor) -> Tensor:
    """A picture ``(C, H, W)`` at points ``(..., 2)``, x and y in its pixels, between them bilinear; beyond its edge as
    at the edge: ``(C, ...)``.
    """
    height, width = picture.shape[1:]
    grid = points.reshape(1, 1, -1, 2) / points.new_tensor([width, height]) * 2 - 1
    found = F.grid_sample(picture[None], grid.to(picture), padding_mode="border", align_corners=False)
    return found.reshape(len(picture), *points.shape[:-1])
