"""Read what a camera burnt into its pictures: few pictures of a file, and of them small parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.errors import DecodeError
from pipeline.footage.pick import frames_at
from pipeline.footage.trip import camera_of
from pipeline.plates.base import Image
from pipeline.plates.two_steps import TwoStepReader
from pipeline.settings import FootageSettings
from pipeline.types import Footage, GpsTrack, Trip

from .decide import Decision, decide, decide_still, orders_of
from .layout import Layout, layout_of, place_text
from .look import Look, look_at
from .place import may_lack_letters
from .positions import track_in
from .result import Overlay
from .running import next_look_s
from .spots import steady_spots, text_boxes

_SURVEY = (0.04, 0.5, 0.94)  # share of the file at which the first looks are
_NARROWING = (0.2, 0.35, 0.7, 0.8, 0.1, 0.6)  # at which the later ones are, as they are needed
_NARROW_S = 0.2  # the start is known well enough
_FEWEST_LOOKS = 5
_SAME_PICTURE_S = 0.02
_AGAIN_S = 0.45  # beside a look that does not fit
_TRACK_STEP_S, _TRACK_POINTS = 2.5, 24

Camera = tuple[Path, int, int, int, str]


class OverlayReader:
    """Reads overlays file by file, and remembers where each camera writes them.

    Files of one folder, size and camera share a layout: it is searched for in the first of them and
    taken for granted in the others, as long as it is found there.
    """

    def __init__(self, settings: FootageSettings, reader: TwoStepReader | None = None) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.time_zone)
        self._given = reader
        self._layouts: dict[Camera, Layout] = {}
        self._orders: dict[Camera, str] = {}
        self._done: dict[Path, Overlay] = {}

    def read(self, footage: Footage) -> Overlay:
        """What is burnt into the pictures of a file; one that cannot be decoded gives a warning."""
        if footage.path not in self._done:
            try:
                self._done[footage.path] = self._read(footage)
            except DecodeError as error:
                self._done[footage.path] = Overlay(warnings=(f"not read: {error.problem}",))
        return self._done[footage.path]

    def read_picture(self, image: Image) -> Overlay:
        """What is burnt into one picture, BGR, (H, W, 3), whose clock cannot be seen to run."""
        spots = text_boxes(image, self._reader)
        everything = range(len(spots))
        look = look_at(image, 0.0, spots, everything, self._reader, self._today)
        layout = layout_of(spots, [look], image.shape[0])
        decision = decide_still(look, self._zone, (), self._set_order)
        track, warnings = track_in([look])
        return _overlay(decision, [look], place_text(layout, [look]), track, warnings)

    def _read(self, footage: Footage) -> Overlay:
        camera = (
            footage.path.parent,
            footage.width,
            footage.height,
            footage.rotation_deg,
            camera_of(footage),
        )
        known = self._layouts.get(camera)
        looks: list[Look] = []
        if known is not None and known.empty and self._empty_at_a_glance(footage):
            return Overlay(readings=1)
        if known is not None:
            looks = self._looks(footage, self._survey_times(footage), known)
            if known.empty or not any(look.stamp or look.position for look in looks):
                known, looks = None, []
        if known is None:
            known, looks = self._survey(footage)
            self._layouts[camera] = known
        if known.empty:
            return Overlay(readings=len(looks))
        looks = self._narrowed(footage, known, looks)
        order = self._set_order or self._orders.get(camera)
        others = footage.clock.candidates
        decision = decide(looks, footage.duration_s, self._zone, others, order)
        if decision.order in ("dmy", "mdy"):
            self._orders.setdefault(camera, decision.order)
        if footage.gps is None and any(look.position for look in looks):
            looks += self._looks(footage, _track_times(footage, looks), known)
            looks.sort(key=lambda look: look.file_time_s)
        track, warnings = track_in(looks)
        if track is not None and len(track) < 2 and footage.duration_s > _TRACK_STEP_S:
            track, warnings = None, (*warnings, "only one position could be read; it is not used")
        return _overlay(decision, looks, place_text(known, looks), track, warnings)

    # --- looks -------------------------------------------------------------------------------

    def _survey(self, footage: Footage) -> tuple[Layout, list[Look]]:
        """Find the spots in a few pictures and read all of them."""
        pictures = list(_pictures(footage, self._survey_times(footage)))
        spots = steady_spots([text_boxes(image, self._reader) for _, image in pictures])
        everything = range(len(spots))
        looks = [
            look_at(image, at_s, spots, everything, self._reader, self._today)
            for at_s, image in pictures
        ]
        return layout_of(spots, looks, footage.height), looks

    def _empty_at_a_glance(self, footage: Footage) -> bool:
        """Whether one picture shows nothing either, where the camera's earlier files did not."""
        for at_s, image in _pictures(footage, [_SURVEY[1] * footage.duration_s]):
            spots = text_boxes(image, self._reader)
            look = look_at(image, at_s, spots, range(len(spots)), self._reader, self._today)
            return not (look.stamp or look.doubtful or look.position)
        return True

    def _looks(self, footage: Footage, times_s: Iterable[float], layout: Layout) -> list[Look]:
        chosen = sorted({*layout.read, *layout.names})
        return [
            look_at(image, at_s, layout.spots, chosen, self._reader, self._today)
            for at_s, image in _pictures(footage, times_s)
        ]

    def _narrowed(self, footage: Footage, layout: Layout, looks: list[Look]) -> list[Look]:
        """More looks, each where it tells most of the start, until that is known well enough."""
        looks = list(looks)
        end_s = footage.duration_s - 0.05
        for share in _NARROWING:
            agreements = orders_of(looks)
            if not agreements:
                break
            agreement = next(iter(agreements.values()))
            settled = len(agreement.agreeing) >= _FEWEST_LOOKS
            if settled and agreement.half_width_s <= _NARROW_S:
                break
            due_s = next_look_s(agreement, share * footage.duration_s)
            if due_s >= end_s:
                due_s = next_look_s(agreement, 0.0)
            while any(abs(due_s - look.file_time_s) < _SAME_PICTURE_S for look in looks):
                due_s += agreement.agreeing[0].period_s
            if due_s >= end_s:
                due_s = share * footage.duration_s
            looks += self._looks(footage, [due_s], layout)
        looks = self._looked_again(footage, layout, looks)
        return sorted(looks, key=lambda look: look.file_time_s)

    def _looked_again(self, footage: Footage, layout: Layout, looks: list[Look]) -> list[Look]:
        """A look that does not fit was misread if the picture beside it fits; then it goes."""
        agreements = orders_of(looks)
        if not agreements:
            return looks
        wrong = next(iter(agreements.values())).others
        if not wrong or len(wrong) > 2:
            return looks
        for tick in wrong:
            ahead = tick.file_time_s + _AGAIN_S < footage.duration_s
            beside_s = tick.file_time_s + (_AGAIN_S if ahead else -_AGAIN_S)
            again = self._looks(footage, [max(beside_s, 0.0)], layout)
            after = next(iter(orders_of([*looks, *again]).values()))
            if again and again[0].stamp and len(after.others) <= len(wrong):
                looks = [look for look in looks if look.file_time_s != tick.file_time_s]
            looks = [*looks, *again]
        return looks

    def _survey_times(self, footage: Footage) -> list[float]:
        return [share * footage.duration_s for share in _SURVEY]

    # --- what is known beforehand --------------------------------------------------------------

    @property
    def _reader(self) -> TwoStepReader:
        if self._given is None:
            from .reader import LongLineReader

            self._given = LongLineReader()
        return self._given

    @property
    def _today(self) -> date:
        return (datetime.now(self._zone) + timedelta(days=1)).date()

    @property
    def _set_order(self) -> str | None:
        order = self._settings.overlay_date_order
        return None if order == "auto" else order


def read_overlay(footage: Footage, settings: FootageSettings) -> Overlay:
    """What is burnt into the pictures of one file; for many files use one `OverlayReader`."""
    return OverlayReader(settings).read(footage)


def read_overlay_of_picture(image: Image, settings: FootageSettings | None = None) -> Overlay:
    """What is burnt into one picture: BGR, (H, W, 3)."""
    return OverlayReader(settings or FootageSettings()).read_picture(image)


def _pictures(footage: Footage, times_s: Iterable[float]) -> Iterator[tuple[float, Image]]:
    trip = Trip((footage,), (0.0,))
    moments = [(number, max(at_s, 0.0)) for number, at_s in enumerate(sorted(times_s))]
    seen: set[float] = set()
    for frame in frames_at(trip, moments):
        if frame.file_time_s not in seen:  # behind the last picture there is the last one again
            seen.add(frame.file_time_s)
            yield frame.file_time_s, frame.image


def _track_times(footage: Footage, looks: Sequence[Look]) -> list[float]:
    """Times between the looks there are, so that a track of even steps comes out."""
    step_s = max(_TRACK_STEP_S, footage.duration_s / _TRACK_POINTS)
    wanted = [number * step_s for number in range(int(footage.duration_s / step_s) + 1)]
    return [
        at_s for at_s in wanted if all(abs(at_s - look.file_time_s) > step_s / 3 for look in looks)
    ]


def _overlay(
    decision: Decision,
    looks: Sequence[Look],
    place: str | None,
    track: GpsTrack | None,
    warnings: Sequence[str],
) -> Overlay:
    speeds = tuple(
        (look.file_time_s, look.speed_mps) for look in looks if look.speed_mps is not None
    )
    if place is not None and may_lack_letters(place):
        lost = f"the name {place!r} in the picture is written with marks: letters may be missing"
        warnings = (*warnings, lost)
    return Overlay(decision.time, track, place, speeds, (*decision.warnings, *warnings), len(looks))
