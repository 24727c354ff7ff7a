"""What is recorded of a world: tracks of the true boxes, the camera's motion, lines, hiding."""

import numpy as np
import pytest

from driving_range.actors import Actor, actor, constant, seated
from driving_range.camera import at_the_wheel, in_a_hand, on_a_stand
from driving_range.observe import observe
from driving_range.views import views
from driving_range.ways import standing, straight
from driving_range.world import Area, Light, StopMark, World, lanes
from pipeline.types import CameraMotion, Kind, LightState

CAR = (4.4, 1.8, 1.5)


def test_a_car_is_followed_where_it_is() -> None:
    rng = np.random.default_rng(1)
    world = World(6.0)
    car = world.add(Actor(Kind.CAR, straight(0, 8, 3), CAR))
    seen = observe(world, on_a_stand(rng, height_m=2.0, pitch=0.05), rng)
    (first, *_) = seen.ids(car)
    track = next(t for t in seen.tracks if t.id == first)
    true = seen.view(car).shown[track.frames]
    sides = np.tile(true[:, 2:] - true[:, :2], 2)
    assert len(track) > 20 and track.kind is Kind.CAR
    assert np.median(np.abs(track.boxes - true) / sides) < 0.05


def test_states_and_homographies_of_the_camera() -> None:
    def states(camera_of: object) -> list[CameraMotion]:
        rng = np.random.default_rng(2)
        world = World(6.0, lanes(2, oncoming=2))
        return list(observe(world, camera_of(rng), rng).scene.ego.states)  # type: ignore[operator]

    assert set(states(on_a_stand)) == {CameraMotion.STILL}
    assert states(in_a_hand).count(CameraMotion.PANNING) > 20
    assert set(states(at_the_wheel)) == {CameraMotion.DRIVING}
    rng = np.random.default_rng(3)
    seen = observe(World(4.0), in_a_hand(rng), rng)
    far = np.array([[[0.0, 30.0, 400.0]]])
    pixels = seen.poses.project(far)[0][:, 0]
    for frame in range(1, len(pixels)):
        moved = seen.scene.ego.homographies[frame] @ np.array([*pixels[frame - 1], 1])
        assert moved[:2] / moved[2] == pytest.approx(pixels[frame], abs=6)


def test_solid_and_dashed_lines_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    world = World(8.0, lanes(2, oncoming=2, centre="solid", between="dashed"))
    lines = observe(world, at_the_wheel(rng), rng).scene.lines
    solid = [line for line in lines if line.colour == "yellow"]
    dashed = [line for line in lines if line.colour == "white" and line.duty < 0.6]
    assert solid and all(line.is_solid and line.in_picture for line in solid)
    assert dashed and not any(line.is_solid for line in dashed)


def test_who_stands_before_another_hides_it() -> None:
    rng = np.random.default_rng(5)
    camera = on_a_stand(rng, height_m=1.5, pitch=0.0)
    world = World(1.0)
    behind = world.add(Actor(Kind.PERSON, standing(0, 20), (0.4, 0.5, 1.6)))
    beside = world.add(Actor(Kind.PERSON, standing(-3.0, 12), (0.4, 0.5, 1.6)))
    world.add(Actor(Kind.BUS, standing(0, 14), (9.0, 2.5, 3.0)))
    times = np.array([0.0])
    shares = {v.actor: v.shares[0] for v in views(world, camera.poses(times), times)}
    assert shares[behind] == 0 and shares[beside] > 0.95


def test_riders_have_tracks_and_traits_of_their_own() -> None:
    rng = np.random.default_rng(6)
    world = World(5.0)
    bare = Actor(
        Kind.MOTORBIKE,
        straight(-1, 7, 0.5),
        (1.9, 0.75, 1.1),
        riders=seated(1, rng),
        traits={"bare_head": constant(1.0)},
    )
    world.add(bare)
    seen = observe(world, on_a_stand(rng, height_m=1.6), rng)
    assert seen.ids(bare, rider=0) and seen.ids(bare)
    track = next(t for t in seen.tracks if t.id == seen.ids(bare)[0])
    assert np.nanmean(track.traits["bare_head"]) == 1.0


def test_marks_on_and_above_the_road() -> None:
    rng = np.random.default_rng(7)
    world = World(
        8.0,
        stop_marks=(StopMark(9.0, -3.0, 3.0),),
        lights=(Light(2.0, 4.0, 18.0, lambda t: "red" if t < 4 else "green"),),
        areas=(Area("bus_stop", [(0, 0), (10, 0), (10, 20), (0, 20)]),),
    )
    camera = on_a_stand(rng, height_m=1.5, pitch=0.0, focal=0.8)
    scene = observe(world, camera, rng, satellites=True).scene
    (light,) = scene.lights
    told = [(t, s) for t, s in zip(light.times_s, light.states, strict=True) if s != "unknown"]
    assert all(s is (LightState.RED if t < 4 else LightState.GREEN) for t, s in told)
    (line, *_) = scene.stop_lines
    assert line.points[0, 0] < line.points[1, 0]
    (zone,) = scene.zones
    side = np.diff(zone.ring[:2], axis=0)[0] * 111_195 * np.array([np.cos(np.radians(10.78)), 1])
    assert np.hypot(*side) == pytest.approx(10, rel=0.01)
    assert scene.positions is not None and np.nanmax(scene.positions.speeds_mps) < 1.0


def test_the_same_seed_gives_the_same_record() -> None:
    def boxes() -> np.ndarray:
        rng = np.random.default_rng(8)
        world = World(4.0)
        world.add(actor(Kind.CAR, straight(0, 10, 2), rng))
        seen = observe(world, on_a_stand(rng), rng)
        return np.concatenate([t.boxes for t in seen.tracks])

    assert (boxes() == boxes()).all()
