"""A network that learns a brush, stage by stage, and shows how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from ..brush.generators import make_generator
from ..brush.neural import Card, NeuralBrush, check_name
from ..brush.own import OwnModule, as_generator
from ..brush.shown import strip
from ..brush.texture import Texture
from ..errors import InputError
from ..files import as_path, check_folder
from ..history import History
from ..kernels.device import find_device
from ..live import live
from ..options import check_called, name_of
from ..perception.losses import Features
from ..strokes import WINDOW, Strokes
from ..version import VERSION
from .callbacks import LearningStep, OnStep
from .checkpoint import Checkpoint
from .config import FIRST, SECOND, THIRD, Stage, StageConfig, check_generator, check_mix, of_texture, whole
from .critic import make_critic, settled
from .dataset import StrokeData
from .fidelity import drawn, fidelity
from .measured import Loss
from .own_network import check_free, check_learns
from .ranks import ALONE, Ranks
from .report import Report
from .sheets import REAL, SHOWN, TITLES, judged, sheet
from .stages import TrainingContext, adversarial, pretrain_critic, pretrain_generator, pretrain_texture
from .usual import loss_of, nib_of, pace_of, usual_generator

WORTH = 1.0  # dB by which a texture has to draw a sample better than the mean does, or it is left out
STRIPS = {Stage.GENERATOR: "stage 1", Stage.TEXTURE: "stage 1, texture", Stage.ADVERSARIAL: "stage 3"}  # on sheets


class Apprentice:
    """Learns the brush that drew ``data``, in the three stages of *The Joy of Neural Painting*, one method each.

    ``generator`` is the network that learns: "splat" or "ribbon" (as suits the brush, if none is named), "dcgan", the
    reference's, or a module of your own, ``module(strokes, size) -> (N, 1, size, size)`` in [0,1]. ``loss`` is what it
    learns by in stages 1 and 3: our feature loss, through the eyes of the network ``features`` ("pocket", "vgg16",
    "none" for pixels alone, or one of your own), or any ``loss(drawn, true)`` of two pictures ``(N, 1, size, size)``.
    The same ``seed`` gives the same weights. ``report`` is a folder for a :class:`Report`; ``on_step`` sees each
    :class:`LearningStep` and may raise KeyboardInterrupt. ``ranks`` are processes that learn together, an apprentice
    each.

    ``generator`` and ``critic`` are the networks, and ``texture``, once stage 1 has taught one; ``textured`` says
    whether it will: if chance plays a part in the brush's strokes, and the generator is splat. ``history`` is what was
    measured in each step, and ``learner`` fast.ai's own of the last stage. Raises InputError for what cannot be
    learned.
    """

    def __init__(
        self,
        data: StrokeData | str | Path,
        generator: str | OwnModule | None = None,
        *,
        features: str | Features | None = None,
        loss: Loss | None = None,
        seed: int = 0,
        device: torch.device | str = "cpu",
        report: str | Path | None = None,
        on_step: OnStep | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        self.data = data = data if isinstance(data, StrokeData) else StrokeData(data)
        place = find_device(device)
        kind = generator or usual_generator(data.meta.bristles)
        if isinstance(kind, str):
            check_generator(kind)
        if on_step is not None:
            check_called(on_step, "step", "on_step")
        self.seed, self.on_step = StageConfig(1, 1, 1.0, seed).seed, on_step
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self._nib = nib_of(data) if kind == "splat" else {}
            self.generator = make_generator(kind, **self._nib) if isinstance(kind, str) else as_generator(kind)
            self.critic = make_critic()
            self.textured = bool(data.known) and self.generator.kind == "splat"
            self._models: dict[str, nn.Module] = {"generator": self.generator, "critic": self.critic}
            if self.textured:
                self._models["texture"] = Texture(data.meta.myb)
        for model in self._models.values():
            model.to(place)
        if not isinstance(kind, str):
            check_learns(self.generator, name_of(kind))
        loss = loss_of(loss, features, self.generator.kind, place)
        checkpoint = Checkpoint(None, "", self._models)
        self._context = TrainingContext(data, self.generator, self.critic, loss, checkpoint, ranks)
        strokes, once, _ = data.held_out()
        self._shown = strokes[:SHOWN].to(place)
        self._strips = {REAL: strip(self._shown, once[:SHOWN])}
        self._drawing: nn.Module = self.generator
        self._begun: dict[Stage, int] = {}  # steps that earlier calls took
        self._report = None if report is None else _open_report(as_path(report, "the report"), data, self._strips[REAL])
        self.history = self._report.history if self._report else History()

    def __repr__(self) -> str:
        count = sum(parameter.numel() for parameter in self.generator.parameters())
        return f"Apprentice of {self.data.meta.brush}: {self.generator.kind}, {count:,} numbers; {self.history!r}"

    @property
    def texture(self) -> Texture | None:
        """The texture, once it was taught: from then on stages 2 and 3 are about it, and before about the generator."""
        return self._context.texture

    @property
    def learner(self) -> object:
        """fast.ai's Learner of the last stage, None before the first."""
        return self._context.learner

    def resume(self, checkpoint: Path, identity: str) -> None:
        """Go on from where a training stopped, if ``checkpoint`` is there, and keep it up to date. ``identity`` says
        which training this is. Raises InputError if it is damaged or of another training, or not the same for all
        processes that learn together.
        """
        self._context.checkpoint = there = Checkpoint(checkpoint, identity, self._models)
        if not self._context.ranks.alike(there.stage, there.step):
            raise InputError(f"some processes see no checkpoint {checkpoint}, or another one: give all the same folder")

    # ---- the stages

    def pretrain(self, steps: int | None = None, *, batch: int | None = None, lr: float | None = None) -> History:
        """Stage 1: the generator learns to draw, with the feature loss and nothing adversarial; and then its texture,
        if it is ``textured``. Goes on where an earlier call ended.
        """
        usual = FIRST.get(self.generator.kind, FIRST["dcgan"])
        pace = pace_of(usual, self.seed, steps, batch, lr)
        self.take(Stage.GENERATOR, pace)
        if self.textured:
            self.take(Stage.TEXTURE, of_texture(pace, self.generator.kind))
        return self.history.part(*[label for label in ("1", "1b") if label in self.history.stages])

    def pretrain_critic(
        self, steps: int | None = None, *, batch: int | None = None, lr: float | None = None
    ) -> History:
        """Stage 2: the critic learns to tell real strokes from the generator's, which is frozen, to the bit."""
        self.take(Stage.CRITIC, pace_of(SECOND, self.seed, steps, batch, lr))
        return self.history.part("2")

    def adversarial(
        self, steps: int | None = None, *, mix: float = 0.5, batch: int | None = None, lr: float | None = None
    ) -> History:
        """Stage 3: both take turns. The generator's loss is ``mix`` x cross entropy + (1 - ``mix``) x feature loss."""
        self.take(Stage.ADVERSARIAL, pace_of(THIRD, self.seed, steps, batch, lr), mix)
        return self.history.part("3")

    def take(self, stage: Stage, pace: StageConfig, mix: float = 0.5) -> None:
        """One stage at a pace. Raises InputError for data that it cannot use."""
        check_mix(mix)
        check_stage(stage, self.data)
        if self._nib and stage is Stage.GENERATOR:
            pace = replace(pace, batch=max(1, pace.batch // 2), lr=pace.lr / 2)
        works: dict[Stage, Callable[[TrainingContext, StageConfig], None]] = {
            Stage.GENERATOR: pretrain_generator,
            Stage.TEXTURE: pretrain_texture,
            Stage.CRITIC: pretrain_critic,
            Stage.ADVERSARIAL: lambda context, pace: adversarial(context, pace, mix),
        }
        if stage is Stage.TEXTURE:
            texture = self._models["texture"]
            assert isinstance(texture, Texture)
            self._context.texture = texture
        begun, before = self._begun.get(stage, 0), self.history.stages.get(stage.label, [])
        seconds, taken = before[-1].seconds if before else 0.0, len(self.history)
        self._drawing = self.generator if stage is Stage.GENERATOR else self.texture or self.generator
        if stage is not Stage.CRITIC:
            check_free(self._drawing, name_of(getattr(self._drawing, "module", self._drawing)))
        with live() as view:

            def follow(step: LearningStep) -> None:
                self.history.add(stage.label, begun + step.step, step.values, seconds + step.seconds)
                if view:
                    text = f"{stage.title}, step {step.step:,} of {step.steps:,}, loss {step.loss:.4g}"
                    view.show(step.step / step.steps, text, self.now)
                if self._report:
                    self._report.follow(self.now)
                if self.on_step:
                    self.on_step(step)

            self._context.on_step = follow
            works[stage](self._context, replace(pace, seed=pace.seed + begun))
        self._begun[stage] = begun + pace.steps
        if len(self.history) > taken:  # and not all was done in an earlier run
            self._after(stage)

    def _after(self, stage: Stage) -> None:
        name = STRIPS.get(stage)
        if name:
            self._strips[name] = self.now()
            if self._report:
                self._report.after(name, self._strips[name], fidelity(self._drawing, self.data))
        elif self._report:
            self._report.curves()

    # ---- how far it has come

    def draw(self, strokes: Strokes, size: int | None = None) -> Tensor:
        """Opacity ``(N, 1, size, size)`` of strokes, by the network that learned last; as large as the data, if no size
        is given.
        """
        return drawn(self._drawing, strokes.to(self._context.device), size or self.data.meta.size)

    def now(self) -> Image.Image:
        """24 strokes as the network draws them that learned last."""
        return strip(self._shown, self.draw(self._shown))

    def sheet(self) -> Image.Image:
        """The real brush's strokes, and the same ones as the apprentice drew them after each stage."""
        strips = self._strips if len(self._strips) > 1 else self._strips | {"untaught": self.now()}
        return sheet({title: strips[name] for name, title in TITLES.items() if name in strips})

    def judge(self, count: int = 12) -> Image.Image:
        """``count`` strokes by the real brush and by the apprentice, and how sure the critic is that each is real.
        Raises InputError for a number that cannot be, and strokes that are not of 64 px.
        """
        check_stage(Stage.CRITIC, self.data)
        strokes, once, _ = self.data.held_out()
        count = whole("count", count, 1, len(strokes))
        strokes, pictures = strokes[:count].to(self._context.device), {}
        ours, critic = self.draw(strokes), self.critic.eval()
        if self._begun.keys().isdisjoint((Stage.CRITIC, Stage.ADVERSARIAL)):
            critic = settled(critic)
        for whose, opacity, real in (("the real brush", once[:count], True), ("the apprentice", ours, False)):
            with torch.no_grad():
                said = critic(opacity.to(self._context.device)).flatten().sigmoid().tolist()
            taken = sum(verdict > 0.5 for verdict in said)
            title = f"by {whose}: the critic takes {taken} of {count} for real"
            pictures[title] = judged(strokes, opacity, said, real)
        return sheet(pictures)

    def fidelity(self) -> dict[str, float]:
        """Opacity PSNR in dB on strokes that were never trained on: ``psnr`` of the mean strokes, ``texture`` of those
        with texture, if there is any, and ``agreement``, the program's with itself.
        """
        figures = fidelity(self.generator, self.data)
        return figures | ({"texture": fidelity(self.texture, self.data)["psnr"]} if self.texture else {})

    # ---- what comes of it

    def brush(self, name: str = "mine", command: str = "") -> NeuralBrush:
        """The brush that was learned, which paints at once; the apprentice can go on learning. A texture that draws a
        sample less than 1 dB better than the mean is left out, and the card's ``note`` says so. ``command`` is what
        trained it, for the card. Raises InputError for an empty name.
        """
        check_name(name)
        figures, meta = self.fidelity(), self.data.meta
        texture, note = self.texture, ""
        if texture and figures["texture"] <= figures["psnr"] + WORTH:
            note = (
                f"the texture is left out: with it a sample is drawn to {figures.pop('texture'):.2f} dB, and the mean "
                f"to {figures['psnr']:.2f}: less than {WORTH:g} dB better"
            )
            if not {"2", "3"}.isdisjoint(self.history.stages):
                note += "; stages 2 and 3 taught the texture alone, so nothing of them is left"
            texture = None
        if self._report:
            self._report.say(note)
        card = Card(
            name=name,
            kind=self.generator.kind,
            config=dict(self.generator.config),
            mypaint=meta.brush,
            myb_sha256=meta.myb_sha256,
            myb=meta.myb,
            bristles=meta.bristles,
            data={"count": meta.count, "size": meta.size, "seed": meta.seed},
            command=command or f"allaprima.Apprentice, in Python: {self.history!r}",
            fidelity=figures,
            library=VERSION,
            texture=texture.config if texture else {},
            note=note,
        )
        return NeuralBrush(deepcopy(self.generator), card, texture=deepcopy(texture))


def check_stage(stage: Stage, data: StrokeData) -> None:
    """Raise InputError for data that a stage cannot use."""
    if stage in (Stage.CRITIC, Stage.ADVERSARIAL) and data.meta.size != WINDOW:
        raise InputError(f"these strokes have {data.meta.size} px: the critic of stages 2 and 3 needs {WINDOW}")


def _open_report(folder: Path, data: StrokeData, real: Image.Image) -> Report:
    check_folder(folder, "the report")
    report = Report(folder, data.meta.brush)
    report.after(REAL, real)
    return report
