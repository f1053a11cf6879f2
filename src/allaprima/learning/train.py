"""From strokes to a brush file: the stages one after another, and how good the result is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from ..brush.neural import Card, check_name
from ..errors import InputError
from ..files import check_folder, check_output
from ..perception.features import load_features
from ..perception.losses import WEIGHTS, Features
from .apprentice import Apprentice, check_stage
from .callbacks import LearningStep, OnStep
from .config import Stage, TrainingConfig
from .dataset import StrokeData
from .ranks import ALONE, Ranks


def learn(
    data: StrokeData,
    checkpoint: Path,
    config: TrainingConfig = TrainingConfig(),
    *,
    network: Features | None = None,
    on_step: OnStep | None = None,
    report: Path | None = None,
    device: torch.device | str = "cpu",
    ranks: Ranks = ALONE,
) -> Apprentice:
    """Take the stages of a training and return who has learned. ``report`` is a folder for a :class:`Report`;
    ``ranks`` are the processes that take them together.

    ``network`` is one already loaded for ``config.features``. ``checkpoint`` is rewritten every half minute and when
    the training is interrupted; if it is there, the training goes on from it. Raises InputError if it is damaged or of
    another training, and for data the stages cannot use.
    """
    if config.stages != (1,):
        check_stage(Stage.CRITIC, data)
    apprentice = Apprentice(
        data,
        config.generator,
        features=network or config.features,
        seed=config.first.seed,
        device=device,
        report=report if ranks.first else None,
        ranks=ranks,
    )
    if on_step:
        cost = config.costs(apprentice.textured)
        apprentice.on_step = lambda step: on_step(replace(step, share=_share(cost, step)))
    meta = data.meta
    apprentice.resume(checkpoint, f"{config} on {meta.brush} {meta.myb_sha256} {meta.count} {meta.seed}")
    if 1 in config.stages:
        apprentice.take(Stage.GENERATOR, config.first)
        if apprentice.textured:
            apprentice.take(Stage.TEXTURE, config.texture)
    if 2 in config.stages:
        apprentice.take(Stage.CRITIC, config.second)
    if 3 in config.stages:
        apprentice.take(Stage.ADVERSARIAL, config.third, config.mix)
    return apprentice


def _share(costs: dict[Stage, float], step: LearningStep) -> float:
    """How much of a whole training is done."""
    before = sum(cost for stage, cost in costs.items() if stage < step.stage)
    return (before + costs[step.stage] * step.share) / sum(costs.values())


def load_network(config: TrainingConfig, vgg_weights: Path | None = None, download: bool = False) -> Features | None:
    """The network that looks at strokes; see :func:`load_features` for what it raises without weights."""
    if (vgg_weights or download) and not config.features.startswith("vgg16"):
        raise InputError(f"weights of VGG16 have no effect on features {config.features}: choose vgg16, or give none")
    return None if config.features == "none" else load_features(config.features, tuple(WEIGHTS), vgg_weights, download)


def learn_brush(
    folder: Path,
    output: Path,
    config: TrainingConfig = TrainingConfig(),
    *,
    network: Features | None = None,
    on_step: OnStep | None = None,
    report: Path | None = None,
    device: torch.device | str = "cpu",
    ranks: Ranks = ALONE,
) -> Card:
    """From a folder of strokes to a brush file ``NAME.safetensors``, whose card is returned; ``report`` is a folder
    for :class:`Report`; ``ranks`` are the processes that learn together, and the first of them writes.

    A checkpoint lies beside the output while the training runs. Raises InputError for missing or unfinished strokes
    and for an output or a report that cannot be written, before anything is learned.
    """
    check_results(output, report)
    data = StrokeData(folder)
    checkpoint = output.with_suffix(".unfinished.safetensors")
    apprentice = learn(
        data, checkpoint, config, network=network, on_step=on_step, report=report, device=device, ranks=ranks
    )  # fmt: skip
    meta = data.meta
    brush = apprentice.brush(output.stem, command_of(meta.brush, meta.count, meta.size, meta.seed, output, config))
    if ranks.first:
        brush.save(output)
        checkpoint.unlink(missing_ok=True)
    return brush.card


def command_of(brush: str, count: int, size: int, seed: int, output: Path, config: TrainingConfig) -> str:
    """The command that teaches a brush again."""
    drawn = f"allaprima strokes STROKES --brush {brush} --count {count} --size {size} --seed {seed}"
    return f"{drawn} && allaprima train STROKES -o {output.name} {config.options}"


def check_results(output: Path, report: Path | None) -> None:
    """Raise InputError unless a brush file can be written there, and its report."""
    if output.suffix != ".safetensors":
        raise InputError(f"the output {output} must end in .safetensors")
    check_name(output.stem)
    check_output(output)
    if report:
        check_folder(report, "the report")
