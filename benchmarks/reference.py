"""The reference's painting recipe as published, and our painter on the same task, in one run.

python benchmarks/reference.py PHOTO --vgg-weights FILE [--dcgan FILE.safetensors] [--steps 1000]
    [--brush dry_brush] [--quality normal] [--mood likeness] [--loss features] [--out FOLDER]

The task: PHOTO cropped to a square about its middle, 64x64, 32 strokes. The recipe (*The Joy of Neural Painting*,
notebook 04): strokes with random beginnings on windows as large as the canvas, drawn by the reference's generator over
white paper, 1,000 steps of RMSprop with lr 0.01 down VGG16's feature loss with MSE, the actions clamped to [0,1] after
each. --dcgan is a brush of `allaprima train --generator dcgan`; without it the generator is untrained, which costs the
same time, and paints badly. Departures: one channel of opacity in place of RGB on white (docs/departures.md), and
VGG16 where the notebook has VGG16-BN.

Ours paints the same square with as many strokes, by what VGG16 sees in it, as the recipe does, or with --loss pixel by
its pixels. After each of its steps the clock stands still while the recipe's loss looks at its picture: its time is
that until the loss is at the recipe's last one, or below.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from machine import machine
from PIL import Image

import allaprima
from allaprima import Strokes
from allaprima.brush.generators import make_generator
from allaprima.image.photo import Photo, read_photo
from allaprima.perception.features import load_features
from allaprima.perception.losses import FeatureLoss

SIDE, STROKES, RATE, TOLD = 64, 32, 0.01, 50
Picture = np.ndarray[Any, np.dtype[np.uint8]]


class Judge:
    """The feature loss of pictures against one photo ``(3, H, W)``, seen once."""

    def __init__(self, photo: torch.Tensor, vgg_weights: Path) -> None:
        self.loss = FeatureLoss(load_features("vgg16", vgg_weights=vgg_weights), distance="mse")
        self.target = self.loss.encode(photo[None])

    def __call__(self, canvas: torch.Tensor) -> torch.Tensor:
        """The loss of a canvas ``(3, H, W)``, differentiable."""
        return self.loss(canvas[None], self.target)

    @torch.no_grad()
    def look(self, picture: Picture) -> float:
        """The loss of a finished picture ``(H, W, 3)``."""
        return float(self(torch.from_numpy(picture).permute(2, 0, 1).float() / 255))


def square(photo: Path) -> Photo:
    """The middle of a photo, 64x64."""
    picture = read_photo(photo).image
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    middle = picture.crop((left, top, left + side, top + side))
    return read_photo(middle.resize((SIDE, SIDE), Image.Resampling.BOX))


def recipe(judge: Judge, generator: torch.nn.Module, steps: int) -> tuple[Picture, float]:
    """The reference's painting, and the seconds of its steps."""
    actions = Strokes.random(STROKES, 0).actions.requires_grad_()
    rms = torch.optim.RMSprop([actions], RATE)
    began = time.monotonic()
    for step in range(1, steps + 1):
        rms.zero_grad()
        loss = judge(over_white(generator, actions))
        loss.backward()
        rms.step()
        with torch.no_grad():
            actions.clamp_(0, 1)
        if step % TOLD == 0 or step == steps:
            passed = time.monotonic() - began
            print(f"  step {step} of {steps}, loss {float(loss.detach()):.4f}, {passed:.0f} s", flush=True)
    seconds = time.monotonic() - began
    with torch.no_grad():
        canvas = over_white(generator, actions)
    return (canvas * 255).round().byte().permute(1, 2, 0).numpy(), seconds


def over_white(generator: torch.nn.Module, actions: torch.Tensor) -> torch.Tensor:
    """Strokes ``(N, 12)``, the first at the bottom, over white paper: ``(3, 64, 64)``. Every stroke's window is the
    whole canvas, so they are drawn in one batch, as in the notebook, and no box is cut out of them.
    """
    strokes = Strokes.from_actions(actions)
    canvas = torch.ones(3, SIDE, SIDE)
    for opacity, color in zip(generator(strokes, SIDE), strokes.color, strict=True):
        canvas = canvas.lerp(color[:, None, None].expand_as(canvas), opacity.expand_as(canvas))
    return canvas


def ours(judge: Judge, photo: Photo, **settings: Any) -> tuple[Picture, list[list[float]]]:
    """Our painting, and after each step the seconds so far and the loss of its picture."""
    for _ in allaprima.optimise(photo.image, **{**settings, "strokes": 1}):
        pass  # code that was compiled is loaded from the disk: part of the start, which `start` measures
    track, seconds, picture = [], 0.0, None
    began = time.monotonic()
    for step in allaprima.optimise(photo.image, **settings):
        seconds += time.monotonic() - began
        picture = step.canvas()
        track.append([round(seconds, 3), judge.look(picture)])
        began = time.monotonic()
    assert picture is not None
    return picture, track


def start(photo: Photo, brush: str) -> float:
    """Seconds of the command that paints one stroke: interpreter, imports, brush, and writing the picture."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "photo.png", Path(folder) / "made.png"
        photo.image.save(given)
        command = [sys.executable, "-m", "allaprima", "paint", given, "-o", made, "--strokes", "1"]
        began = time.monotonic()
        subprocess.run([*command, "--size", str(SIDE), "--brush", brush, "--quality", "draft"],
                       check=True, capture_output=True)  # fmt: skip
        return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--vgg-weights", type=Path, required=True)
    parser.add_argument("--dcgan", type=Path, help="the trained generator")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--brush", default="dry_brush", help="ours")
    parser.add_argument("--quality", default="normal", help="ours")
    parser.add_argument("--mood", default="likeness", help="ours; the recipe knows no bounds either")
    parser.add_argument("--loss", default="features", help="ours: features (by VGG16), both or pixel")
    parser.add_argument("--out", type=Path, default=Path("bench-results/reference"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    photo = square(options.photo)
    judge = Judge(photo.at(SIDE, SIDE), options.vgg_weights)
    torch.manual_seed(0)
    loaded = allaprima.load_brush(options.dcgan).generator if options.dcgan else make_generator("dcgan")
    generator = loaded.requires_grad_(False).eval()
    trained = str(options.dcgan) if options.dcgan else "untrained"
    print(f"{machine()}, {torch.get_num_threads()} threads\nthe reference's recipe, dcgan {trained}:", flush=True)
    theirs, seconds = recipe(judge, generator, options.steps)
    wanted = {"brush": options.brush, "quality": options.quality, "mood": options.mood, "loss": options.loss}
    vgg16 = {"features": "vgg16", "vgg_weights": str(options.vgg_weights)}
    picture, track = ours(judge, photo, strokes=STROKES, size=SIDE, **wanted, **vgg16)
    begun, aim, (our_seconds, our_loss) = start(photo, options.brush), judge.look(theirs), track[-1]
    reached = next((at for at, loss in track if loss <= aim), None)
    faster = [round(seconds / each, 1) for each in (reached, reached + begun)] if reached is not None else None
    figures = {
        "machine": machine(), "photo": options.photo.name, "steps": options.steps, "dcgan": trained,
        "reference loss": aim, "reference seconds": round(seconds, 1),
        **wanted, "our loss": our_loss, "our seconds": our_seconds,
        "seconds to the reference's loss": reached, "seconds of our start": round(begun, 2),
        "times as fast, without and with start": faster, "our seconds and losses": track,
    }  # fmt: skip
    (options.out / "reference.json").write_text(json.dumps(figures) + "\n")
    photo.image.save(options.out / "photo.png")
    Image.fromarray(theirs).save(options.out / "reference.png")
    Image.fromarray(picture).save(options.out / "ours.png")
    print(f"  loss {aim:.4f} in {seconds:.1f} s\nours, {', '.join(wanted.values())}:")
    print(f"  loss {our_loss:.4f} in {our_seconds:.2f} s, and {begun:.2f} s to start")
    if faster:
        print(f"  at the reference's loss after {reached:.2f} s: {faster[0]} times as fast, {faster[1]} with its start")
    else:
        print("  it does not come to the reference's loss")
    print(f"pictures and figures are in {options.out}")


if __name__ == "__main__":
    main()
