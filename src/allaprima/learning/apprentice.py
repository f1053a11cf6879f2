"""From strokes to a brush file: the stages one after another, and how good the result is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from ..brush.shipped import Card, make_generator, save_brush
from ..errors import InputError
from ..files import check_output
from ..perception.losses import FeatureLoss
from ..version import VERSION
from .callbacks import OnStep, Pace
from .checkpoint import Checkpoint
from .critic import make_critic
from .dataset import StrokeData
from .report import Report, fidelity
from .stages import Studio, adversarial, pretrain_critic, pretrain_generator

FIRST = {"splat": Pace(4000, 16, 2e-2), "dcgan": Pace(4000, 64, 1e-3)}  # the usual pace of stage 1
SECOND, THIRD = Pace(300, 16, 1e-3), Pace(600, 16, 1e-3)
NIB = 1.5  # a MyPaint brush whose dabs are more elliptical than this is learned with bristles in a line


@dataclass(frozen=True)
class Lessons:
    """A whole training. ``stages``, in order, out of 1 (generator), 2 (critic) and 3 (adversarial; alone it is
    training from scratch); ``generator`` splat or dcgan; ``mix`` is the critic's part in the loss of stage 3.

    Raises InputError, naming value and bound, for numbers out of range.
    """

    stages: tuple[int, ...] = (1,)
    generator: str = "splat"
    first: Pace = FIRST["splat"]
    second: Pace = SECOND
    third: Pace = THIRD
    mix: float = 0.5

    def __post_init__(self) -> None:
        if self.stages not in ((1,), (1, 2), (1, 2, 3), (3,)):
            shown = ",".join(map(str, self.stages))
            raise InputError(f"stages is {shown!r}: choose 1, 1,2 or 1,2,3, or 3 alone (from scratch)")
        if not 0 <= self.mix <= 1:
            raise InputError(f"mix is {self.mix}: choose 0 to 1")

    @classmethod
    def plan(
        cls,
        stages: tuple[int, ...],
        generator: str = "splat",
        steps: tuple[int | None, int | None, int | None] = (None, None, None),
        seed: int = 0,
        mix: float = 0.5,
    ) -> Lessons:
        """Lessons at the usual pace of a generator; ``steps`` of the three stages where they are given."""
        if generator not in FIRST:
            raise InputError(f"there is no generator {generator!r}: choose from {', '.join(FIRST)}")
        usual = (FIRST[generator], SECOND, THIRD)
        first, second, third = (
            replace(pace, steps=pace.steps if asked is None else asked, seed=seed)
            for pace, asked in zip(usual, steps, strict=True)
        )
        return cls(stages, generator, first, second, third, mix)


def learn(
    data: StrokeData,
    checkpoint: Path,
    lessons: Lessons = Lessons(),
    *,
    on_step: OnStep | None = None,
    report: Report | None = None,
) -> nn.Module:
    """Take the lessons' stages and return the generator; ``report`` is brought up to date after stages 1 and 3.

    ``checkpoint`` is rewritten every half minute and when the training is interrupted; if it is there, the training
    goes on from it. Raises InputError if it is damaged or of another training, and for data the stages cannot use.
    """
    if lessons.stages != (1,) and data.meta.size != 64:
        raise InputError(f"these strokes have {data.meta.size} px: the critic of stages 2 and 3 needs 64")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(lessons.first.seed)
        generator = make_generator(lessons.generator, **_config(data, lessons.generator))
        critic = make_critic()
    identity = f"{lessons} on {data.meta.brush} {data.meta.myb_sha256} {data.meta.count} {data.meta.seed}"
    models = {"generator": generator, "critic": critic}
    loss = FeatureLoss(distance="mse")
    studio = Studio(data, generator, critic, loss, Checkpoint(checkpoint, identity, models), on_step)
    if 1 in lessons.stages:
        pretrain_generator(studio, lessons.first)
        if report and studio.checkpoint.stage < 2:
            report.after(1, generator)
    if 2 in lessons.stages:
        pretrain_critic(studio, lessons.second)
    if 3 in lessons.stages:
        adversarial(studio, lessons.third, lessons.mix)
        if report:
            report.after(3, generator)
    return generator


def learn_brush(
    folder: Path,
    output: Path,
    lessons: Lessons = Lessons(),
    *,
    on_step: OnStep | None = None,
    report: Path | None = None,
) -> Card:
    """From a folder of strokes to a brush file ``NAME.safetensors``, whose card is returned; ``report`` is a folder
    for :class:`Report`.

    A checkpoint lies beside the output while the training runs. Raises InputError for missing or unfinished strokes
    and for an output that cannot be written, before anything is learned.
    """
    check_brush_output(output)
    data = StrokeData(folder)
    checkpoint = output.with_suffix(".unfinished.safetensors")
    written = Report(report, data) if report else None
    generator = learn(data, checkpoint, lessons, on_step=on_step, report=written)
    meta = data.meta
    drawn = f"allaprima strokes STROKES --brush {meta.brush} --count {meta.count} --size {meta.size} --seed {meta.seed}"
    card = Card(
        name=output.stem,
        kind=lessons.generator,
        config=dict(generator.config),  # type: ignore[arg-type]
        mypaint=meta.brush,
        myb_sha256=meta.myb_sha256,
        myb=meta.myb,
        data={"count": meta.count, "size": meta.size, "seed": meta.seed},
        command=f"{drawn} && allaprima train STROKES -o {output.name} {_options(lessons)}",
        fidelity=fidelity(generator, data),
        library=VERSION,
    )
    save_brush(output, generator, card)
    checkpoint.unlink(missing_ok=True)
    return card


def check_brush_output(output: Path) -> None:
    """Raise InputError unless a brush file can be written there."""
    if output.suffix != ".safetensors":
        raise InputError(f"the output {output} must end in .safetensors")
    check_output(output)


def _config(data: StrokeData, kind: str) -> dict[str, int]:
    """What the generator needs to know of the brush: whether its nib is round."""
    settings = json.loads(data.meta.myb or "{}").get("settings", {})
    ratio = settings.get("elliptical_dab_ratio", {}).get("base_value", 1.0)
    return {"bristles": 5} if kind == "splat" and ratio > NIB else {}


def _options(lessons: Lessons) -> str:
    paces = {"steps": lessons.first, "critic-steps": lessons.second, "gan-steps": lessons.third}
    used = [name for name, stage in zip(paces, (1, 2, 3), strict=True) if stage in lessons.stages]
    steps = " ".join(f"--{name} {paces[name].steps}" for name in used)
    stages = ",".join(map(str, lessons.stages))
    return f"--stages {stages} --generator {lessons.generator} {steps} --seed {lessons.first.seed}"
