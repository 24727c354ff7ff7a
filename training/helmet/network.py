"""A small network for one question: is there a helmet on this rider's head?

A square picture around the upper end of a rider in, three logits out: helmet, bare, cannot tell.
Its first layers are those of our own detector (`road_users`, YOLO11n's layers 0 to 4), which know
riders already, and are trained on. Where in the square the head is, is not known beforehand (riders
lean, turn, sit behind each other), so the network weighs the places of its last grid itself before
it answers (attention pooling after Ilse, Tomczak, Welling 2018, "Attention-based deep multiple
instance learning").
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

SIDE = 64  # pixels of the square
CLASSES = ("helmet", "bare", "unclear")


class Layer(nn.Module):
    """A convolution with SiLU, batch normalisation folded into it."""

    def __init__(self, inside: int, outside: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, kernel, stride, kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.silu(self.conv(x))


class Narrow(nn.Module):
    """Two 3x3 layers through half the channels, and a way around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cv1 = Layer(channels, channels // 2, 3)
        self.cv2 = Layer(channels // 2, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.cv2(self.cv1(x))


class Split(nn.Module):
    """YOLO11's C3k2 with one narrow part."""

    def __init__(self, channels: int, outside: int) -> None:
        super().__init__()
        self.cv1 = Layer(channels, channels, 1)
        self.m = nn.ModuleList([Narrow(channels // 2)])
        self.cv2 = Layer(channels * 3 // 2, outside, 1)

    def forward(self, x: Tensor) -> Tensor:
        first, second = self.cv1(x).chunk(2, 1)
        return self.cv2(torch.cat([first, second, self.m[0](second)], dim=1))


class HelmetNet(nn.Module):
    """(B, 3, SIDE, SIDE) BGR, 0 to 255, to (B, 3) logits in the order of CLASSES."""

    def __init__(self, detector: Path | None = None, width: int = 64) -> None:
        super().__init__()
        self.model = nn.ModuleList(
            [Layer(3, 16, 3, 2), Layer(16, 32, 3, 2), Split(32, 64), Layer(64, 64, 3, 2)]
        )
        self.model.append(Split(64, 128))
        self.more = nn.Sequential(
            nn.Dropout2d(0.1),
            nn.Conv2d(128, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        self.where = nn.Conv2d(width, 1, 1)
        self.answer = nn.Sequential(nn.Dropout(0.2), nn.Linear(2 * width, len(CLASSES)))
        if detector is not None:
            self.begin_with(detector)

    def begin_with(self, detector: Path) -> None:
        """Take the first layers' weights from a detector of this architecture (ONNX)."""
        graph = onnx.load(str(detector)).graph
        stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        mine = dict(self.named_modules())
        for node in graph.node:
            name = node.name.strip("/").replace("/", ".").removesuffix(".Conv")
            if node.op_type == "Conv" and isinstance(layer := mine.get(name), nn.Conv2d):
                weight, bias = (np.array(stored[key]) for key in node.input[1:3])
                layer.weight.data.copy_(torch.from_numpy(weight))
                assert layer.bias is not None
                layer.bias.data.copy_(torch.from_numpy(bias))

    def forward(self, pictures: Tensor) -> Tensor:
        grid = pictures.flip(1) / 255.0  # the detector's colours
        for layer in self.model:
            grid = layer(grid)
        grid = self.more(grid)
        weight = self.where(grid).flatten(2).softmax(dim=2)  # (B, 1, cells)
        cells = grid.flatten(2)
        # What is at the head, and what is around it on the whole (light, blur, distance).
        head = (cells * weight).sum(dim=2)
        return self.answer(torch.cat([head, cells.mean(dim=2)], dim=1))
