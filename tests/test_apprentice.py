"""Learning in Python, as a learner and a researcher would: stage by stage, with programs, modules and losses of one's
own, and never a word on a stream.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import allaprima as ap
from allaprima.learning import LearningStep, Stage, StrokeData, config
from allaprima.learning.critic import make_critic, settled
from allaprima.perception import FeatureLoss

from .conftest import ROOT
from .other_device import DEVICE, other_device
from .own_parts import Small, spots

TITLE = 20  # px of a sheet


@pytest.fixture(scope="module")
def taught(data: StrokeData) -> ap.Apprentice:
    """After all three stages, short ones."""
    apprentice = ap.Apprentice(data, features="none")
    assert list(apprentice.pretrain(steps=12, batch=4).stages) == ["1", "1b"]
    assert list(apprentice.pretrain_critic(steps=5, batch=4).stages) == ["2"]
    assert list(apprentice.adversarial(steps=6, batch=4).stages) == ["3"]
    return apprentice


def test_every_step_is_in_the_history(taught: ap.Apprentice) -> None:
    """By the stage's number in the reference, with losses by part; the two losses of stage 3 apart."""
    history = taught.history
    assert {stage: len(moments) for stage, moments in history.stages.items()} == {"1": 12, "1b": 12, "2": 5, "3": 6}
    assert history.names("1") == ["loss", "pixel"] and history.names("2") == ["loss", "accuracy"]
    assert set(history.names("3")) == {"generator", "pixel", "fooled", "critic", "accuracy"}
    assert history.values("critic", "3")[0] == [1, 3, 5] and history.values("generator", "3")[0] == [2, 4, 6]
    seconds = [moment.seconds for moment in history.stages["1"]]
    assert seconds == sorted(seconds) and seconds[0] > 0
    assert all(0 <= value <= 1 for value in history.values("accuracy", "2")[1])


def test_parts_of_the_feature_loss_add_up(data: StrokeData) -> None:
    history = ap.Apprentice(data, "dcgan", features="pocket").pretrain(steps=2, batch=2)
    for moment in history.stages["1"]:
        parts = [moment.values[name] for name in ("pixel", "features", "gram")]
        assert sum(parts) == pytest.approx(moment.values["loss"], rel=1e-5) and min(parts) > 0


def test_sheets_and_verdicts(taught: ap.Apprentice) -> None:
    rows = 4  # the real brush's, the mean, with texture, after stage 3: each of two rows of 12
    assert taught.sheet().size == (12 * 128, rows * (2 * 128 + TITLE))
    judged = taught.judge(12)
    assert judged.size == (12 * 128, 2 * (128 + 2 * TITLE))
    assert taught.judge(3).size == (3 * 128, judged.height)
    with pytest.raises(ap.InputError, match="count is 0: choose 1 to"):
        taught.judge(0)
    with pytest.raises(ap.InputError, match="count is 'x': it must be a whole number"):
        taught.judge("x")  # type: ignore[arg-type]
    with pytest.raises(ap.InputError, match="the brush is called '': give it a name"):
        taught.brush("")


def test_from_scratch_the_generator_learns(data: StrokeData) -> None:
    """Where stage 1 has taught no texture, stages 2 and 3 are about the generator, and the brush has none."""
    apprentice = ap.Apprentice(data, "splat", features="none")
    assert apprentice.textured and apprentice.texture is None
    before = [weights.detach().clone() for weights in apprentice.generator.parameters()]
    apprentice.adversarial(steps=4, batch=2)
    assert any(not torch.equal(*pair) for pair in zip(before, apprentice.generator.parameters(), strict=True))
    assert set(apprentice.fidelity()) == {"psnr", "agreement"} and apprentice.texture is None


def test_a_critic_that_has_not_learned_does_not_know(data: StrokeData) -> None:
    """Its verdicts are about even, though its spectral norms were never found."""
    critic = make_critic()
    said = settled(critic)(torch.rand(6, 1, 64, 64))
    assert said.abs().max() < 1 < critic.eval()(torch.rand(6, 1, 64, 64)).abs().max()


def test_learning_goes_on_where_a_call_ended(data: StrokeData) -> None:
    apprentice = ap.Apprentice(data, "ribbon", features="none")
    assert "untaught" not in repr(apprentice) and apprentice.sheet().height == 2 * (2 * 128 + TITLE)
    apprentice.pretrain(steps=3, batch=2)
    before = [weights.detach().clone() for weights in apprentice.generator.parameters()]
    apprentice.pretrain(steps=4, batch=2)
    assert apprentice.history.values("loss", "1")[0] == [*range(1, 8)]
    assert any(not torch.equal(*pair) for pair in zip(before, apprentice.generator.parameters(), strict=True))
    apprentice.pretrain_critic(steps=2, batch=2)
    apprentice.pretrain(steps=1, batch=2)  # what stage 2 froze learns again
    assert len(apprentice.history) == 10


def test_the_brush_paints_at_once_and_the_apprentice_goes_on(taught: ap.Apprentice, tmp_path: Path) -> None:
    brush = taught.brush("mine")
    weights = [value.clone() for value in brush.state_dict().values()]
    photo = np.full((32, 32, 3), 99, np.uint8)
    painting = ap.paint(photo, brush=brush, strokes=3, size=32, mood="painterly")
    assert painting.settings.brush == painting.brushes[0].name == "mine"
    brush.save(tmp_path / "mine.safetensors")
    assert ap.load_brush(tmp_path / "mine.safetensors").sha256 == brush.sha256
    taught.generator.requires_grad_(True)
    for parameter in taught.generator.parameters():
        assert parameter.requires_grad
    assert all(torch.equal(*pair) for pair in zip(weights, brush.state_dict().values(), strict=True))


def test_a_texture_that_is_left_out_is_told(taught: ap.Apprentice) -> None:
    brush = taught.brush()
    note = brush.card.note
    assert "texture is left out" in note and "dB better; stages 2 and 3 taught the texture alone" in note
    assert "texture" not in brush.card.fidelity and brush.texture is None


def test_a_program_of_ones_own_by_a_module_of_ones_own(tmp_path: Path) -> None:
    """Neither has a name, a kind, or any other attribute; both are found out about by calling them."""
    data = ap.draw_strokes(str(tmp_path / "spots"), spots, 200)
    assert data.meta.brush == "spots" and len(data) == 200
    apprentice = ap.Apprentice(data, Small(), features="none")
    history = apprentice.pretrain(steps=60, batch=16, lr=1e-2)
    losses = history.values("loss", "1")[1]
    assert np.mean(losses[-10:]) < np.mean(losses[:10])
    apprentice.pretrain_critic(steps=2, batch=2)
    apprentice.adversarial(steps=2, batch=2)
    brush = apprentice.brush("small")
    brush.save(tmp_path / "small.safetensors")
    again = ap.load_brush(tmp_path / "small.safetensors", generator=Small())
    assert torch.equal(again(ap.Strokes.random(3)), brush(ap.Strokes.random(3)))
    painting = ap.paint(np.full((32, 32, 3), 99, np.uint8), brush=brush, strokes=3, size=32, mood="painterly")
    assert len(painting) == 3


def test_a_loss_of_ones_own(data: StrokeData) -> None:
    apprentice = ap.Apprentice(data, "ribbon", loss=lambda drawn, true: (drawn - true).abs().mean())
    assert apprentice.pretrain(steps=3, batch=2).names("1") == ["loss"]
    apprentice = ap.Apprentice(data, "ribbon", loss=FeatureLoss(pixel=2.0))
    assert apprentice.pretrain(steps=3, batch=2).names("1") == ["loss", "pixel"]


def test_all_stages_on_another_device(data: StrokeData) -> None:
    """Networks, strokes and losses are there together; what is shown comes back."""
    with other_device():
        apprentice = ap.Apprentice(data, "splat", features="pocket", device=DEVICE)
        apprentice.pretrain(steps=1, batch=2)
        apprentice.pretrain_critic(steps=1, batch=2)
        apprentice.adversarial(steps=2, batch=2)
        assert apprentice.judge(2).height == 2 * (128 + 2 * TITLE)
    assert {stage: len(moments) for stage, moments in apprentice.history.stages.items()} == {
        "1": 1,
        "1b": 1,
        "2": 1,
        "3": 2,
    }


def test_ctrl_c_keeps_what_was_learned(data: StrokeData) -> None:
    def stop(step: LearningStep) -> None:
        if step.step == 4:
            raise KeyboardInterrupt

    apprentice = ap.Apprentice(data, "ribbon", features="none", on_step=stop)
    with pytest.raises(KeyboardInterrupt):
        apprentice.pretrain(steps=9, batch=2)
    assert apprentice.history.values("loss", "1")[0] == [1, 2, 3, 4]
    apprentice.on_step = None
    apprentice.pretrain(steps=2, batch=2)


def test_shares_of_a_whole_training_grow() -> None:
    """So that one bar can tell how long all stages take together."""
    plan = config.TrainingConfig.plan((1, 2, 3))
    costs = plan.costs(textured=True)
    assert list(costs) == list(Stage) and min(costs.values()) > 0
    assert list(plan.costs(textured=False)) == [Stage.GENERATOR, Stage.CRITIC, Stage.ADVERSARIAL]


SCRIPT = """
import allaprima as ap
data = ap.draw_strokes("strokes", "classic/dry_brush", 40)
apprentice = ap.Apprentice("strokes", "splat", features="none", report="report")
apprentice.pretrain(steps=2, batch=2).figure().savefig("curves.png")
apprentice.pretrain_critic(steps=2, batch=2)
apprentice.adversarial(steps=2, batch=2)
apprentice.sheet().save("sheet.png")
apprentice.brush("mine").save("mine.safetensors")
"""


def test_a_plain_script(tmp_path: Path) -> None:
    """Without a guard for processes; nothing is printed."""
    (tmp_path / "learn.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "-W", "ignore", "learn.py"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"learn.py", "strokes", "report", "curves.png", "sheet.png", "mine.safetensors"}
    with Image.open(tmp_path / "report" / "losses.png") as curves:
        assert curves.width > 1000
    assert str(ROOT) not in (tmp_path / "report" / "report.json").read_text()


def test_one_process_draws_in_this_one(tmp_path: Path) -> None:
    """The same bytes as several do."""
    one = ap.draw_strokes(tmp_path / "one", "flat", 30, processes=1)
    two = ap.draw_strokes(tmp_path / "two", "flat", 30, processes=2)
    for path in sorted(one.folder.glob("*.npy")):
        assert path.read_bytes() == (two.folder / path.name).read_bytes(), path.name


def test_what_is_frozen_of_a_network_of_ones_own_stays_so(data: StrokeData) -> None:
    """To the bit, in all stages, while the rest of it learns; and what fast.ai froze meanwhile is free again."""
    network = Small()
    network.layers[0].requires_grad_(False)
    before = [value.clone() for value in network.state_dict().values()]
    apprentice = ap.Apprentice(data, network, features="none")
    for learn in (apprentice.pretrain, apprentice.pretrain_critic, apprentice.adversarial):
        learn(steps=4, batch=2)
        assert [value.requires_grad for value in network.parameters()] == [False, False, True, True]
    same = [torch.equal(*pair) for pair in zip(before, network.state_dict().values(), strict=True)]
    assert same == [True, True, False, False]
    assert all(value.requires_grad for value in apprentice.critic.parameters())
    network.requires_grad_(False)
    with pytest.raises(ap.InputError, match="the generator Small is frozen, so nothing of it can learn: call"):
        apprentice.pretrain(steps=1)
    apprentice.pretrain_critic(steps=1, batch=2)
    with pytest.raises(ap.InputError, match="the generator Small is frozen"):
        ap.Apprentice(data, network, features="none")
