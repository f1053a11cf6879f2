"""Painting with parts of one's own: brushes, a loss, a painting program; and what of them a file can tell."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from torch import nn

import allaprima as ap
from allaprima import InputError, NeuralBrush, Painting, Strokes
from allaprima.app.cli import run
from allaprima.painting import BrushRef
from allaprima.painting.file import to_json
from allaprima.strokes import ACTION

from .conftest import SCHEMA
from .own_parts import Pen, apart, dots, pen

SMALL: dict[str, Any] = {"strokes": 40, "size": 64, "quality": "draft", "mood": "painterly"}
OWN: dict[str, Any] = {"loss": ["pixel", apart], "engine": dots}


@pytest.fixture(scope="module")
def mine() -> NeuralBrush:
    return NeuralBrush(Pen(), name="mine")


@pytest.fixture(scope="module")
def painted(photo: Path, mine: NeuralBrush) -> Painting:
    return ap.paint(photo, brush=mine, **SMALL, **OWN)


def kept(painting: Painting, tmp_path: Path) -> Painting:
    painting.save(tmp_path / "kept.painting.json")
    return Painting.load(tmp_path / "kept.painting.json")


# ---- brushes


def test_a_module_paints(photo: Path, tmp_path: Path) -> None:
    module = Pen()
    first, *_, last = ap.optimise(photo, brush=module, **SMALL)
    assert last.psnr > first.psnr + 1
    painting = last.painting()
    assert painting.settings.brush == "Pen" and painting.brushes == (BrushRef.of(NeuralBrush(Pen())),)
    assert painting.render().shape == (43, 64, 3) and (painting.render() == last.canvas()).all()
    ap.write(painting, tmp_path / "a.png")
    ap.write(painting, tmp_path / "a.svg")
    assert painting == ap.paint(photo, brush=[NeuralBrush(Pen())], **SMALL)


def test_brushes_of_every_kind_share_the_strokes(photo: Path, tmp_path: Path, mine: NeuralBrush) -> None:
    mine.save(tmp_path / "b.safetensors")
    NeuralBrush(ap.load_brush("chalk").generator, name="dust").save(tmp_path / "dust.safetensors")
    given: list[str | Path | nn.Module] = ["oil", tmp_path / "dust.safetensors", mine, Pen()]
    painting = ap.paint(photo, brush=given, **SMALL)
    assert painting.settings.brush == "oil:1,dust:1,mine:1,Pen:1"
    assert painting.strokes.brush.bincount().tolist() == [10, 10, 10, 10]
    assert painting.render().shape == (43, 64, 3)
    assert [brush.name for brush in painting.at_hand.brushes] == ["dust", "mine", "Pen"]  # oil is always there


def test_a_function_paints(photo: Path) -> None:
    painting = ap.paint(photo, brush=["oil", pen], **SMALL)
    assert painting.settings.brush == "oil:1,pen:1" and len(painting) == 40
    with pytest.raises(InputError, match="the brush dots has no gradient by the strokes"):
        ap.paint(photo, brush=dots, **SMALL)


def test_brushes_are_given_once(photo: Path, mine: NeuralBrush) -> None:
    with pytest.raises(InputError, match="brushes are given twice, by brush and by brushes"):
        ap.paint(photo, brush=mine, brushes=[mine])


def test_a_brush_of_another_name_but_ours(photo: Path) -> None:
    """One that is called like one of ours is still its own."""
    painting = ap.paint(photo, brush=NeuralBrush(Pen(), name="flat"), **SMALL)
    assert painting.find_brushes()[0].card.kind == "own"


# ---- programs


def test_a_program_draws(painted: Painting, mine: NeuralBrush, tmp_path: Path) -> None:
    neural = painted.render(engine="neural")
    assert painted.settings.engine == "own" and (painted.render() != neural).any()
    assert (painted.render() == painted.render(engine=dots)).all()
    ap.write(painted, tmp_path / "a.png")
    ap.write(painted, tmp_path / "b.png", engine=dots, brushes=[mine])
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    for part in (painted[:20], painted.scaled(0.5), painted.cropped((0, 0, 30, 30)), painted + painted):
        assert (part.render() == part.render(engine=dots)).all()


def test_a_program_may_have_a_name() -> None:
    class Named:
        name = "dots"

        def __call__(self, strokes: Strokes, size: int) -> torch.Tensor:
            return dots(strokes, size)

    painting = Painting.of(Strokes.random(4), 30, 20)
    programs: list[ap.PaintingProgram] = [Named(), dots, ap.BristleBrush("flat")]
    pictures = [painting.render(engine=program) for program in programs]
    assert (pictures[0] == pictures[1]).all() and (pictures[0] != pictures[2]).any()


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (
            lambda strokes, size: dots(strokes, size) * 255,
            r"gave 0 to 255: opacity is in \[0,1\], so clamp it, or divide",
        ),
        (lambda strokes, size: -dots(strokes, size), r"gave -1 to -?0: opacity is in \[0,1\]"),
        (
            lambda strokes, size: dots(strokes, size)[0],
            r"gave \(1, 64, 64\) for 1 strokes on 64 px: give \(1, 1, 64, 64",
        ),
        (lambda strokes: None, r"<lambda> takes \(strokes\): it is called with \(strokes, size\)"),
    ],
)
def test_what_is_no_program(program: Any, told: str, photo: Path) -> None:
    """Is refused before anything is painted, and where it draws what was painted before."""
    with pytest.raises(InputError, match=told):
        ap.paint(photo, engine=program, on_step=lambda step: pytest.fail("it paints"), **SMALL)
    with pytest.raises(InputError, match=told):
        Painting.of(Strokes.random(1), 64, 64).render(engine=program)


# ---- what a file tells


def test_a_file_says_own(painted: Painting, mine: NeuralBrush, tmp_path: Path) -> None:
    data = json.loads(to_json(painted))
    jsonschema.validate(data, SCHEMA)
    assert (data["settings"]["loss"], data["settings"]["engine"], data["settings"]["brush"]) == ("own", "own", "mine")
    assert data["brushes"] == [{"name": "mine", "weights": f"sha256:{mine.sha256}", "mypaint": "", "myb": "sha256:"}]
    loaded = kept(painted, tmp_path)
    assert loaded == painted and not loaded.at_hand.brushes
    with pytest.raises(
        InputError, match="is drawn by a program of somebody's own: give it in Python, as engine=my_prog"
    ):
        loaded.render()
    with pytest.raises(InputError, match=r"brush 'mine' does not ship with allaprima: give it \(brushes=\[...\]"):
        loaded.render(engine="neural")
    assert (loaded.render(engine=dots, brushes=[mine]) == painted.render()).all()


def test_going_on(photo: Path, painted: Painting, mine: NeuralBrush, tmp_path: Path) -> None:
    """In the same process nothing is to be given; from a file, brushes and loss, and the end is the same to the bit."""
    for step in ap.optimise(photo, brush=mine, **SMALL, **OWN):
        if step.index == step.total // 2:
            half = step.painting()
            break
    assert ap.paint(photo, resume=half) == painted
    loaded = kept(half, tmp_path)
    with pytest.raises(InputError, match="brush 'mine' does not ship with allaprima: give it"):
        ap.paint(photo, resume=loaded)
    with pytest.raises(InputError, match="painted with a loss of somebody's own: give it again, as loss=my_loss"):
        ap.paint(photo, resume=loaded, brush=mine)
    done = ap.paint(photo, resume=loaded, brush=mine, **OWN)
    assert done == painted and (done.render() == painted.render()).all()
    again = ap.paint(photo, resume=loaded, brushes=[mine], loss=OWN["loss"])
    assert again == painted  # who draws it need not be known
    more = ap.paint(photo, resume=painted, add=5)
    assert len(more) == 45 and more.settings.loss == more.settings.engine == "own"
    plain = ap.paint(photo, **SMALL, brush="oil")
    for name in ("loss", "engine"):
        with pytest.raises(InputError, match=f"{name} cannot be changed when a painting goes on"):
            ap.paint(photo, resume=plain, add=5, **{name: OWN[name]})


def test_the_command_refuses_what_only_python_can_be_given(
    photo: Path, painted: Painting, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("loss", "engine"):
        assert run(["paint", str(photo), f"--{name}", "own", "-o", str(tmp_path / "a.png")]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1 and f"{name} is 'own'" in told and "Traceback" not in told
    painted.save(tmp_path / "a.painting.json")
    assert run(["render", str(tmp_path / "a.painting.json"), "-o", str(tmp_path / "a.png")]) == 2
    assert "or draw with the neural brush, by --engine neural" in capsys.readouterr().err
    assert run(["paint", "--help"]) == 0
    assert ", own" not in capsys.readouterr().out.replace("\n", " ")
    assert not (tmp_path / "a.png").exists()


def test_settings_hold_no_objects() -> None:
    for name, value in OWN.items():
        with pytest.raises(InputError, match=f"{name} is .*: it must be text"):
            ap.Settings(**{name: value})


def test_strokes_move_by_an_own_brushs_gradient(mine: NeuralBrush) -> None:
    strokes = Strokes.random(6).placed(0, 0, 40.0)
    free = {name: getattr(strokes, name).clone().requires_grad_() for name in ACTION}
    canvas = ap.composite(torch.zeros(3, 40, 40), strokes.change(**free), mine)
    gradients = torch.autograd.grad(canvas.square().sum(), list(free.values()), allow_unused=True)
    moved = {name for name, one in zip(free, gradients, strict=True) if one is not None and one.abs().max() > 0}
    assert moved == set(ACTION) - {"pressure"}  # the pen knows only how firmly a stroke begins


def test_functions_are_brushes_too(photo: Path) -> None:
    painting = ap.paint(photo, brush=NeuralBrush(pen), **SMALL | {"strokes": 10})
    assert np.ptp(painting.render()) > 50
