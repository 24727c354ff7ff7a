"""The trained network as ONNX, and its registry entry.

python training/cargo/export.py --run RUN --out models/truck_parts.onnx --register
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

import torch
from data import HEIGHT, WIDTH
from network import TruckParts

sys.path.append(str(Path(__file__).resolve().parents[1]))
from register import register


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder with weights.pt")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shim", help="module with ensure() to call before torchvision")
    parser.add_argument("--register", action="store_true", help="write the registry entry")
    options = parser.parse_args()
    if options.shim:
        importlib.import_module(options.shim).ensure()
    network = TruckParts().eval()
    network.load_state_dict(torch.load(options.run / "weights.pt", weights_only=True))
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, HEIGHT, WIDTH),),
        str(options.out),
        dynamo=False,
        opset_version=17,
        input_names=["crop"],
        output_names=["parts", "cargo", "view"],
    )
    if options.register:
        register(
            options.out,
            task="tell parts of trucks",
            origin="began with the first layers of road_users.onnx and a head of random weights; "
            "trained by training/cargo on drawn trucks and real crops",
        )
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
