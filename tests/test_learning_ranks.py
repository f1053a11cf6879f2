"""Several processes that learn together learn what one does; the first one speaks and writes for all."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from allaprima import InputError, load_brush
from allaprima.app import one_voice
from allaprima.app.cli import run
from allaprima.errors import MachineError
from allaprima.learning.dataset import StrokeData
from allaprima.learning.measured import parts_of_share
from allaprima.learning.ranks import ALONE, LAUNCHED, Launched, Ranks, ShareGradients, joined, own_device
from allaprima.perception.features import load_features
from allaprima.perception.losses import WEIGHTS, FeatureLoss

from .commands import assert_one_line, listed

Columns = dict[str, dict[str, list[float | None]]]
STEPS = ["--stages", "1,2,3", "--steps", "12", "--critic-steps", "6", "--gan-steps", "6"]
COUNTS = {"1 loss": 12, "1b loss": 12, "2 loss": 6, "3 generator": 3, "3 critic": 3}
TOGETHER = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]


def together(*words: str) -> "subprocess.CompletedProcess[str]":
    """Two processes, by torchrun."""
    return subprocess.run([*TOGETHER, *words], capture_output=True, text=True, timeout=120)


def exit_code(done: "subprocess.CompletedProcess[str]") -> int:
    """Of the process that ended first, as torchrun tells of it; its own is 1, whatever that was."""
    root = done.stderr.partition("Root Cause")[2]
    assert "rank      : 0 " in root and done.returncode == 1, done.stderr
    return int(root.partition("exitcode  : ")[2].split()[0])


def train(data: StrokeData, name: str) -> list[str]:
    return ["train", str(data.folder), "-o", f"{name}.safetensors", "--report", name, *STEPS]


def losses(folder: str) -> dict[str, list[float]]:
    """Of each stage; in the third one those of generator and critic."""
    columns: Columns = json.loads(Path(folder, "report.json").read_text())["history"]
    return {
        f"{stage} {name}": [value for value in columns[stage][name] if value is not None]
        for stage in columns
        for name in ("loss", "generator", "critic")
        if name in columns[stage]
    }


def pictures(report: Path) -> list[str]:
    """Of a report, but for that which is drawn each few seconds."""
    return sorted({path.name for path in report.iterdir()} - {"now.png"})


def assert_same(some: dict[str, list[float]], others: dict[str, list[float]]) -> None:
    """Within 1 %, in the mean and in the end; after a stop, as far as the steps before it were kept."""
    assert list(some) == list(others) == list(COUNTS)
    for name, other in others.items():
        one = some[name][-len(other) :]
        assert sum(other) == pytest.approx(sum(one), rel=0.01), name
        assert other[-1] == pytest.approx(one[-1], rel=0.01), name


@pytest.fixture(scope="module")
def alone(data: StrokeData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one process has learned."""
    folder = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(train(data, "one")) == 0
    return folder


@pytest.mark.usefixtures("inside")
def test_two_processes_learn_what_one_does(data: StrokeData, alone: Path) -> None:
    done = together("-m", "allaprima", *train(data, "two"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "two.safetensors\n" and done.stderr.count("dB on strokes it never saw") == 1
    assert listed() == ["two", "two.safetensors"]
    assert pictures(Path("two")) == pictures(alone / "one")
    assert_same(losses(str(alone / "one")), losses("two"))
    assert {name: len(steps) for name, steps in losses("two").items()} == COUNTS
    one, two = load_brush(alone / "one.safetensors"), load_brush("two.safetensors")
    assert two.card.fidelity == pytest.approx(one.card.fidelity, abs=0.1)


STOPS = """
import os, signal
from allaprima.__main__ import main
from allaprima.learning.callbacks import Follow

def before_batch(self, original=Follow.before_batch):
    original(self)
    if os.environ["RANK"] == "1" and self.batches.first + self.iter == 4:
        os.kill(os.getpid(), signal.SIGINT)

Follow.before_batch = before_batch
main()
"""


@pytest.mark.usefixtures("inside")
def test_a_stop_of_one_stops_all_and_any_number_goes_on(data: StrokeData, alone: Path, tmp_path: Path) -> None:
    script = tmp_path / "stops.py"
    script.write_text(STOPS)
    done = together(str(script), *train(data, "two"))
    assert done.stderr.count("stopped: a checkpoint is kept; run the same command again to go on") == 1
    assert not done.stdout and exit_code(done) == 130
    assert listed() == ["stops.py", "two", "two.unfinished.safetensors"]
    assert run(train(data, "two")) == 0
    assert_same(losses(str(alone / "one")), losses("two"))
    assert len(losses("two")["1 loss"]) < 12  # it did not begin anew
    assert listed() == ["stops.py", "two", "two.safetensors"]


@pytest.mark.usefixtures("inside")
def test_what_is_wrong_is_told_once(data: StrokeData) -> None:
    done = together("-m", "allaprima", *train(data, "two"), "--device", "mps")
    assert done.stderr.count("allaprima: there is no device mps on this machine") == 1
    assert not done.stdout and exit_code(done) == 2 and not listed()


def test_what_is_wrong_in_one_alone_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is wrong in all of them by the first, which ends the others while they wait."""
    monkeypatch.setattr(one_voice, "LATER", 0.0)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("RANK", "1")
    words = ["--debug", "train", "nowhere", "-o", "a.safetensors", "--steps", "many"]
    assert one_voice.is_silent(words) and not one_voice.is_silent(["paint"]) and not one_voice.is_silent([])
    assert one_voice.silently(lambda: run(words[1:])) == 2
    assert_one_line(capsys, "Invalid value for '--steps'")
    assert one_voice.silently(lambda: print("done") or 0) == 0
    assert not any(capsys.readouterr())
    monkeypatch.setenv("RANK", "0")
    assert not one_voice.is_silent(words)


@pytest.mark.usefixtures("inside")
def test_one_command_for_all_learns_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(LAUNCHED, ("0", "2", "0", "2", "localhost", "0"), strict=True):
        monkeypatch.setenv(name, value)
    assert run(["learn-brush", "flat", "-o", "a.safetensors"]) == 2
    assert_one_line(capsys, "2 processes were started, and learn-brush learns in one: draw the strokes first")
    assert not listed()


def test_a_lost_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even from within fast.ai, which writes words of its own into errors."""

    def fail(_: torch.Tensor) -> None:
        raise RuntimeError("Connection closed by peer")

    monkeypatch.setattr(torch.distributed, "all_reduce", fail)
    sharing = ShareGradients(Ranks(0, 2))
    sharing.learn = SimpleNamespace(model=torch.nn.Linear(2, 2))
    with pytest.raises(MachineError, match=r"^the machine failed: a process of this training was lost"):
        sharing("after_backward")


def test_one_process_learns_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LAUNCHED:
        monkeypatch.delenv(name, raising=False)
    threads = torch.get_num_threads()
    with joined("auto") as (ranks, device):
        assert ranks == ALONE and device == torch.device("cpu") and torch.get_num_threads() == threads
    assert ALONE.first and ALONE.any(True) and not ALONE.any(False) and ALONE.alike(3, 4)


def test_a_gpu_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    third = Launched(rank=7, count=8, local_rank=2, local_count=4)
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    for there, device in ((4, "cuda:2"), (1, "cuda:0")):  # all are seen, or a scheduler shows each process its own
        monkeypatch.setattr(torch.cuda, "device_count", lambda there=there: there)
        assert own_device(cuda, third) == torch.device(device) and own_device(cpu, third) == cpu
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    with pytest.raises(InputError, match="4 processes were started for 3 GPUs: start as many as there are GPUs"):
        own_device(cuda, third)
    for other in ("cuda:1", "mps"):
        with pytest.raises(InputError, match=f"device is {other}, and 8 processes learn together: give cpu, or cuda"):
            own_device(torch.device(other), third)


@pytest.mark.parametrize("rows", [1, 4, 16, 17])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_batch_is_shared(rows: int, count: int) -> None:
    """All of it, in equal parts; and of each number of strokes the network looks at as many as one process would."""
    shares = [Ranks(rank, count).share(rows) for rank in range(count)]
    assert {len(share) for share in shares} == {-(-rows // count)}
    whole = torch.stack(shares, 1).flatten()
    assert whole.tolist() == [place % rows for place in range(len(whole))]

    looks: list[int] = []
    network = load_features("pocket", tuple(WEIGHTS))

    def features(picture: torch.Tensor) -> dict[str, torch.Tensor]:
        looks.append(len(picture))
        seen: dict[str, torch.Tensor] = network(picture)
        return seen

    loss = FeatureLoss(features, every=16)
    generator = torch.Generator().manual_seed(0)
    drawn, true = torch.rand(2, rows, 1, 32, 32, generator=generator)
    straight = loss.parts(drawn[whole], loss.encode(true[whole]))
    looked, looks[:] = sum(looks), []
    of_shares = [
        sum(parts_of_share(loss, drawn[share], true[share], Ranks(rank, count)).values())
        for rank, share in enumerate(shares)
    ]
    torch.testing.assert_close(sum(of_shares) / count, sum(straight.values()))
    assert sum(looks) == looked
