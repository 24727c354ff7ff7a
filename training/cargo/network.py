"""The network that tells the parts of a truck: our detector's first layers and a head of its own.

The shipped detector (`models/road_users.onnx`) has learned from real streets what trucks look like.
Its layers up to stride 16 are where this network begins; they go on learning with the head, slowly,
from drawn trucks and from real crops.

Input (B, 3, 96, 128) BGR 0..255. Outputs: parts (B, 7, 96, 128) logits of `shapes.Part` (half as
many rows and columns in training); cargo
(B, 5) logits of `trucks.Cargo`; view (B, 4) logits: from behind, behind and aside, aside, from
ahead.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")

import torch
from torch import Tensor, nn

sys.path.append(str(Path(__file__).resolve().parents[1] / "detector"))
from start import start

PARTS, CARGOES, VIEWS = 7, 5, 4
LAYERS = (2, 4, 6)
CHANNELS = (64, 128, 128)  # at strides 4, 8 and 16


class Eyes(nn.Module):
    """The detector's first layers: BGR pictures (B, 3, H, W), 0..255, to the maps of `LAYERS`."""

    def __init__(self) -> None:
        super().__init__()
        self.model = _detector().model[: LAYERS[-1] + 1]

    def begin_with(self, weights: Path, batches: Iterable[Tensor]) -> None:
        """Take the weights of a shipped detector; `batches` are as `forward` takes them."""
        whole = _detector()
        start(whole, weights, (batch.flip(1) / 255 for batch in batches))
        self.model.load_state_dict(whole.model[: LAYERS[-1] + 1].state_dict())

    def forward(self, pictures: Tensor) -> list[Tensor]:
        grid = pictures.flip(1) / 255  # the detector's colours
        maps = []
        for index, layer in enumerate(self.model):
            grid = layer(grid)
            if index in LAYERS:
                maps.append(grid)
        return maps


def _detector() -> nn.Module:
    from ultralytics.nn.tasks import DetectionModel

    return DetectionModel("yolo11n.yaml", ch=3, nc=6, verbose=False)


def _conv(into: int, out: int, size: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, size, padding=size // 2, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


class TruckParts(nn.Module):
    """From pictures to parts, cargo and view."""

    def __init__(self, widths: tuple[int, int, int] = (40, 64, 64)) -> None:
        super().__init__()
        self.eyes = Eyes()
        a, b, c = widths
        self.four = nn.Sequential(_conv(CHANNELS[2], c, 1), _conv(c, c))
        self.three = nn.Sequential(_conv(c + CHANNELS[1], b, 1), _conv(b, b))
        self.two = nn.Sequential(_conv(b + CHANNELS[0], a, 1), _conv(a, a))
        self.parts = nn.Conv2d(a, 4 * PARTS, 1)
        self.drop = nn.Dropout(0.3)
        self.hidden = nn.Linear(2 * c + 2 * b + a + 16 * PARTS, 96)
        self.cargo = nn.Linear(96, CARGOES)
        self.view = nn.Linear(96, VIEWS)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        two, three, four = self.eyes(pictures)
        four = self.four(four)
        three = self.three(torch.cat([_twice(four), three], 1))
        two = self.two(torch.cat([_twice(three), two], 1))
        parts = nn.functional.pixel_shuffle(self.parts(two), 2)
        where = nn.functional.avg_pool2d(parts.softmax(1), (12, 16)).flatten(1).detach()
        pooled = [four.mean((2, 3)), four.amax((2, 3)), three.mean((2, 3)), three.amax((2, 3))]
        seen = torch.cat([*pooled, two.amax((2, 3)), 4 * where], 1)
        hidden = torch.relu(self.hidden(self.drop(seen)))
        if not self.training:
            parts = nn.functional.interpolate(
                parts, scale_factor=2.0, mode="bilinear", align_corners=False
            )
        return parts, self.cargo(hidden), self.view(hidden)


def _twice(x: Tensor) -> Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
