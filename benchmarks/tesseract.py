"""Tesseract as a plate reader, to be measured beside ours; the program itself must be installed.

sudo apt-get install tesseract-ocr
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.plates.base import Image, Quad, TextLine, corners

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."
_LINE_HEIGHT = 48


class TesseractReader:
    """Text by Tesseract's own layout analysis (mode 11, sparse text); lines by mode 7."""

    name = "tesseract"

    def __init__(self) -> None:
        if shutil.which("tesseract") is None:
            sys.exit("tesseract is not installed; sudo apt-get install tesseract-ocr")

    def read(self, image: Image) -> list[TextLine]:
        scale = 2.0 if max(image.shape[:2]) < 800 else 1.0
        large = cv2.resize(image, None, fx=scale, fy=scale) if scale != 1 else image
        words: dict[tuple[str, ...], list[dict[str, str]]] = {}
        for row in _run(np.asarray(large, np.uint8), 11):
            if row["text"].strip() and float(row["conf"]) >= 0:
                key = (row["block_num"], row["par_num"], row["line_num"])
                words.setdefault(key, []).append(row)
        return [_line(rows, scale) for rows in words.values()]

    def recognise(self, lines: Sequence[Image]) -> list[TextLine]:
        found = []
        for line in lines:
            height = max(line.shape[0], 1)
            width = max(round(line.shape[1] * _LINE_HEIGHT / height), 8)
            tall = np.asarray(cv2.resize(line, (width, _LINE_HEIGHT)), np.uint8)
            rows = [row for row in _run(tall, 7) if row["text"].strip() and float(row["conf"]) >= 0]
            text = "".join(row["text"].strip() for row in rows)
            sure = float(np.mean([float(row["conf"]) for row in rows])) / 100 if rows else 0.0
            found.append(TextLine(text, sure, corners(line)))
        return found


def _run(image: Image, mode: int) -> list[dict[str, str]]:
    _, code = cv2.imencode(".png", image)
    command = ["tesseract", "stdin", "stdout", "--psm", str(mode), "-l", "eng"]
    command += ["-c", f"tessedit_char_whitelist={_LETTERS}", "tsv"]
    done = subprocess.run(command, input=code.tobytes(), capture_output=True, check=False)
    text = done.stdout.decode("utf-8", "replace")
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def _line(rows: list[dict[str, str]], scale: float) -> TextLine:
    boxes = np.array([[float(row[n]) for n in ("left", "top", "width", "height")] for row in rows])
    x1, y1 = boxes[:, :2].min(axis=0)
    x2, y2 = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    quad: Quad = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]]) / scale
    sure = float(np.mean([float(row["conf"]) for row in rows])) / 100
    return TextLine("".join(row["text"].strip() for row in rows), sure, quad)
