"""Stroke data to learn from: the same bytes again, nothing lost by a kill, and the published files."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from allaprima import InputError, MyPaintBrush, Strokes
from allaprima.app.cli import run
from allaprima.learning.dataset import Meta, StrokeData, as_bytes, read_meta, save_held_out
from allaprima.learning.episodes import import_episodes
from allaprima.learning.generate import draw_strokes
from allaprima.learning.same_program import check_same

from .conftest import COUNT, psnr
from .own_parts import dots, spots

Capture = pytest.CaptureFixture[str]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_data_is_what_the_brush_draws(data: StrokeData) -> None:
    strokes, opacity = data.batch(np.array([0, 1, 2299, 1000]))
    actions = strokes.actions
    assert actions.shape == (4, 12) and opacity.shape == (4, 1, 64, 64) and opacity.dtype == torch.float32
    assert torch.equal(actions[0], Strokes.random(1000, [5, 0]).actions[0])
    assert torch.equal(actions[3], Strokes.random(1000, [5, 1]).actions[0])
    real = MyPaintBrush("classic/dry_brush")(actions)
    assert (opacity[0] - real[0]).abs().max() < 0.6 / 255  # the first of a shard is sample 0
    assert 15 < psnr(opacity[1], real[1]) < 40  # then the random numbers run on
    assert torch.equal(data.batch([0, 1])[1], opacity[:2])
    for indices, told in (
        ([], "give a list of whole"),
        ([0.5], "give a list of whole"),
        ([-1], "-1 to -1: choose 0 to"),
    ):
        with pytest.raises(InputError, match=told):
            data.batch(indices)  # type: ignore[arg-type]
    apart, once, again = data.held_out()
    assert len(apart) == len(once) == COUNT // 10
    assert (once[:3] - MyPaintBrush("classic/dry_brush")(apart[:3])).abs().max() < 0.6 / 255
    assert 20 < psnr(once, again) < 25


def test_strokes_of_several_sizes_take_turns(data: StrokeData) -> None:
    """Half of them of the data's own size; the others at 128 px, or averaged from it, as many pixels at most."""
    batches = [source.batch(np.arange(8)) for source in data.sizes(data)]
    assert [opacity.shape[::3] for _, opacity in batches] == [(8, 64), (2, 128), (8, 64), (8, 32), (8, 64), (8, 16)]
    real = MyPaintBrush("classic/dry_brush")(batches[1][0][:1], 128)
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
        ({"count": "70"}, "count is '70': it must be a whole number"),
        ({"count": 70.5}, "count is 70.5: it must be a whole number"),
        ({"count": 10, "size": "64"}, "size is '64': it must be a whole number"),
        ({"count": 10, "seed": "x"}, "seed is 'x': it must be a whole number"),
        ({"count": 10, "processes": 0}, "processes is 0: choose 1 to"),
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


class Chance:
    """A painting program: dots with chance in each pixel, or in all of a call at once."""

    def __init__(self, strong: float, together: bool = False) -> None:
        self.strong, self.together = strong, together

    def __call__(self, strokes: Strokes, size: int) -> torch.Tensor:
        luck = torch.rand(1, 1, 1, 1) if self.together else torch.rand(len(strokes), 1, size, size)
        return dots(strokes, size) * self.strong * luck


def test_a_program_that_was_edited_is_told(tmp_path: Path) -> None:
    """One that is the same goes on, also with chance in it; in a folder that was only begun, too."""
    folder = tmp_path / "spots"
    first = draw_strokes(folder, lambda strokes, size: spots(strokes, size), 30)
    kept = files(folder)
    assert len(draw_strokes(folder, lambda strokes, size: spots(strokes, size), 30)) == len(first)
    for left in ("opacity-00000.npy", "heldout-again.npy"):
        for edited in (
            lambda strokes, size: dots(strokes, size),
            lambda strokes, size: spots(strokes, size).clamp(max=0.9),
        ):
            with pytest.raises(InputError, match="<lambda> draws otherwise now, as if it was edited: choose another"):
                draw_strokes(folder, edited, 30)
        (folder / left).unlink()
    draw_strokes(folder, lambda strokes, size: spots(strokes, size), 30)
    assert files(folder).keys() == kept.keys()


@pytest.mark.parametrize(
    ("count", "apart"), [(30, 30), (300, 100), (COUNT, COUNT // 10), (40_000, 2000), (10**7, 2000)]
)
def test_of_few_strokes_few_are_kept_apart(count: int, apart: int) -> None:
    assert Meta("pen", "", "", count, 64, 0).held_out == apart


def test_older_data_that_kept_more_apart_goes_on(tmp_path: Path) -> None:
    """Its strokes kept apart stay what they are, and tell whether the program is the same."""
    folder = tmp_path / "spots"
    draw_strokes(folder, spots, 200)
    strokes = Strokes.random(200, [0, 1 << 32])
    opacity = as_bytes(spots(strokes, 64))
    save_held_out(folder, strokes.actions.numpy(), opacity, opacity)
    (folder / "opacity-00000.npy").unlink()
    assert len(draw_strokes(folder, spots, 200).held_out()[0]) == 200
    with pytest.raises(InputError, match="spots draws otherwise now"):
        check_same(folder, read_meta(folder), lambda strokes: as_bytes(dots(strokes, 64)), "spots")


@pytest.mark.parametrize("together", [False, True])
def test_a_program_with_chance_is_the_same(tmp_path: Path, together: bool) -> None:
    torch.manual_seed(0)
    draw_strokes(tmp_path, Chance(0.5, together), 30)
    for _ in range(5):
        draw_strokes(tmp_path, Chance(0.5, together), 30)
    if not together:
        with pytest.raises(InputError, match="Chance draws otherwise now"):
            draw_strokes(tmp_path, Chance(0.6), 30)


META: list[tuple[str, object, str]] = [
    ("count", 999_999_999_999, "count is not 1 to 10,000,000"),
    ("count", -1, "count is not 1 to 10,000,000"),
    ("shard", 0, "shard is not 100 to 1,000,000"),
    ("size", 100_000, "size is not 64 to 512"),
    ("size", "64", "size is no int"),
]


@pytest.mark.parametrize(("name", "value", "told"), META)
def test_damaged_numbers_of_a_folder(data: StrokeData, tmp_path: Path, name: str, value: object, told: str) -> None:
    (tmp_path / "meta.json").write_text(json.dumps({**asdict(data.meta), name: value}))
    with pytest.raises(InputError, match=rf"meta\.json is damaged \({told}\)"):
        StrokeData(tmp_path)
    (tmp_path / "meta.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match=r"meta\.json is damaged \("):
        StrokeData(tmp_path)


@pytest.mark.parametrize("name", ["actions-00001", "opacity-00001", "heldout-once", "heldout-actions", "known-samples"])
def test_damaged_arrays_of_a_folder(data: StrokeData, tmp_path: Path, name: str) -> None:
    for path in data.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    damaged = tmp_path / f"{name}.npy"
    whole = np.load(damaged)
    damaged.unlink()
    for content in (b"", b"no array", whole[:-1], whole[0], whole[..., None], whole.astype(np.float64)):
        np.save(damaged, content) if isinstance(content, np.ndarray) else damaged.write_bytes(content)
        with pytest.raises(InputError, match=r"\.npy is damaged \("):
            opened = StrokeData(tmp_path)
            opened.batch(np.array([1000]))
            opened.held_out()
            opened.sizes(opened)
            assert opened.known


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
    strokes, opacity = back.batch(np.arange(500))
    kept = {tuple(row): index for index, row in enumerate(data.batch(np.arange(COUNT))[0].actions.tolist())}
    once = data.batch(np.array([kept[tuple(row)] for row in strokes.actions.tolist()]))[1]
    dark = (1 - strokes.color).amax(1)
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
