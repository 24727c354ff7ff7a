"""Burns text into real pictures, as cameras do: running clocks, positions, names of streets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import cv2
import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SAMPLES = Path(__file__).parents[2] / "sample_videos"
OVERLOAD = SAMPLES / "20250529_181108_overload.mp4"  # 1280 x 720
PARKED = SAMPLES / "20250612_074532_parked.mp4"  # 960 x 540, with a clock of its own, as the next
QUIET = SAMPLES / "20250708_091540_quiet.mp4"  # 854 x 480
SOLID = SAMPLES / "20250803_162217_solid_line.mp4"  # 854 x 480
_OWN_CLOCK = 44  # rows at the bottom that hold it, cut off
FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"


@dataclass(frozen=True)
class Ink:
    """How text looks and where it stands: corner of the line ("tl", "tr", "bl", "br", "bc")."""

    font: str | int  # a file of matplotlib's, or one of OpenCV's Hershey fonts
    size: float = 24  # pixels, or OpenCV's scale
    colour: tuple[int, int, int] = (255, 255, 255)  # RGB
    corner: str = "bl"
    edge: tuple[int, int, int] | None = None  # outline
    box: bool = False  # a black bar behind it
    margin: int = 6


def write(image: np.ndarray, lines: list[str], ink: Ink) -> None:
    """Draw lines one under the other into a BGR picture."""
    height, width = image.shape[:2]
    if isinstance(ink.font, int):
        _write_hershey(image, lines, ink)
        return
    font = ImageFont.truetype(str(FONTS / ink.font), ink.size)
    step = round(ink.size * 1.25)
    picture = Image.fromarray(image[:, :, ::-1])
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        long = draw.textlength(line, font=font)
        x, y = _place(width, height, long, step * len(lines), ink)
        y += number * step
        if ink.box:
            draw.rectangle((x - 3, y, x + long + 3, y + step), fill=(0, 0, 0))
        draw.text(
            (x, y), line, font=font, fill=ink.colour,
            stroke_width=0 if ink.edge is None else 2, stroke_fill=ink.edge,
        )  # fmt: skip
    image[:] = np.asarray(picture)[:, :, ::-1]


def _write_hershey(image: np.ndarray, lines: list[str], ink: Ink) -> None:
    assert isinstance(ink.font, int)
    thick = 2 if ink.size >= 0.8 else 1
    step = round(34 * ink.size)
    for number, line in enumerate(lines):
        (long, tall), _ = cv2.getTextSize(line, ink.font, ink.size, thick)
        x, y = _place(image.shape[1], image.shape[0], long, step * len(lines), ink)
        at = (round(x), round(y + number * step + tall + 4))
        if ink.box:
            corner = (at[0] + long + 4, at[1] + 8)
            cv2.rectangle(image, (at[0] - 4, at[1] - tall - 6), corner, (0, 0, 0), -1)
        if ink.edge is not None:
            cv2.putText(image, line, at, ink.font, ink.size, ink.edge[::-1], thick + 2, cv2.LINE_AA)
        cv2.putText(image, line, at, ink.font, ink.size, ink.colour[::-1], thick, cv2.LINE_AA)


def _place(width: int, height: int, long: float, tall: float, ink: Ink) -> tuple[float, float]:
    x = {"l": ink.margin, "r": width - long - ink.margin, "c": (width - long) / 2}[ink.corner[1]]
    y = {"t": ink.margin, "b": height - tall - ink.margin}[ink.corner[0]]
    return x, y


def pictures(source: Path, count: int) -> Iterator[np.ndarray]:
    """The first pictures of a video, from the beginning again where it is too short."""
    while True:
        with av.open(str(source)) as container:
            for frame in container.decode(video=0):
                if count == 0:
                    return
                count -= 1
                image = frame.to_ndarray(format="bgr24")
                yield image if source == OVERLOAD else image[:-_OWN_CLOCK]


def film(
    path: Path,
    source: Path,
    draw: Callable[[np.ndarray, float], None],
    seconds: float = 6.0,
    rate: int = 10,
    quality: int = 26,
) -> Path:
    """Encode pictures of `source` over which `draw(picture, file time)` has drawn."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.options = {"crf": str(quality), "preset": "ultrafast"}
        stream.codec_context.gop_size = rate
        stream.codec_context.thread_count = 2
        for number, image in enumerate(pictures(source, round(seconds * rate))):
            canvas = np.ascontiguousarray(image)
            draw(canvas, number / rate)
            if number == 0:
                stream.height, stream.width = canvas.shape[:2]
                stream.pix_fmt = "yuv420p"
            frame = av.VideoFrame.from_ndarray(canvas, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def clock(
    start: datetime, layout: str | Callable[[datetime], list[str]], ink: Ink
) -> Callable[[np.ndarray, float], None]:
    """Draws a clock that runs from `start`; `layout` is for strftime, `\\n` between lines."""

    def draw(image: np.ndarray, file_time_s: float) -> None:
        now = start + timedelta(seconds=file_time_s)
        lines = now.strftime(layout).split("\n") if isinstance(layout, str) else layout(now)
        write(image, lines, ink)

    return draw
