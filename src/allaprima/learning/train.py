"""From strokes to a brush file: the stages one after another, and how good the result is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from ..brush.generators import make_generator
from ..brush.library import save_brush
from ..brush.myb import parse_myb
from ..brush.neural import Card
from ..brush.texture import Texture
from ..errors import InputError
from ..files import check_folder, check_output
from ..perception.features import load_features
from ..perception.losses import WEIGHTS, FeatureLoss, Features
from ..version import VERSION
from .callbacks import OnStep, StageConfig
from .checkpoint import Checkpoint
from .critic import make_critic
from .dataset import StrokeData, read_meta
from .report import Report, fidelity
from .stages import (
    ADVERSARIAL,
    CRITIC,
    GENERATOR,
    TEXTURE,
    TITLES,
    TrainingContext,
    adversarial,
    pretrain_critic,
    pretrain_generator,
    pretrain_texture,
)

FIRST = {  # the usual pace of stage 1
    "splat": StageConfig(3500, 16, 2e-2),
    "ribbon": StageConfig(900, 16, 2e-2),
    "dcgan": StageConfig(4000, 64, 1e-3),
}
OF_TEXTURE = StageConfig(560, 16, 1.5e-2)
SECOND, THIRD = StageConfig(200, 16, 1e-3), StageConfig(200, 16, 1e-3)
STEPS = ("steps", "critic-steps", "gan-steps")  # of the three stages, as the command line calls them
FEATURES = ("pocket", "vgg16", "none")
PIXEL = 3000.0  # weight of the squared error of pixels: with less, features of so few strokes are noise to it
EVERY = {"splat": 16, "ribbon": 16, "dcgan": 1}  # the network looks at each 16th stroke: steps are too short for more
WORTH = 1.0  # dB by which a texture has to draw a sample better than the mean does, or it is left out
NIB = 1.5  # a MyPaint brush whose dabs are more elliptical than this is learned with bristles in a line, and
BRISTLES = {"bristles": 5}  # as these cost 5 times as much, from smaller batches, and more slowly


@dataclass(frozen=True)
class TrainingConfig:
    """A whole training. ``stages``, in order, out of 1 (generator), 2 (critic) and 3 (adversarial; alone it is
    training from scratch); ``generator`` splat, ribbon or dcgan; ``mix`` is the critic's part in the loss of stage 3;
    ``features`` is the network that looks at strokes: pocket, vgg16, or none for pixels alone.

    Raises InputError, naming value and bound, for numbers out of range.
    """

    stages: tuple[int, ...] = (1,)
    generator: str = "splat"
    first: StageConfig = FIRST["splat"]
    texture: StageConfig = OF_TEXTURE
    second: StageConfig = SECOND
    third: StageConfig = THIRD
    mix: float = 0.5
    features: str = "pocket"

    def __post_init__(self) -> None:
        if self.stages not in ((1,), (1, 2), (1, 2, 3), (3,)):
            shown = ",".join(map(str, self.stages))
            raise InputError(f"stages is {shown!r}: choose 1, 1,2 or 1,2,3, or 3 alone (from scratch)")
        if not 0 <= self.mix <= 1:
            raise InputError(f"mix is {self.mix}: choose 0 to 1")
        if self.features not in FEATURES:
            raise InputError(f"there are no features {self.features!r}: choose from {', '.join(FEATURES)}")

    @classmethod
    def plan(
        cls,
        stages: tuple[int, ...],
        generator: str = "splat",
        steps: tuple[int | None, int | None, int | None] = (None, None, None),
        seed: int = 0,
        mix: float | None = None,
        features: str = "pocket",
    ) -> TrainingConfig:
        """A training at the usual pace of a generator; ``steps`` of the three stages, and ``mix``, where they are given
        (the texture's share of stage 1 goes with it). Raises InputError, too, for those of stages that are not taken.
        """
        if generator not in FIRST:
            raise InputError(f"there is no generator {generator!r}: choose from {', '.join(FIRST)}")
        usual = (FIRST[generator], SECOND, THIRD)
        first, second, third = (
            replace(pace, steps=pace.steps if asked is None else asked, seed=seed)
            for pace, asked in zip(usual, steps, strict=True)
        )
        steps_of_texture = max(1, OF_TEXTURE.steps * first.steps // usual[0].steps)
        texture = replace(OF_TEXTURE, steps=steps_of_texture, seed=seed)
        config = cls(stages, generator, first, texture, second, third, cls.mix if mix is None else mix, features)
        for name, value, stage in zip((*STEPS, "mix"), (*steps, mix), (1, 2, 3, 3), strict=True):
            if value is not None and stage not in stages:
                raise InputError(f"{name} is {value}, which has no effect: stage {stage} is not among the stages")
        return config


def learn(
    data: StrokeData,
    checkpoint: Path,
    config: TrainingConfig = TrainingConfig(),
    *,
    network: Features | None = None,
    on_step: OnStep | None = None,
    report: Report | None = None,
) -> tuple[nn.Module, Texture | None]:
    """Take the stages of a training and return the generator, and the texture if chance plays a part in the brush's
    strokes and the generator is splat. ``report`` is brought up to date after stages 1 and 3.

    ``network`` is one already loaded for ``config.features``. ``checkpoint`` is rewritten every half minute and when
    the training is interrupted; if it is there, the training goes on from it. Raises InputError if it is damaged or of
    another training, and for data the stages cannot use.
    """
    if config.stages != (1,) and data.meta.size != 64:
        raise InputError(f"these strokes have {data.meta.size} px: the critic of stages 2 and 3 needs 64")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.first.seed)
        options = _generator_options(data, config.generator)
        generator = make_generator(config.generator, **options)
        critic = make_critic()
        texture = Texture(data.meta.myb) if data.known and config.generator == "splat" and 1 in config.stages else None
    identity = f"{config} on {data.meta.brush} {data.meta.myb_sha256} {data.meta.count} {data.meta.seed}"
    models = {"generator": generator, "critic": critic} | ({"texture": texture} if texture else {})
    network = network or load_network(config)
    loss = FeatureLoss(network, pixel=PIXEL, distance="mse", every=EVERY[config.generator])
    drawing = {GENERATOR: generator, TEXTURE: texture, ADVERSARIAL: texture or generator}

    def follow(stage: int, step: int, steps: int, value: float) -> None:
        if report and (network := drawing.get(stage)):
            report.follow(TITLES[stage], step, value, network)
        if on_step:
            on_step(stage, step, steps, value)

    context = TrainingContext(data, generator, critic, loss, Checkpoint(checkpoint, identity, models), follow, texture)
    if 1 in config.stages:
        first = config.first
        nib = replace(first, batch=max(1, first.batch // 2), lr=first.lr / 2)
        pretrain_generator(context, nib if options else first)
        if report and context.checkpoint.stage < TEXTURE:
            report.after("stage 1", generator)
        if texture:
            pretrain_texture(context, config.texture)
            if report and context.checkpoint.stage < CRITIC:
                report.after("stage 1, texture", texture)
    if 2 in config.stages:
        pretrain_critic(context, config.second)
    if 3 in config.stages:
        adversarial(context, config.third, config.mix)
        if report:
            report.after("stage 3", texture or generator)
    return generator, texture


def usual_generator(bristles: str) -> str:
    """The kind of generator that suits a brush: ``bristles`` is its text, empty for one of MyPaint."""
    return "ribbon" if bristles else "splat"


def generator_for(folder: Path) -> str:
    """The kind that suits the brush of a folder of strokes. That there are none is told when they are opened."""
    try:
        return usual_generator(read_meta(folder).bristles)
    except InputError:
        return usual_generator("")


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
) -> Card:
    """From a folder of strokes to a brush file ``NAME.safetensors``, whose card is returned; ``report`` is a folder
    for :class:`Report`.

    A checkpoint lies beside the output while the training runs. Raises InputError for missing or unfinished strokes
    and for an output or a report that cannot be written, before anything is learned.
    """
    check_results(output, report)
    data = StrokeData(folder)
    checkpoint = output.with_suffix(".unfinished.safetensors")
    written = Report(report, data) if report else None
    generator, texture = learn(data, checkpoint, config, network=network, on_step=on_step, report=written)
    figures = fidelity(generator, data)
    if texture and (of_texture := fidelity(texture, data)["psnr"]) > figures["psnr"] + WORTH:
        figures["texture"] = of_texture
    else:
        texture = None
    meta = data.meta
    drawn = f"allaprima strokes STROKES --brush {meta.brush} --count {meta.count} --size {meta.size} --seed {meta.seed}"
    card = Card(
        name=output.stem,
        kind=config.generator,
        config=dict(generator.config),  # type: ignore[arg-type]
        mypaint=meta.brush,
        myb_sha256=meta.myb_sha256,
        myb=meta.myb,
        bristles=meta.bristles,
        data={"count": meta.count, "size": meta.size, "seed": meta.seed},
        command=f"{drawn} && allaprima train STROKES -o {output.name} {_options(config)}",
        fidelity=figures,
        library=VERSION,
        texture=texture.config if texture else {},
    )
    save_brush(output, generator, card, texture)
    checkpoint.unlink(missing_ok=True)
    return card


def check_results(output: Path, report: Path | None) -> None:
    """Raise InputError unless a brush file can be written there, and its report."""
    if output.suffix != ".safetensors":
        raise InputError(f"the output {output} must end in .safetensors")
    check_output(output)
    if report:
        check_folder(report, "the report")


def _generator_options(data: StrokeData, kind: str) -> dict[str, int]:
    """What the generator needs to know of the brush: whether its nib is round."""
    ratio = parse_myb(data.meta.myb).get("elliptical_dab_ratio") if data.meta.myb else None
    return BRISTLES if kind == "splat" and ratio and ratio.base_value > NIB else {}


def _options(config: TrainingConfig) -> str:
    stages_of = dict(zip(STEPS, (config.first, config.second, config.third), strict=True))
    used = [name for name, stage in zip(stages_of, (1, 2, 3), strict=True) if stage in config.stages]
    steps = " ".join(f"--{name} {stages_of[name].steps}" for name in used)
    stages = ",".join(map(str, config.stages))
    kind = f"--generator {config.generator} --features {config.features}"
    return f"--stages {stages} {kind} {steps} --seed {config.first.seed}"
