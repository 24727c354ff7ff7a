"""What a still says of itself: when and where it was taken, and of which incident it is.

Exif 2.32 (CIPA DC-008). It is put into the encoded file, so that no picture is encoded twice. No
maker, no model, no serial number, no owner: nothing that leads to the person who reports.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from pipeline import __version__
from pipeline.footage.position import CameraPosition

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_SEGMENT = 65533  # bytes of one JPEG segment


@dataclass(frozen=True, slots=True)
class Taken:
    """What is known of the taking of one still."""

    incident: str  # id, ASCII
    time: datetime | None
    position: CameraPosition | None


def with_exif(picture: bytes, taken: Taken) -> bytes:
    """An encoded JPEG or PNG with the facts in it; its pixels stay as they are encoded."""
    facts = _tiff(taken)
    if picture.startswith(_PNG):
        return _in_png(picture, facts)
    if picture.startswith(b"\xff\xd8"):
        return _in_jpeg(picture, facts)
    raise ValueError("neither JPEG nor PNG")


def _in_jpeg(picture: bytes, facts: bytes) -> bytes:
    """An APP1 segment behind the start and the JFIF segment (APP0), where ExifTool puts it too."""
    at = 2
    if picture[at : at + 2] == b"\xff\xe0":
        at += 2 + int(struct.unpack_from(">H", picture, at + 2)[0])
    body = b"Exif\0\0" + facts
    if len(body) > _MOST_SEGMENT:
        raise ValueError("too much for one segment")
    return picture[:at] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + picture[at:]


def _in_png(picture: bytes, facts: bytes) -> bytes:
    """An eXIf chunk (PNG 3rd edition, 11.3.4.5) behind the header chunk."""
    at = len(_PNG) + 8 + int(struct.unpack_from(">I", picture, len(_PNG))[0]) + 4
    body = b"eXIf" + facts
    chunk = struct.pack(">I", len(facts)) + body + struct.pack(">I", zlib.crc32(body))
    return picture[:at] + chunk + picture[at:]


def _tiff(taken: Taken) -> bytes:
    exif = Image.Exif()
    exif[Base.ImageDescription] = f"{taken.incident} (candidate)"
    exif[Base.Software] = f"dashcam-evidence {__version__}"
    details = exif.get_ifd(IFD.Exif)
    details[Base.ExifVersion] = b"0232"
    if taken.time is not None:
        details[Base.DateTimeOriginal] = f"{taken.time:%Y:%m:%d %H:%M:%S}"
        details[Base.SubsecTimeOriginal] = f"{taken.time.microsecond // 1000:03d}"
        offset = f"{taken.time:%z}"
        if offset:
            details[Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:5]}"
    if taken.position is not None:
        exif.get_ifd(IFD.GPSInfo).update(_gps(taken.position, taken.time))
    return exif.tobytes().removeprefix(b"Exif\0\0")


def _gps(position: CameraPosition, time: datetime | None) -> dict[int, object]:
    """Direction is that of the motion: where the lens looked, nobody measured."""
    found: dict[int, object] = {
        GPS.GPSVersionID: b"\x02\x03\x00\x00",
        GPS.GPSLatitudeRef: "N" if position.latitude >= 0 else "S",
        GPS.GPSLatitude: _degrees(position.latitude),
        GPS.GPSLongitudeRef: "E" if position.longitude >= 0 else "W",
        GPS.GPSLongitude: _degrees(position.longitude),
        GPS.GPSMapDatum: "WGS-84",
        GPS.GPSHPositioningError: _rational(position.uncertainty_m, 100),
    }
    if position.altitude_m is not None:
        found[GPS.GPSAltitudeRef] = b"\x00" if position.altitude_m >= 0 else b"\x01"
        found[GPS.GPSAltitude] = _rational(abs(position.altitude_m), 100)
    if position.speed_mps is not None:
        found[GPS.GPSSpeedRef] = "K"
        found[GPS.GPSSpeed] = _rational(position.speed_mps * 3.6, 100)
    if position.heading_deg is not None:
        found[GPS.GPSTrackRef] = "T"
        found[GPS.GPSTrack] = _rational(position.heading_deg % 360, 100)
    if time is not None:
        utc = time.astimezone(UTC)
        found[GPS.GPSDateStamp] = f"{utc:%Y:%m:%d}"
        seconds = _rational(utc.second + utc.microsecond / 1e6, 1000)
        found[GPS.GPSTimeStamp] = (IFDRational(utc.hour), IFDRational(utc.minute), seconds)
    return found


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes, seconds to a tenth of a millisecond of arc: 3 mm."""
    parts = round(abs(value) * 3600 * 10_000)
    minutes, rest = divmod(parts, 60 * 10_000)
    whole, minutes = divmod(minutes, 60)
    return IFDRational(whole), IFDRational(minutes), IFDRational(rest, 10_000)


def _rational(value: float, parts: int) -> IFDRational:
    return IFDRational(round(value * parts), parts)
