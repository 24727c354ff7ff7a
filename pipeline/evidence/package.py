"""One incident, one package: everything that a person and the police need to look at it.

find the stretch -> describe -> clip, annotated copy, stills -> record -> reports -> custody -> seal
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.evidence.annotated import Piece, annotate
from pipeline.evidence.bag import PAYLOAD
from pipeline.evidence.c2pa import manifest as c2pa_manifest
from pipeline.evidence.c2pa.check import CREDITED
from pipeline.evidence.c2pa.manifest import Source
from pipeline.evidence.clip import cut_clip
from pipeline.evidence.custody import (
    CUSTODY,
    Custody,
    CustodyOriginal,
    Step,
    camera_of,
    libraries,
    step,
)
from pipeline.evidence.describe import ModelUse, PackageRequest, View, describe
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.evidence_digest import evidence_digest
from pipeline.evidence.incident import RECORD, ClipRecord, FileRecord, IncidentRecord, Role
from pipeline.evidence.keys import Key
from pipeline.evidence.placing import clear_leftovers
from pipeline.evidence.reports.report import write_reports
from pipeline.evidence.seal import Say, new_package, sealing
from pipeline.evidence.stills import save_stills
from pipeline.evidence.track_boxes import write_tracks
from pipeline.evidence.track_files import write_track_files
from pipeline.evidence.verify import verify
from pipeline.evidence.window import parts
from pipeline.settings import Settings

# What no package holds, whatever the camera wrote; what one file had of it is in its own list.
_NEVER_HELD = ("positions of the rest of the trip", "folders of the machine that made it")
_LEFT_OUT = ("camera serial numbers", "names of owners and accounts")  # unless kept on purpose


def make_package(
    request: PackageRequest, folder: Path, settings: Settings, say: Say | None = None
) -> Path:
    """Make `folder/<incident-id>/`, whole or not at all, and return its path.

    With `evidence.archive: zip` it is `folder/<incident-id>.zip`, with `both` there are both. A
    package of the same findings that is there already and is sound is kept; any other of the same
    id is replaced. `say` is told what went without (a signature, a time stamp). Raises InputError
    where the footage cannot be read any more, OutputError where nothing can be written.
    """
    stretch = parts(request.trip, request.incident, settings.evidence)
    draft = describe(request, stretch, settings)
    archive = settings.evidence.archive
    target = folder / draft.id
    made = [target] * (archive != "zip") + [folder / f"{draft.id}.zip"] * (archive != "folder")
    clear_leftovers(folder)
    if all(_is_made(path, draft) for path in made):
        return made[0]
    about = f"{draft.act.en}: candidate, not a verdict"
    if settings.evidence.c2pa:
        c2pa_manifest.require()
    seal = sealing(settings, say)
    with new_package(target, about, seal, archive) as payload:
        _Maker(request, settings, draft, payload, seal.key).make(View(request, stretch))
    return made[0]


def record_text(package: Path) -> str:
    """`incident.json` of a package, a folder or a zip, as it stands. Raises OSError, ValueError."""
    if package.is_dir():
        return (package / PAYLOAD / RECORD).read_text(encoding="utf-8")
    try:
        with zipfile.ZipFile(package) as packed:
            return packed.read(f"{package.stem}/{PAYLOAD}/{RECORD}").decode("utf-8")
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"{package}: no package") from error


def _is_made(package: Path, draft: IncidentRecord) -> bool:
    """Whether a sound package of the same findings is there already."""
    try:
        earlier = IncidentRecord.model_validate_json(record_text(package))
    except (OSError, ValueError):
        return False
    return earlier.inputs_sha256 == draft.inputs_sha256 and verify(package).ok


@dataclass(frozen=True, slots=True)
class _Maker:
    """Fills one package's payload."""

    request: PackageRequest
    settings: Settings
    draft: IncidentRecord
    payload: Path
    key: Key | None  # None: nothing is signed
    steps: list[Step] = field(default_factory=list)
    credited: list[str] = field(default_factory=list)  # films that bear a C2PA manifest

    def make(self, view: View) -> None:
        pieces, clips, files = self._clips(view)
        self.steps.append(step("cut", ", ".join(clip.path for clip in clips)))
        incident, tracks = self.request.incident, self.request.tracks
        annotated = self.payload / "annotated.mp4"
        annotate(self.request.trip, pieces, incident, tracks, annotated, self.settings)
        self.steps.append(step("annotated", annotated.name))
        self._credit(annotated, clips, c2pa_manifest.DRAWN)
        files.append(self._file(annotated, "annotated"))
        if self.credited:
            self.steps.append(step(CREDITED, ", ".join(self.credited)))
        files += self._stills(view)
        self.steps.append(step("pictures cut out"))
        tracks_written = write_track_files(self.draft, self.payload)
        files += [self._file(path, "track") for path in tracks_written]
        boxes = write_tracks(self.request.trip, pieces, incident, tracks, self.payload)
        files.append(self._file(boxes, "tracks"))
        record = self.draft.model_copy(
            update={
                "clips": tuple(clips),
                "files": tuple(files),
                "evidence_sha256": evidence_digest(files, self.draft.inputs_sha256),
            }
        )
        files += [
            self._file(path, "report", language=language)
            for path, language in write_reports(
                record, self.payload, self.settings.footage.time_zone
            )
        ]
        record = record.model_copy(update={"files": tuple(files)})
        (self.payload / RECORD).write_text(record.as_text(), encoding="utf-8")
        self.steps.append(step("reported"))
        custody = self._custody(record, view)
        (self.payload / CUSTODY).write_text(custody.as_text(), encoding="utf-8")

    def _custody(self, record: IncidentRecord, view: View) -> Custody:
        left_out: dict[int, list[str]] = {}
        for clip in record.clips:
            left_out.setdefault(clip.original, []).extend(clip.left_out)
        return Custody(
            package=record.id,
            originals=tuple(
                CustodyOriginal(
                    name=one.name,
                    sha256=one.sha256,
                    bytes=one.bytes,
                    camera=camera_of(self.request.trip.footage[view.files[number]].path),
                    left_out=tuple(dict.fromkeys(left_out.get(number, ()))),
                )
                for number, one in enumerate(record.originals)
            ),
            tool=record.tool,
            libraries=libraries(),
            models=record.models,
            settings=record.settings,
            left_out=_NEVER_HELD + _LEFT_OUT * (not self.settings.evidence.keep_metadata),
            steps=(*self.request.history, *self.steps),
        )

    def _clips(self, view: View) -> tuple[list[Piece], list[ClipRecord], list[FileRecord]]:
        pieces, clips, files = [], [], []
        for number, part in enumerate(view.parts, start=1):
            name = "clip" if len(view.parts) == 1 else f"clip-{number}"
            footage = self.request.trip.footage[part.footage_index]
            clip = cut_clip(
                footage,
                part.start_s,
                part.end_s,
                self.payload / name,
                keep_metadata=self.settings.evidence.keep_metadata,
            )
            original = view.files.index(part.footage_index)
            pieces.append(Piece(part.footage_index, clip))
            clips.append(
                ClipRecord(
                    path=clip.path.name,
                    original=original,
                    start_s=round(clip.start_s, 3),
                    end_s=round(clip.end_s, 3),
                    packets=clip.identity.packets,
                    packets_identical=clip.identity.identical,
                    left_out=clip.left_out,
                    inside=clip.inside,
                )
            )
            self._credit(clip.path, clips[-1:], (c2pa_manifest.TRIMMED,))
            files.append(
                self._file(clip.path, "clip", original=original, file_time_s=round(clip.start_s, 3))
            )
        return pieces, clips, files

    def _credit(self, film: Path, clips: Sequence[ClipRecord], actions: Sequence[str]) -> None:
        """Put a C2PA manifest into a film made of `clips`, where that is wanted and can be."""
        if self.key is None or not self.settings.evidence.c2pa:
            return
        sources = []
        for clip in clips:
            original = self.draft.originals[clip.original]
            sources.append(Source(original.sha256, original.bytes, clip.start_s, clip.end_s))
        if c2pa_manifest.embed(film, sources, actions, self.key):
            self.credited.append(film.name)

    def _stills(self, view: View) -> list[FileRecord]:
        folder = self.payload / "stills"
        folder.mkdir()
        request = self.request
        stills = save_stills(
            request.trip,
            request.incident,
            request.tracks,
            request.plate,
            folder,
            self.settings,
            self.draft.id,
        )
        return [
            self._file(
                still.path,
                still.role,
                original=view.files.index(still.footage_index),
                file_time_s=round(still.file_time_s, 3),
                note=still.note,
                shows=still.shows,
            )
            for still in stills
        ]

    def _file(self, path: Path, role: Role, **facts: Any) -> FileRecord:
        return FileRecord(
            path=path.relative_to(self.payload).as_posix(),
            role=role,
            sha256=sha256_of(path),
            bytes=path.stat().st_size,
            **facts,
        )


__all__ = ["ModelUse", "PackageRequest", "make_package", "record_text"]
