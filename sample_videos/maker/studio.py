"""Sky, sun, camera and renderer settings, and where things fall in the picture."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray
from shapes import Floats


def empty_world() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)


def set_renderer(width: int, height: int, samples: int) -> None:
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.compression = 15
    scene.render.use_persistent_data = True
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = samples
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter = "FAST"
    cycles.denoising_quality = "BALANCED"
    cycles.max_bounces = 3
    cycles.diffuse_bounces = 2
    cycles.glossy_bounces = 2
    cycles.transmission_bounces = 0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0
    cycles.seed = 7
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.exposure = 0.25
    scene.view_settings.look = "AgX - Medium High Contrast"


def set_sky(
    elevation: float, azimuth: float, strength: float = 0.12, sun: float = 3.2, haze: float = 1.5
) -> None:
    """A clear sky with soft clouds, and the sun at `elevation` and `azimuth` (degrees).

    The azimuth is measured from +Y (ahead) towards +X (right).
    """
    scene = bpy.context.scene
    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    sky = nodes.new("ShaderNodeTexSky")
    sky.sky_type = "NISHITA"
    sky.sun_disc = False
    sky.sun_elevation = np.radians(elevation)
    sky.sun_rotation = np.radians(azimuth)
    sky.air_density, sky.dust_density = 1.0, haze
    # clouds: noise on the sky's dome, flattened towards the horizon
    direction = nodes.new("ShaderNodeTexCoord").outputs["Generated"]
    split = nodes.new("ShaderNodeSeparateXYZ")
    links.new(direction, split.inputs[0])
    lift = _math(nodes, links, "ADD", split.outputs["Z"], 0.12)
    plane = nodes.new("ShaderNodeCombineXYZ")
    links.new(_math(nodes, links, "DIVIDE", split.outputs["X"], lift), plane.inputs["X"])
    links.new(_math(nodes, links, "DIVIDE", split.outputs["Y"], lift), plane.inputs["Y"])
    noise = nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = 0.9
    noise.inputs["Detail"].default_value = 7
    links.new(plane.outputs[0], noise.inputs["Vector"])
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position = 0.42
    ramp.color_ramp.elements[1].position = 0.72
    links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
    mix = nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    fade = nodes.new("ShaderNodeMapRange")  # no clouds in the haze of the horizon
    links.new(split.outputs["Z"], fade.inputs["Value"])
    fade.inputs["From Min"].default_value, fade.inputs["From Max"].default_value = 0.02, 0.25
    links.new(
        _math(nodes, links, "MULTIPLY", ramp.outputs["Color"], fade.outputs[0]),
        mix.inputs["Factor"],
    )
    links.new(sky.outputs[0], mix.inputs["A"])
    mix.inputs["B"].default_value = (6.5, 6.6, 6.9, 1)
    links.new(mix.outputs["Result"], nodes["Background"].inputs["Color"])
    nodes["Background"].inputs["Strength"].default_value = strength
    lamp = bpy.data.lights.new("sun", "SUN")
    lamp.energy = sun
    lamp.angle = np.radians(1.5)
    lamp.color = (1.0, 0.93, 0.82)
    thing = bpy.data.objects.new("sun", lamp)
    scene.collection.objects.link(thing)
    thing.rotation_euler = (
        (-Vector(sun_direction(elevation, azimuth))).to_track_quat("-Z", "Y").to_euler()
    )


def sun_direction(elevation: float, azimuth: float) -> tuple[float, float, float]:
    """Unit vector towards the sun."""
    e, a = np.radians(elevation), np.radians(azimuth)
    return float(np.cos(e) * np.sin(a)), float(np.cos(e) * np.cos(a)), float(np.sin(e))


def add_camera(at: tuple[float, float, float], yaw: float, pitch: float, across: float) -> Any:
    """A camera at `at` looking along +Y, turned left by `yaw` and down by `pitch` (degrees).

    `across` is the horizontal field of view in degrees.
    """
    lens = bpy.data.cameras.new("camera")
    lens.angle = np.radians(across)
    lens.clip_end = 2000
    camera = bpy.data.objects.new("camera", lens)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    camera.location = at
    camera.rotation_euler = (np.radians(90 - pitch), 0, np.radians(yaw))
    return camera


def projection(camera: Any, width: int, height: int) -> tuple[Floats, Floats]:
    """World-to-camera matrix (4, 4) and the focal length with the centre: (f, cx, cy) in pixels."""
    matrix = np.array(camera.matrix_world.inverted())
    focal = width / 2 / np.tan(camera.data.angle / 2)
    return matrix, np.array([focal, width / 2, height / 2])


def project(points: Floats, matrix: Floats, lens: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Pixels (N, 2) of world points (N, 3), and which of them lie before the camera."""
    local = points @ matrix[:3, :3].T + matrix[:3, 3]
    depth = -local[:, 2]
    seen = depth > 0.2
    depth = np.where(seen, depth, 1.0)
    focal, cx, cy = lens
    return np.stack([cx + focal * local[:, 0] / depth, cy - focal * local[:, 1] / depth], -1), seen


def vertices_of(thing: Any) -> Floats:
    """World positions of an object's own vertices (N, 3)."""
    mesh = thing.data
    local = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", local)
    matrix = np.array(thing.matrix_world)
    return local.reshape(-1, 3).astype(float) @ matrix[:3, :3].T + matrix[:3, 3]


def _math(nodes: Any, links: Any, operation: str, value: Any, other: Any) -> Any:
    node = nodes.new("ShaderNodeMath")
    node.operation = operation
    links.new(value, node.inputs[0])
    if isinstance(other, float):
        node.inputs[1].default_value = other
    else:
        links.new(other, node.inputs[1])
    return node.outputs[0]
