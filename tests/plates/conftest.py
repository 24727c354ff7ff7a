"""A drawn street: vehicles with plates that move, as pictures, as tracks and as a video file."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.footage.binary import ffmpeg_path
from pipeline.plates import PlateReader, make_reader
from pipeline.settings import PlatesSettings
from pipeline.types import Kind, Track

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
WIDTH, HEIGHT, RATE, SECONDS = 960, 540, 15, 3.0
SAMPLE_RATE = 5


def plate_picture(lines: tuple[str, ...], height: int = 96) -> NDArray[np.uint8]:
    """A white plate, lines from the top, `height` pixels high a line."""
    font = ImageFont.truetype(str(FONT), round(0.78 * height))
    width = max(round(font.getlength(line)) for line in lines) + height // 2
    picture = Image.new("RGB", (width, height * len(lines)), "white")
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        draw.text((width / 2, (row + 0.5) * height), line, "black", font, anchor="mm")
    draw.rectangle((0, 0, width - 1, height * len(lines) - 1), outline="black", width=2)
    return np.asarray(picture, np.uint8)[:, :, ::-1]


@dataclass(frozen=True)
class Vehicle:
    """A box that moves, with a plate somewhere on it or none."""

    id: int
    kind: Kind
    box: tuple[float, float, float, float]  # at time 0
    speed: float = 0.0  # pixels to the right, a second
    lines: tuple[str, ...] = ()
    plate_width: int = 80
    plate_at: tuple[float, float] = (0.5, 0.75)  # its centre, shares of the box

    def box_at(self, time_s: float) -> tuple[float, float, float, float]:
        x1, y1, x2, y2 = self.box
        return x1 + self.speed * time_s, y1, x2 + self.speed * time_s, y2

    def plate_box_at(self, time_s: float) -> tuple[int, int, int, int]:
        x1, y1, x2, y2 = self.box_at(time_s)
        shape = plate_picture(self.lines).shape
        height = round(self.plate_width * shape[0] / shape[1])
        x = round(x1 + self.plate_at[0] * (x2 - x1) - self.plate_width / 2)
        y = round(y1 + self.plate_at[1] * (y2 - y1) - height / 2)
        return x, y, x + self.plate_width, y + height

    def draw(self, image: NDArray[np.uint8], time_s: float) -> None:
        x1, y1, x2, y2 = (round(value) for value in self.box_at(time_s))
        cv2.rectangle(image, (x1, y1), (x2, y2), (90, 60, 40), -1)
        if self.lines:
            x1, y1, x2, y2 = self.plate_box_at(time_s)
            small = cv2.resize(
                plate_picture(self.lines), (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA
            )
            image[y1:y2, x1:x2] = small

    def track(self, start_s: float = 0.0) -> Track:
        times = np.arange(round(start_s * SAMPLE_RATE), round(SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
        return Track(
            id=self.id,
            kind=self.kind,
            kind_share=1.0,
            frames=np.round(times * SAMPLE_RATE).astype(np.int32),
            times_s=times,
            boxes=np.array([self.box_at(t) for t in times], np.float32),
            confidences=np.full(len(times), 0.9, np.float32),
        )


def street(vehicles: list[Vehicle], time_s: float) -> NDArray[np.uint8]:
    """The picture at a time: a road, and the vehicles upon it in the order given."""
    image = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    image[:] = np.linspace(150, 110, HEIGHT)[:, None, None]
    for vehicle in vehicles:
        vehicle.draw(image, time_s)
    return image


def film(vehicles: list[Vehicle], path: Path) -> Path:
    """The street as an H.264 file."""
    command = [ffmpeg_path(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p"]
    pictures = b"".join(street(vehicles, n / RATE).tobytes() for n in range(round(SECONDS * RATE)))
    subprocess.run([*command, str(path)], input=pictures, check=True)
    return path


@pytest.fixture(scope="session")
def reader() -> PlateReader:
    return make_reader(PlatesSettings(reader="rapidocr"))
