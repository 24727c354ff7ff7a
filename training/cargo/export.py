r"""The trained head joined to the detector's first layers, as ONNX, and its registry entry.

python training/cargo/export.py --detector models/road_users.onnx --run RUN \
    --out models/truck_parts.onnx --register
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import onnx
import torch
from network import CHANNELS, TruckParts, joined

sys.path.append(str(Path(__file__).resolve().parents[1]))
from register import register


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--detector", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder with weights.pt")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--register", action="store_true", help="write the registry entry")
    options = parser.parse_args()
    network = TruckParts()
    network.load_state_dict(torch.load(options.run / "weights.pt", weights_only=True))
    sizes = [(24, 32), (12, 16), (6, 8)]
    maps = [torch.zeros(1, c, *size) for c, size in zip(CHANNELS, sizes, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        head = Path(folder) / "head.onnx"
        torch.onnx.export(
            network.eval(),
            (maps,),
            str(head),
            dynamo=False,
            opset_version=17,
            input_names=[f"map{i}" for i in range(len(CHANNELS))],
            output_names=["parts", "cargo", "view"],
        )
        both = joined(options.detector, onnx.load(str(head)))
    onnx.save(both, str(options.out))
    if options.register:
        register(
            options.out,
            task="tell parts of trucks",
            origin="the first layers of road_users.onnx, and a head trained from random weights by "
            "training/cargo on drawn trucks and real crops",
        )
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
