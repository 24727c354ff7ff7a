"""What a copy for publishing hides and what it keeps, judged picture by picture by another eye.

    python benchmarks/redaction.py FILM --eye WEIGHTS [--reported ID] [--work FOLDER] [--show]

FILM is any clip of traffic. It is watched as `dashcam process` does; one vehicle (the largest that
is seen for long enough, or `--reported`) is taken for the one that a package is about, and
`dashcam redact` makes a copy. Then WEIGHTS, a detector that had no part in it (another one than
the program's: an OpenVINO folder with the extra, an ONNX file), and the plate locator look at every
picture of the film as it was. For each vehicle but the reported one its lower half (where plates
are) and its windows, for each person the head, and each plate on one of them must be hidden in the
copy; the reported vehicle's plate must not be.

A part counts as hidden where the copy is apart from the film by at least 0.8 of the detail that the
part had (all but a blur of 4 pixels), both as root mean squares: 0 means unchanged, 1 that none of
the detail is left. A part that is kept must differ by less than 5 levels of 255. What lies within
the reported vehicle's own box is not counted against the copy.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipeline.evidence.package import ModelUse, PackageRequest, make_package
from pipeline.evidence.track_boxes import read_tracks
from pipeline.footage.probe import probe
from pipeline.plates.locator import PlateLocator
from pipeline.plates.quads import box_around
from pipeline.redaction.everyone import plate_locator
from pipeline.redaction.film_out import pictures_of
from pipeline.redaction.redact import Wishes, redact
from pipeline.redaction.two_scales import close_look
from pipeline.redaction.ways import common
from pipeline.run import observe
from pipeline.settings import Settings, VisionSettings, load_settings
from pipeline.types import KINDS, Detections, Incident, Kind, Measure, Track, Trip
from pipeline.vision.backends import load_detector
from pipeline.vision.weights import Weights, choose_weights, sha256_of

HIDDEN, DETAIL_PX = 0.8, 4.0
KEPT_LEVELS = 5.0
SURE = 0.35  # detections of the other eye below are not counted
GOES_ON_S = 0.3  # before its first look and after its last, it may still be there
OWN = 0.4  # overlap with the reported vehicle's box from which a detection is it
LEFT_OVER = 0.5  # of a part: as much must lie outside the reported vehicle's box to be counted
ON = 0.8  # of a plate, within a road user
LEAST_PX = 8.0  # parts that are narrower hold neither letters nor faces

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Tally:
    """Of one kind of part: how many were looked at, and which were not hidden."""

    parts: int = 0
    open: list[tuple[float, Box, float]] = field(default_factory=list)  # time, box, share

    def add(self, time_s: float, box: Box, share: float) -> None:
        self.parts += 1
        if share < HIDDEN:
            self.open.append((time_s, box, share))


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("film", type=Path)
    parser.add_argument(
        "--eye", type=Path, required=True, help="weights of the detector that judges"
    )
    parser.add_argument("--eye-size", type=int, default=640, help="longer side that it sees")
    parser.add_argument("--weights", type=Path, help="the program's detector; default: its own")
    parser.add_argument("--reported", type=int, help="id of the track that the package is about")
    parser.add_argument("--work", type=Path, help="folder for package and copy; default: none kept")
    parser.add_argument(
        "--plates-every", type=int, default=1, help="pictures; the locator is slow (default: 1)"
    )
    parser.add_argument("--show", action="store_true", help="list what is not hidden")
    options = parser.parse_args()
    settings = load_settings(
        None,
        {
            "vision": {"weights": options.weights, "offline": True},
            "evidence": {"lead_up_s": 600, "aftermath_s": 600, "annotated_height": 120},
        },
    )
    with tempfile.TemporaryDirectory() as place:
        work = options.work or Path(place)
        package, copy = copies(options.film, settings, options.reported, work)
        weights = Weights(options.eye, options.eye.stem, "user", sha256_of(options.eye))
        eye = load_detector(
            weights, VisionSettings(confidence=SURE, input_size=options.eye_size, offline=True)
        )
        tallies, kept = judge(package, copy, eye, options.plates_every)
    for name, tally in tallies.items():
        print(f"{name:14} {tally.parts:6d} looked at   {len(tally.open):5d} not hidden")
        if options.show:
            for time_s, box, share in tally.open:
                corners = " ".join(f"{side:.0f}" for side in box)
                print(f"    {time_s:7.3f} s   {corners}   {share:.2f} of its detail gone")
    if kept:
        worst = max(level for _, level in kept)
        over = sum(level >= KEPT_LEVELS for _, level in kept)
        print(
            f"reported plate {len(kept):6d} looked at   {over:5d} changed; most {worst:.1f} levels"
        )


def copies(film: Path, settings: Settings, reported: int | None, work: Path) -> tuple[Path, Path]:
    """A package about one vehicle of the film, all of it in the clip, and its redacted copy."""
    packages = work / "packages"
    made = sorted(packages.glob("*-wrong_lane-*")) if packages.is_dir() else []
    if made:
        package = made[0]
    else:
        trip = Trip((probe(film, settings.footage),), (0.0,))
        weights = choose_weights(settings.vision)
        tracks, _ = observe(trip, settings, load_detector(weights, settings.vision))
        request = _request(trip, tracks, _chosen(tracks, reported), weights)
        package = make_package(request, packages, settings)
    detector = close_look(settings.vision)
    made = redact(package, work, Wishes(), detector=detector, locate=plate_locator())
    return package, made.path


def _chosen(tracks: Sequence[Track], reported: int | None) -> Track:
    """The track of the reported vehicle: its longest stretch without a break."""
    if reported is not None:
        return _unbroken(next(track for track in tracks if track.id == reported))
    vehicles = [_unbroken(track) for track in tracks if track.kind.is_vehicle]

    def size(track: Track) -> float:
        return float(np.prod(track.boxes[:, 2:] - track.boxes[:, :2], axis=1).max())

    return max((track for track in vehicles if len(track) >= 8), key=size)


def _unbroken(track: Track) -> Track:
    breaks = np.flatnonzero(np.diff(track.times_s) > 0.5) + 1
    stretch = max(np.split(np.arange(len(track)), breaks), key=len)
    return replace(
        track,
        frames=track.frames[stretch],
        times_s=track.times_s[stretch],
        boxes=track.boxes[stretch],
        confidences=track.confidences[stretch],
        traits={},
    )


def _request(
    trip: Trip, tracks: Sequence[Track], reported: Track, weights: Weights
) -> PackageRequest:
    incident = Incident(
        rule="wrong_lane",
        track_id=reported.id,
        start_s=reported.start_s,
        end_s=reported.end_s,
        confidence=0.5,
        measures=(Measure("overload_duration", reported.end_s - reported.start_s, "s", 0.2),),
        best_times_s=((reported.start_s + reported.end_s) / 2,),
        sentences={"vi": "Chỉ để đo.", "en": "For measuring only."},
        other_track_ids=(),
    )
    use = ModelUse(weights.name, weights.origin, weights.sha256, "detector")
    return PackageRequest(incident, trip, tuple(tracks), None, (use,))


def judge(
    package: Path, copy: Path, eye: object, plates_every: int = 1
) -> tuple[dict[str, Tally], list[tuple[float, float]]]:
    """Every picture beside its copy: what is not hidden, and what the kept part lost."""
    tallies = {name: Tally() for name in ("lower halves", "windows", "heads", "plates")}
    kept: list[tuple[float, float]] = []
    locator = PlateLocator()
    own_at = _reported(package)
    with (
        closing(pictures_of(package / "data" / "clip.mp4", 0)) as before,
        closing(pictures_of(copy / "clip.mp4", 0)) as after,
    ):
        for number, ((time_s, image), (_, hidden)) in enumerate(zip(before, after, strict=True)):
            found: Detections = eye.detect([image])[0]  # type: ignore[attr-defined]
            where, own = own_at(time_s), None
            if where is not None:
                own, lost = _own(image, hidden, found, *where)
                kept += [] if lost is None else [(time_s, lost)]
            plates = () if number % plates_every else _plates(locator, image, found)
            for name, box in (*_parts(found, own), *plates):
                rest = _outside(box, own, image.shape)
                if rest is not None:
                    tallies[name].add(time_s, box, _share(image, hidden, *rest))
    return tallies, kept


def _own(
    image: Image, hidden: Image, found: Detections, box: Box, sure: bool
) -> tuple[Box | None, float | None]:
    """The reported vehicle's box as the other eye sees it, and what its plate lost, in levels.

    A moment before its track and after it, it is only where the other eye sees one there.
    """
    vehicles = found.boxes[[KINDS[kind] is not Kind.PERSON for kind in found.kinds]]
    alike = max(vehicles, key=lambda one: _overlap(one, box), default=None)
    is_seen = alike is not None and _overlap(alike, box) >= OWN
    if alike is not None and is_seen:
        box = _floats(alike)
    if not sure:
        return (box if is_seen else None), None
    x1, y1, x2, y2 = box
    plate = (x1 + 0.3 * (x2 - x1), y1 + 0.55 * (y2 - y1), x2 - 0.3 * (x2 - x1), y2)
    covered = _covered(plate, found, box)
    return box, None if covered else _distance(image, hidden, plate)


def _parts(found: Detections, own: Box | None) -> Iterator[tuple[str, Box]]:
    """What must be hidden of each road user."""
    for values, kind in zip(found.boxes, found.kinds, strict=True):
        box = _floats(values)
        x1, y1, x2, y2 = box
        if own is not None and _overlap(box, own) >= OWN:
            continue
        if KINDS[kind] is Kind.PERSON:
            yield "heads", (x1, y1, x2, y1 + 0.3 * (y2 - y1))
            continue
        yield "lower halves", (x1, (y1 + y2) / 2, x2, y2)
        if KINDS[kind] in (Kind.CAR, Kind.BUS, Kind.TRUCK):
            yield "windows", (x1, y1 + 0.15 * (y2 - y1), x2, (y1 + y2) / 2)


def _plates(locator: PlateLocator, image: Image, found: Detections) -> Iterator[tuple[str, Box]]:
    """Plates on a road user; what is located elsewhere is paint or leaves."""
    for spot in locator.find(image):
        box = _floats(box_around([spot.quad]))
        size = (box[2] - box[0]) * (box[3] - box[1])
        if any(common(one, box) >= ON * size for one in found.boxes):
            yield "plates", box


def _reported(package: Path) -> Callable[[float], tuple[Box, bool] | None]:
    """Where the reported vehicle is, and whether its track says so or goes on for a moment only."""
    record = read_tracks(package / "data" / "tracks.json")
    track = next(one for one in record.clips[0].tracks if one.id == record.reported)
    times, boxes = np.array(track.times_s), np.array(track.boxes)

    def at(time_s: float) -> tuple[Box, bool] | None:
        away_s = max(times[0] - time_s, time_s - times[-1])
        if away_s > GOES_ON_S:
            return None
        if away_s <= 0:
            return _floats([np.interp(time_s, times, boxes[:, side]) for side in range(4)]), True
        one, other = (0, 1) if time_s < times[0] else (-2, -1)
        end = 0 if time_s < times[0] else -1
        speed = (boxes[other] - boxes[one]) / (times[other] - times[one])
        return _floats(boxes[end] + speed * (time_s - times[end])), False

    return at


def _covered(part: Box, found: Detections, own: Box) -> bool:
    """Whether somebody else may stand before the part."""
    return any(
        common(box, part) > 0.05 * (part[2] - part[0]) * (part[3] - part[1])
        for box in found.boxes
        if _overlap(box, own) < OWN
    )


def _outside(
    box: Box, own: Box | None, shape: tuple[int, ...]
) -> tuple[Box, NDArray[np.bool_]] | None:
    """A part in whole pixels of the picture, and which of them are not the reported vehicle's."""
    height, width = shape[:2]
    x1, y1 = max(round(box[0]), 0), max(round(box[1]), 0)
    x2, y2 = min(round(box[2]), width), min(round(box[3]), height)
    if x2 - x1 < LEAST_PX or y2 - y1 < LEAST_PX / 2:
        return None
    mask = np.ones((y2 - y1, x2 - x1), bool)
    if own is not None:
        left, top, right, bottom = (round(side) for side in own)
        mask[max(top - y1, 0) : max(bottom - y1, 0), max(left - x1, 0) : max(right - x1, 0)] = False
    return ((x1, y1, x2, y2), mask) if mask.mean() >= LEFT_OVER else None


def _share(before: Image, after: Image, box: Box, mask: NDArray[np.bool_]) -> float:
    """How much of a part's detail is gone."""
    x1, y1, x2, y2 = (int(side) for side in box)

    def detail(image: Image) -> NDArray[np.float32]:
        part = image[y1:y2, x1:x2].astype(np.float32)
        return (part - np.asarray(cv2.GaussianBlur(part, (0, 0), DETAIL_PX), np.float32))[mask]

    was, is_ = detail(before), detail(after)
    return float(np.sqrt(np.mean((was - is_) ** 2)) / max(np.sqrt(np.mean(was**2)), 1e-6))


def _distance(before: Image, after: Image, box: Box) -> float:
    x1, y1, x2, y2 = (max(round(side), 0) for side in box)
    one, other = (image[y1:y2, x1:x2].astype(np.float32) for image in (before, after))
    return float(np.sqrt(np.mean((one - other) ** 2)))


def _overlap(one: Sequence[float] | NDArray[np.float32], other: Sequence[float]) -> float:
    shared = common(one, other)
    sizes = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return float(shared / max(sum(sizes) - shared, 1e-9))


def _floats(values: Sequence[float] | NDArray[np.float32]) -> Box:
    x1, y1, x2, y2 = (float(value) for value in values)
    return x1, y1, x2, y2


if __name__ == "__main__":
    main()
