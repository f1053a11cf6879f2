"""How true the shipped brushes are: opacity PSNR against the real ones on strokes never trained on.

python benchmarks/brushes.py [--count 2000] [--brushes NAME,...] [--sizes 32,64,128,256] [--json FILE] [--sheets FOLDER]

Truth is sample 0 at the same size; at 32 px it is MyPaint's drawing at 128 px, averaged over boxes. The strokes come
from a seed that no training uses. Behind each figure, for brushes of bristles: the best that a mean stroke can reach
there, 3 dB above the real brush's agreement with itself, from one random sample to another, which stands beside them
for 64 px; and the brush with texture, each stroke of a sample of its own, against MyPaint's drawing of that sample.
"""

import argparse
import json
import time
from pathlib import Path

import torch
from machine import machine

import allaprima
from allaprima import Strokes
from allaprima.brush.mypaint import SAMPLES
from allaprima.learning.report import sheet, strip
from allaprima.perception.losses import psnr

SEED = 20_26_11
TWO_DRAWS = 3.01  # dB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--brushes", default=",".join(allaprima.brushes()))
    parser.add_argument("--sizes", default="32,64,128,256")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheets", type=Path, help="draw each brush's strokes beside MyPaint's into this folder")
    options = parser.parse_args()
    strokes = Strokes.random(options.count, [SEED, 1])
    other = Strokes.cat([strokes[:1], strokes])
    results = {}
    print(f"{machine()}; {options.count} strokes, opacity PSNR in dB")
    print(
        f"{'brush':12}" + "".join(f"{size + ' px':>14}" for size in options.sizes.split(",")),
        "  itself   with texture",
    )
    for name in options.brushes.split(","):
        neural, real = allaprima.load_brush(name), allaprima.load_brush(name).real()
        figures, shown = {}, ""
        for size in map(int, options.sizes.split(",")):
            began, error = time.monotonic(), 0.0
            for part in torch.arange(options.count).split(100):
                error += float((neural(strokes[part], size) - real(strokes[part], size)).square().mean()) * len(part)
            figures[f"{size} px"] = round(psnr(error / options.count), 2)
            figures[f"{size} px, seconds"] = round(time.monotonic() - began, 1)
            shown += f"{figures[f'{size} px']:8.2f}"
            if neural.bristly:
                error = 0.0
                for part in torch.arange(options.count).split(100):
                    again = real(strokes[part].placed(0, 0, size, sample=part + 1), size)
                    error += float((again - real(strokes[part], size)).square().mean()) * len(part)
                figures[f"{size} px, at best"] = round(psnr(error / options.count) + TWO_DRAWS, 2)
                shown += f"/{figures[f'{size} px, at best']:5.2f}"
            else:
                shown += " " * 6
        again = torch.from_numpy(real.draw_run(other))[1:, None].float() / 255
        figures["agreement"] = round(psnr(float((again - real(strokes)).square().mean())), 2)
        sampled = strokes.placed(0, 0, 64, sample=torch.arange(options.count) % SAMPLES)
        drawn = torch.cat([neural.textured(sampled[part]) for part in torch.arange(options.count).split(100)])
        figures["texture"] = round(psnr(float((drawn - real(sampled)).square().mean())), 2)
        results[name] = figures
        if options.sheets:
            few = strokes[:24]
            strips = {f"the real {neural.card.mypaint}": strip(few, real(few)), f"{name}": strip(few, neural(few))}
            if neural.texture:
                strips[f"{name}, with texture"] = strip(few, neural.textured(few))
            sheet(strips).save(options.sheets / f"brush-{name}.png")
        print(f"{name:12}{shown}   {figures['agreement']:7.2f}{figures['texture']:20.2f}", flush=True)
    if options.json:
        text = json.dumps({"machine": machine(), "count": options.count, "brushes": results}, indent=1)
        options.json.write_text(text)


if __name__ == "__main__":
    main()
