"""RapidOCR for burnt-in lines, which are longer than those of number plates."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.plates.base import Image, TextLine, corners
from pipeline.plates.ctc import decode
from pipeline.plates.rapidocr_reader import RapidOcrReader, _prepare

_LINE_HEIGHT = 48
_WIDEST_OF_PLATES = 640
_WIDTHS = (1280, 1920)


class LongLineReader(RapidOcrReader):
    """Reads lines of up to 40 times their height without squeezing them."""

    def recognise(self, lines: Sequence[Image]) -> list[TextLine]:
        long = {
            i: _needed(line) for i, line in enumerate(lines) if _needed(line) > _WIDEST_OF_PLATES
        }
        short = iter(super().recognise([line for i, line in enumerate(lines) if i not in long]))
        results = []
        for index, line in enumerate(lines):
            if index not in long:
                results.append(next(short))
                continue
            width = next((w for w in _WIDTHS if w >= long[index]), _WIDTHS[-1])
            with self._lock:
                scores = self._session(_prepare(line, width)[None])
            results.append(decode(scores[0], self._alphabet, corners(line)))
        return results


def _needed(line: Image) -> float:
    return float(_LINE_HEIGHT * line.shape[1] / line.shape[0])
