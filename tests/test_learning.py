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
from allaprima import InputError, MyPaintBrush, Strokes
from allaprima.app.cli import run
from allaprima.brush.library import make_generator
from allaprima.brush.mypaint import brush_file
from allaprima.learning import callbacks, report
from allaprima.learning import train as apprentice
from allaprima.learning.callbacks import Pace
from allaprima.learning.checkpoint import Checkpoint
from allaprima.learning.critic import accuracy, make_critic
from allaprima.learning.dataset import StrokeData, read_meta
from allaprima.learning.episodes import import_episodes
from allaprima.learning.generate import draw_strokes
from allaprima.learning.report import fidelity
from allaprima.learning.stages import ADVERSARIAL, CRITIC, GENERATOR, TEXTURE, TITLES, Studio, pretrain_critic
from allaprima.learning.train import FIRST, Lessons, learn, learn_brush
from allaprima.perception.losses import FeatureLoss

from .conftest import picture_size, psnr

Capture = pytest.CaptureFixture[str]

COUNT = 2300  # two whole shards and a part


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> StrokeData:
    folder = tmp_path_factory.mktemp("strokes") / "dry"
    seen: list[tuple[int, int]] = []
    data = draw_strokes(
        folder, MyPaintBrush("classic/dry_brush"), COUNT, seed=5, on_progress=lambda *at: seen.append(at)
    )
    assert seen[-1][0] == seen[-1][1] == 3 * COUNT + 2000 and seen == sorted(seen)
    return data


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_data_is_what_the_brush_draws(data: StrokeData) -> None:
    actions, opacity = data.batch(np.array([0, 1, 2299, 1000]))
    assert actions.shape == (4, 12) and opacity.shape == (4, 1, 64, 64) and opacity.dtype == torch.float32
    assert torch.equal(actions[0], Strokes.random(1000, [5, 0]).actions[0])
    assert torch.equal(actions[3], Strokes.random(1000, [5, 1]).actions[0])
    real = MyPaintBrush("classic/dry_brush")(actions)
    assert (opacity[0] - real[0]).abs().max() < 0.6 / 255  # the first of a shard is sample 0
    assert 15 < psnr(opacity[1], real[1]) < 40  # then the random numbers run on
    strokes, once, again = data.held_out()
    assert len(strokes) == len(once) == 2000
    assert (once[:3] - MyPaintBrush("classic/dry_brush")(strokes[:3])).abs().max() < 0.6 / 255
    assert 20 < psnr(once, again) < 25


def test_strokes_of_several_sizes_take_turns(data: StrokeData) -> None:
    """Half of them of the data's own size; the others at 128 px, or averaged from it, as many pixels at most."""
    batches = [source.batch(np.arange(8)) for source in data.sizes(data)]
    assert [opacity.shape[::3] for _, opacity in batches] == [(8, 64), (2, 128), (8, 64), (8, 32), (8, 64), (8, 16)]
    strokes = Strokes.from_actions(batches[1][0][:1, :12]).placed(0, 0, 64, sample=batches[1][0][:1, 12])
    real = MyPaintBrush("classic/dry_brush")(strokes, 128)
    assert (batches[1][1][:1] - real).abs().max() < 0.6 / 255
    assert (batches[5][1][0] - torch.nn.functional.avg_pool2d(real, 8)[0]).abs().max() < 0.6 / 255


def test_the_same_bytes_whatever_the_processes_and_after_a_kill(data: StrokeData, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    command = ["strokes", str(folder), "--brush", "classic/dry_brush", "--count", str(COUNT), "--seed", "5"]
    process = subprocess.Popen([sys.executable, "-m", "allaprima", *command, "--processes", "1"])
    while not (folder / "opacity-00000.npy").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for left in folder.glob(".*"):
        left.unlink()  # a file that was being written aside
    kept = (folder / "opacity-00000.npy").stat().st_mtime_ns
    with pytest.raises(InputError, match=r"misses \d of 3 shards: run `allaprima strokes`"):
        StrokeData(folder)
    draw_strokes(folder, MyPaintBrush("classic/dry_brush"), COUNT, seed=5, processes=1)
    assert (folder / "opacity-00000.npy").stat().st_mtime_ns == kept
    assert files(folder) == files(data.folder)


def test_data_refusals(data: StrokeData, tmp_path: Path) -> None:
    brush = MyPaintBrush("classic/dry_brush")
    with pytest.raises(InputError, match="drawn with other options"):
        draw_strokes(data.folder, brush, COUNT, seed=6)
    for changes, told in (
        ({"count": 0}, "count is 0"),
        ({"count": 10, "size": 63}, "size is 63"),
        ({"count": 10, "seed": -1}, "seed is -1"),
    ):
        with pytest.raises(InputError, match=told):
            draw_strokes(tmp_path / "new", brush, **changes)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"need .* MB and .* has .* MB free"):
        draw_strokes(tmp_path / "new", brush, 10_000_000, size=512)
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="holds no stroke data"):
        StrokeData(tmp_path)
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(InputError, match="is damaged"):
        read_meta(tmp_path)


def lessons(*stages: int, steps: int = 40, generator: str = "splat", seed: int = 0) -> Lessons:
    return Lessons.plan(stages, generator, (steps, 6, 6), seed, features="none")


def test_learning_learns_and_goes_on_after_a_stop(
    data: StrokeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses: list[float] = []

    def follow(stage: int, _step: int, _steps: int, loss: float) -> None:
        if stage == GENERATOR:
            losses.append(loss)

    straight, texture = learn(data, tmp_path / "a", lessons(1, steps=60), on_step=follow)
    assert texture is not None
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 4
    assert fidelity(straight, data)["psnr"] > 15

    def stop(_stage: int, step: int, _total: int, _loss: float) -> None:
        if step == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(data, tmp_path / "b", lessons(1, steps=60), on_step=stop)
    steps: list[int] = []
    resumed, other = learn(data, tmp_path / "b", lessons(1, steps=60), on_step=lambda *at: steps.append(at[1]))
    assert steps == [*range(26, 61), *range(1, 10)] and other is not None  # the last are the texture's
    assert all(torch.allclose(one, two, atol=1e-6) for one, two in weights(straight, resumed))
    assert all(torch.allclose(one, two, atol=1e-6) for one, two in weights(texture, other))

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


def crash(_stage: int, step: int, *_: object) -> None:
    if step == 3:
        raise RuntimeError("crash")


@pytest.mark.parametrize("generator", ["splat", "dcgan"])
def test_frozen_means_frozen(data: StrokeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generator: str) -> None:
    """The generator's weights are bit-identical through every critic step of stages 2 and 3; and the critic's through
    every step of the generator.
    """
    seen: list[tuple[int, ...]] = []
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
    plan = Lessons.plan((1, 2, 3), generator, (3, 5, 8), 0)
    plan = replace(plan, texture=replace(plan.texture, steps=4))
    learn(data, tmp_path / "gan", replace(plan, **{name: replace(getattr(plan, name), batch=4) for name in PACES}))
    # who moves: critic, generator, texture; dcgan has no texture and stands before the critic itself
    textured = generator == "splat"
    still, critic = [False] * textured, [True, False, *[False] * textured]
    drawing = [False, False, True] if textured else [False, True]
    of_stage = {stage: [moves for at, *moves in seen if at == stage] for stage in TITLES}
    assert of_stage[GENERATOR][1:] == [[False, True, *still]] * 2
    assert len(of_stage[TEXTURE]) == 4 * textured and of_stage[TEXTURE][1:] == [drawing] * 3 * textured
    assert of_stage[CRITIC] == [critic] * 5
    assert of_stage[ADVERSARIAL] == [critic, drawing] * 4  # in turns


PACES = ("first", "texture", "second", "third")


def test_stages_go_on_after_a_stop_in_each(data: StrokeData, tmp_path: Path) -> None:
    plan = lessons(1, 2, 3, steps=4)
    plan = replace(plan, texture=replace(plan.texture, steps=4))
    reached: list[tuple[int, int]] = []

    def stop(stage: int, step: int, *_: object) -> None:
        first = (stage, step) not in reached
        reached.append((stage, step))
        if first and step == 3:
            raise KeyboardInterrupt

    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            learn(data, tmp_path / "a", plan, on_step=stop)
    learn(data, tmp_path / "a", plan, on_step=stop)
    assert reached == [(s, n) for s in (1, 2) for n in range(1, 5)] + [(s, n) for s in (3, 4) for n in range(1, 7)]


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
    lessons = Lessons.plan((1,), steps=(300, None, None), features="none")
    learn_brush(data.folder, tmp_path / "a.safetensors", lessons, on_step=lambda *at: steps.append(at[1]))
    assert 0 < step == steps[0] - 1 and not unfinished.exists()


def test_a_critic_learns_to_tell(data: StrokeData, tmp_path: Path) -> None:
    """Against an untrained generator that is easy: some steps are enough."""
    torch.manual_seed(0)
    critic, generator = make_critic(8), make_generator("splat")
    studio = Studio(data, generator, critic, FeatureLoss(), Checkpoint(tmp_path / "x", "", {"critic": critic}))
    pretrain_critic(studio, Pace(250, 8, 2e-3))
    strokes, once, _ = data.held_out()
    assert accuracy(critic, once[:100], generator.eval()(strokes[:100], 64)) > 0.8


def test_from_scratch(data: StrokeData, tmp_path: Path) -> None:
    stages: list[int] = []
    learn(data, tmp_path / "a", lessons(3), on_step=lambda *at: stages.append(at[0]))
    assert stages == [ADVERSARIAL] * 6


def test_a_brush_file_from_data(data: StrokeData, tmp_path: Path) -> None:
    output = tmp_path / "mine.safetensors"
    card = learn_brush(data.folder, output, lessons(1, steps=5))
    brush = allaprima.load_brush(output)
    assert brush.card == card and brush.name == "mine"
    assert card.command.endswith(
        "train STROKES -o mine.safetensors --stages 1 --generator splat --features none --steps 5 --seed 0"
    )
    assert card.fidelity["mypaint_agreement"] == pytest.approx(22.3, abs=0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.safetensors"]
    painting = allaprima.paint(np.full((32, 32, 3), 99, np.uint8), brush=str(output), strokes=3, size=32)
    assert painting.settings.brush == painting.brushes[0].name == "mine"


def test_lesson_refusals(data: StrokeData, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.safetensors"):
        learn_brush(data.folder, tmp_path / "mine.pt")
    with pytest.raises(InputError, match="steps is 0"):
        Lessons.plan((1,), steps=(0, None, None))
    with pytest.raises(InputError, match="stages is '2,3': choose 1, 1,2 or 1,2,3, or 3 alone"):
        Lessons.plan((2, 3))
    with pytest.raises(InputError, match="mix is 2"):
        Lessons.plan((1,), mix=2)
    with pytest.raises(InputError, match="no generator 'gan': choose from splat, dcgan"):
        Lessons.plan((1,), "gan")
    with pytest.raises(InputError, match="no features 'eyes': choose from pocket, vgg16, none"):
        Lessons.plan((1,), features="eyes")


def test_report(data: StrokeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "OFTEN", 0.0)
    learn_brush(data.folder, tmp_path / "mine.safetensors", lessons(1, 2, 3, steps=6), report=tmp_path / "report")
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
    assert [len(points) for points in figures["losses"].values()] == [6, 1, 6]  # the critic draws nothing
    assert picture_size(tmp_path / "report/sheet.png") == (12 * 128, 4 * (2 * 128 + 20))


def test_learn_brush_in_one_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """From a .myb to a brush that paints at once, and is drawn by MyPaint without the .myb."""
    monkeypatch.setitem(FIRST, "splat", Pace(20, 8, 2e-2))
    monkeypatch.setattr(apprentice, "SECOND", Pace(3, 4, 1e-3))
    monkeypatch.setattr(apprentice, "THIRD", Pace(4, 4, 1e-3))
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
    assert card.fidelity["psnr"] > 15 and card.fidelity["mypaint_agreement"] == 120
    brush = allaprima.load_brush(tmp_path / "pen.safetensors")
    painting = allaprima.paint(np.full((32, 32, 3), 9, np.uint8), brush=str(tmp_path / "pen.safetensors"), strokes=3)
    with pytest.raises(InputError, match="learned from no MyPaint brush: draw with --engine neural"):
        painting.render(32, "mypaint", brushes=[brush])


def test_published_data_and_back(data: StrokeData, tmp_path: Path, capsys: Capture) -> None:
    assert run(["strokes", str(data.folder), "--export", str(tmp_path / "npz")]) == 0
    (path,) = (tmp_path / "npz").iterdir()
    assert capsys.readouterr().out == f"{path}\n" and path.name == "episodes_0.npz"
    with np.load(path) as content:
        assert content["strokes"].shape == (COUNT, 64, 64, 3) and content["strokes"].dtype == np.uint8
        assert content["actions"].shape == (COUNT, 12)
        assert content["strokes"][:, 0, 0].mean() > 230  # on white
    assert run(["strokes", str(tmp_path / "back"), "--import", str(tmp_path / "npz")]) == 0
    told = capsys.readouterr()
    back = StrokeData(tmp_path / "back")
    left_out = COUNT - len(back) - len(back.held_out()[0])
    assert f"{left_out} left out, their colour is too light" in told.err and 0 <= left_out < 20
    actions, opacity = back.batch(np.arange(500))
    kept = {tuple(row): index for index, row in enumerate(data.batch(np.arange(COUNT))[0].tolist())}
    once = data.batch(np.array([kept[tuple(row)] for row in actions.tolist()]))[1]
    dark = (1 - Strokes.from_actions(actions).color).amax(1)
    assert ((opacity - once).abs().amax((1, 2, 3)) <= 0.51 / 255 / dark + 0.51 / 255).all()
    assert (opacity - once).abs()[dark > 0.999].numel() == 0 or (opacity - once).abs()[dark > 0.999].max() < 1.01 / 255


def test_published_refusals(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        import_episodes(tmp_path / "gone.npz", tmp_path / "a")
    with pytest.raises(InputError, match=r"no \.npz files"):
        import_episodes(tmp_path, tmp_path / "a")
    (tmp_path / "bad.npz").write_bytes(b"no zip")
    with pytest.raises(InputError, match="is no published data"):
        import_episodes(tmp_path / "bad.npz", tmp_path / "a")
    np.savez(tmp_path / "bad.npz", strokes=np.zeros((3, 2), np.uint8), actions=np.zeros((3, 12)))
    with pytest.raises(InputError, match="not the published shapes"):
        import_episodes(tmp_path / "bad.npz", tmp_path / "a")
    np.savez(tmp_path / "bad.npz", strokes=np.zeros((3, 64, 64, 3), np.uint8), actions=np.full((3, 12), 2.0))
    with pytest.raises(InputError, match=r"out of \[0, 1\]"):
        import_episodes(tmp_path / "bad.npz", tmp_path / "a")
    assert not (tmp_path / "a").exists()
