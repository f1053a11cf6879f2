"""What a film is got used to, and what not: where nothing hides an error it is mended, also what bristles leave."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from allaprima.film import paint_frames
from allaprima.film.frames import picture_of
from allaprima.film.looking import EXCUSED, FRESH, OTHERWISE, Look, squared_error
from allaprima.image.blur import box
from allaprima.painters.inputs import load_brushes
from allaprima.painting import Settings

from .clips import HEIGHT, WIDTH, Frame

pytest.importorskip("cv2")
FLAT, NOISE = torch.full((3, 40, 40), 0.5), torch.rand(3, 40, 40, generator=torch.Generator().manual_seed(0))
NONE = torch.zeros(1, 40, 40)


def spot(error: float) -> torch.Tensor:
    """An error in the middle."""
    place = NONE.clone()
    place[:, 14:26, 14:26] = error
    return place


@given(st.floats(2 * (OTHERWISE + EXCUSED), 1.0))
def test_an_error_on_a_flat_place_is_not_got_used_to(error: float) -> None:
    """It looks otherwise in the next frame, too; in the midst of detail it does not."""
    for picture, stays in ((FLAT, True), (NOISE, False)):
        look = Look.at(picture, torch.zeros_like(picture), spot(error), NONE)
        assert look.otherwise[0, 20, 20] == 1 and look.otherwise[0, 2, 2] == 0
        usual = look.usual(spot(error), NONE)
        assert usual[0, 20, 20] == pytest.approx(EXCUSED if stays else error)
        still = Look.at(picture, torch.zeros_like(picture), spot(error), usual).otherwise[0, 20, 20]
        assert still == stays


def test_new_strokes_come_where_something_shows() -> None:
    """For less where nothing hides it."""
    for error, flat, noisy in ((FRESH * 1.1, 1, 1), (FRESH * 0.9, 1, 0), (OTHERWISE * 0.9, 0, 0)):
        for picture, wanted in ((FLAT, flat), (NOISE, noisy)):
            look = Look.at(picture, torch.zeros_like(picture), spot(error), NONE)
            assert look.fresh[0, 20, 20] == wanted
            assert look.quiet.all() == (picture is FLAT)


def test_new_strokes_are_wanted_most_where_nothing_hides_it() -> None:
    """The same error is worse there, and none elsewhere than where it is fresh."""
    worse = []
    for picture in (FLAT, NOISE):
        look = Look.at(picture, torch.zeros_like(picture), spot(FRESH * 2), NONE)
        off = squared_error(look.wrong(picture + 0.1), picture)[0]
        assert off[2, 2] == 0
        worse.append(off[20, 20])
    assert worse[0] > 4 * worse[1] > 0


def test_what_bristles_leave_is_made_up_for() -> None:
    """At any size."""
    left = torch.full((3, 40, 40), -0.1)
    look = Look.at(FLAT, left, NONE, NONE)
    for picture in (FLAT, torch.full((3, 100, 100), 0.5)):
        assert squared_error(look.target(picture) + left[0, 0, 0], picture).max() < 1e-10
    assert Look.at(FLAT, left * 9, NONE, NONE).target(FLAT).max() == 1


def passing(count: int) -> list[Frame]:
    """Something dark that goes by before a white wall."""
    frames = []
    for number in range(count):
        frame = np.full((HEIGHT, WIDTH, 3), 245, np.uint8)
        frame[48:] = (70, 90, 60)
        x = 20 * (number - 1)
        frame[8:56, max(0, x) : max(0, x + 16)] = (40, 30, 30)
        frames.append(frame)
    return frames


@pytest.mark.parametrize("seed", [0, 1])
def test_a_wall_is_white_again(seed: int) -> None:
    """As bristles paint it: they pick up what is below, and stroke by stroke that may be what has gone by long ago."""
    frames = passing(8)
    painting = list(paint_frames(frames, strokes=80, size=WIDTH, quality="draft", seed=seed))[-1]
    picture = picture_of(painting, load_brushes(Settings(), torch.device("cpu")))
    off = torch.from_numpy(picture / 255 - frames[-1] / 255).permute(2, 0, 1)[None]
    assert box(off, 2, times=2)[0].square().sum(0)[2:38, 2:-2].max() < 0.3
