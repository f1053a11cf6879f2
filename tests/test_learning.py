"""Stroke data and the first training: the same bytes again, and nothing lost by a kill."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from safetensors import safe_open

import allaprima
from allaprima import InputError, Strokes
from allaprima.app.cli import run
from allaprima.brush.generators import make_generator
from allaprima.brush.mypaint import brush_file
from allaprima.learning import LearningStep, Stage, StageConfig, callbacks, config, report
from allaprima.learning.checkpoint import Checkpoint
from allaprima.learning.config import FIRST, TrainingConfig
from allaprima.learning.critic import accuracy, make_critic
from allaprima.learning.dataset import StrokeData
from allaprima.learning.fidelity import fidelity
from allaprima.learning.generate import draw_strokes
from allaprima.learning.stages import TrainingContext, pretrain_critic
from allaprima.learning.train import learn, learn_brush
from allaprima.perception.losses import FeatureLoss

from .conftest import picture_size

Capture = pytest.CaptureFixture[str]


def lessons(*stages: int, steps: int = 40, generator: str = "splat", seed: int = 0) -> TrainingConfig:
    paces = [pace if stage in stages else None for stage, pace in ((1, steps), (2, 4), (3, 4))]
    return TrainingConfig.plan(stages, generator, tuple(paces), seed, features="none")


def test_learning_learns_and_goes_on_after_a_stop(
    data: StrokeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses: list[float] = []

    def follow(step: LearningStep) -> None:
        if step.stage is Stage.GENERATOR:
            losses.append(step.loss)

    plan = lessons(1, steps=60)
    plan = replace(plan, texture=replace(plan.texture, steps=6))
    straight = learn(data, tmp_path / "a", plan, on_step=follow)
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 4
    assert fidelity(straight.generator, data)["psnr"] > 15

    def stop(step: LearningStep) -> None:
        if step.step == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(data, tmp_path / "b", plan, on_step=stop)
    steps: list[int] = []
    resumed = learn(data, tmp_path / "b", plan, on_step=lambda step: steps.append(step.step))
    assert steps == [*range(26, 61), *range(1, 7)]  # the last are the texture's
    assert straight.texture and resumed.texture
    assert all(torch.allclose(one, two, atol=1e-6) for one, two in weights(straight.generator, resumed.generator))
    assert all(torch.allclose(one, two, atol=1e-6) for one, two in weights(straight.texture, resumed.texture))

    with pytest.raises(InputError, match="is of another training: remove it"):
        learn(data, tmp_path / "b", lessons(1, seed=2))
    (tmp_path / "b").write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"checkpoint .* is damaged"):
        learn(data, tmp_path / "b", lessons(1))
    monkeypatch.setattr(callbacks, "CHECKPOINT", 0.0)
    with pytest.raises(RuntimeError, match="crash"):
        learn(data, tmp_path / "c", lessons(1), on_step=crash)
    assert (tmp_path / "c").exists()  # from the step before the crash


def weights(one: torch.nn.Module, other: torch.nn.Module) -> list[tuple[torch.Tensor, torch.Tensor]]:
    return list(zip(one.parameters(), other.parameters(), strict=True))


def crash(step: LearningStep) -> None:
    if step.step == 3:
        raise RuntimeError("crash")


@pytest.mark.parametrize("generator", ["splat", "ribbon", "dcgan"])
def test_frozen_means_frozen(data: StrokeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generator: str) -> None:
    """The generator's weights are bit-identical through every critic step of stages 2 and 3; and the critic's through
    every step of the generator.
    """
    seen: list[tuple[Stage, ...]] = []
    kept: dict[str, list[torch.Tensor]] = {}

    def moved(name: str, model: torch.nn.Module) -> bool:
        before = kept.get(name)
        kept[name] = [value.detach().clone() for value in model.parameters()]
        return before is None or any(not torch.equal(*pair) for pair in zip(before, kept[name], strict=True))

    original = callbacks.Follow.after_batch

    def after_batch(self: callbacks.Follow) -> None:
        models = self.checkpoint.models
        moves = {name: moved(name, model) for name, model in models.items()}
        seen.append((self.batches.stage, moves.pop("critic"), *moves.values()))
        original(self)

    monkeypatch.setattr(callbacks.Follow, "after_batch", after_batch)
    plan = TrainingConfig.plan((1, 2, 3), generator, (3, 3, 4), 0)
    plan = replace(plan, texture=replace(plan.texture, steps=3))
    learn(data, tmp_path / "gan", replace(plan, **{name: replace(getattr(plan, name), batch=4) for name in PACES}))
    # who moves: critic, generator, texture; dcgan has no texture and stands before the critic itself
    textured = generator == "splat"
    still, critic = [False] * textured, [True, False, *[False] * textured]
    drawing = [False, False, True] if textured else [False, True]
    of_stage = {stage: [moves for at, *moves in seen if at == stage] for stage in Stage}
    assert of_stage[Stage.GENERATOR][1:] == [[False, True, *still]] * 2
    assert len(of_stage[Stage.TEXTURE]) == 3 * textured and of_stage[Stage.TEXTURE][1:] == [drawing] * 2 * textured
    assert of_stage[Stage.CRITIC] == [critic] * 3
    assert of_stage[Stage.ADVERSARIAL] == [critic, drawing] * 2  # in turns


PACES = ("first", "texture", "second", "third")


def test_stages_go_on_after_a_stop_in_each(data: StrokeData, tmp_path: Path) -> None:
    plan = lessons(1, 2, 3, steps=4)
    plan = replace(plan, texture=replace(plan.texture, steps=4))
    reached: list[tuple[int, int]] = []

    def stop(step: LearningStep) -> None:
        first = (step.stage, step.step) not in reached
        reached.append((step.stage, step.step))
        if first and step.step == 3:
            raise KeyboardInterrupt

    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            learn(data, tmp_path / "a", plan, on_step=stop)
    learn(data, tmp_path / "a", plan, on_step=stop)
    assert reached == [(s, n) for s in (1, 2, 3, 4) for n in range(1, 5)]


@pytest.mark.slow
def test_killed_it_goes_on_where_it_was(data: StrokeData, tmp_path: Path) -> None:
    often = "from allaprima.learning import callbacks; callbacks.CHECKPOINT = 0.0"
    command = ["train", str(data.folder), "-o", str(tmp_path / "a.safetensors"), "--features", "none", "--steps", "300"]
    code = f"import sys; {often}; from allaprima.app.cli import main; main()"
    process = subprocess.Popen([sys.executable, "-c", code, *command])
    unfinished = tmp_path / "a.unfinished.safetensors"
    while not unfinished.exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with safe_open(unfinished, "pt") as file:
        step = json.loads(file.metadata()["allaprima.training"])["step"]
    steps: list[int] = []
    lessons = TrainingConfig.plan((1,), steps=(300, None, None), features="none")
    learn_brush(data.folder, tmp_path / "a.safetensors", lessons, on_step=lambda step: steps.append(step.step))
    assert 0 < step == steps[0] - 1 and not unfinished.exists()


def test_a_critic_learns_to_tell(data: StrokeData, tmp_path: Path) -> None:
    """Against an untrained generator that is easy: some steps are enough."""
    torch.manual_seed(0)
    critic, generator = make_critic(8), make_generator("ribbon")
    context = TrainingContext(
        data, generator, critic, FeatureLoss(), Checkpoint(tmp_path / "x", "", {"critic": critic})
    )
    pretrain_critic(context, StageConfig(150, 8, 2e-3))
    strokes, once, _ = data.held_out()
    assert accuracy(critic, once[:100], generator.eval()(strokes[:100], 64)) > 0.8


def test_from_scratch(data: StrokeData, tmp_path: Path) -> None:
    stages: list[int] = []
    learn(data, tmp_path / "a", lessons(3), on_step=lambda step: stages.append(step.stage))
    assert stages == [Stage.ADVERSARIAL] * 4


def test_a_brush_file_from_data(data: StrokeData, tmp_path: Path) -> None:
    output = tmp_path / "mine.safetensors"
    card = learn_brush(data.folder, output, lessons(1, steps=5))
    brush = allaprima.load_brush(output)
    assert brush.card == card and brush.name == "mine"
    assert card.command.endswith(
        "train STROKES -o mine.safetensors --stages 1 --generator splat --features none --steps 5 --seed 0"
    )
    assert card.fidelity["agreement"] == pytest.approx(22.3, abs=0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.safetensors"]
    small = {"strokes": 3, "size": 32, "mood": "painterly"}
    painting = allaprima.paint(np.full((32, 32, 3), 99, np.uint8), brush=str(output), **small)
    assert painting.settings.brush == painting.brushes[0].name == "mine"


def test_lesson_refusals(data: StrokeData, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.safetensors"):
        learn_brush(data.folder, tmp_path / "mine.pt")
    with pytest.raises(InputError, match="steps is 0"):
        TrainingConfig.plan((1,), steps=(0, None, None))
    with pytest.raises(InputError, match="stages is '2,3': choose 1, 1,2 or 1,2,3, or 3 alone"):
        TrainingConfig.plan((2, 3))
    with pytest.raises(InputError, match="mix is 2"):
        TrainingConfig.plan((1,), mix=2)
    with pytest.raises(InputError, match="no generator 'gan': choose from splat, ribbon, dcgan"):
        TrainingConfig.plan((1,), "gan")
    with pytest.raises(InputError, match="no features 'eyes': choose from pocket, vgg16, none"):
        TrainingConfig.plan((1,), features="eyes")


def test_report(data: StrokeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "OFTEN", 0.0)
    learn_brush(data.folder, tmp_path / "mine.safetensors", lessons(1, 2, 3, steps=4), report=tmp_path / "report")
    names = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert names == [
        "losses.png",
        "now.png",
        "report.json",
        "sheet.png",
        "stage-1-texture.png",
        "stage-1.png",
        "stage-3.png",
        "the-real-brush.png",
    ]
    figures = json.loads((tmp_path / "report/report.json").read_text())
    assert figures["brush"] == "classic/dry_brush" and list(figures["stages"]) == [
        "stage 1",
        "stage 1, texture",
        "stage 3",
    ]
    assert figures["stages"]["stage 3"]["psnr"] > 5
    of_stage = figures["history"]
    assert {stage: len(columns["step"]) for stage, columns in of_stage.items()} == {"1": 4, "1b": 4, "2": 4, "3": 4}
    assert set(of_stage["2"]) == {"step", "seconds", "loss", "accuracy"}
    assert set(of_stage["3"]) == {"step", "seconds", "critic", "accuracy", "generator", "pixel", "fooled"}
    assert picture_size(tmp_path / "report/sheet.png") == (12 * 128, 4 * (2 * 128 + 20))


def test_learn_brush_in_one_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """From a .myb to a brush that paints at once, and is drawn by MyPaint without the .myb."""
    monkeypatch.setitem(FIRST, "splat", StageConfig(20, 8, 2e-2))
    monkeypatch.setattr(config, "SECOND", StageConfig(3, 4, 1e-3))
    monkeypatch.setattr(config, "THIRD", StageConfig(4, 4, 1e-3))
    monkeypatch.setenv("MYPAINT_BRUSHES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.myb").write_bytes(brush_file("deevad/rigger_brush").read_bytes())
    assert run(["learn-brush", "own.myb", "-o", "own.safetensors", "--count", "300", "--features", "none"]) == 0
    assert capsys.readouterr().out == "own.safetensors\n"
    (tmp_path / "own.myb").unlink()
    assert [path.name for path in tmp_path.iterdir()] == ["own.safetensors"]
    photo = Path(__file__).parent.parent / "examples/chelsea.png"
    quick = ["--strokes", "5", "--size", "32", "--quality", "draft", "--brush", "own.safetensors"]
    assert run(["paint", str(photo), *quick, "--engine", "mypaint", "-o", "a.png", "-o", "a.painting.json"]) == 0
    assert run(["render", "a.painting.json", "-o", "b.png", "--engine", "mypaint", "--brush", "own.safetensors"]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


class Pen:
    """A painting program of twenty lines: Pillow draws the curve as a line of round dots."""

    name = "pen"

    def __call__(self, strokes: Strokes, size: int) -> torch.Tensor:
        opacity = torch.empty(len(strokes), 1, size, size)
        points = strokes.curve(torch.linspace(0, 1, 60)) * size * 4
        for index, (curve, radius) in enumerate(zip(points.tolist(), strokes.radius.tolist(), strict=True)):
            picture = Image.new("L", (size * 4, size * 4))
            draw = ImageDraw.Draw(picture)
            for x, y in curve:
                r = radius * size * 4
                draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
            small = np.array(picture.resize((size, size), Image.Resampling.BOX))
            opacity[index, 0] = torch.from_numpy(small) / 255
        return opacity


def test_another_painting_program_is_learned(tmp_path: Path) -> None:
    data = draw_strokes(tmp_path / "pen", Pen(), 600)
    card = learn_brush(data.folder, tmp_path / "pen.safetensors", lessons(1, steps=150))
    assert card.fidelity["psnr"] > 15 and card.fidelity["agreement"] == 120
    brush = allaprima.load_brush(tmp_path / "pen.safetensors")
    small = {"strokes": 3, "size": 32, "mood": "painterly"}
    painting = allaprima.paint(np.full((32, 32, 3), 9, np.uint8), brush=str(tmp_path / "pen.safetensors"), **small)
    with pytest.raises(InputError, match="learned from no program that is here: draw with --engine neural"):
        painting.render(32, engine="real", brushes=[brush])
    assert painting.render(32, brushes=[brush]).shape == (32, 32, 3)
