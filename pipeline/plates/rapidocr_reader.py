"""RapidOCR as a plate reader: PP-OCR networks that lie in its wheel, on ONNX Runtime, offline."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError

from .base import Image, Quad, TextLine, corners
from .ctc import decode
from .two_steps import TwoStepReader

# Text in a small crop is found better enlarged, that of a large frame nearly as well reduced; the
# cost is that of the pixels. Measured: 0.33 s for 1280 x 736 on two cores; with plates 75 pixels
# wide in crops of 236 x 152, 80 of 83 were read exactly at 480, 82 of 83 at 736.
_SMALL_SIDE, _LARGE_SIDE, _MAX_ENLARGEMENT = 736, 1920, 3.0
_LINE_HEIGHT = 48  # what the recogniser was trained on
_LINE_WIDTHS = (160, 320, 640)  # few widths, so that ONNX Runtime keeps its plans
_BATCH = 8


class RapidOcrReader(TwoStepReader):
    """Finds text with DBNet and reads it with a CTC network, keeping what else a character may be.

    `threads` bounds ONNX Runtime; 0 takes every core. One instance may be used by several threads,
    one at a time. Raises ModelError where the wheel's models are missing.
    """

    name = "rapidocr"

    def __init__(self, threads: int = 0) -> None:
        self._lock = threading.Lock()
        self._engine = _engine(threads or os.cpu_count() or 1)
        blank = np.zeros((64, 64, 3), np.uint8)
        # Both networks load at their first call.
        self._engine(blank, use_det=True, use_cls=False, use_rec=False)
        self._engine(blank, use_det=False, use_cls=False, use_rec=True)
        self._detector: Any = self._engine.text_det
        self._detector.limit_side_len = 32  # we choose the size
        self._session: Any = self._engine.text_rec.session
        self._alphabet: list[str] = self._engine.text_rec.postprocess_op.character

    def find(self, image: Image) -> list[Quad]:
        """Where the picture holds text, unread."""
        height, width = image.shape[:2]
        if min(height, width) < 8:
            return []
        scale = _detection_scale(width, height)
        resized = image if scale == 1.0 else cv2.resize(image, None, fx=scale, fy=scale)
        with self._lock:
            found = self._detector(resized)
        if found.boxes is None:
            return []
        return [np.asarray(box, np.float64) / scale for box in found.boxes]

    def recognise(self, lines: Sequence[Image]) -> list[TextLine]:
        results: list[TextLine | None] = [None] * len(lines)
        by_width: dict[int, list[int]] = {}
        for index, line in enumerate(lines):
            needed = _LINE_HEIGHT * line.shape[1] / line.shape[0]
            width = next((w for w in _LINE_WIDTHS if w >= needed), _LINE_WIDTHS[-1])
            by_width.setdefault(width, []).append(index)
        for width, indices in by_width.items():
            for start in range(0, len(indices), _BATCH):
                chosen = indices[start : start + _BATCH]
                batch = np.stack([_prepare(lines[index], width) for index in chosen])
                with self._lock:
                    scores = self._session(batch)
                for index, score in zip(chosen, scores, strict=True):
                    results[index] = decode(score, self._alphabet, corners(lines[index]))
        return [result for result in results if result is not None]


def _engine(threads: int) -> Any:
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    found = {part: next(iter(sorted(models.glob(f"*_{part}_*.onnx"))), None) for part in _PARTS}
    for part, path in found.items():
        if path is None:
            raise ModelError(
                f"{models}: RapidOCR's {part} model is missing; reinstall it: "
                "pip install --force-reinstall rapidocr"
            )
    parameters = {
        "Global.log_level": "error",
        "Global.use_cls": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    # With a path given, RapidOCR looks for nothing on the network.
    parameters |= {f"{part.capitalize()}.model_path": str(path) for part, path in found.items()}
    return rapidocr.RapidOCR(params=parameters)


_PARTS = ("det", "rec", "cls")


def _detection_scale(width: int, height: int) -> float:
    side = max(width, height)
    if side < _SMALL_SIDE:
        return min(_SMALL_SIDE / side, _MAX_ENLARGEMENT)
    return min(_LARGE_SIDE / side, 1.0)


def _prepare(line: Image, width: int) -> NDArray[np.float32]:
    """A line as the recogniser wants it: 48 high, RGB order as trained (BGR), -1..1, (3, 48, W)."""
    scaled = max(1, min(width, round(_LINE_HEIGHT * line.shape[1] / line.shape[0])))
    resized = cv2.resize(line, (scaled, _LINE_HEIGHT))
    padded = np.zeros((3, _LINE_HEIGHT, width), np.float32)
    padded[:, :, :scaled] = resized.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1.0
    return padded
