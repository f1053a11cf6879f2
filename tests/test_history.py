"""What happened at each step: nothing lost, nothing mixed, and curves of all of it."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from matplotlib import pyplot as plt
from PIL import Image

import allaprima
from allaprima import History, InputError

NUMBERS = some.floats(1e-6, 1e6).map(lambda value: float(f"{value:.5g}"))
ROWS = some.lists(some.dictionaries(some.sampled_from(["loss", "pixel", "accuracy"]), NUMBERS, min_size=1), min_size=1)


def training() -> History:
    history = History()
    for step in range(1, 4):
        history.add("1", step, {"loss": 8.0 / step, "pixel": 6.0 / step}, 0.1 * step)
    history.add("2", 1, {"loss": 0.7, "accuracy": 0.5}, 0.2)
    return history


@given(some.dictionaries(some.sampled_from(["1", "1b", "2", "3"]), ROWS))
def test_a_file_holds_every_step(stages: dict[str, list[dict[str, float]]]) -> None:
    history = History()
    for stage, rows in stages.items():
        for step, values in enumerate(rows, 1):
            history.add(stage, step, values, step / 8)
    again = History.of(json.loads(json.dumps(history.as_dict())))
    assert again == history and len(again) == sum(map(len, stages.values()))


def test_steps_that_are_taken_again_count_once() -> None:
    history = training()
    history.add("1", 2, {"loss": 5.0}, 0.3)
    assert history.values("loss", "1") == ([1, 2], [8.0, 5.0])
    assert history.values("pixel", "1") == ([1], [6.0]) and history.seconds == pytest.approx(0.5)


def test_parts_and_names() -> None:
    history = training()
    assert history.names("2") == ["loss", "accuracy"] and list(history.part("2").stages) == ["2"]
    assert repr(history) == "History: 3 steps of 1, loss 2.667, pixel 2; 1 steps of 2, loss 0.7, accuracy 0.5; 0.5 s"
    assert repr(History()) == "History: nothing yet"
    with pytest.raises(InputError, match="no stage '3': there is 1, 2"):
        history.part("3")
    with pytest.raises(InputError, match="this history is empty: nothing was measured yet"):
        History().values("loss")
    with pytest.raises(InputError, match="stage 1 has no 'accuracy': choose from loss, pixel"):
        history.values("accuracy", "1")
    with pytest.raises(InputError, match="this history has several stages: say which of 1, 2"):
        history.values("loss")
    one = history.part("2")
    assert one.values("loss") == history.values("loss", "2") and one.names() == ["loss", "accuracy"]
    with pytest.raises(InputError, match="this history has no 'pixel': choose from loss, accuracy"):
        one.values("pixel")
    assert History().names() == []


def test_curves() -> None:
    """Even of a single step; a panel for losses and one for shares; only what was asked for."""
    history = training()
    axes = history.plot()
    assert [one.get_title() for one in axes] == ["stage 1", "stage 2", "stage 2"]
    assert [one.get_yscale() for one in axes] == ["log", "log", "linear"]
    assert [np.asarray(line.get_ydata()).tolist() for line in axes[0].get_lines()] == [[8, 4, 8 / 3], [6, 3, 2]]
    assert [len(one.get_lines()) for one in history.plot("accuracy")] == [1]
    plt.close("all")
    shown = history._repr_png_()
    assert shown and Image.open(io.BytesIO(shown)).width > 1000
    assert not plt.get_fignums() and History()._repr_png_() is None
    with pytest.raises(InputError, match="no 'psnr': choose from loss, pixel, accuracy"):
        history.figure("psnr")
    with pytest.raises(InputError, match="empty"):
        History().plot()


def test_long_curves_are_smoothed_and_whole() -> None:
    history = History()
    for step in range(1, 1001):
        history.add("1", step, {"loss": 2.0 + (-1) ** step}, step)
    raw, smooth = history.figure().axes[0].get_lines()
    assert len(np.asarray(raw.get_xdata())) == 1000
    assert np.allclose(np.asarray(smooth.get_ydata()), 2, atol=0.1)


def test_a_painting_knows_its_history(photo: Path, tmp_path: Path) -> None:
    steps: list[allaprima.Step] = []
    painting = allaprima.paint(photo, strokes=12, size=48, quality="draft", on_step=steps.append)
    history = painting.history
    assert len(history) == steps[-1].total
    (stage,) = history.stages
    assert history.values("psnr")[1] == [step.psnr for step in steps]
    assert {"loss", "psnr", "strokes"} <= set(history.names(stage))
    painting.save(tmp_path / "a.painting.json")
    again = allaprima.Painting.load(tmp_path / "a.painting.json")
    assert again == painting
    with pytest.raises(InputError, match="no history: it was not painted here"):
        _ = again.history


def test_curves_that_do_not_go_back_and_forth_are_as_they_were() -> None:
    """A mean would blur their jumps."""
    history = History()
    for step in range(1, 201):
        history.add("1", step, {"loss": 200 / step + 50 * (step > 100)}, step)
    (raw,) = history.figure().axes[0].get_lines()
    assert np.asarray(raw.get_ydata()).tolist() == history.values("loss", "1")[1] and raw.get_alpha() == 1


def test_a_curve_breaks_off_where_nothing_was_measured() -> None:
    history = History()
    for step in range(1, 101):
        history.add("1", step, {"loss": 1.0 + step} | ({"pixel": float(step)} if not 20 < step < 60 else {}), step)
        history.add("3", step, {"critic" if step % 2 else "generator": float(step)}, step)
    losses, turns = history.figure().axes
    gaps = [np.isnan(np.asarray(line.get_ydata())).sum() for line in (*losses.get_lines(), *turns.get_lines())]
    assert gaps == [0, 1, 0, 0]
