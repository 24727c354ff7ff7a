"""The helmet network's averaged weights as ONNX, and their entry in `models/registry.yaml`.

PYTHONPATH=.:training python training/helmet/export.py --run RUN --out models/helmet.onnx
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch
from network import SIDE, HelmetNet
from register import register


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--run", type=Path, required=True, help="folder with last.pt")
    arguments.add_argument("--out", type=Path, required=True)
    options = arguments.parse_args()
    network = HelmetNet()
    stored = torch.load(options.run / "last.pt", weights_only=True, map_location="cpu")
    network.load_state_dict(stored["average"])
    torch.onnx.export(
        network.eval(),
        (torch.zeros(2, 3, SIDE, SIDE),),
        str(options.out),
        dynamo=False,
        opset_version=17,
        input_names=["looks"],
        output_names=["logits"],
        dynamic_axes={name: {0: "number"} for name in ("looks", "logits")},
    )
    onnx.checker.check_model(onnx.load(str(options.out)))
    register(
        options.out,
        task="tell helmets from bare heads",
        origin="trained by training/helmet, its first layers begun with those of road_users, on "
        "riders' heads in public road pictures, labelled by their repositories and by eye",
    )
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB, {stored['step']} steps")


if __name__ == "__main__":
    main()
