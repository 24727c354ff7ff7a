"""Sprites of the project's own vehicles and people, seen from all around.

    python driving_range/sprites/render.py [NAME ...] [--samples 6]

Needs Blender's module beside `sample_videos/maker` (see `sample_videos/README.md`):

    pip install bpy==4.5.15 numpy==1.26.4 pillow==13.0.0 opencv-python-headless==4.11.0.86

Each sheet `NAME.webp` holds a row (the camera 8 degrees above level) of thirteen views: 0
degrees from behind, 90 from the right side, 180 from ahead; the left side is their mirror image.
Every view is `VIEW` pixels large, its middle column above the vehicle's middle, `FOOT` pixels of
its height below the point of the ground there; `pixels` a metre are in `SHEETS`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "sample_videos" / "maker"))

AZIMUTHS = tuple(range(0, 181, 15))
ELEVATIONS = (8.0,)
_DISTANCE_M = 14.0
VIEW = (240, 176)  # width, height
FOOT = 24

# Name: what to build, pixels a metre.
SHEETS: dict[str, tuple[str, float]] = {
    "sedan_white": ("car sedan white", 44.0),
    "hatch_red": ("car hatch red", 48.0),
    "suv_black": ("car suv black", 44.0),
    "van_white": ("car van white", 36.0),
    "bike_one": ("bike underbone blue h", 74.0),
    "bike_two": ("bike underbone red hh", 74.0),
    "scooter_one": ("bike scooter white h", 74.0),
    "scooter_bare": ("bike scooter black b", 74.0),
    "bike_three": ("bike underbone blue bbb", 74.0),
    "walker": ("walker", 74.0),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("names", nargs="*", default=list(SHEETS))
    arguments.add_argument("--samples", type=int, default=6)
    options = arguments.parse_args()
    for name in options.names:
        sheet(name, options.samples)


def sheet(name: str, samples: int) -> None:
    import bpy
    import cv2
    import studio
    from mathutils import Vector

    what, pixels = SHEETS[name]
    width, height = VIEW
    studio.empty_world()
    studio.set_renderer(width, height, samples)
    scene = bpy.context.scene
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.film_transparent = True
    scene.cycles.max_bounces = 2
    _daylight(scene)
    with tempfile.TemporaryDirectory() as folder:
        root = _built(what, Path(folder))
        root.location = (0, 0, 0)
        camera = studio.add_camera((0, -_DISTANCE_M, 1), 0, 0, 30)
        camera.data.angle = 2 * np.arctan(width / 2 / pixels / _DISTANCE_M)
        middle = (height / 2 - FOOT) / pixels  # metres above the ground in the picture's middle
        rows: list[Any] = []
        for elevation in ELEVATIONS:
            row: list[Any] = []
            for azimuth in AZIMUTHS:
                a, e = np.radians(azimuth), np.radians(elevation)
                target = Vector((0, 0, middle))
                off = Vector((np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)))
                camera.location = target + off * _DISTANCE_M
                camera.rotation_euler = (-off).to_track_quat("-Z", "Y").to_euler()
                scene.render.filepath = str(Path(folder) / "view.png")
                bpy.ops.render.render(write_still=True)
                row.append(cv2.imread(scene.render.filepath, cv2.IMREAD_UNCHANGED))
            rows.append(np.concatenate(row, axis=1))
    picture = np.concatenate(rows)
    picture[picture[..., 3] == 0] = 0
    cv2.imwrite(str(HERE / f"{name}.webp"), picture, [cv2.IMWRITE_WEBP_QUALITY, 80])
    print(name, picture.shape)


def _daylight(scene: Any) -> None:
    """A bright overcast sky of one colour, and the sun."""
    import bpy

    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.75, 0.85, 1.0, 1)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.9
    lamp = bpy.data.lights.new("sun", "SUN")
    lamp.energy, lamp.angle = 3.0, 0.03
    thing = bpy.data.objects.new("sun", lamp)
    scene.collection.objects.link(thing)
    thing.rotation_euler = (0.6, 0.25, 0.4)


def _built(what: str, folder: Path) -> Any:
    import bpy
    from motorbikes import motorbike
    from people import Clothes, rider, walker
    from vehicles import car

    words = what.split()
    if words[0] == "car":
        return car(words[1], words[2], "51G-684.19", folder)
    clothes = [
        Clothes(**one)
        for one in (
            {"shirt": (0.55, 0.08, 0.07), "trousers": (0.03, 0.03, 0.05)},
            {"shirt": (0.75, 0.72, 0.65), "trousers": (0.05, 0.07, 0.16)},
            {"shirt": (0.10, 0.28, 0.45), "trousers": (0.12, 0.11, 0.10)},
        )
    ]
    if words[0] == "walker":
        root = bpy.data.objects.new("walker", None)
        bpy.context.scene.collection.objects.link(root)
        walker(clothes[2], root)
        return root
    root = motorbike(words[1], words[2], "59-X3 123.45", folder)
    for place, head in enumerate(words[3]):
        worn = _headed(clothes[place], head == "h")
        rider(place, len(words[3]), worn, root, 1.63 + 0.02 * place)
    return root


def _headed(clothes: Any, helmet: bool) -> Any:
    from dataclasses import replace

    return replace(clothes, helmet=(0.8, 0.8, 0.8) if helmet else None)


if __name__ == "__main__":
    main()
