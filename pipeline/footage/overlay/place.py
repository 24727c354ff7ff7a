"""The name of a street or a camera among burnt-in lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from .coordinates import position_in
from .letters import plain
from .speed import speed_in

_HYPHEN = re.compile(r"\s*[-–—·•]\s*")
_WORD = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile(r"[AEIOUYĂÂÊÔƠƯÀ-ÅÈ-ÏÒ-ÖÙ-Ýạ-ỹẠ-Ỹ]")
# Makers, models and headings that cameras write beside the time: no places.
_NO_PLACE = frozenset(
    {
        "VIOFO", "MAI", "XIAOMI", "YI", "BLACKVUE", "NEXTBASE", "GARMIN", "THINKWARE", "VIETMAP",
        "GOPRO", "NAVITEL", "WEBVISION", "CARCAM", "HIKVISION", "DAHUA", "EZVIZ", "IMOU",
        "KBVISION", "ICAM", "HERO", "DRIVE", "SMART", "DASH", "CAM", "DASHCAM", "CAMERA", "IPCAM",
        "IPC", "CHANNEL", "CH", "KENH", "DVR", "NVR", "CAR", "RECORD", "REC", "FRONT", "REAR",
        "INSIDE", "CABIN", "GPS", "SPEED", "SPD", "KMH", "KM", "MPH", "LAT", "LON", "LONG", "AM",
        "PM", "SA", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN", "MONDAY", "TUESDAY",
        "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "HAI", "BA", "TU", "NAM", "SAU",
        "BAY", "CHU", "NHAT", "HD", "FHD", "UHD", "FPS", "NO", "SIGNAL", "SEARCHING", "PARKING",
        "EVENT", "NORMAL", "DATE", "TIME", "NGAY", "GIO", "TOC", "DO",
    }
)  # fmt: skip


def name_in(lines: Iterable[str]) -> str | None:
    """The name that most readings of one line give; None where it is no name of a place."""
    names = [name for name in (_name(line) for line in lines) if name is not None]
    if not names:
        return None
    letters = Counter(_letters(name) for name in names)
    most = letters.most_common(1)[0][0]
    # A recogniser loses spaces, and hardly ever makes one up.
    return max((name for name in names if _letters(name) == most), key=lambda n: n.count(" "))


def joined(names: Sequence[str | None]) -> str | None:
    """Names of several lines as one, in reading order."""
    there = [name for name in dict.fromkeys(names) if name]
    return ", ".join(there) or None


def may_lack_letters(name: str) -> bool:
    """Whether a name is written with marks: of Vietnamese, PP-OCR knows those of Latin-1 only.

    `Đường Nguyễn Huệ` is read as `Đưng Nguyn Hu`: letters with two marks, hooks and dots are lost.
    """
    return any(letter.isalpha() and not letter.isascii() for letter in name)


def _name(line: str) -> str | None:
    text = _HYPHEN.sub(" - ", " ".join(line.split())).strip(" -.,:|/")
    packed = re.sub(r"\s", "", text)
    if not packed or position_in(text) or speed_in(text) is not None:
        return None
    if sum(letter.isalpha() for letter in packed) < 0.6 * len(packed):
        return None
    words = [word for word in _WORD.findall(plain(text)) if word not in _NO_PLACE]
    if not any(len(word) >= 3 and _VOWEL.search(word) for word in words):
        return None
    # "D458D2D6" is a number of a device: letters and digits that change more than once.
    if any(len(re.findall(r"\d+", part)) > 1 for part in text.split()):
        return None
    return text


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()
