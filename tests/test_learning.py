"""Stroke data and the first training: the same bytes again, and nothing lost by a kill."""

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import allaprima
from allaprima import InputError, MyPaintBrush, Strokes
from allaprima.brush.shipped import make_generator
from allaprima.learning import stages
from allaprima.learning.dataset import StrokeData, draw_strokes, read_meta
from allaprima.learning.stages import Training, fidelity, learn_brush, train_generator

from .conftest import psnr

COUNT = 2300  # two whole shards and a part


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> StrokeData:
    folder = tmp_path_factory.mktemp("strokes") / "dry"
    seen: list[tuple[int, int]] = []
    data = draw_strokes(
        folder, MyPaintBrush("classic/dry_brush"), COUNT, seed=5, on_progress=lambda *at: seen.append(at)
    )
    assert seen[-1][0] == seen[-1][1] == COUNT + 2000 and seen == sorted(seen)
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
    with pytest.raises(InputError, match=r"need .* GB and .* has"):
        draw_strokes(tmp_path / "new", brush, 10_000_000, size=512)
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="holds no stroke data"):
        StrokeData(tmp_path)
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(InputError, match="is damaged"):
        read_meta(tmp_path)


def test_learning_learns_and_goes_on_after_a_stop(
    data: StrokeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(steps=60, seed=1)
    losses: list[float] = []
    straight = train_generator(data, tmp_path / "a", training, on_step=lambda *at: losses.append(at[2]))
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 4
    assert fidelity(straight, data)["psnr"] > 15

    def stop(step: int, _total: int, _loss: float) -> None:
        if step == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_generator(data, tmp_path / "b", training, on_step=stop)
    steps: list[int] = []
    resumed = train_generator(data, tmp_path / "b", training, on_step=lambda *at: steps.append(at[0]))
    assert steps == list(range(26, 61))
    for one, other in zip(straight.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)

    with pytest.raises(InputError, match="is of another training: remove it"):
        train_generator(data, tmp_path / "b", replace(training, seed=2))
    (tmp_path / "b").write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"checkpoint .* is damaged"):
        train_generator(data, tmp_path / "b", training)
    monkeypatch.setattr(stages, "CHECKPOINT", 0.0)
    train_generator(data, tmp_path / "c", Training(steps=3))
    assert (tmp_path / "c").exists()


def test_the_references_generator_learns_by_the_same_recipe(data: StrokeData, tmp_path: Path) -> None:
    training = Training(steps=2, batch=4, lr=1e-3)
    generator = train_generator(data, tmp_path / "d", training, kind="dcgan")
    with torch.random.fork_rng():
        torch.manual_seed(training.seed)
        untrained = make_generator("dcgan")
    for one, other in zip(generator.parameters(), untrained.parameters(), strict=True):
        assert one.isfinite().all() and not torch.equal(one, other)
    with pytest.raises(InputError, match="no generator 'gan'"):
        make_generator("gan")


def test_a_brush_file_from_data(data: StrokeData, tmp_path: Path) -> None:
    output = tmp_path / "mine.safetensors"
    card = learn_brush(data.folder, output, Training(steps=5))
    brush = allaprima.load_brush(output)
    assert brush.card == card and brush.name == "mine"
    assert card.command.endswith("train STROKES -o mine.safetensors --steps 5 --batch 16 --lr 0.02 --seed 0")
    assert card.fidelity["mypaint_agreement"] == pytest.approx(22.3, abs=0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.safetensors"]
    painting = allaprima.paint(np.full((32, 32, 3), 99, np.uint8), brush=str(output), strokes=3, size=32)
    assert painting.settings.brush == painting.brushes[0].name == "mine"
    with pytest.raises(InputError, match=r"must end in \.safetensors"):
        learn_brush(data.folder, tmp_path / "mine.pt")
    with pytest.raises(InputError, match="steps is 0"):
        Training(steps=0)
