"""The teacher's raw output on the very picture that the student sees.

Labels say where the boxes are; the teacher's raw output says for each cell of the grid how sure it
is of what, and how sure of each side of the box. That is a far denser lesson, and short training
lives on it. The teacher is a YOLO11 or YOLOv8 (OpenVINO IR) that knows COCO's classes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13 as opset

SIDES = 4 * 16  # channels that describe a box: 16 bins for each side
COCO = 80  # classes of the teacher
_OURS_OF_COCO = (0, 1, 3, 2, 5, 7)  # person, bicycle, motorcycle, car, bus, truck


class Teacher:
    """Runs the teacher, cut before its output is decoded, on one thread at any size."""

    def __init__(self, folder: Path) -> None:
        self._core = openvino.Core()
        self._file = next(folder.glob("*.xml"))
        self._compiled: dict[int, Any] = {}

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(B, 64 + 6, N) raw sides and class logits for RGB pictures (B, 3, S, S)."""
        size = images.shape[2]
        if size not in self._compiled:
            self._compiled[size] = self._compile(size)
        run = self._compiled[size]
        grids = [run(image[None].astype(np.float32) / 255)[0][0] for image in images]
        keep = [*range(SIDES), *(SIDES + index for index in _OURS_OF_COCO)]
        return np.stack([grid[keep] for grid in grids])

    def _compile(self, size: int) -> Any:
        whole = self._core.read_model(self._file)
        known = whole.input(0).shape[2]
        grid = next(
            node.input_value(0)
            for node in whole.get_ordered_ops()
            if node.get_type_name() == "VariadicSplit"
            and node.output(0).partial_shape.rank == 3
            and [output.partial_shape[1] for output in node.outputs()] == [SIDES, COCO]
        )
        model = openvino.Model([grid], whole.get_parameters(), "teacher")
        # The export wrote the grid's sides and areas for one size into its reshapes.
        sides = {known // 32: size // 32}
        sides |= {(known // step) ** 2: (size // step) ** 2 for step in (8, 16, 32)}
        for node in model.get_ordered_ops():
            if node.get_type_name() == "Reshape":
                shape = node.input_value(1).get_node()
                values = [sides.get(int(value), int(value)) for value in shape.get_data()]
                node.input(1).replace_source_output(
                    opset.constant(np.array(values, np.int64)).output(0)
                )
        model.get_parameters()[0].set_partial_shape(openvino.PartialShape([1, 3, size, size]))
        model.validate_nodes_and_infer_types()
        return self._core.compile_model(
            model, "CPU", {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY"}
        )
