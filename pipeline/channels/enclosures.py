"""The files that go along, under a channel's limits."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.channels.channel import Limits
from pipeline.channels.letter import Enclosed
from pipeline.channels.shrink import Stretch, duration_of, shrink
from pipeline.channels.source import Source
from pipeline.errors import InputError
from pipeline.evidence.incident import ClipRecord, FileRecord, IncidentRecord
from pipeline.evidence.words import number, term
from pipeline.wording import Language

_PICTURES_SHARE = 0.35  # of what an e-mail has left for pictures and clips
_SHORTEST_S = 1.0

Cost = Callable[[int], int]  # bytes of a file to bytes of the channel


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along."""

    path: Path
    listed: Enclosed


class Enclosing:
    """Picks a package's files for a channel; what must be made anew is made in `workshop`."""

    def __init__(self, source: Source, limits: Limits, workshop: Path, language: Language) -> None:
        self.source, self.limits = source, limits
        self.workshop, self.language = workshop, language

    def all(self, most_bytes: int | None = None, cost: Cost = lambda size: size) -> list[Enclosure]:
        """Report, clips, sealed identity, pictures; together `most_bytes` at most, by `cost`.

        Raises InputError where report and clips do not fit.
        """
        fixed = [self._report(), *self._sealed()]
        left = None
        if most_bytes is not None:
            left = most_bytes - sum(cost(one.path.stat().st_size) for one in fixed)
        pictures = self._pictures(left, cost, room=self._room(len(fixed)))
        if left is not None:
            left -= sum(cost(one.path.stat().st_size) for one in pictures)
        clips = self._clips(None if left is None else max(left, 0), cost)
        return [fixed[0], *clips, *fixed[1:], *pictures]

    def _room(self, taken: int) -> int | None:
        """Pictures that a channel with a limit on files has room for."""
        if self.limits.files is None:
            return None
        return max(self.limits.files - taken - len(self.source.clips()), 0)

    def _report(self) -> Enclosure:
        path = self.source.report(self.language)
        most = self._most_file()
        if most is not None and path.stat().st_size > most:
            raise InputError(path, "the report is too large for this channel", "choose another")
        return self._as_is(path, "report")

    def _sealed(self) -> list[Enclosure]:
        sealed = self.source.sealed
        return [] if sealed is None else [self._as_is(sealed, "sealed_file")]

    def _pictures(self, left: int | None, cost: Cost, room: int | None) -> list[Enclosure]:
        found: list[Enclosure] = []
        share = None if left is None else left * _PICTURES_SHARE
        most = self._most_file()
        for path in self.source.pictures():
            size = path.stat().st_size
            if room is not None and len(found) >= room:
                break
            if most is not None and size > most:
                continue
            if share is not None:
                if cost(size) > share:
                    continue
                share -= cost(size)
            found.append(self._as_is(path, "picture"))
        return found

    def _clips(self, left: int | None, cost: Cost) -> list[Enclosure]:
        clips = [
            (clip, file, duration_of(self.source.data / clip.path))
            for clip, file in self.source.clips()
        ]
        whole_s = sum(length for _, _, length in clips) or 1.0
        enclosed = []
        for clip, file, length in clips:
            # Of what is left in all, each clip has its part by its length.
            most = None if left is None else int(left * length / whole_s)
            enclosed.append(self._clip(clip, file, length, most, cost))
        return enclosed

    def _clip(
        self, clip: ClipRecord, file: FileRecord, length: float, left: int | None, cost: Cost
    ) -> Enclosure:
        path = self.source.data / clip.path
        stretch = self._stretch(clip, length)
        is_whole = stretch.duration_s >= length - 0.05
        limits = [one for one in (self._most_file(), left) if one is not None]
        if is_whole and all(cost(file.bytes) <= one for one in limits):
            return self._as_is(path, "clip")
        # The largest file whose cost is not above the limit; without one, of the clip's own size.
        most = min((_most_at_cost(one, cost) for one in limits), default=file.bytes)
        target = self.workshop / f"{path.stem}-small.mp4"
        shrink(path, target, most, stretch)
        what = term(
            "letter",
            "clip_small" if is_whole else "clip_part",
            self.language,
            name=clip.path,
            sha256=file.sha256,
            start=number(stretch.start_s, self.language, 1),
            end=number(stretch.end_s, self.language, 1),
        )
        return Enclosure(target, Enclosed(target.name, what))

    def _stretch(self, clip: ClipRecord, length: float) -> Stretch:
        """The part of a clip that a channel's limit on length leaves: the act in its middle."""
        most = self.limits.clip_s
        if most is None or length <= most:
            return Stretch(0.0, length)
        start, end = _act_within(clip, self.source.record, length)
        lead = max((most - (end - start)) / 2, 0.0)
        first = min(max(start - lead, 0.0), max(length - most, 0.0))
        return Stretch(first, first + max(min(most, length - first), _SHORTEST_S))

    def _most_file(self) -> int | None:
        most = self.limits.file_mb
        return None if most is None else int(most * 1e6)

    def _as_is(self, path: Path, what: str) -> Enclosure:
        return Enclosure(path, Enclosed(path.name, term("letter", what, self.language)))


def copy_to(enclosures: list[Enclosure], folder: Path) -> None:
    """Put the files side by side into `folder`. Raises OSError."""
    for one in enclosures:
        if one.path.parent != folder:
            shutil.copyfile(one.path, folder / one.listed.name)


def _act_within(clip: ClipRecord, record: IncidentRecord, length: float) -> tuple[float, float]:
    """Where the act is, in seconds of a clip; an act over a seam begins or ends with it."""
    when = record.when
    start = when.start.file_time_s - clip.start_s if when.start.original == clip.original else 0.0
    end = when.end.file_time_s - clip.start_s if when.end.original == clip.original else length
    return min(max(start, 0.0), length), min(max(end, 0.0), length)


def _most_at_cost(limit: int, cost: Cost) -> int:
    low, high = 0, max(limit, 0)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if cost(middle) <= limit else (low, middle - 1)
    return low
