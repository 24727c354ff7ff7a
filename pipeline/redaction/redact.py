"""A copy of a package for publishing, in which nobody but the reported vehicle can be recognised.

find everyone -> clip -> stills -> README

The package is read, never written. The copy holds pictures and a README alone: no record, no place,
no time, no metadata, no sound unless wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import CheckFailed, InputError, UsageError
from pipeline.evidence.incident import ClipRecord, FileRecord, IncidentRecord
from pipeline.evidence.marks import Box
from pipeline.evidence.opened import folder_of, record_of
from pipeline.evidence.placing import folder_aside, put_in_place
from pipeline.evidence.track_boxes import TRACKS, TracksRecord, read_tracks
from pipeline.evidence.verify import verify
from pipeline.progress import Reporter, Silent
from pipeline.redaction.bystanders import Bystanders
from pipeline.redaction.cover import cover, cover_planes
from pipeline.redaction.everyone import LocatePlates, everyone
from pipeline.redaction.film_out import write_film
from pipeline.vision.detector import Detector
from pipeline.wording import Language, word

README = "README.txt"
_QUALITY = 16  # CRF
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 92]
_MOMENT_S = 0.02


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of the copy."""

    show_riders: bool = False
    keep_sound: bool = False
    keep_time: bool = False
    overlays: tuple[Box, ...] = ()  # xyxy, pixels of the upright frame: hidden in every picture


@dataclass(frozen=True, slots=True)
class Redacted:
    """What was made."""

    path: Path
    files: tuple[str, ...]
    left_out: tuple[str, ...]  # stills that could not be made safe
    pictures: int  # of the clips
    has_overlay: bool  # time or place are burnt into the picture and nothing hides them


def redact(
    package: Path,
    output: Path,
    wishes: Wishes,
    *,
    detector: Detector | None,
    locate: LocatePlates | None = None,
    language: Language = "vi",
    reporter: Reporter | None = None,
) -> Redacted:
    """Make `output/redacted-<act>-<number>/` of a package, folder or zip, whole or not at all.

    `detector` looks for everyone and `locate` for plates on what it does not see; without both, the
    package's tracks alone say who is where. A copy made earlier is replaced. Raises CheckFailed
    where the package is not sound, InputError where it cannot be read or has no tracks and there is
    no detector, UsageError where `output` lies within the package, OutputError.
    """
    result = verify(package, language=language)
    if not result.ok:
        broken = next(check for check in result.checks if not check.ok)
        raise CheckFailed(word("redact.unsound", language, package=package, reason=broken.message))
    with folder_of(package, language) as folder:
        record = record_of(folder)
        target = output / f"redacted-{record.id.partition('-')[2] or record.id}"
        if package.resolve() in target.resolve().parents:
            raise UsageError(word("redact.inside", language, output=output))
        tracks = _tracks(folder / "data", package, language, needed=detector is None)
        with folder_aside(target) as part:
            work = _Redactor(
                record,
                folder / "data",
                part,
                wishes,
                tracks,
                detector,
                locate,
                language,
                reporter or Silent(),
            )
            made = work.make(target)
            put_in_place(part, target)
    return made


def _tracks(data: Path, package: Path, language: Language, *, needed: bool) -> TracksRecord | None:
    try:
        return read_tracks(data / TRACKS)
    except FileNotFoundError:
        if needed:
            raise InputError(
                package,
                word("redact.no_tracks", language),
                word("redact.no_tracks.remedy", language),
            ) from None
        return None
    except ValueError as error:
        raise InputError(package / "data" / TRACKS, "damaged", "make the package again") from error


@dataclass(slots=True)
class _Redactor:
    """Makes one copy in the folder `part`."""

    record: IncidentRecord
    data: Path
    part: Path
    wishes: Wishes
    tracks: TracksRecord | None
    detector: Detector | None
    locate: LocatePlates | None
    language: Language
    reporter: Reporter
    _scenes: dict[str, Bystanders] = field(default_factory=dict)

    def make(self, target: Path) -> Redacted:
        pictures = sum(self._film(clip) for clip in self.record.clips)
        left_out = [file.path for file in self.record.files if not self._still(file)]
        (self.part / README).write_text(self._readme(), encoding="utf-8")
        files = tuple(sorted(path.name for path in self.part.iterdir()))
        overlay = self.record.overlay_place is not None or self.record.when.source == "overlay"
        return Redacted(
            target, files, tuple(left_out), pictures, overlay and not self.wishes.overlays
        )

    def _film(self, clip: ClipRecord) -> int:
        path, rotation = self.data / clip.path, self._rotation(clip.original)
        scene = self._scenes[clip.path] = self._scene(clip)
        duration = max(clip.end_s - clip.start_s, 0.01)
        with self.reporter.stage(word("stage.cover", self.language), duration, "s") as advance:

            def paint(time_s: float, planes: Sequence[NDArray[np.uint8]]) -> None:
                cover_planes(planes, scene.patches(time_s))
                advance(time_s)

            return write_film(
                path,
                self.part / f"{path.stem}.mp4",
                paint,
                rotation_deg=rotation,
                quality=_QUALITY,
                sound=self.wishes.keep_sound,
            )

    def _scene(self, clip: ClipRecord) -> Bystanders:
        """Everyone in a clip, and the size of its pictures."""
        original = self.record.originals[clip.original]
        length_s = 2 * max(clip.end_s - clip.start_s, 0.01)
        with self.reporter.stage(word("stage.find", self.language), length_s, "s") as advance:
            found = everyone(
                self.data / clip.path,
                clip.path,
                original.rotation_deg,
                self._act(clip),
                self.tracks,
                self.detector,
                self.locate,
                advance,
            )
        return Bystanders(
            found.reported,
            found.others,
            original.width,
            original.height,
            self.wishes.show_riders,
            self.wishes.overlays,
        )

    def _act(self, clip: ClipRecord) -> tuple[float, float]:
        """When the act was, in seconds of the clip; over a seam, as far as this clip shows it."""
        start, end = self.record.when.start, self.record.when.end
        first = start.file_time_s if start.original == clip.original else clip.start_s
        last = end.file_time_s if end.original == clip.original else clip.end_s
        return first - clip.start_s, last - clip.start_s

    def _still(self, file: FileRecord) -> bool:
        """Write a picture's copy; false for one that cannot be made safe."""
        if file.role in ("plate", "plate_enlarged"):
            return self._write(file, self._read(file))  # of the reported vehicle alone
        if file.role not in ("still", "marked"):
            return file.role != "vehicle"  # a cut: nobody knows from where
        clip = next((one for one in self.record.clips if _holds(one, file)), None)
        if clip is None or file.file_time_s is None:
            return False
        scene = self._scenes[clip.path]
        image = self._read(file)
        if image.shape[:2] != (scene.height, scene.width):
            return False
        cover(image, scene.patches(file.file_time_s - clip.start_s))
        return self._write(file, image)

    def _read(self, file: FileRecord) -> NDArray[np.uint8]:
        data = np.fromfile(self.data / file.path, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if image is None:
            raise InputError(self.data / file.path, "not a picture", "make the package again")
        return np.array(image, np.uint8)

    def _write(self, file: FileRecord, image: NDArray[np.uint8]) -> bool:
        path = self.part / Path(file.path).name
        done, data = cv2.imencode(path.suffix, image, _JPEG if path.suffix == ".jpg" else [])
        if done:
            path.write_bytes(data.tobytes())
        return bool(done)

    def _rotation(self, original: int) -> int:
        return self.record.originals[original].rotation_deg

    def _readme(self) -> str:
        record = self.record
        start = record.when.start.time
        texts = []
        for language in ("vi", "en"):
            told: Language = "vi" if language == "vi" else "en"
            texts.append(
                word(
                    "redact.readme",
                    told,
                    act=record.act.vi if told == "vi" else record.act.en,
                    package=record.id if self.wishes.keep_time else self._plain_id(),
                )
            )
            if self.wishes.keep_time and start is not None:
                time = start.isoformat(sep=" ", timespec="seconds")
                texts[-1] += word("redact.readme.time", told, time=time)
        return "\n\n".join(texts) + "\n"

    def _plain_id(self) -> str:
        """The package's name without the time that it begins with."""
        return "…-" + (self.record.id.partition("-")[2] or self.record.id)


def _holds(clip: ClipRecord, file: FileRecord) -> bool:
    time_s = file.file_time_s
    return (
        time_s is not None
        and file.original == clip.original
        and clip.start_s - _MOMENT_S <= time_s <= clip.end_s + _MOMENT_S
    )
