"""EasyOCR as a plate reader, the backend of the extra [easyocr]: its own models, or yours.

A network of your own goes through EasyOCR's door for such: put NAME.py (class `Model`), NAME.yaml
(`network_params`, `imgH`, `lang_list` with en, `character_list`) and NAME.pth into the folder
`easyocr` of the model cache. EasyOCR runs NAME.py and unpickles NAME.pth: only trusted files.
With it, RapidOCR finds where text is, so that nothing needs fetching. Without it, EasyOCR's
released models for English both find and read; they are fetched once where that is allowed.
"""

from __future__ import annotations

import importlib
import math
import socket
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import MissingExtraError, ModelError
from pipeline.vision.cache import cached

from .base import Image, PlateReader, Quad, TextLine, corners
from .ctc import decode
from .rules import ALPHABET
from .two_steps import TwoStepReader

_SMALL_SIDE, _LARGE_SIDE, _MAX_ENLARGEMENT = 736, 1920, 3.0
_PATIENCE_S = 30.0
_MIN_SIDE = 8  # pixels: EasyOCR drops text smaller than this
_MOST_WIDTH = 16  # line heights
_WRITTEN = frozenset(ALPHABET) | set("-. ")


class EasyOcrReader(TwoStepReader):
    """Finds and reads text with EasyOCR's networks on PyTorch.

    `folder` holds the models (default: `easyocr` in the model cache); `offline` forbids fetching
    them. One instance may be used by several threads, one at a time. Raises MissingExtraError
    without the package, ModelError where models are missing or cannot be loaded.
    """

    name = "easyocr"

    def __init__(self, folder: Path | None = None, *, offline: bool = False) -> None:
        self._lock = threading.Lock()
        self.folder = folder or cached("easyocr")
        self.network = _own_network(self.folder)
        self._reader, self._height = _load(self.folder, self.network, offline)
        self._finder: PlateReader | None = None
        self._alphabet: list[str] = self._reader.converter.character
        self._unwritten = np.array(
            [i > 0 and symbol not in _WRITTEN for i, symbol in enumerate(self._alphabet)]
        )

    def find(self, image: Image) -> list[Quad]:
        """Where the picture holds text, unread."""
        if min(image.shape[:2]) < _MIN_SIDE:
            return []
        if self.network is not None:
            return self._found_by_rapidocr(image)
        side = max(image.shape[:2])
        scale = min(_SMALL_SIDE / side, _MAX_ENLARGEMENT) if side < _SMALL_SIDE else 1.0
        with self._lock:
            upright, tilted = self._reader.detect(
                np.ascontiguousarray(image),
                min_size=_MIN_SIDE,
                canvas_size=_LARGE_SIDE,
                mag_ratio=scale,
            )
        boxes = [[(x1, y1), (x2, y1), (x2, y2), (x1, y2)] for x1, x2, y1, y2 in upright[0]]
        return [np.asarray(quad, np.float64) for quad in (*boxes, *tilted[0])]

    def recognise(self, lines: Sequence[Image]) -> list[TextLine]:
        return [decode(self._scores(line), self._alphabet, corners(line)) for line in lines]

    def _scores(self, line: Image) -> NDArray[np.float32]:
        """Probabilities (steps, symbols), with those symbols left out that no plate has."""
        import torch

        prepared = torch.from_numpy(_prepare(line, self._height))
        length = max(prepared.shape[3] // 10, 1)
        with self._lock, torch.no_grad():
            raw = self._reader.recognizer(prepared, torch.zeros(1, length + 1, dtype=torch.long))
            scores = torch.softmax(raw[0].float(), dim=1).numpy()
        scores[:, self._unwritten] = 0.0
        return np.asarray(scores / np.maximum(scores.sum(axis=1, keepdims=True), 1e-9), np.float32)

    def _found_by_rapidocr(self, image: Image) -> list[Quad]:
        from .rapidocr_reader import RapidOcrReader

        if not isinstance(self._finder, RapidOcrReader):
            self._finder = RapidOcrReader()
        return self._finder.find(image)


def _own_network(folder: Path) -> str | None:
    """The name of the user's network in `folder`, if there is one."""
    names = sorted(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else []
    if len(names) > 1:
        raise ModelError(f"{folder}: holds several networks ({', '.join(names)}); keep one of them")
    if not names:
        return None
    for suffix in (".py", ".pth"):
        path = folder / (names[0] + suffix)
        if not path.is_file():
            raise ModelError(
                f"{path}: missing beside {names[0]}.yaml; put it there, or remove the .yaml to use "
                "EasyOCR's own models"
            )
    return names[0]


def _load(folder: Path, network: str | None, offline: bool) -> tuple[Any, int]:
    """EasyOCR's reader and the height of the lines that its network wants."""
    try:
        easyocr = importlib.import_module("easyocr")
        module = importlib.import_module("easyocr.easyocr")
        # An own network's height is left in this global, and would hold for the next reader too.
        module.imgH = importlib.import_module("easyocr.config").imgH  # type: ignore[attr-defined]
    except ImportError as error:
        raise MissingExtraError("the reader easyocr", "easyocr") from error
    except RuntimeError as error:  # torch and torchvision of different builds
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"easyocr: it cannot be loaded ({reason}); install torch and torchvision of one build"
        ) from error
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_PATIENCE_S)  # EasyOCR would wait for a dead network for ever
    try:
        reader = easyocr.Reader(
            ["en"],
            gpu=False,
            model_storage_directory=str(folder),
            user_network_directory=str(folder),
            recog_network=network or "standard",
            detector=network is None,
            download_enabled=not offline,
            verbose=False,
            quantize=False,
        )
    except (OSError, AssertionError, zipfile.BadZipFile) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(
            f"{folder}: EasyOCR's models are not there and cannot be fetched ({reason}); "
            "fetch them once with a network, put craft_mlt_25k.pth and english_g2.pth there, or "
            "set plates.reader to rapidocr"
        ) from error
    except Exception as error:
        if network is None:
            raise
        # Whatever the user's own code raises.
        reason = (str(error).splitlines() or [""])[0]
        raise ModelError(
            f"{folder / network}.py: this network cannot be loaded ({type(error).__name__}: "
            f"{reason}); correct it or remove {network}.yaml"
        ) from error
    finally:
        socket.setdefaulttimeout(patience)
    reader.recognizer.eval()
    return reader, int(module.imgH)


def _prepare(line: Image, height: int) -> NDArray[np.float32]:
    """A line as EasyOCR feeds it: grey, -1..1, (1, 1, height, width), its last column repeated."""
    grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY) if line.ndim == 3 else line
    ratio = min(max(grey.shape[1] / grey.shape[0], 1.0 / height), _MOST_WIDTH)
    resized = cv2.resize(
        grey, (max(math.ceil(ratio * height), 1), height), interpolation=cv2.INTER_CUBIC
    )
    room = height * math.ceil(max(ratio, 1.0)) - resized.shape[1]
    padded = np.pad(resized, ((0, 0), (0, max(room, 0))), mode="edge")
    return (padded.astype(np.float32) / 127.5 - 1.0)[None, None]
