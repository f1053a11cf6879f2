"""What a painting is to be like: losses by name, features, styles."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

import allaprima
from allaprima import Step
from allaprima.image.color import srgb_to_oklab
from allaprima.image.color_transfer import transfer_color
from allaprima.image.photo import read_photo
from allaprima.painting.pictures import PictureHash
from allaprima.perception.features import load_features
from allaprima.perception.losses import feature_parts

from .conftest import PLAIN

SMALL: dict[str, Any] = {**PLAIN, "strokes": 60, "size": 64, "quality": "draft"}


# ---- what counts as alike


def steps(photo: Path, **changes: Any) -> list[Step]:
    return list(allaprima.optimise(photo, **SMALL | changes))


@pytest.mark.parametrize(
    ("loss", "parts"), [("pixel", {"pixel"}), ("features", {"features"}), ("both", {"pixel", "features"})]
)
def test_losses_are_told_by_name(photo: Path, loss: str, parts: set[str]) -> None:
    first, *_, last = steps(photo, loss=loss)
    assert set(first.parts) == {"pixel", "color"} and set(last.parts) == parts | {"color"}
    assert last.loss == pytest.approx(sum(last.parts.values()))


def test_oil_holds_to_the_form_as_well(photo: Path) -> None:
    first, *_, last = steps(photo, mood="oil", brush="flat")
    assert set(first.parts) == set(last.parts) == {"pixel", "color", "flow"}
    assert last.loss == pytest.approx(sum(last.parts.values())) and last.parts["flow"] > 0


def test_the_feature_loss_brings_features_nearer(photo: Path) -> None:
    network = load_features("pocket")

    def apart(loss: str) -> float:
        painting = allaprima.paint(photo, loss=loss, **SMALL)
        shown = torch.from_numpy(painting.render()).permute(2, 0, 1)[None] / 255
        target = read_photo(photo).at(painting.width, painting.height)[None]
        return float(torch.stack(list(feature_parts(network(shown), network(target)).values())).sum())

    assert apart("features") < apart("pixel") * 0.7


def test_a_style_comes_nearer(photo: Path, mask: Callable[..., str]) -> None:
    parts = [step.parts for step in steps(photo, style=mask(0, 255, 0, 255)) if step.refining]
    assert set(parts[0]) == {"pixel", "style", "color"} and parts[-1]["style"] < 0.7 * parts[0]["style"]
    less = steps(photo, style=mask(0, 255, 0, 255), style_weight=0.01)[-1]
    assert less.psnr > steps(photo, style=mask(0, 255, 0, 255))[-1].psnr
    assert isinstance(less.painting().settings.style, PictureHash)


def test_a_style_gives_its_colours(photo: Path, tmp_path: Path) -> None:
    def mean(**changes: Any) -> NDArray[np.float64]:
        return np.asarray(allaprima.paint(photo, **SMALL | changes).render().mean((0, 1)))

    noise = np.random.default_rng(0).integers(0, 60, (32, 48, 3), np.uint8) + np.array([0, 60, 190], np.uint8)
    Image.fromarray(noise).save(blue := tmp_path / "blue.png")
    plain, styled, more = mean(), mean(style=str(blue)), mean(style=str(blue), style_weight=9)
    apart = [float(np.linalg.norm(one - noise.mean((0, 1)))) for one in (plain, styled, more)]
    assert apart[1] < 0.7 * apart[0] and apart[2] < 0.7 * apart[1]


@given(st.integers(0, 99), st.floats(0, 1))
def test_toning(seed: int, share: float) -> None:
    random = torch.Generator().manual_seed(seed)
    base = 0.3 + 0.3 * torch.rand(2, 3, 1, 1, generator=random)
    picture, style = base + 0.2 * torch.rand(2, 3, 40, 30, generator=random)
    assert torch.allclose(transfer_color(picture, style, 0), picture, atol=1e-4)
    assert torch.allclose(transfer_color(picture, picture, share), picture, atol=1e-4)
    labs = [srgb_to_oklab(one.flatten(1).T.double()) for one in (transfer_color(picture, style, share), picture, style)]
    means = [lab.mean(0) for lab in labs]
    assert torch.allclose(means[0], torch.lerp(means[1], means[2], share), atol=2e-3)
    whole = srgb_to_oklab(transfer_color(picture, style, 1).flatten(1).T.double())
    assert torch.allclose(torch.cov(whole.T), torch.cov(labs[2].T), atol=2e-4)
