"""The network that tells the parts of a truck: our detector's first layers and a head of its own.

The shipped detector (`models/road_users.onnx`) has learned from real streets what trucks look like.
Its layers up to stride 16 stay as they are; only the head learns here, from drawn trucks and from a
few real crops. So what is learned from drawn pictures is little, and holds on real ones.

Input (B, 3, 96, 128) BGR 0..255. Outputs: parts (B, 7, 96, 128) logits of `shapes.Part` (half as
many rows and columns in training); cargo
(B, 5) logits of `trucks.Cargo`; view (B, 4) logits: from behind, behind and aside, aside, from
ahead.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper
from torch import Tensor, nn

PARTS, CARGOES, VIEWS = 7, 5, 4
LAYERS = (2, 4, 6)
CHANNELS = (64, 128, 128)  # at strides 4, 8 and 16
_OUTPUTS = [f"/model.{layer}/cv2/act/Mul_output_0" for layer in LAYERS]


def first_layers(detector: Path) -> onnx.ModelProto:
    """The detector up to stride 16: "images" (B, 3, H, W) RGB 0..1 to the maps of `LAYERS`."""
    whole = onnx.load(str(detector))
    known = {value.name for value in whole.graph.value_info}
    whole.graph.value_info.extend(
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", channels, None, None])
        for name, channels in zip(_OUTPUTS, CHANNELS, strict=True)
        if name not in known
    )
    part = onnx.utils.Extractor(whole).extract_model(["images"], _OUTPUTS)
    part.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    return part


class Eyes:
    """Runs the first layers on pictures, on one thread."""

    def __init__(self, detector: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            first_layers(detector).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, images: NDArray[np.uint8]) -> list[Tensor]:
        """Maps of BGR pictures (B, 96, 128, 3)."""
        rgb = np.ascontiguousarray(images[..., ::-1].transpose(0, 3, 1, 2), np.float32) / 255
        return [torch.from_numpy(found) for found in self._session.run(None, {"images": rgb})]


def _conv(into: int, out: int, size: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, size, padding=size // 2, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


class TruckParts(nn.Module):
    """The head: from the detector's maps to parts, cargo and view."""

    def __init__(self, widths: tuple[int, int, int] = (40, 64, 64)) -> None:
        super().__init__()
        a, b, c = widths
        self.four = nn.Sequential(_conv(CHANNELS[2], c, 1), _conv(c, c))
        self.three = nn.Sequential(_conv(c + CHANNELS[1], b, 1), _conv(b, b))
        self.two = nn.Sequential(_conv(b + CHANNELS[0], a, 1), _conv(a, a))
        self.parts = nn.Conv2d(a, 4 * PARTS, 1)
        self.drop = nn.Dropout(0.3)
        self.hidden = nn.Linear(2 * c + 2 * b + a + 16 * PARTS, 96)
        self.cargo = nn.Linear(96, CARGOES)
        self.view = nn.Linear(96, VIEWS)

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        two, three, four = maps
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


def joined(detector: Path, head: onnx.ModelProto) -> onnx.ModelProto:
    """One graph: "crop" (1, 3, 96, 128) BGR 0..255 to "parts", "cargo", "view"."""
    first = onnx.compose.add_prefix(first_layers(detector), "eyes/")
    both = onnx.compose.merge_models(
        first, head, [("eyes/" + name, f"map{i}") for i, name in enumerate(_OUTPUTS)]
    )
    graph = both.graph
    old = graph.input[0].name
    crop = helper.make_tensor_value_info("crop", onnx.TensorProto.FLOAT, [1, 3, 96, 128])
    constants = [
        helper.make_tensor("flip", onnx.TensorProto.INT64, [3], [2, 1, 0]),
        helper.make_tensor("white", onnx.TensorProto.FLOAT, [], [255.0]),
    ]
    nodes = [
        helper.make_node("Gather", ["crop", "flip"], ["rgb"], axis=1),
        helper.make_node("Div", ["rgb", "white"], [old]),
    ]
    del graph.input[:]
    graph.input.append(crop)
    graph.initializer.extend(constants)
    for node in reversed(nodes):
        graph.node.insert(0, node)
    onnx.checker.check_model(both)
    return both
