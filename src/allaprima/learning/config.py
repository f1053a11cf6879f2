"""What a training is: its stages, and the numbers that, with the data, give the same weights again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from ..errors import InputError
from ..options import CHECKS, as_number

STEPS = ("steps", "critic-steps", "gan-steps")  # of the three stages, as the command line calls them
FEATURES = ("pocket", "vgg16", "none")


class Stage(IntEnum):
    """In the order of learning."""

    GENERATOR = 1
    TEXTURE = 2
    CRITIC = 3
    ADVERSARIAL = 4

    @property
    def label(self) -> str:
        """Its number in the reference: 1, 2 or 3; the texture is 1b."""
        return ("1", "1b", "2", "3")[self - 1]

    @property
    def title(self) -> str:
        """Number and name, for people."""
        return f"stage {self.label[0]}: {self.name.lower()}"


def whole(name: str, value: object, low: int, high: int) -> int:
    """A whole number. Raises InputError, naming value and bound, for anything else."""
    number = CHECKS["int"](name, value, {"low": low, "high": high})
    assert isinstance(number, int)
    return number


@dataclass(frozen=True)
class StageConfig:
    """How long and how fast a stage learns: numbers that, with the data, give the same weights again.

    Raises InputError, naming value and bound, for numbers out of range.
    """

    steps: int
    batch: int
    lr: float
    seed: int = 0

    def __post_init__(self) -> None:
        for name, high in (("steps", 10_000_000), ("batch", 65_536), ("seed", 2**63)):
            object.__setattr__(self, name, whole(name, getattr(self, name), int(name != "seed"), high))
        object.__setattr__(self, "lr", CHECKS["float"]("lr", self.lr, {"low": 1e-7, "high": 1.0}))


FIRST = {  # the usual pace of stage 1
    "splat": StageConfig(3500, 16, 2e-2),
    "ribbon": StageConfig(900, 16, 2e-2),
    "dcgan": StageConfig(4000, 64, 1e-3),
}
OF_TEXTURE = StageConfig(560, 16, 1.5e-2)
ENOUGH = 240  # steps of a texture: with 120 it is hardly nearer to a sample than the mean is
SECOND, THIRD = StageConfig(200, 16, 1e-3), StageConfig(200, 16, 1e-3)

COSTS = {  # of a step of each stage, in steps of stage 1
    "splat": {Stage.GENERATOR: 1.0, Stage.TEXTURE: 4.8, Stage.CRITIC: 2.7, Stage.ADVERSARIAL: 5.7},
    "ribbon": {Stage.GENERATOR: 1.0, Stage.TEXTURE: 0.0, Stage.CRITIC: 1.0, Stage.ADVERSARIAL: 2.0},
    "dcgan": {Stage.GENERATOR: 1.0, Stage.TEXTURE: 0.0, Stage.CRITIC: 0.2, Stage.ADVERSARIAL: 0.3},
}


def of_texture(first: StageConfig, kind: str) -> StageConfig:
    """The texture's part of stage 1: as long as the first part is, against the usual; but where that is short, long
    enough to be worth it.
    """
    steps = max(min(ENOUGH, first.steps), OF_TEXTURE.steps * first.steps // FIRST[kind].steps)
    return replace(OF_TEXTURE, steps=steps, seed=first.seed)


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
        check_mix(self.mix)
        check_features(self.features)

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
        check_generator(generator)
        usual = (FIRST[generator], SECOND, THIRD)
        first, second, third = (
            replace(pace, steps=pace.steps if asked is None else asked, seed=seed)
            for pace, asked in zip(usual, steps, strict=True)
        )
        texture = of_texture(first, generator)
        config = cls(stages, generator, first, texture, second, third, cls.mix if mix is None else mix, features)
        for name, value, stage in zip((*STEPS, "mix"), (*steps, mix), (1, 2, 3, 3), strict=True):
            if value is not None and stage not in stages:
                raise InputError(f"{name} is {value}, which has no effect: stage {stage} is not among the stages")
        return config

    def costs(self, textured: bool) -> dict[Stage, float]:
        """How much work each stage is that is taken, in steps of the first; ``textured``, if a texture is learned."""
        paces = {
            Stage.GENERATOR: (1 in self.stages, self.first),
            Stage.TEXTURE: (1 in self.stages and textured, self.texture),
            Stage.CRITIC: (2 in self.stages, self.second),
            Stage.ADVERSARIAL: (3 in self.stages, self.third),
        }
        cost = COSTS[self.generator]
        return {stage: pace.steps * cost[stage] for stage, (taken, pace) in paces.items() if taken}

    @property
    def options(self) -> str:
        """As the command line is told of it."""
        stages_of = dict(zip(STEPS, (self.first, self.second, self.third), strict=True))
        used = [name for name, stage in zip(stages_of, (1, 2, 3), strict=True) if stage in self.stages]
        steps = " ".join(f"--{name} {stages_of[name].steps}" for name in used)
        stages = ",".join(map(str, self.stages))
        kind = f"--generator {self.generator} --features {self.features}"
        return f"--stages {stages} {kind} {steps} --seed {self.first.seed}"


def check_generator(kind: str) -> None:
    """Raise InputError for a kind of generator that there is not."""
    if kind not in FIRST:
        raise InputError(f"there is no generator {kind!r}: choose from {', '.join(FIRST)}")


def check_features(name: str) -> None:
    """Raise InputError for a network that there is not."""
    if name not in FEATURES:
        raise InputError(f"there are no features {name!r}: choose from {', '.join(FEATURES)}")


def check_mix(mix: float) -> None:
    """Raise InputError for a part of the loss that cannot be."""
    if not 0 <= as_number("mix", mix) <= 1:
        raise InputError(f"mix is {mix}: choose 0 to 1")
