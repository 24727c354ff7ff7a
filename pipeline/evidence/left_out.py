"""What footage holds besides picture and sound: what a clip leaves out, and what it cannot.

Only kinds and names are told, never values: they may be a serial number, an owner, a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import av

from pipeline.footage.boxes import Box, boxes, content, whole
from pipeline.footage.opening import open_video

# Names of metadata that FFmpeg makes from a container's own structure.
_STRUCTURE = {
    *("major_brand", "minor_version", "compatible_brands"),
    *("handler_name", "vendor_id", "language", "rotate"),
}
# Boxes of MP4 and MOV that only say where pictures and sound are, by the path of their parent.
_PLAIN_BOXES: dict[str, frozenset[bytes]] = {
    "": frozenset(
        {b"ftyp", b"moov", b"mdat", b"wide", b"moof", b"mfra", b"sidx", b"styp", b"pdin", b"prft"}
    ),
    "moov": frozenset({b"mvhd", b"trak", b"iods", b"mvex", b"udta", b"meta"}),
    "moov/trak": frozenset(
        {b"tkhd", b"edts", b"mdia", b"tref", b"load", b"tapt", b"udta", b"meta"}
    ),
    "moov/udta": frozenset({b"meta"}),
    "moov/trak/udta": frozenset({b"meta"}),
}
_EMPTY_KINDS = frozenset({b"free", b"skip"})  # room left over, and used by some cameras
_LOOKED_AT = 4096  # bytes of such a box
_PACKETS = 64  # in which a camera's messages are looked for; it repeats them


def left_out(
    container: Any, path: Path, kept: Iterable[int], *, keep_metadata: bool = False
) -> tuple[str, ...]:
    """What `container`, opened from `path`, has and a clip of its streams `kept` will not have:
    kinds of streams, names of metadata, chapters, a camera maker's own boxes.
    """
    found = []
    for stream in container.streams:
        if stream.index not in set(kept):
            codec = stream.codec_context.name if stream.codec_context else None
            found.append(" ".join(part for part in (stream.type, "stream", codec) if part))
    if not keep_metadata:
        names = {name for holder in (container, *container.streams) for name in holder.metadata}
        found += sorted(f"metadata {_plain(name)}" for name in names - _STRUCTURE)
        if container.chapters():
            found.append("chapters")
    family = container.format.name.split(",")[0]
    if family == "mov":
        found += sorted({f"box {name}" for name in _vendor_boxes(path)})
    if family == "mpegts":
        found.append("service names")
    return tuple(dict.fromkeys(found))


def inside(clip: Path) -> tuple[str, ...]:
    """The kinds of messages that the camera wrote inside its packets of picture.

    They stay, since a packet without them would not be the camera's any more: H.264 and H.265 user
    data (SEI payloads 4 and 5), and the application segments and comments of JPEG.
    """
    found: list[str] = []
    try:
        with open_video(clip) as container:
            video = container.streams.video[0]
            if video.codec_context.name == "hevc":
                for unit in _parameter_units(video.codec_context.extradata or b""):
                    found += _sei(unit, is_hevc=True)
            for number, packet in enumerate(container.demux(video)):
                if number >= _PACKETS:
                    break
                found += _messages(video.codec_context, bytes(packet))
    except (av.FFmpegError, OSError, IndexError):
        pass  # what cannot be read was told where the clip was cut
    return tuple(dict.fromkeys(found))


def _plain(name: str) -> str:
    """One short line: a file may call its metadata anything."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:80]


# --- boxes -------------------------------------------------------------------------------------


def _vendor_boxes(path: Path) -> Iterator[str]:
    """Paths of the boxes that neither FFmpeg nor the standard knows a use for."""
    with path.open("rb") as file:
        yield from _below(file, whole(file), "")


def _below(file: Any, parent: Box, where: str) -> Iterator[str]:
    plain = _PLAIN_BOXES[where]
    for box in boxes(file, parent):
        inner = f"{where}/{_kind(box.kind)}".lstrip("/")
        if inner in _PLAIN_BOXES:
            yield from _below(file, box, inner)
        elif box.kind in _EMPTY_KINDS:
            if any(content(file, box, _LOOKED_AT)):
                yield inner
        # What begins with © is text that FFmpeg reads: it is among the names of metadata.
        elif box.kind not in plain and not box.kind.startswith(b"\xa9"):
            yield inner


def _kind(kind: bytes) -> str:
    text = kind.decode("latin-1")
    return text if text.isprintable() and text.strip() else kind.hex()


# --- packets -----------------------------------------------------------------------------------


def _messages(codec: Any, packet: bytes) -> Iterator[str]:
    if codec.name in ("h264", "hevc"):
        is_hevc = codec.name == "hevc"
        for unit in _units(packet, codec.extradata or b"", is_hevc):
            yield from _sei(unit, is_hevc)
    elif codec.name == "mjpeg":
        yield from _segments(packet)


def _units(packet: bytes, extradata: bytes, is_hevc: bool) -> Iterator[bytes]:
    """The NAL units of a packet: with their length before them (ISO/IEC 14496-15), else between
    start codes (ITU-T H.264, annex B).
    """
    if extradata[:1] != b"\x01":
        yield from packet.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
        return
    at_size = 21 if is_hevc else 4
    if len(extradata) <= at_size:
        return
    size = (extradata[at_size] & 3) + 1
    position = 0
    while position + size <= len(packet):
        length = int.from_bytes(packet[position : position + size], "big")
        position += size
        yield packet[position : position + length]
        position += length


def _parameter_units(extradata: bytes) -> Iterator[bytes]:
    """The NAL units of an `hvcC` box (ISO/IEC 14496-15, 8.3.2.1), where some encoders speak."""
    if extradata[:1] != b"\x01" or len(extradata) < 23:
        return
    position = 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[position + 1 : position + 3], "big")
        position += 3
        for _ in range(count):
            length = int.from_bytes(extradata[position : position + 2], "big")
            if position + 2 + length > len(extradata):
                return
            yield extradata[position + 2 : position + 2 + length]
            position += 2 + length


def _sei(unit: bytes, is_hevc: bool) -> Iterator[str]:
    """User data among the supplemental information of a unit (ITU-T H.264, 7.3.2.3)."""
    if not unit:
        return
    kind = (unit[0] >> 1) & 0x3F if is_hevc else unit[0] & 0x1F
    if kind not in ((39, 40) if is_hevc else (6,)):
        return
    body = unit[2 if is_hevc else 1 :].replace(b"\0\0\3", b"\0\0")
    position = 0
    while position + 2 < len(body):
        values = []
        for _ in range(2):  # payload type, then its size: bytes of 255 add up
            value = 0
            while position < len(body) and body[position] == 255:
                value, position = value + 255, position + 1
            if position >= len(body):
                return
            values.append(value + body[position])
            position += 1
        what, length = values
        if what == 5:
            yield f"user data in the video stream ({body[position : position + 4].hex()}…)"
        elif what == 4:
            yield "registered user data in the video stream"
        position += length


def _segments(packet: bytes) -> Iterator[str]:
    """Application segments and comments before a JPEG's picture (ITU-T T.81, annex B)."""
    position = 2
    while position + 4 <= len(packet) and packet[position] == 0xFF:
        marker = packet[position + 1]
        if marker == 0xDA:
            return
        length = int.from_bytes(packet[position + 2 : position + 4], "big")
        name = packet[position + 4 : position + 8]
        if marker == 0xFE:
            yield "comment in the pictures (JPEG)"
        elif 0xE0 <= marker <= 0xEF and name not in (b"JFIF", b"AVI1"):
            yield f"segment in the pictures (JPEG APP{marker - 0xE0})"
        position += 2 + length
