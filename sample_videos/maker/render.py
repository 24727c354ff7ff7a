"""Renders the sample clips: `python render.py overload quiet parked solid_line`.

Needs Python 3.11, `bpy` 4.5, numpy, Pillow, opencv-python-headless and imageio-ffmpeg. Pictures
that were rendered already are kept in the work folder: a stopped run goes on where it was.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np
import studio
from finish import Finish, encode
from scenes import SCENES, Scene
from shapes import Floats
from traffic import Mover
from truth import boxes_at, write_truth

HERE = Path(__file__).resolve().parent


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("scene", nargs="+", choices=SCENES)
    options.add_argument("--work", type=Path, default=Path("rendered"), help="folder for pictures")
    options.add_argument("--out", type=Path, default=HERE.parent, help="folder for the clips")
    options.add_argument("--only", type=float, nargs="*", help="render these moments, no clip")
    options.add_argument("--samples", type=int, help="light paths for each pixel")
    options.add_argument(
        "--finish-only", action="store_true", help="no rendering: film from kept pictures"
    )
    given = options.parse_args()
    for name in given.scene:
        make(name, given)


def make(name: str, given: Any) -> None:
    work: Path = given.work.resolve() / name
    (work / "pictures").mkdir(parents=True, exist_ok=True)
    studio.empty_world()
    scene = SCENES[name](work / "pictures")
    finish = Finish(scene)
    studio.set_renderer(*finish.rendered_size, given.samples or scene.samples)
    if finish.zoom != 1:  # the margin that a hand-held camera sways in
        scene.camera.data.angle = 2 * np.arctan(np.tan(scene.camera.data.angle / 2) * finish.zoom)
    frames = (
        [round(t * scene.rate) for t in given.only]
        if given.only
        else list(range(round(scene.seconds * scene.rate)))
    )
    _keyframes(scene, range(min(frames) - 1, max(frames) + 2))
    street = None
    if scene.still and not given.finish_only:
        street = _empty_street(scene, work, (given.samples or scene.samples) * 2)
    records: list[dict[str, Any]] = []
    for number in frames:
        bpy.context.scene.frame_set(number)
        boxes = boxes_at(scene, finish.rendered_size)
        path = work / f"{number:04d}.png"
        if not path.exists() and not given.finish_only:
            began, worked = time.monotonic(), time.process_time()
            _render(scene, street, path, finish.rendered_size)
            spent = time.process_time() - worked
            print(
                f"{name} {number} {time.monotonic() - began:.1f} s ({spent:.1f} s CPU)", flush=True
            )
        records.append({"frame": number, "boxes": finish.carry(boxes, number)})
    if given.only:
        return
    film = (finish.picture(cv2.imread(str(work / f"{n:04d}.png")), n) for n in frames)
    clip = given.out / f"{scene.file}.mp4"
    encode(film, scene.size, scene.rate, clip, scene)
    write_truth(scene, records, given.out / f"{scene.file}.truth.json")
    print(f"{clip}: {clip.stat().st_size / 1e6:.2f} MB")


def _keyframes(scene: Scene, frames: range) -> None:
    """Writes the motion into the objects, so that what moves while the shutter is open blurs."""
    settings = bpy.context.scene
    settings.frame_start, settings.frame_end = frames[0], frames[-1]
    settings.render.use_motion_blur = True
    settings.render.motion_blur_shutter = 0.15  # of a frame: 1/100 s at 15 pictures a second
    for mover in scene.movers:
        x0, y0 = mover.path(0.0)
        moves = np.hypot(*(np.subtract(mover.path(1.0), (x0, y0)))) > 1e-3
        wheels = [child for child in mover.root.children if "wheel" in child.name]
        for frame in frames if moves else frames[:1]:
            t = frame / scene.rate
            x, y, heading = mover.pose(t)
            mover.root.location = (x, y, mover.root.get("lift", 0.0))
            mover.root.rotation_euler = (0, 0, heading)
            mover.root.keyframe_insert("location", frame=frame)
            mover.root.keyframe_insert("rotation_euler", frame=frame)
            for wheel in wheels:
                turn = mover.travelled(t) / mover.root["wheel_radius"]
                wheel.rotation_euler = (-turn, 0, 0)
                wheel.keyframe_insert("rotation_euler", frame=frame)
    if not scene.still:
        for frame in frames:
            at, yaw, pitch = scene.view(frame / scene.rate)
            scene.camera.location = at
            scene.camera.rotation_euler = (np.radians(90 - pitch), 0, np.radians(yaw))
            scene.camera.keyframe_insert("location", frame=frame)
            scene.camera.keyframe_insert("rotation_euler", frame=frame)
    for action in bpy.data.actions:
        for curve in action.fcurves:
            for point in curve.keyframe_points:
                point.interpolation = "LINEAR"


def _empty_street(scene: Scene, work: Path, samples: int) -> np.ndarray:
    """The street without what moves, once, for a camera that stands."""
    path = work / "street.png"
    moving = [mover for mover in scene.movers if _moves(mover)]
    if not path.exists():
        _show(moving, False)
        kept = bpy.context.scene.cycles.samples
        bpy.context.scene.cycles.samples = samples
        bpy.context.scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        bpy.context.scene.cycles.samples = kept
        _show(moving, True)
    return cv2.imread(str(path))


def _moves(mover: Mover) -> bool:
    return mover.path(0.0) != mover.path(1.0)


def _show(movers: list[Mover], visible: bool) -> None:
    for mover in movers:
        for thing in mover.root.children_recursive:
            thing.hide_render = not visible


def _render(scene: Scene, street: np.ndarray | None, path: Path, size: tuple[int, int]) -> None:
    settings = bpy.context.scene.render
    if street is None:
        settings.use_border = False
        settings.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        return
    picture = street.copy()
    for left, top, right, bottom in _regions(scene, size):
        settings.use_border = settings.use_crop_to_border = True
        width, height = size
        # a quarter of a pixel more, so that the renderer's rounding down finds the same pixel
        settings.border_min_x = (left + 0.25) / width
        settings.border_max_x = (right + 0.25) / width
        settings.border_min_y = (height - bottom + 0.25) / height
        settings.border_max_y = (height - top + 0.25) / height
        part = path.with_suffix(".part.png")
        settings.filepath = str(part)
        bpy.ops.render.render(write_still=True)
        patch = cv2.imread(str(part)).astype(np.float32)
        part.unlink()
        h, w = patch.shape[:2]
        # the patch fades into the street over a few pixels, except at the picture's own edges
        ramp = 14.0
        xs, ys = np.arange(w), np.arange(h)
        fx = np.minimum(
            1.0 if left == 0 else np.minimum(xs / ramp, 1),
            1.0 if right >= width else np.minimum((w - 1 - xs) / ramp, 1),
        ) * np.ones(w)
        fy = np.minimum(
            1.0 if top == 0 else np.minimum(ys / ramp, 1),
            1.0 if bottom >= height else np.minimum((h - 1 - ys) / ramp, 1),
        ) * np.ones(h)
        mask = (fy[:, None] * fx)[..., None].astype(np.float32)
        under = picture[top : top + h, left : left + w].astype(np.float32)
        picture[top : top + h, left : left + w] = (patch * mask + under * (1 - mask)).round()
    cv2.imwrite(str(path), picture)


def _regions(scene: Scene, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Where something that moves, or its shadow, is in the picture: boxes that do not overlap."""
    matrix, lens = studio.projection(scene.camera, *size)
    sun = np.array(studio.sun_direction(*scene.sun[:2]))
    boxes = []
    for mover in scene.movers:
        if not _moves(mover):
            continue
        points = np.concatenate(
            [studio.vertices_of(t)[::7] for t in mover.root.children_recursive if t.type == "MESH"]
        )
        shadow = points - sun * (points[:, 2:] / sun[2])
        box = _box(np.concatenate([points, shadow]), matrix, lens, size)
        if box is not None:
            boxes.append(box)
    merged = True
    while merged:
        merged = False
        for i in range(len(boxes)):
            for j in range(i + 1, len(boxes)):
                a, b = boxes[i], boxes[j]
                if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
                    boxes[i] = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
                    del boxes[j]
                    merged = True
                    break
            if merged:
                break
    return boxes


def _box(
    points: Floats, matrix: Floats, lens: Floats, size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    pixels, seen = studio.project(points, matrix, lens)
    if not seen.any():
        return None
    margin = 26
    low, high = pixels[seen].min(axis=0) - margin, pixels[seen].max(axis=0) + margin
    left, top = np.maximum(low, 0).astype(int)
    right, bottom = np.minimum(high, size).astype(int)
    if right - left <= margin or bottom - top <= margin:
        return None
    return int(left), int(top), int(right), int(bottom)


if __name__ == "__main__":
    main()
