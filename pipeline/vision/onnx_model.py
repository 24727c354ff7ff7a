"""A shipped network, checked against its registry entry, on ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.vision.registry import registry
from pipeline.vision.weights import Weights, checked


class OnnxModel:
    """One input, some outputs. Raises ModelError where the file is missing or not the right one."""

    def __init__(self, name: str, threads: int = 1) -> None:
        entry = registry().get(name)
        if entry is None:
            raise ModelError(f"models/registry.yaml: no model is called {name}; reinstall it")
        self.weights: Weights = checked(entry)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(self.weights.path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises a zoo of its own
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{self.weights.path}: not a usable ONNX model ({reason})") from error
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: NDArray[np.float32]) -> list[Any]:
        return list(self._session.run(None, {self._input: batch}))
