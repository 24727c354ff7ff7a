"""Plates as cameras see them: painted to the law's measures, then spoilt as on the road.

`Painter.paint` makes a clean plate at some pixels a millimetre; `Spoiler.spoil` photographs it:
perspective, light, dirt, glare, blur, noise, compression. What is random, and how far, is in
`Setting`: the test sets are made with settings and faces that the training never uses.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from fonts import HEIGHT, Face
from numpy.typing import NDArray
from texts import PlateText

from pipeline.plates.speller import view_of

Picture = NDArray[np.uint8]
"""BGR, (H, W, 3)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How bad plates and pictures get; pairs are least and most."""

    letter_px: tuple[float, float] = (7.0, 34.0)  # height of a letter in the picture
    tilt_deg: float = 9.0
    perspective: float = 0.12  # share of the plate's size by which a corner may be off
    corner_jitter: float = 0.035  # share: how badly the plate was located (one sigma)
    blur: tuple[float, float] = (0.0, 0.11)  # defocus, sigma in heights of a letter
    motion: float = 0.18  # longest smear in heights of a letter
    noise: float = 13.0  # grey levels, sigma at most
    quality: tuple[int, int] = (18, 92)  # JPEG
    dirt: float = 0.35  # chance of each kind of dirt
    glare: float = 0.18
    streaks: float = 0.3
    night: float = 0.18
    occluded: float = 0.04


TRAIN = Setting()
CLEAN = Setting(
    letter_px=(13.0, 34.0), tilt_deg=5.0, perspective=0.06, corner_jitter=0.02, blur=(0.0, 0.06),
    motion=0.06, noise=6.0, quality=(45, 95), dirt=0.1, glare=0.03, streaks=0.03, night=0.1,
    occluded=0.0,
)  # fmt: skip
HARD = Setting(
    letter_px=(10.0, 18.0), tilt_deg=11.0, perspective=0.14, corner_jitter=0.035, blur=(0.02, 0.09),
    motion=0.14, noise=12.0, quality=(25, 65), dirt=0.5, glare=0.2, streaks=0.1, night=0.35,
    occluded=0.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shape:
    """A plate's measures in millimetres."""

    width: float
    height: float
    letter: float


_LONG = (_Shape(520, 110, 80), _Shape(470, 110, 80))
_SQUARE = (_Shape(330, 165, 63), _Shape(280, 200, 78))
_MOTORBIKE = (_Shape(190, 140, 55),)
_PAINTS = {  # BGR of ground and ink
    "white": ((238, 240, 238), (28, 26, 26)),
    "yellow": ((40, 190, 240), (26, 26, 26)),
    "blue": ((150, 70, 25), (240, 240, 240)),
    "red": ((40, 30, 180), (240, 240, 240)),
}


class Painter:
    """Paints clean plates."""

    def __init__(self, faces: list[Face], source: random.Random) -> None:
        self.faces, self.random = faces, source

    def paint(self, text: PlateText) -> tuple[Picture, float]:
        """A plate that fills the picture, and its letters' height in pixels."""
        source = self.random
        shape = source.choice(self._shapes(text))
        scale = 240 / shape.width if len(text.lines) == 2 else 400 / shape.width  # px per mm
        width, height = round(shape.width * scale), round(shape.height * scale)
        ground, ink = _PAINTS[text.colour]
        ground, ink = self._aged(ground, 18.0), self._aged(ink, 30.0)
        mask = np.zeros((height, width), np.uint8)
        face = source.choice(self.faces)
        letter = shape.letter * scale * source.uniform(0.92, 1.06)
        weight = source.uniform(-0.02, 0.028)  # of the letter's height: thinner or thicker strokes
        narrow = source.uniform(0.85, 1.2)
        rows = len(text.lines)
        pad = source.uniform(0.02, 0.06) * height
        for number, line in enumerate(text.lines):
            room = (height - 2 * pad) / rows
            middle = pad + room * (number + 0.5) + source.uniform(-0.02, 0.02) * height
            tall = min(letter, room * 0.95)
            self._line(mask, line, face, tall, middle, weight, narrow, text)
        self._rivets(mask, source)
        picture = np.empty((height, width, 3), np.float32)
        picture[:] = ground
        if source.random() < 0.85:  # the raised border
            inset = max(int(source.uniform(0.006, 0.03) * width), 1)
            thick = max(int(source.uniform(0.006, 0.016) * width), 1)
            _frame(picture, inset, thick, ink)
        cover = mask.astype(np.float32)[..., None] / 255 * source.uniform(0.8, 1.0)
        picture = picture * (1 - cover) + np.asarray(ink, np.float32) * cover
        return np.clip(picture, 0, 255).astype(np.uint8), letter

    def _aged(self, paint: tuple[int, ...], by: float) -> tuple[float, ...]:
        lighter = self.random.uniform(-by, by)
        return tuple(
            float(np.clip(value + lighter + self.random.uniform(-6, 6), 0, 255)) for value in paint
        )

    def _shapes(self, text: PlateText) -> tuple[_Shape, ...]:
        if len(text.lines) == 1:
            return _LONG
        small = text.template.startswith("motorbike") or (
            text.template in ("military", "foreign", "temporary") and self.random.random() < 0.5
        )
        return _MOTORBIKE if small else _SQUARE

    def _line(
        self,
        mask: NDArray[np.uint8],
        line: str,
        face: Face,
        tall: float,
        middle: float,
        weight: float,
        narrow: float,
        text: PlateText,
    ) -> None:
        """Set a line: as wide as its letters want, drawn together where the plate is too small."""
        source = self.random
        gap = source.uniform(0.1, 0.24) * tall
        shapes: list[tuple[str, float]] = []
        dash = source.choice(("dash", "dash", "round", "none" if len(text.lines) == 2 else "dash"))
        for character in line:
            if character in face.glyphs:
                natural = face.glyphs[character].shape[1] / HEIGHT * tall * narrow
                if character != "1" and character != "I":
                    widest = 0.78 if character in "MWĐ" else 0.64
                    natural = min(max(natural, 0.36 * tall), widest * tall)
                shapes.append((character, natural))
            elif character == ".":
                shapes.append((".", source.uniform(0.1, 0.16) * tall))
            elif dash != "none":
                shapes.append(("-", source.uniform(0.15, 0.3) * tall))
            else:
                shapes.append((" ", 0.2 * tall))
        total = sum(width for _, width in shapes) + gap * (len(shapes) - 1)
        room = mask.shape[1] * source.uniform(0.84, 0.95)
        fit = min(room / total, 1.0)
        x = mask.shape[1] / 2 - total * fit / 2 + source.uniform(-0.02, 0.02) * mask.shape[1]
        for character, width in shapes:
            w = max(round(width * fit), 2)
            if character in face.glyphs:
                glyph: Any = cv2.resize(
                    face.glyphs[character], (w, max(round(tall), 4)), interpolation=cv2.INTER_AREA
                )
                _stamp(mask, _weighted(glyph, weight * tall), x, middle - tall / 2)
            elif character == ".":
                side = max(round(0.13 * tall), 2)
                low = middle + tall * source.choice((0.38, 0.38, 0.05))
                centre = (round(x + w / 2), round(low))
                cv2.circle(mask, centre, max(side // 2 + 1, 1), 255, -1, cv2.LINE_AA)
            elif character == "-":
                if dash == "round":
                    centre = (round(x + w / 2), round(middle))
                    cv2.circle(mask, centre, max(round(0.08 * tall), 1), 255, -1, cv2.LINE_AA)
                else:
                    half = max(round(0.05 * tall), 1)
                    top, bottom = (
                        (round(x), round(middle) - half),
                        (round(x) + w, round(middle) + half),
                    )
                    cv2.rectangle(mask, top, bottom, 255, -1)
            x += width * fit + gap * fit

    def _rivets(self, mask: NDArray[np.uint8], source: random.Random) -> None:
        if source.random() > 0.5:
            return
        height, width = mask.shape
        radius = max(int(0.02 * height), 2)
        for x in (source.uniform(0.08, 0.3), source.uniform(0.7, 0.92)):
            y = source.choice((0.06, 0.1, 0.5, 0.9, 0.94))
            level = source.randint(60, 255)
            cv2.circle(mask, (round(x * width), round(y * height)), radius, level, -1, cv2.LINE_AA)


class Spoiler:
    """Photographs a clean plate badly."""

    def __init__(self, setting: Setting, source: random.Random, grounds: list[Picture]) -> None:
        self.setting, self.random, self.grounds = setting, source, grounds
        self.noise = np.random.default_rng(source.randrange(2**32))

    def spoil(self, plate: Picture, letter: float) -> Picture:
        """The plate as the reader gets it: what `view_of` cuts, located about right."""
        scene, corners = self.photograph(plate, letter)
        return view_of(scene, self.located(corners))

    def photograph(self, plate: Picture, letter: float) -> tuple[Picture, NDArray[np.float64]]:
        """A plate in its surroundings, and its corners (4, 2) there."""
        source, setting = self.random, self.setting
        plate = self._dirty(plate)
        # The letters of a long plate are narrower: legible from a greater height up.
        least = setting.letter_px[0] * (1.3 if plate.shape[1] > 2.5 * plate.shape[0] else 1.0)
        seen_px = np.exp(source.uniform(np.log(least), np.log(setting.letter_px[1])))
        shrink = seen_px / letter
        height, width = plate.shape[:2]
        # The scene around the plate, in pixels of the camera.
        size = np.array([width, height]) * shrink
        margin = 0.35 * size + 4
        canvas = self._ground(size + 2 * margin)
        corners = self._corners(size) + margin
        if shrink < 0.6:  # warpPerspective does not average: shrink first
            half = max(shrink * 1.3, 0.05)
            plate = np.asarray(
                cv2.resize(plate, None, fx=half, fy=half, interpolation=cv2.INTER_AREA), np.uint8
            )
            height, width = plate.shape[:2]
        own = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        warp = cv2.getPerspectiveTransform(own, corners.astype(np.float32))
        shape = (canvas.shape[1], canvas.shape[0])
        placed = cv2.warpPerspective(plate, warp, shape, flags=cv2.INTER_LINEAR)
        ones = np.full((height, width), 255, np.uint8)
        cover = cv2.warpPerspective(ones, warp, shape).astype(np.float32)[..., None] / 255
        scene = canvas * (1 - cover) + placed * cover
        scene = self._light(self._streaks(scene.astype(np.float32), corners))
        return self._camera(scene, seen_px), corners

    def spoil_crop(self, crop: Picture, corners: NDArray[np.float64], letter: float) -> Picture:
        """A real photograph of a plate, located anew and a little worse than it is."""
        source = self.random
        scene = crop.astype(np.float32)
        if source.random() < 0.5:
            shrink = source.uniform(max(self.setting.letter_px[0] / letter, 0.3), 1.0)
            scene = cv2.resize(scene, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
            corners, letter = corners * shrink, letter * shrink
        scene = self._streaks(scene, corners)
        if source.random() < 0.7:
            scene = self._light(scene)
        scene = self._camera(scene, letter, gentle=True)
        return view_of(scene, self.located(corners))

    def _corners(self, size: NDArray[np.float64]) -> NDArray[np.float64]:
        source, setting = self.random, self.setting
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size
        off = self.noise.uniform(-1, 1, (4, 2)) * setting.perspective * size.min() * 0.6
        corners = corners + off
        shear = source.uniform(-1, 1) * setting.perspective
        corners[:, 0] += shear * (corners[:, 1] - size[1] / 2)
        angle = np.radians(np.clip(source.gauss(0, setting.tilt_deg / 2), -18, 18))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return np.asarray((corners - size / 2) @ turn.T + size / 2)

    def _ground(self, size: NDArray[np.float64]) -> NDArray[np.float32]:
        """What is around the plate: a piece of a street, or plain metal."""
        width, height = (max(int(v), 8) for v in size)
        source = self.random
        if self.grounds and source.random() < 0.7:
            picture = source.choice(self.grounds)
            h, w = picture.shape[:2]
            part = source.uniform(0.1, 0.5)
            x = source.randint(0, int(w * (1 - part)))
            y = source.randint(0, int(h * (1 - part)))
            piece = picture[y : y + max(int(h * part), 2), x : x + max(int(w * part), 2)]
            return cv2.resize(piece, (width, height)).astype(np.float32)  # type: ignore[no-any-return]
        ground = np.empty((height, width, 3), np.float32)
        ground[:] = [source.uniform(10, 220)] * 3
        ground += np.linspace(-1, 1, height)[:, None, None] * source.uniform(-40, 40)
        return np.clip(ground, 0, 255)

    def _dirty(self, plate: Picture) -> Picture:
        source, dirt = self.random, self.setting.dirt
        height, width = plate.shape[:2]
        image: Any = plate.astype(np.float32)
        if source.random() < dirt:  # dust and mud in clouds
            cloud = self._cloud(height, width, source.choice((3, 5, 8)))
            strength = source.uniform(0.1, 0.55) * np.clip(
                (cloud - source.uniform(0.3, 0.6)) * 3, 0, 1
            )
            colour = np.array(
                [source.uniform(40, 120), source.uniform(60, 130), source.uniform(70, 150)]
            )
            image = image * (1 - strength[..., None]) + colour * strength[..., None]
        if source.random() < dirt * 0.7:  # paint gone from letters and ground
            cloud = self._cloud(height, width, 24)
            lost = np.clip((cloud - source.uniform(0.55, 0.7)) * 6, 0, 1)[..., None]
            image = image * (1 - 0.6 * lost) + image.mean((0, 1)) * 0.6 * lost
        if source.random() < dirt * 0.5:  # specks
            for _ in range(source.randint(1, 12)):
                at = (source.randint(0, width), source.randint(0, height))
                colour = [source.uniform(20, 200)] * 3
                cv2.circle(image, at, source.randint(1, max(height // 40, 2)), colour, -1)
        if source.random() < self.setting.occluded:
            x, y = source.randint(0, width), source.randint(0, height)
            w = source.randint(width // 20, width // 8)
            cv2.line(
                image, (x, 0), (width - x, height), [source.uniform(0, 80)] * 3, max(w // 4, 1)
            )
            cv2.circle(image, (x, y), w // 2, [source.uniform(0, 255)] * 3, -1)
        return np.clip(image, 0, 255).astype(np.uint8)

    def _streaks(self, scene: Any, corners: NDArray[np.float64]) -> Any:
        """Lamps and the sun on dents of the metal: bright strokes that eat parts of letters."""
        source = self.random
        if source.random() > self.setting.streaks:
            return scene
        height, width = scene.shape[:2]
        size = float(np.linalg.norm(corners[3] - corners[0]))
        for _ in range(source.randint(1, 4)):
            shares = np.array([source.random(), source.random()])
            across = corners[0] + (corners[1] - corners[0]) * shares[0]
            x, y = across + (corners[3] - corners[0]) * shares[1]
            long, thin = source.uniform(0.04, 0.3) * size, source.uniform(0.012, 0.07) * size
            angle = source.uniform(0, np.pi)
            reach = int(3 * max(long, thin)) + 2
            x0, y0 = max(int(x) - reach, 0), max(int(y) - reach, 0)
            x1, y1 = min(int(x) + reach, width), min(int(y) + reach, height)
            if x1 - x0 < 2 or y1 - y0 < 2:
                continue
            ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float32)
            along = (xs - x) * np.cos(angle) + (ys - y) * np.sin(angle)
            aside = (ys - y) * np.cos(angle) - (xs - x) * np.sin(angle)
            spot = np.exp(-((along / max(long, 1)) ** 2) - (aside / max(thin, 0.8)) ** 2)
            spot = np.clip(spot * source.uniform(0.7, 1.8), 0, 1)[..., None]
            level = source.uniform(0.75, 1.1) * float(np.percentile(scene[y0:y1, x0:x1], 90))
            part = scene[y0:y1, x0:x1]
            part[:] = part * (1 - spot) + min(level, 255.0) * spot
        return scene

    def _cloud(self, height: int, width: int, cells: int) -> NDArray[np.float32]:
        coarse = self.noise.random((cells, cells * 2)).astype(np.float32)
        return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)  # type: ignore[no-any-return]

    def _light(self, scene: NDArray[np.float32]) -> NDArray[np.float32]:
        source, setting = self.random, self.setting
        height, width = scene.shape[:2]
        if source.random() < 0.4:  # the edge of a shadow, or light from one side
            angle = source.uniform(0, 6.28)
            ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
            along = (xs / width - 0.5) * np.cos(angle) + (ys / height - 0.5) * np.sin(angle)
            steep = source.choice((2.0, 4.0, 40.0))
            shade = 1 / (1 + np.exp(-steep * 4 * (along - source.uniform(-0.3, 0.3))))
            scene = scene * (1 - source.uniform(0.1, 0.6) * shade[..., None])
        if source.random() < setting.glare:
            ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
            cx, cy = source.uniform(0.1, 0.9) * width, source.uniform(-0.1, 1.1) * height
            spread = source.uniform(0.12, 0.5) * width
            spot = np.exp(-((xs - cx) ** 2 + (ys - cy) ** 2) / (2 * spread**2))
            tint = source.choice(((1, 1, 1), (0.4, 0.4, 1.0), (0.7, 0.9, 1.0)))
            scene = scene + spot[..., None] * source.uniform(40, 160) * np.array(tint, np.float32)
        gain, bias = source.uniform(0.65, 1.3), source.uniform(-15, 25)
        if source.random() < setting.night:
            gain *= source.uniform(0.2, 0.6)
        tint = np.array([source.uniform(0.85, 1.15) for _ in range(3)], np.float32)
        scene = np.clip(scene * gain * tint + bias, 0, 255)
        gamma = source.uniform(0.7, 1.45)
        return np.asarray(255 * (scene / 255) ** gamma, np.float32)

    def _camera(self, scene: Any, letter: float, gentle: bool = False) -> Picture:
        """Blur, noise, sharpening and compression, in proportion to the letters."""
        source, setting = self.random, self.setting
        part = 0.5 if gentle else 1.0
        if source.random() < 0.75:
            sigma = source.uniform(*setting.blur) * letter * part
            if sigma > 0.25:
                scene = cv2.GaussianBlur(scene, (0, 0), sigma)
        length = source.uniform(0, setting.motion) * letter * part
        if source.random() < 0.4 and length > 1.2:
            scene = cv2.filter2D(scene, -1, _smear(length, source.uniform(0, np.pi)))
        level = abs(source.gauss(0, setting.noise / 2)) * part
        if level > 0.5:
            grain = self.noise.normal(0, level, scene.shape).astype(np.float32)
            if source.random() < 0.5:
                grain = cv2.GaussianBlur(grain, (3, 3), 0.8) * 1.5
            scene = scene + grain
        if source.random() < 0.3:  # cameras sharpen
            soft = cv2.GaussianBlur(scene, (0, 0), max(0.06 * letter, 0.6))
            scene = scene + source.uniform(0.3, 1.3) * (scene - soft)
        picture = np.clip(scene, 0, 255).astype(np.uint8)
        for _ in range(source.choice((0, 1, 1, 2))):
            quality = source.randint(*setting.quality)
            if gentle:
                quality = max(quality, 45)
            _, code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
            picture = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
        if source.random() < 0.08:
            grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            picture = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
        return picture

    def located(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """Corners as a locator gives them: off by some pixels, now and then an upright box."""
        sigma = self.setting.corner_jitter * (2.2 if self.random.random() < 0.15 else 1.0)
        size = np.array(
            [np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])]
        )
        found = corners + self.noise.normal(0, sigma, (4, 2)) * size
        if self.random.random() < 0.3:  # an upright box around it instead of its corners
            low, high = found.min(0), found.max(0)
            found = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
        return found


def street_pieces(folder: Path | None, most: int = 400) -> list[Picture]:
    """Pictures to stand around the plates; none without a folder."""
    if folder is None:
        return []
    files = sorted(folder.glob("*.jpg"))
    pictures = (cv2.imread(str(path)) for path in files[:: max(len(files) // most, 1)])
    return [
        np.asarray(cv2.resize(p, (320, 240), interpolation=cv2.INTER_AREA), np.uint8)
        for p in pictures
        if p is not None
    ]


def _frame(picture: NDArray[np.float32], inset: int, thick: int, ink: Any) -> None:
    height, width = picture.shape[:2]
    cv2.rectangle(picture, (inset, inset), (width - 1 - inset, height - 1 - inset), ink, thick)


def _weighted(glyph: Any, pixels: float) -> NDArray[np.uint8]:
    """Strokes thickened (or thinned, where negative) by about `pixels` on each side."""
    size = round(abs(pixels)) * 2 + 1
    if size < 3:
        return np.asarray(glyph, np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    change = cv2.dilate if pixels > 0 else cv2.erode
    return np.asarray(change(glyph, kernel), np.uint8)


def _stamp(mask: NDArray[np.uint8], glyph: NDArray[np.uint8], x: float, y: float) -> None:
    left, top = round(x), round(y)
    x0, y0 = max(left, 0), max(top, 0)
    x1 = min(left + glyph.shape[1], mask.shape[1])
    y1 = min(top + glyph.shape[0], mask.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = glyph[y0 - top : y1 - top, x0 - left : x1 - left]
    mask[y0:y1, x0:x1] = np.maximum(mask[y0:y1, x0:x1], part)


def _smear(length: float, angle: float) -> NDArray[np.float32]:
    size = int(np.ceil(length)) | 1
    kernel = np.zeros((size, size), np.float32)
    middle = size / 2 - 0.5
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    start, end = (middle - dx, middle - dy), (middle + dx, middle + dy)
    cv2.line(
        kernel,
        (round(start[0]), round(start[1])),
        (round(end[0]), round(end[1])),
        1.0,
        1,
        cv2.LINE_AA,
    )
    return kernel / max(float(kernel.sum()), 1e-6)
