"""What the camera adds: sway of a hand, vignette, grain, the burnt-in time, compression."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]


class Finish:
    """The camera of one scene, from rendered pictures to film."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        width, height = scene.size
        self.zoom = 1.05 if scene.shake else 1.0
        self.rendered_size = (round(width * self.zoom), round(height * self.zoom))
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        r2 = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / (width**2 + height**2) * 4
        self._vignette = (1 - 0.20 * r2**1.3)[..., None]
        self._start = datetime.strptime(scene.file[:15], "%Y%m%d_%H%M%S")
        self._font = _font(round(height / 27))

    def sway(self, number: int) -> NDArray[np.float64]:
        """(2, 3) affine map from the rendered picture to the film's."""
        width, height = self._scene.size
        t, s = number / self._scene.rate, self._scene.shake
        big = self.rendered_size
        dx = s * (np.sin(1.3 * t) + 0.5 * np.sin(3.1 * t + 1) + 0.2 * np.sin(9 * t))
        dy = s * (0.8 * np.sin(1.7 * t + 2) + 0.4 * np.sin(4.3 * t) + 0.2 * np.sin(11 * t + 1))
        turn = np.radians(0.08 * s * np.sin(1.1 * t + 0.5))
        c, k = np.cos(turn), np.sin(turn)
        cx, cy = big[0] / 2, big[1] / 2
        return np.array(
            [
                [c, -k, width / 2 + dx - c * cx + k * cy],
                [k, c, height / 2 + dy - k * cx - c * cy],
            ]
        )

    def carry(self, boxes: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
        """Boxes of the rendered picture in the film's pixels, cut at its edges."""
        matrix = self.sway(number)
        kept = []
        for item in boxes:
            moved, inside = self._moved(item["box"], matrix)
            if moved is None:
                continue
            riders = [self._moved(box, matrix)[0] for box in item["riders"]]
            kept.append(
                {**item, "box": moved, "inside": inside, "riders": [r for r in riders if r]}
            )
        return kept

    def _moved(
        self, box: list[float], matrix: NDArray[np.float64]
    ) -> tuple[list[float] | None, float]:
        """The box cut at the film's edges (None: under 8 pixels of it are left), the share left."""
        size = self._scene.size
        left, top, right, bottom = box
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        moved = corners @ matrix[:, :2].T + matrix[:, 2]
        low, high = np.clip(moved.min(axis=0), 0, size), np.clip(moved.max(axis=0), 0, size)
        inside = np.prod(high - low) / max(np.prod(moved.max(axis=0) - moved.min(axis=0)), 1e-6)
        if (high - low).min() < 8:
            return None, 0.0
        return [round(float(v), 1) for v in (*low, *high)], round(float(inside), 2)

    def picture(self, rendered: Picture, number: int) -> Picture:
        scene = self._scene
        image = rendered
        if scene.shake:
            image = cv2.warpAffine(rendered, self.sway(number), scene.size, flags=cv2.INTER_CUBIC)
        soft = cv2.GaussianBlur(image, (0, 0), 0.6).astype(np.float32)
        random = np.random.default_rng(1000 + number)
        grain = random.normal(0, scene.grain, (*image.shape[:2], 1)) + random.normal(
            0, scene.grain * 0.4, image.shape
        )
        lit = 255 * (soft / 255) ** scene.gamma * scene.gain
        out = np.clip(lit * self._vignette + grain, 0, 255).astype(np.uint8)
        return self._stamp(out, number) if scene.overlay else out

    def _stamp(self, image: Picture, number: int) -> Picture:
        t = number / self._scene.rate
        moment = self._start + timedelta(seconds=t)
        text = f"{moment:%Y-%m-%d %H:%M:%S}"
        if self._scene.speed_kmh is not None:
            text += f"  {self._scene.speed_kmh(t):.0f} km/h"
        canvas = Image.fromarray(image[..., ::-1])
        draw = ImageDraw.Draw(canvas)
        height = image.shape[0]
        at = (round(height * 0.03), height - round(height * 0.065))
        draw.text(at, text, font=self._font, fill="#f4f4f0", stroke_width=2, stroke_fill="#101010")
        return np.asarray(canvas)[..., ::-1].copy()


def encode(
    pictures: Iterable[Picture], size: tuple[int, int], rate: int, path: Path, scene: Any
) -> None:
    """H.264 in MP4 as a camera writes it: closed groups of one second, the time in the header."""
    local = datetime.strptime(scene.file[:15], "%Y%m%d_%H%M%S")
    utc = local - timedelta(hours=7)  # Vietnam keeps UTC+7 all year
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error",
        "-f", "rawvideo", "-pix_fmt", "bgr24",
        "-s", f"{size[0]}x{size[1]}", "-r", str(rate), "-i", "-",
        "-c:v", "libx264", "-preset", "slow", "-crf", "25",
        "-maxrate", "2400k", "-bufsize", "2400k",
        "-g", str(rate), "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-bitexact",
        "-metadata", f"creation_time={utc:%Y-%m-%dT%H:%M:%S}Z", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for picture in pictures:
            process.stdin.write(np.ascontiguousarray(picture).tobytes())
        process.stdin.close()
    if process.returncode:
        raise SystemExit(f"{path}: FFmpeg ended with {process.returncode}")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in ("DejaVuSansMono-Bold.ttf", "DejaVuSansMono.ttf"):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
