"""A training's averaged weights as ONNX, and their entry in `models/registry.yaml`.

    python training/detector/export.py --run RUN --out models/road_users.onnx --threshold 0.4

The input (1, 3, H, W) takes any sides that are multiples of 32; the output is (1, 4 + C, N):
centre, size and class scores, to be suppressed (`pipeline/vision/heads.py`).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

import onnx
import torch
from train import NAMES, build

sys.path.append(str(Path(__file__).resolve().parents[1]))
from register import LICENCE, register

STRIDE = 32
ORIGIN = (
    "trained from random weights by training/detector on public road pictures, with labels and "
    "lessons of YOLO11n (COCO) as teacher; Ultralytics' architecture"
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--run", type=Path, required=True, help="folder with last.pt")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--threshold", type=float, required=True)
    arguments.add_argument("--shim", help="module with ensure() to call before torchvision")
    options = arguments.parse_args()
    if options.shim:
        importlib.import_module(options.shim).ensure()
    export(options.run / "last.pt", options.out)
    register(options.out, task="detect", origin=ORIGIN, threshold=options.threshold)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


def export(checkpoint: Path, out: Path) -> None:
    """Write the averaged weights of a checkpoint as ONNX with the metadata that backends read."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    model = build(state["architecture"])
    model.load_state_dict(state["average"])
    model.float().eval()
    model.fuse(verbose=False)
    head = model.model[-1]
    head.export, head.dynamic, head.format = True, True, "onnx"
    picture = torch.zeros(1, 3, 384, 640)
    with torch.inference_mode():
        model(picture)
    torch.onnx.export(
        model,
        (picture,),
        str(out),
        dynamo=False,
        opset_version=17,
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": {2: "height", 3: "width"}, "output0": {2: "anchors"}},
    )
    proto = onnx.load(str(out))
    onnx.helper.set_model_props(
        proto,
        {
            "names": str(NAMES),
            "stride": str(STRIDE),
            "task": "detect",
            "license": LICENCE,
            "description": "road users, by Dashcam Evidence; see models/road_users.md",
        },
    )
    onnx.checker.check_model(proto)
    onnx.save(proto, str(out))


if __name__ == "__main__":
    main()
