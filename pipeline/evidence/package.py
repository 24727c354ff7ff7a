"""One incident, one package: everything that a person and the police need to look at it.

find the stretch -> describe -> clip, annotated copy, stills -> record -> reports -> bag
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.evidence.annotated import Piece, annotate
from pipeline.evidence.bag import new_bag
from pipeline.evidence.clip import cut_clip
from pipeline.evidence.describe import ModelUse, PackageRequest, View, describe
from pipeline.evidence.digest import sha256_of
from pipeline.evidence.incident import RECORD, ClipRecord, FileRecord, IncidentRecord, Role
from pipeline.evidence.report import write_reports
from pipeline.evidence.stills import save_stills
from pipeline.evidence.verify import verify
from pipeline.evidence.window import parts
from pipeline.settings import Settings


def make_package(request: PackageRequest, folder: Path, settings: Settings) -> Path:
    """Make `folder/<incident-id>/`, whole or not at all, and return its path.

    A package of the same findings that is there already and is sound is kept; any other of the same
    id is replaced. Raises InputError where the footage cannot be read any more, OutputError where
    nothing can be written.
    """
    stretch = parts(request.trip, request.incident, settings.evidence)
    draft = describe(request, stretch, settings)
    target = folder / draft.id
    if _is_made(target, draft):
        return target
    with new_bag(target, f"{draft.act.en}: candidate, not a verdict") as payload:
        _Maker(request, settings, draft, payload).make(View(request, stretch))
    return target


def _is_made(target: Path, draft: IncidentRecord) -> bool:
    """Whether a sound package of the same findings is there already."""
    try:
        text = (target / "data" / RECORD).read_text(encoding="utf-8")
        earlier = IncidentRecord.model_validate_json(text)
    except (OSError, ValueError):
        return False
    return earlier.inputs_sha256 == draft.inputs_sha256 and verify(target).ok


@dataclass(frozen=True, slots=True)
class _Maker:
    """Fills one package's payload."""

    request: PackageRequest
    settings: Settings
    draft: IncidentRecord
    payload: Path

    def make(self, view: View) -> None:
        pieces, clips, files = self._clips(view)
        incident, tracks = self.request.incident, self.request.tracks
        annotated = self.payload / "annotated.mp4"
        annotate(self.request.trip, pieces, incident, tracks, annotated, self.settings)
        files.append(self._file(annotated, "annotated"))
        files += self._stills(view)
        record = self.draft.model_copy(update={"clips": tuple(clips), "files": tuple(files)})
        files += [
            self._file(path, "report", language=language)
            for path, language in write_reports(
                record, self.payload, self.settings.footage.time_zone
            )
        ]
        record = record.model_copy(update={"files": tuple(files)})
        (self.payload / RECORD).write_text(record.as_text(), encoding="utf-8")

    def _clips(self, view: View) -> tuple[list[Piece], list[ClipRecord], list[FileRecord]]:
        pieces, clips, files = [], [], []
        for number, part in enumerate(view.parts, start=1):
            name = "clip" if len(view.parts) == 1 else f"clip-{number}"
            footage = self.request.trip.footage[part.footage_index]
            clip = cut_clip(footage, part.start_s, part.end_s, self.payload / name)
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
                )
            )
            files.append(
                self._file(clip.path, "clip", original=original, file_time_s=round(clip.start_s, 3))
            )
        return pieces, clips, files

    def _stills(self, view: View) -> list[FileRecord]:
        folder = self.payload / "stills"
        folder.mkdir()
        request = self.request
        stills = save_stills(
            request.trip, request.incident, request.tracks, request.plate, folder, self.settings
        )
        return [
            self._file(
                still.path,
                still.role,
                original=view.files.index(still.footage_index),
                file_time_s=round(still.file_time_s, 3),
                note=still.note,
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


__all__ = ["ModelUse", "PackageRequest", "make_package"]
