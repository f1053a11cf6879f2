"""What an apprentice cannot learn from, or by, is told in one line."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import allaprima as ap
from allaprima.learning import StrokeData
from allaprima.perception import FeatureLoss

from .own_parts import Small, spots


class Deaf(Small):
    """One whose strokes do not come from its parameters."""

    def forward(self, strokes: ap.Strokes, size: int) -> Tensor:
        return spots(strokes, size)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"generator": "gan"}, "there is no generator 'gan': choose from splat, ribbon, dcgan"),
        ({"features": "eyes"}, "there are no features 'eyes': choose from pocket, vgg16, none"),
        ({"loss": FeatureLoss(), "features": "none"}, "features have no effect on a loss of your own"),
        ({"device": "tpu"}, "there is no device tpu"),
        ({"seed": -1}, "seed is -1"),
        ({"generator": lambda strokes, size: torch.zeros(1)}, "gave"),
        ({"generator": spots}, "the generator spots has no parameters, and these are what learns"),
        ({"generator": Deaf()}, "the generator Deaf has no gradient by its parameters"),
        ({"generator": nn.Linear(12, 1)}, r"the brush Linear takes \(input: .*\): it is called with \(strokes, size\)"),
        ({"generator": 5}, "the brush is 5, of type int: give a module or a function"),
        ({"loss": "pixel"}, "the loss is 'pixel', of type str: give a function loss"),
        ({"loss": lambda drawn: drawn.mean()}, r"the loss <lambda> takes \(drawn\): it is called with \(drawn, true\)"),
        ({"features": 5}, "features is 5, of type int: give a name, or a network"),
        ({"features": nn.Conv2d}, r"features is the class Conv2d: give an object of it"),
        ({"seed": "x"}, "seed is 'x': it must be a whole number"),
        ({"seed": None}, "seed is None: it must be a whole number"),
        ({"on_step": 3}, r"on_step is 3, of type int: give a function of \(step\)"),
        ({"on_step": lambda: None}, r"on_step <lambda> takes \(\): it is called with \(step\)"),
        (
            {"data": "nowhere"},
            "nowhere is no folder of strokes: draw some with `allaprima strokes nowhere --brush BRUSH`",
        ),
    ],
)
def test_refused(data: StrokeData, options: dict[str, object], told: str) -> None:
    with pytest.raises(ap.InputError, match=told):
        ap.Apprentice(**{"data": data, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        (lambda drawn, true: (drawn - true).abs(), r"the loss <lambda> gave \(2, 1, \d+, \d+\): give a tensor of one"),
        (lambda drawn, true: 0.5, "the loss <lambda> gave 0.5: give a tensor of one number"),
        (lambda drawn, true: true.mean(), "the loss <lambda> has no gradient by what was drawn"),
        (lambda drawn, true: drawn.mean() / 0, "the loss <lambda> gave inf: it must be finite"),
        (
            FeatureLoss(lambda picture: {"relu3_3": picture}),
            "the features tell nothing of relu4_3: give activations by",
        ),
        (FeatureLoss(lambda picture: picture), "the features tell nothing of relu3_3"),  # type: ignore[arg-type]
        (FeatureLoss(pixel=float("nan")), "the loss FeatureLoss gave nan: it must be finite, so take a smaller lr"),
    ],
)
def test_what_is_no_loss_stops(data: StrokeData, loss: Any, told: str) -> None:
    """With the weights as they were."""
    apprentice = ap.Apprentice(data, "ribbon", loss=loss)
    before = [value.clone() for value in apprentice.generator.state_dict().values()]
    for learn in (apprentice.pretrain, apprentice.adversarial):
        with pytest.raises(ap.InputError, match=told) as error:
            learn(steps=3, batch=2)
        assert "\n" not in str(error.value)
    assert all(torch.equal(*pair) for pair in zip(before, apprentice.generator.state_dict().values(), strict=True))


def test_refused_stages(data: StrokeData, tmp_path: Path) -> None:
    apprentice = ap.Apprentice(data, "ribbon", features="none")
    for options in ({"steps": 0}, {"batch": 0}, {"lr": 2.0}):
        with pytest.raises(ap.InputError, match=f"{next(iter(options))} is"):
            apprentice.pretrain(**options)  # type: ignore[arg-type]
    for learn in (apprentice.pretrain, apprentice.pretrain_critic, apprentice.adversarial):
        for options in ({"steps": "3"}, {"steps": 3.5}, {"batch": "x"}, {"lr": "x"}):
            ((name, value),) = options.items()
            with pytest.raises(ap.InputError, match=f"{name} is {value!r}: it must be a"):
                learn(**options)  # type: ignore[arg-type]
    with pytest.raises(ap.InputError, match="mix is 'x': it must be a number"):
        apprentice.adversarial(steps=1, mix="x")  # type: ignore[arg-type]
    with pytest.raises(ap.InputError, match="mix is 2: choose 0 to 1"):
        apprentice.adversarial(steps=1, mix=2)
    large = ap.draw_strokes(tmp_path / "large", spots, 20, size=128)
    with pytest.raises(ap.InputError, match="the critic of stages 2 and 3 needs 64"):
        ap.Apprentice(large, features="none").pretrain_critic(steps=1)


def test_programs_that_are_none(tmp_path: Path) -> None:
    for brush, told in (
        (3, "the brush is '3': give a name, a path, or a painting program"),
        (lambda strokes, size: torch.zeros(1, 1, size, size), "gave \\(1, 1, 64, 64\\) for 24 strokes on 64 px: give"),
        (lambda strokes, size: torch.full((len(strokes), 1, size, size), float("nan")), "not finite"),
        (lambda strokes, size: torch.zeros(len(strokes), 1, size, size), "paints nothing"),
        (
            lambda strokes, size: torch.full((len(strokes), 1, size, size), 200),
            "gave 200 to 200: .* or divide bytes by 255",
        ),
        (
            lambda strokes: strokes,
            "the painting program <lambda> takes \\(strokes\\): it is called with \\(strokes, size",
        ),
    ):
        with pytest.raises(ap.InputError, match=told):
            ap.draw_strokes(tmp_path / "none", brush, 10)  # type: ignore[arg-type]
    with pytest.raises(ap.InputError, match=r"on_progress <lambda> takes \(\): it is called with \(done, total\)"):
        ap.draw_strokes(tmp_path / "none", "flat", 10, on_progress=lambda: None)  # type: ignore[misc]
    with pytest.raises(ap.InputError, match="on_progress is 3, of type int: give a function"):
        ap.draw_strokes(tmp_path / "none", "flat", 10, on_progress=3)  # type: ignore[arg-type]
    with pytest.raises(ap.InputError, match=r"<lambda> cannot be sent to other processes: .* or processes=1"):
        ap.draw_strokes(tmp_path / "none", lambda strokes, size: spots(strokes, size), 10, processes=2)
    with pytest.raises(ap.InputError, match="device is meta, which has no effect"):
        ap.draw_strokes(tmp_path / "none", "flat", 10, device="meta")
    assert not (tmp_path / "none").exists()
