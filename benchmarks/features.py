"""How well the features that ship stand in for VGG16: do their distances rank pictures alike, and how much faster?

python benchmarks/features.py TEACHER FOLDER_OR_PHOTO... [--size 192] [--work FOLDER] [--json FILE] [--only-speed]

TEACHER is a file of VGG16's weights, as --vgg-weights takes them. The photos are those of tools/pictures.py's TEST
under the folders, which no training saw, and those given by name; each is distorted ten ways at five strengths.
Paintings (a minute a photo) and the teacher's distances are kept in the work folder, so a second run is quick.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch
from machine import machine

sys.path.append(str(Path(__file__).parent.parent / "tools"))
import fidelity
import pictures
from lessons import DISTANCES

from allaprima.perception.feature_network import LAYERS, FeatureNetwork
from allaprima.perception.features import load_features, read_card
from allaprima.perception.vgg import load_vgg

RANKED = ("relu2_2", "relu3_3", "relu4_3")
TARGETS = {"l1": 0.95, "mse": 0.95, "gram l1": 0.9, "gram mse": 0.9}
FASTER, SIDE, RUNS = 8, 256, 7


def seconds(network: FeatureNetwork) -> float:
    """Forward and backward to one picture, the deepest layer's mean: the quickest of some runs."""
    picture = torch.rand(1, 3, SIDE, SIDE).requires_grad_()
    best = float("inf")
    for _ in range(RUNS):
        began = time.perf_counter()
        network(picture)[network.layers[-1]].square().mean().backward()
        best = min(best, time.perf_counter() - began)
    return best


def ways(student: torch.Tensor, teacher: torch.Tensor) -> dict[str, float]:
    """Spearman's correlation within each way, the mean over the ranked layers and all distances."""
    found = {}
    for number, way in enumerate(fidelity.WAYS):
        some = [
            pairs.unflatten(0, (-1, len(fidelity.WAYS), fidelity.STRENGTHS))[:, number] for pairs in (student, teacher)
        ]
        table = fidelity.correlations(*(pairs.flatten(0, 1) for pairs in some))
        values = [value for layer in RANKED for value in table[layer].values()]
        found[way] = round(sum(values) / len(values), 3)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--size", type=int, default=192, help="side of the pictures")
    parser.add_argument("--work", type=Path, default=Path("features-work"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only-speed", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print(f"{machine()}, {torch.get_num_threads()} threads")
    results: dict[str, object] = {"machine": machine(), "speed": speed(options.teacher)}
    if not options.only_speed:
        results |= ranks(options)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


def speed(teacher: Path) -> dict[str, float]:
    """Times as fast as VGG16 up to the same layer, side by side, with VGG16 in whichever layout is quicker."""
    print(f"\nforward and backward at {SIDE} px, milliseconds:  VGG16    pocket   times as fast (at least {FASTER})")
    found = {}
    for layer in LAYERS:
        slow = load_vgg("vgg16", [layer], teacher)
        before = min(seconds(slow), seconds(slow.to(memory_format=torch.channels_last)))
        after = seconds(load_features("pocket", [layer]))
        found[layer] = round(before / after, 1)
        print(f"{layer:45}{1000 * before:9.0f} {1000 * after:9.1f} {found[layer]:9.1f}", flush=True)
    return found


def ranks(options: argparse.Namespace) -> dict[str, object]:
    """Spearman's correlations on photos never trained on."""
    folders = [one for one in options.photos if one.is_dir()]
    photos = pictures.photos(folders, pictures.TEST) + [one for one in options.photos if one.is_file()]
    pocket, vgg = load_features("pocket", LAYERS), load_vgg("vgg16", LAYERS, options.teacher)
    vgg.to(memory_format=torch.channels_last)
    paintings, began = options.work / "test", time.monotonic()
    student, teacher = [], []
    for path in photos:
        teacher.append(fidelity.teacher_distances(vgg, path, options.size, paintings, options.work))
        student.append(fidelity.photo_distances(pocket, path, options.size, paintings))
        print(f"{time.monotonic() - began:6.0f} s  {path.stem}", file=sys.stderr, flush=True)
    pairs = torch.cat(student), torch.cat(teacher)
    table = fidelity.correlations(*pairs)
    print(f"\nSpearman's correlation with VGG16's distances, {len(pairs[0])} pairs of {len(photos)} photos at")
    print(f"{options.size} px, never trained on:".ljust(35) + "".join(f"{name:>10}" for name in DISTANCES))
    for layer, row in table.items():
        print(f"{layer:35}" + "".join(f"{value:10.4f}" for value in row.values()))
    asked = "".join(f"{TARGETS[name]:10.2f}" for name in DISTANCES)
    print(f"{'asked of ' + ', '.join(RANKED):35}{asked}")
    short = [f"{layer} {name}" for layer in RANKED for name in DISTANCES if table[layer][name] < TARGETS[name]]
    print("short of it: " + (", ".join(short) or "nothing"))
    each = ways(*pairs)
    print("within one way: " + ", ".join(f"{way} {value:.3f}" for way, value in each.items()))
    print(f"trained with: {read_card().command}")
    return {"pairs": len(pairs[0]), "photos": [one.stem for one in photos], "spearman": table, "ways": each}


if __name__ == "__main__":
    main()
