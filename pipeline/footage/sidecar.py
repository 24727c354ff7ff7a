"""GPS tracks in a file of their own: `.gpx` and `.nmea`, beside the footage or named by the user.

A track is laid over the footage by the satellites' time (UTC) and the footage's clock.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from pipeline.errors import InputError
from pipeline.footage.fixes import Fix, sound, track_of
from pipeline.footage.gpx import read_gpx
from pipeline.footage.nmea import read_nmea
from pipeline.types import GpsTrack

SIDECAR_SUFFIXES = (".gpx", ".nmea")
_MARGIN_S = 5.0  # points this far outside the footage still help at its ends
_LARGEST = 256 * 1024 * 1024


def read_sidecar(
    path: Path, gps_file: Path | None, start: datetime | None, duration_s: float
) -> tuple[GpsTrack | None, tuple[str, ...]]:
    """The track of `gps_file`, or of a file named like the footage, and warnings in words.

    Without a clock (`start` is None) the track's first point is taken for the footage's start.
    Raises InputError where `gps_file` cannot be read; a file that merely lies beside the footage is
    left alone with a warning.
    """
    if gps_file is not None:
        return _laid_over(gps_file, _read(gps_file), start, duration_s)
    beside = _beside(path)
    if beside is None:
        return None, ()
    try:
        return _laid_over(beside, _read(beside), start, duration_s)
    except InputError as error:
        return None, (str(error),)


def _beside(path: Path) -> Path | None:
    """`clip.gpx`, `clip.MP4.nmea` and the like, in any case of letters."""
    wanted = [
        (stem + suffix).lower() for stem in (path.stem, path.name) for suffix in SIDECAR_SUFFIXES
    ]
    try:
        found = {item.name.lower(): item for item in path.parent.iterdir()}
    except OSError:
        return None
    return next((found[name] for name in wanted if name in found), None)


def _read(path: Path) -> list[Fix]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(path, "larger than any GPS track", "name a .gpx or .nmea file")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(path, error.strerror or str(error), "check the path") from error
    try:
        fixes = read_gpx(content) if b"<" in content[:512] else read_nmea(content)
    except ValueError as error:
        raise InputError(
            path, f"not a GPS track that can be read ({error})", "name a .gpx or .nmea file"
        ) from error
    if not fixes:
        raise InputError(path, "no position in it", "name a .gpx or .nmea file")
    return fixes


def _laid_over(
    path: Path, fixes: list[Fix], start: datetime | None, duration_s: float
) -> tuple[GpsTrack | None, tuple[str, ...]]:
    source = f"{path.suffix.lstrip('.').lower() or 'gps'} sidecar"
    timed = [fix for fix in fixes if fix.utc is not None]
    if not timed:
        return None, (f"{path.name}: its points have no times; not used",)
    warnings: list[str] = []
    zero = start
    if zero is None:
        zero = min(fix.utc for fix in timed if fix.utc is not None)
        warnings.append(
            f"{path.name}: the footage has no clock, so its start is taken for the track's first "
            "point; name it with --start-time"
        )
    times_s = np.array([(fix.utc - zero).total_seconds() for fix in timed if fix.utc is not None])
    inside = (times_s >= -_MARGIN_S) & (times_s <= duration_s + _MARGIN_S)
    if not inside.any():
        return None, (f"{path.name}: {_missed(times_s, duration_s)}; not used",)
    kept, more = sound(
        [(t, fix) for t, fix, keep in zip(times_s, timed, inside, strict=True) if keep]
    )
    if not kept:
        return None, (*warnings, *(f"{path.name}: {text}" for text in more))
    return track_of(source, kept), (*warnings, *(f"{path.name}: {text}" for text in more))


def _missed(times_s: np.ndarray, duration_s: float) -> str:
    """How far a track lies from the footage, for a person to see which clock is wrong."""
    if times_s.min() > duration_s:
        apart, side = float(times_s.min() - duration_s), "after the footage ends"
    else:
        apart, side = float(-times_s.max()), "before the footage begins"
    text = f"{apart:.0f} s" if apart < 600 else f"{apart / 3600:.1f} hours"
    return f"the track lies {text} {side}"
