"""The plate locator's averaged weights as ONNX, and their entry in `models/registry.yaml`.

python training/plate_locator/export.py --run RUN --out models/plate_locator.onnx --threshold T
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import onnx
import torch
from network import LocatorNet

sys.path.append(str(Path(__file__).resolve().parents[1]))
from register import register


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--run", type=Path, required=True, help="folder with last.pt")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--threshold", type=float, required=True)
    options = arguments.parse_args()
    network = LocatorNet()
    network.load_state_dict(
        torch.load(options.run / "last.pt", weights_only=True, map_location="cpu")["average"]
    )
    torch.onnx.export(
        network.eval(),
        (torch.zeros(1, 3, 256, 256),),
        str(options.out),
        dynamo=False,
        opset_version=17,
        input_names=["picture"],
        output_names=["cells"],
        dynamic_axes={name: {2: "height", 3: "width"} for name in ("picture", "cells")},
    )
    onnx.checker.check_model(onnx.load(str(options.out)))
    register(
        options.out,
        task="locate plates",
        origin="trained from random weights by training/plate_locator on public road pictures with "
        "rendered plates on their vehicles and on real plates",
        threshold=options.threshold,
    )
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
