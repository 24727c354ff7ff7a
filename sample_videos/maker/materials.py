"""What things are made of: shader graphs, each made once and shared by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

Colour = tuple[float, float, float]

PAINTS: dict[str, Colour] = {  # linear RGB
    "white": (0.78, 0.78, 0.76),
    "black": (0.012, 0.012, 0.014),
    "grey": (0.16, 0.17, 0.18),
    "silver": (0.45, 0.46, 0.47),
    "red": (0.42, 0.012, 0.015),
    "blue": (0.015, 0.06, 0.26),
    "yellow": (0.72, 0.42, 0.02),
    "green": (0.02, 0.16, 0.06),
    "brown": (0.13, 0.06, 0.03),
    "orange": (0.65, 0.16, 0.02),
}


def plain(
    name: str,
    colour: Colour,
    roughness: float = 0.6,
    metallic: float = 0.0,
    coat: float = 0.0,
    glow: float = 0.0,
) -> Any:
    def fill(nodes: Any, links: Any, shader: Any) -> None:
        shader.inputs["Base Color"].default_value = (*colour, 1)
        shader.inputs["Roughness"].default_value = roughness
        shader.inputs["Metallic"].default_value = metallic
        shader.inputs["Coat Weight"].default_value = coat
        shader.inputs["Coat Roughness"].default_value = 0.05
        if glow:
            shader.inputs["Emission Color"].default_value = (*colour, 1)
            shader.inputs["Emission Strength"].default_value = glow

    return _material(name, fill)


def paint(colour: str) -> Any:
    return plain(f"paint {colour}", PAINTS[colour], 0.35, 0.25 if colour != "white" else 0.0, 0.9)


def glass() -> Any:
    return plain("glass", (0.012, 0.016, 0.018), 0.06, 0.0, 0.6)


def rubber() -> Any:
    return plain("rubber", (0.018, 0.018, 0.019), 0.8)


def plastic() -> Any:
    return plain("plastic", (0.022, 0.022, 0.024), 0.45)


def chrome() -> Any:
    return plain("chrome", (0.72, 0.72, 0.72), 0.18, 1.0)


def alloy() -> Any:
    return plain("alloy", (0.42, 0.42, 0.43), 0.3, 0.9)


def engine() -> Any:
    return plain("engine", (0.12, 0.12, 0.125), 0.45, 0.6)


def headlamp(lit: bool = False) -> Any:
    return plain(
        "headlamp lit" if lit else "headlamp", (0.8, 0.82, 0.85), 0.08, 0.3, 1.0, 4.0 if lit else 0
    )


def tail_lamp(lit: bool = False) -> Any:
    return plain(
        "tail lamp lit" if lit else "tail lamp",
        (0.45, 0.008, 0.008),
        0.15,
        0,
        1.0,
        5.0 if lit else 0.15,
    )


def indicator() -> Any:
    return plain("indicator", (0.75, 0.25, 0.02), 0.15, 0, 1.0)


def cloth(name: str, colour: Colour) -> Any:
    """Woven cloth with soft folds."""

    def fill(nodes: Any, links: Any, shader: Any) -> None:
        shader.inputs["Roughness"].default_value = 0.85
        shader.inputs["Sheen Weight"].default_value = 0.15
        noise = _noise(nodes, links, 9.0, 3)
        _ramp(
            nodes,
            links,
            noise,
            shader.inputs["Base Color"],
            _scaled(colour, 0.72),
            _scaled(colour, 1.12),
        )
        _bump(nodes, links, _noise(nodes, links, 14.0, 2), shader, 0.35, 0.03)

    return _material(f"cloth {name}", fill)


def skin(tone: float = 1.0) -> Any:
    return plain(f"skin {tone:.2f}", _scaled((0.42, 0.225, 0.135), tone), 0.5)


def hair() -> Any:
    return plain("hair", (0.008, 0.007, 0.006), 0.42)


def asphalt() -> Any:
    def fill(nodes: Any, links: Any, shader: Any) -> None:
        shader.inputs["Roughness"].default_value = 0.85
        fine = _noise(nodes, links, 60.0, 4, world=True)
        patches = _noise(nodes, links, 0.35, 5, world=True)
        mix = nodes.new("ShaderNodeMath")
        mix.operation = "MULTIPLY_ADD"
        links.new(fine, mix.inputs[0])
        mix.inputs[1].default_value = 0.55
        scaled = nodes.new("ShaderNodeMath")
        scaled.operation = "MULTIPLY"
        scaled.inputs[1].default_value = 0.6
        links.new(patches, scaled.inputs[0])
        links.new(scaled.outputs[0], mix.inputs[2])
        _ramp(
            nodes,
            links,
            mix.outputs[0],
            shader.inputs["Base Color"],
            (0.030, 0.030, 0.032),
            (0.150, 0.147, 0.142),
        )
        _bump(nodes, links, fine, shader, 0.25, 0.01)

    return _material("asphalt", fill)


def road_paint(name: str, colour: Colour) -> Any:
    """Line paint, worn in spots down to the asphalt's grey."""

    def fill(nodes: Any, links: Any, shader: Any) -> None:
        shader.inputs["Roughness"].default_value = 0.7
        worn = _noise(nodes, links, 14.0, 5, world=True)
        _ramp(
            nodes,
            links,
            worn,
            shader.inputs["Base Color"],
            _scaled(colour, 0.42),
            colour,
            0.33,
            0.46,
        )

    return _material(f"road paint {name}", fill)


def ground(name: str, low: Colour, high: Colour, scale: float, roughness: float = 0.95) -> Any:
    """Earth, grass, concrete: two colours mixed by noise."""

    def fill(nodes: Any, links: Any, shader: Any) -> None:
        shader.inputs["Roughness"].default_value = roughness
        shader.inputs["Specular IOR Level"].default_value = 0.2
        noise = _noise(nodes, links, scale, 6, world=True)
        _ramp(nodes, links, noise, shader.inputs["Base Color"], low, high, 0.32, 0.68)
        _bump(nodes, links, noise, shader, 0.4, 0.02)

    return _material(name, fill)


def tiles() -> Any:
    """Pavement of small concrete slabs."""

    def fill(nodes: Any, links: Any, shader: Any) -> None:
        shader.inputs["Roughness"].default_value = 0.8
        brick = nodes.new("ShaderNodeTexBrick")
        brick.inputs["Color1"].default_value = (0.30, 0.22, 0.18, 1)
        brick.inputs["Color2"].default_value = (0.36, 0.30, 0.26, 1)
        brick.inputs["Mortar"].default_value = (0.12, 0.11, 0.10, 1)
        brick.inputs["Scale"].default_value = 1.0
        brick.inputs["Brick Width"].default_value = 0.4
        brick.inputs["Row Height"].default_value = 0.4
        brick.inputs["Mortar Size"].default_value = 0.012
        links.new(_position(nodes), brick.inputs["Vector"])
        links.new(brick.outputs["Color"], shader.inputs["Base Color"])

    return _material("tiles", fill)


def leaves(name: str, dark: Colour, light: Colour) -> Any:
    """Each leaf its own green."""

    def fill(nodes: Any, links: Any, shader: Any) -> None:
        shader.inputs["Roughness"].default_value = 0.55
        island = nodes.new("ShaderNodeNewGeometry").outputs["Random Per Island"]
        _ramp(nodes, links, island, shader.inputs["Base Color"], dark, light, 0, 1)

    return _material(f"leaves {name}", fill)


def picture(path: Path, roughness: float = 0.6, glow: float = 0.0) -> Any:
    def fill(nodes: Any, links: Any, shader: Any) -> None:
        shader.inputs["Roughness"].default_value = roughness
        texture = nodes.new("ShaderNodeTexImage")
        texture.image = bpy.data.images.load(str(path), check_existing=True)
        links.new(texture.outputs["Color"], shader.inputs["Base Color"])
        if glow:
            links.new(texture.outputs["Color"], shader.inputs["Emission Color"])
            shader.inputs["Emission Strength"].default_value = glow

    return _material(f"picture {path.name}", fill)


def _material(name: str, fill: Callable[[Any, Any, Any], None]) -> Any:
    if name in bpy.data.materials:
        return bpy.data.materials[name]
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    fill(tree.nodes, tree.links, tree.nodes["Principled BSDF"])
    return material


def _position(nodes: Any) -> Any:
    return nodes.new("ShaderNodeNewGeometry").outputs["Position"]


def _noise(nodes: Any, links: Any, scale: float, detail: int, world: bool = False) -> Any:
    noise = nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = scale
    noise.inputs["Detail"].default_value = detail
    vector = _position(nodes) if world else nodes.new("ShaderNodeTexCoord").outputs["Object"]
    links.new(vector, noise.inputs["Vector"])
    return noise.outputs["Fac"]


def _ramp(
    nodes: Any,
    links: Any,
    value: Any,
    target: Any,
    low: Colour,
    high: Colour,
    start: float = 0.25,
    end: float = 0.75,
) -> None:
    ramp = nodes.new("ShaderNodeValToRGB")
    first, last = ramp.color_ramp.elements
    first.position, last.position = start, end
    first.color, last.color = (*low, 1), (*high, 1)
    links.new(value, ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], target)


def _bump(
    nodes: Any, links: Any, height: Any, shader: Any, strength: float, distance: float
) -> None:
    bump = nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = strength
    bump.inputs["Distance"].default_value = distance
    links.new(height, bump.inputs["Height"])
    links.new(bump.outputs["Normal"], shader.inputs["Normal"])


def _scaled(colour: Colour, by: float) -> Colour:
    return (min(colour[0] * by, 1), min(colour[1] * by, 1), min(colour[2] * by, 1))
