"""The plate reader's averaged weights as ONNX, and their entry in `models/registry.yaml`.

    python training/plates/export.py --run RUN --out models/plate_reader.onnx [--temperature T]

Input `picture` (B, 3, 64, 128), BGR, 0 to 255; outputs `slots` (B, 11, 39) and `colour` (B, 4), log
probabilities. Logits are divided by the temperature that `evaluate.py` found best.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import onnx
import torch
from network import PlateNet
from torch import nn

sys.path.append(str(Path(__file__).resolve().parents[1]))
from register import register


class Speaking(nn.Module):
    """The network with log probabilities in place of logits."""

    def __init__(self, network: nn.Module, temperature: float) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        slots, colour = self.network(picture)
        return (slots / self.temperature).log_softmax(-1), colour.log_softmax(-1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--run", type=Path, required=True, help="folder with last.pt")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--temperature", type=float, default=1.0)
    options = arguments.parse_args()
    network = PlateNet()
    network.load_state_dict(
        torch.load(options.run / "last.pt", weights_only=True, map_location="cpu")["average"]
    )
    torch.onnx.export(
        Speaking(network.eval(), options.temperature).eval(),
        (torch.zeros(2, 3, 64, 128),),
        str(options.out),
        dynamo=False,
        opset_version=17,
        input_names=["picture"],
        output_names=["slots", "colour"],
        dynamic_axes={name: {0: "batch"} for name in ("picture", "slots", "colour")},
    )
    onnx.checker.check_model(onnx.load(str(options.out)))
    register(
        options.out,
        task="read plates",
        origin="trained from random weights by training/plates on rendered plates and real crops",
    )
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
