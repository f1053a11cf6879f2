"""How well and how quickly brushes are learned: the figures of docs/learning.md, in parts that can be resumed.

python benchmarks/learning.py FOLDER [--part NAME ...] [--brushes NAME,...] [--vgg-weights FILE] [--times 10]

Each part writes FOLDER/NAME.json, or FOLDER/NAME-BRUSH.json, and is passed over if that is there; the table is printed
in the end. Parts: sampling, speed, learn (strokes and three stages, timed), quick (the same in so few steps that the
mean stroke is just within a decibel of what docs/learning.md wants), spectrum, critic, and, with --times the time that
`quick` took, reference (dcgan with VGG16's features) and scratch (dcgan, adversarial from the beginning); then sheets:
strokes of these three below MyPaint's, in FOLDER/side-BRUSH.png.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from machine import machine
from PIL import Image
from torch import Tensor

import allaprima
from allaprima import MyPaintBrush, Strokes
from allaprima.brush.generators import make_generator
from allaprima.brush.mypaint import SAMPLES
from allaprima.learning.critic import accuracy, make_critic
from allaprima.learning.dataset import StrokeData
from allaprima.learning.generate import draw_strokes
from allaprima.learning.report import sheet
from allaprima.learning.train import TrainingConfig, learn, learn_brush, load_network
from allaprima.perception.losses import Features

REAL = {
    "dry_brush": "classic/dry_brush", "oil": "tanda/oil-06-paint", "chalk": "deevad/chalk",
    "charcoal": "classic/charcoal", "rigger": "deevad/rigger_brush", "calligraphy": "classic/calligraphy",
}  # fmt: skip
SEED = 20_26_11  # of strokes that no training sees
Figures = dict[str, Any]


def sampling(_folder: Path, _options: argparse.Namespace) -> Figures:
    """Strokes per second of `allaprima strokes`, all cores, start-up included."""
    with tempfile.TemporaryDirectory() as folder:
        count, began = 100_000, time.monotonic()
        command = [sys.executable, "-m", "allaprima", "strokes", f"{folder}/x", "--brush", "classic/dry_brush"]
        subprocess.run([*command, "--count", str(count)], check=True, stdout=subprocess.DEVNULL)
        return {"strokes per second": round(len(list(drawn_in(Path(folder) / "x"))) / (time.monotonic() - began))}


def drawn_in(folder: Path) -> Any:
    for path in folder.glob("*-actions*.npy"):
        yield from range(len(np.load(path, mmap_mode="r")))
    for path in folder.glob("actions-*.npy"):
        yield from range(len(np.load(path, mmap_mode="r")))


def speed(_folder: Path, _options: argparse.Namespace) -> Figures:
    """Forward and backward, 64 px, strokes per second: the shipped brushes and the reference's generator, in turns."""
    brushes: dict[str, Callable[..., Tensor]] = {name: allaprima.load_brush(name) for name in allaprima.brushes()}
    brushes["dcgan"] = make_generator("dcgan").requires_grad_(False).eval()
    seconds: dict[str, list[float]] = {name: [] for name in brushes}
    for turn in range(7):
        for name, brush in brushes.items():
            actions = Strokes.random(64, turn).actions.requires_grad_()
            began = time.monotonic()
            brush(actions, 64).square().mean().backward()
            seconds[name].append(time.monotonic() - began)
    rates = {name: round(64 / float(np.median(times[1:]))) for name, times in seconds.items()}
    return rates | {"dry_brush / dcgan": round(rates["dry_brush"] / rates["dcgan"], 1)}


def learn_one(folder: Path, _options: argparse.Namespace, name: str) -> Figures:
    """`allaprima learn-brush`: strokes, three stages and the report."""
    return taught(folder, name, name, [])


def quick(folder: Path, options: argparse.Namespace, name: str) -> Figures:
    """The same, with ``--quick-steps`` in stage 1."""
    steps = str(options.quick_steps)
    return {"steps": int(steps)} | taught(folder, name, f"{name}-quick", ["--steps", steps])


def taught(folder: Path, name: str, called: str, more: list[str]) -> Figures:
    output, began = folder / f"{called}.safetensors", time.monotonic()
    command = [sys.executable, "-m", "allaprima", "learn-brush", REAL[name], "-o", str(output), *more]
    subprocess.run([*command, "--report", str(folder / f"report-{called}")], check=True, stdout=subprocess.DEVNULL)
    card = allaprima.load_brush(output).card
    return {"seconds": round(time.monotonic() - began)} | card.fidelity


def spectrum(_folder: Path, _options: argparse.Namespace, name: str) -> Figures:
    """The radial power spectrum of strokes with texture against that of MyPaint's, other samples, in dB."""
    brush = allaprima.load_brush(name)
    strokes, real = sampled(1000, 1), brush.real()
    drawn = torch.cat([brush.textured(strokes[part]) for part in torch.arange(1000).split(50)])
    other = strokes.change(sample=(strokes.sample + 77) % SAMPLES)
    one, two = radial(drawn), radial(real(other))
    apart = 10 * (one / two).log10()
    inside = (FREQUENCIES >= 0.02) & (FREQUENCIES <= 0.35)
    mean = 10 * (radial(brush(strokes)) / two).log10()
    return {
        "largest difference, dB": round(float(apart[inside].abs().max()), 2),
        "of the mean stroke, dB": round(float(mean[inside].abs().max()), 2),
        "cycles/px": [round(float(f), 3) for f in FREQUENCIES[inside]],
        "dB": [round(float(value), 2) for value in apart[inside]],
    }


FREQUENCIES = (torch.arange(30) + 1.5) / 64  # centres of rings, cycles/px


def radial(opacity: Tensor) -> Tensor:
    """Mean power by ring of frequencies, of pictures ``(N, 1, 64, 64)``, under a Hann window."""
    window = torch.hann_window(64, periodic=False)
    power = torch.fft.fft2(opacity[:, 0] * window[:, None] * window).abs().square().mean(0)
    away = torch.fft.fftfreq(64)
    ring = ((away[:, None].square() + away.square()).sqrt() * 64).round().long() - 1
    total, count = torch.zeros(64), torch.zeros(64)
    total.index_add_(0, ring.clamp(0).flatten(), power.flatten() * (ring.flatten() >= 0))
    count.index_add_(0, ring.clamp(0).flatten(), (ring.flatten() >= 0).float())
    return (total / count)[: len(FREQUENCIES)]


def critic(_folder: Path, options: argparse.Namespace, name: str) -> Figures:
    """fast.ai's ``gan_critic`` of ``--critic-width`` features, trained on 5,000 pairs of true and textured strokes
    (same actions, other samples) until validation has not improved for three looks; tested on 1,000 others.
    """
    brush = allaprima.load_brush(name)
    strokes, count = sampled(6500, 2), 6500
    real = brush.real()(strokes.change(sample=(strokes.sample + 101) % SAMPLES))
    drawing = brush if options.critic_mean else brush.textured
    drawn = torch.cat([drawing(strokes[part]) for part in torch.arange(count).split(50)])
    torch.manual_seed(0)
    judge = make_critic(options.critic_width)
    adam = torch.optim.Adam(judge.parameters(), 2e-4, betas=(0.5, 0.999))
    rng, best, seen, looks, curve = np.random.default_rng(0), 0.0, 0, 0, []
    began, kept = time.monotonic(), judge.state_dict()
    while looks < 3 and time.monotonic() - began < options.minutes * 60:
        judge.train()
        for _ in range(options.critic_look // 32):
            which = torch.from_numpy(rng.integers(0, 5000, 16))
            with torch.autocast("cpu", torch.bfloat16):  # half the time, or less, at this width
                said = judge(torch.cat([real[which], drawn[which]])).flatten().float()
            labels = torch.cat([torch.ones(16), torch.zeros(16)])
            adam.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(said, labels).backward()
            adam.step()
            seen += 32
        right = accuracy(judge, real[5000:5500], drawn[5000:5500])
        curve.append([seen, round(right, 3)])
        print(f"  {name}: {seen} pictures, validation {right:.3f}, {time.monotonic() - began:.0f} s", flush=True)
        looks += 1
        if right > best + 0.002:
            best, looks = right, 0
            kept = {key: value.clone() for key, value in judge.state_dict().items()}
    judge.load_state_dict(kept)
    return {
        "accuracy": round(accuracy(judge, real[5500:], drawn[5500:]), 3),
        "width": options.critic_width,
        "of": "mean strokes" if options.critic_mean else "strokes with texture",
        "stopped improving": looks >= 3,
        "validation": curve,
    }


def reference(folder: Path, options: argparse.Namespace, name: str) -> Figures:
    """The reference's recipe: dcgan, VGG16's features, stage 1, for so many times the seconds of `quick`."""
    plan = TrainingConfig.plan((1,), "dcgan", features="vgg16")
    return in_time(folder, options, name, plan, "reference")


def scratch(folder: Path, options: argparse.Namespace, name: str) -> Figures:
    """Adversarial from scratch, dcgan, for so many times the seconds of `quick`."""
    return in_time(folder, options, name, TrainingConfig.plan((3,), "dcgan", features="none"), "scratch")


def sheets(folder: Path, _options: argparse.Namespace, name: str) -> Figures:
    """The first strokes of `quick`, `reference` and `scratch` below MyPaint's."""
    strips = {}
    for part, title in {
        f"{name}-quick/the-real-brush": f"MyPaint's {name}",
        f"{name}-quick/stage-1": "ours: the mean stroke",
        f"reference-{name}/stage-1": "the reference's recipe (dcgan, VGG16's features)",
        f"scratch-{name}/stage-3": "adversarial from scratch (dcgan)",
    }.items():
        with Image.open(folder / f"report-{part}.png") as rows:
            strips[title] = rows.crop((0, 0, rows.width, rows.height // 2))
    sheet(strips).save(folder / f"side-{name}.png")
    return {"sheet": f"side-{name}.png"}


def in_time(folder: Path, options: argparse.Namespace, name: str, plan: TrainingConfig, part: str) -> Figures:
    """Learn for a given time, from the same strokes, in batches of 16, since more steps fit into it. How many is found
    by a trial, once: what else the machine does later makes no difference.
    """
    seconds = options.times * json.loads((folder / f"quick-{name}.json").read_text())["seconds"]
    data = draw_strokes(folder / f"strokes-{name}", MyPaintBrush(REAL[name]), 20_000)
    network = load_network(plan, options.vgg_weights)
    plan = replace(plan, first=replace(plan.first, batch=16))
    fitting = folder / f"{part}-{name}.steps"
    if not fitting.exists():
        fitting.write_text(str(int(seconds / seconds_a_step(folder, data, plan, network))))
    steps = int(fitting.read_text())
    plan = replace(plan, first=replace(plan.first, steps=steps), third=replace(plan.third, steps=steps))
    began, output = time.monotonic(), folder / f"{part}-{name}.safetensors"
    card = learn_brush(data.folder, output, plan, network=network, report=folder / f"report-{part}-{name}")
    seconds_taken = round(time.monotonic() - began)
    return {"seconds": seconds_taken, "seconds given": round(seconds), "steps": steps} | card.fidelity


def seconds_a_step(folder: Path, data: StrokeData, plan: TrainingConfig, network: Features | None) -> float:
    """Of a training, by its first few steps."""
    trial, begun = 12, []

    def enough(_stage: int, step: int, _steps: int, _loss: float) -> None:
        begun.append(time.monotonic())
        if step == trial:
            raise KeyboardInterrupt

    aside = folder / "trial.safetensors"
    with contextlib.suppress(KeyboardInterrupt):
        learn(data, aside, plan, network=network, on_step=enough)
    aside.unlink(missing_ok=True)
    return (begun[-1] - begun[2]) / (len(begun) - 3)


def sampled(count: int, seed: int) -> Strokes:
    samples = torch.from_numpy(np.random.default_rng([SEED, seed]).integers(0, SAMPLES, count))
    return Strokes.random(count, [SEED, seed]).placed(0, 0, 64, sample=samples)


ONCE = {"sampling": sampling, "speed": speed}
EACH = {
    "learn": learn_one,
    "quick": quick,
    "spectrum": spectrum,
    "critic": critic,
    "reference": reference,
    "scratch": scratch,
    "sheets": sheets,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", action="append", choices=[*ONCE, *EACH])
    parser.add_argument("--brushes", default="dry_brush,chalk")
    parser.add_argument("--vgg-weights", type=Path)
    parser.add_argument("--quick-steps", type=int, default=900)
    parser.add_argument("--times", type=float, default=10.0)
    parser.add_argument("--critic-width", type=int, default=128)
    parser.add_argument("--critic-look", type=int, default=2560, help="pictures between two looks at validation")
    parser.add_argument("--critic-mean", action="store_true", help="show it mean strokes: is it able to tell anything?")
    parser.add_argument("--minutes", type=float, default=60.0, help="most that one critic may take")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for part in options.part or [*ONCE, *EACH]:
        jobs = {part: lambda part=part: ONCE[part](options.folder, options)} if part in ONCE else {}
        if part in EACH:
            for name in options.brushes.split(","):
                jobs[f"{part}-{name}"] = lambda part=part, name=name: EACH[part](options.folder, options, name)
        for name, job in jobs.items():
            path = options.folder / f"{name}.json"
            if not path.exists():
                path.write_text(json.dumps({"machine": machine()} | job(), indent=1))
    print("| part | figures |\n|---|---|")
    for path in sorted(options.folder.glob("*.json")):
        figures = json.loads(path.read_text())
        shown = ", ".join(f"{key} {value}" for key, value in figures.items() if not isinstance(value, list))
        print(f"| {path.stem} | {shown} |")


if __name__ == "__main__":
    main()
