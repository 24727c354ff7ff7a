"""MP4 files with telemetry, written byte by byte from the published layouts.

A layout is written here and read by `pipeline/footage`; that the writing is right is shown by
ExifTool, which reads the same bytes (`test_telemetry_layouts.py`). Positions are degrees, speeds
metres per second, moments UTC.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce

KNOT_MPS = 0.514444
START = datetime(2024, 3, 9, 1, 2, 57, tzinfo=UTC)
_MAC_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Point:
    """One second of a drive."""

    latitude: float
    longitude: float
    speed_mps: float
    altitude_m: float
    moment: datetime


def drive(
    count: int = 6, latitude: float = 21.0285, longitude: float = 105.8542, start: datetime = START
) -> list[Point]:
    """A straight drive at about 13 m/s, one point a second."""
    return [
        Point(
            latitude + n * 1e-4,
            longitude + n * 5e-5,
            12.5 + n / 4,
            14.0,
            start + timedelta(seconds=n),
        )
        for n in range(count)
    ]


# --- boxes -------------------------------------------------------------------------------------


def box(kind: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full(kind: bytes, *inside: bytes) -> bytes:
    """A box that begins with a version and flags, both 0."""
    return box(kind, bytes(4), *inside)


def bare_film(created: datetime | None = START) -> bytes:
    """The smallest film: no picture, no sound, only its head."""
    seconds = int((created - _MAC_EPOCH).total_seconds()) if created else 0
    head = struct.pack(">4I", seconds, seconds, 1000, 6000) + bytes(80)
    return box(b"ftyp", b"isom\0\0\2\0isom") + box(b"moov", full(b"mvhd", head))


def split_film(film: bytes) -> tuple[bytes, bytes]:
    """What comes before `moov`, and the content of `moov`, which must be the last box."""
    position = 0
    while position < len(film):
        size, kind = struct.unpack_from(">I4s", film, position)
        if kind == b"moov":
            assert position + size == len(film), "moov is not the last box"
            return film[:position], film[position + 8 :]
        position += size
    raise AssertionError("no moov")


# --- metadata tracks ---------------------------------------------------------------------------


def with_track(
    film: bytes,
    handler: bytes,
    form: bytes,
    samples: Sequence[bytes],
    timescale: int = 1000,
    duration: int = 1000,
    name: bytes = b"Telemetry\0",
    wide: bool = False,
) -> bytes:
    """The film with one more track of such samples, each `duration` long, in two chunks."""
    before, inside = split_film(film)
    start = len(before) + 8
    half = (len(samples) + 1) // 2
    chunks = [start, start + sum(map(len, samples[:half]))]
    per_chunk = [(1, half, 1)]
    if len(samples) - half not in (0, half):
        per_chunk.append((2, len(samples) - half, 1))
    if len(samples) == half:
        chunks = chunks[:1]
    table = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), box(form, struct.pack(">6xH", 1), bytes(8))),
        full(b"stts", struct.pack(">3I", 1, len(samples), duration)),
        full(
            b"stsc",
            struct.pack(">I", len(per_chunk)),
            *(struct.pack(">3I", *entry) for entry in per_chunk),
        ),
        full(b"stsz", struct.pack(f">2I{len(samples)}I", 0, len(samples), *map(len, samples))),
        full(
            b"co64" if wide else b"stco",
            struct.pack(f">I{len(chunks)}{'Q' if wide else 'I'}", len(chunks), *chunks),
        ),
    )
    data_here = full(b"url ")[:8] + b"\0\0\0\1"
    reference = box(b"dinf", full(b"dref", struct.pack(">I", 1), data_here))
    length = duration * len(samples)
    track = box(
        b"trak",
        full(b"tkhd", struct.pack(">5I", 0, 0, 9, 0, length), bytes(60)),
        box(
            b"mdia",
            full(b"mdhd", struct.pack(">4I2H", 0, 0, timescale, length, 0x55C4, 0)),
            full(b"hdlr", bytes(4), handler, bytes(12), name),
            box(b"minf", full(b"nmhd"), reference, table),
        ),
    )
    return before + box(b"mdat", *samples) + box(b"moov", inside, track)


def camm_position(point: Point) -> bytes:
    """CAMM type 5: a bare position."""
    return struct.pack("<2H3d", 0, 5, point.latitude, point.longitude, point.altitude_m)


def camm_receiver(point: Point, seconds: float, fix: int = 3) -> bytes:
    """CAMM type 6; `seconds` since whichever epoch the camera takes."""
    return struct.pack(
        "<2Hdi2d7f",
        0, 6, seconds, fix, point.latitude, point.longitude, point.altitude_m,
        2.0, 3.0, point.speed_mps * 0.6, point.speed_mps * 0.8, 0.0, 0.5,
    )  # fmt: skip


def camm_motion() -> bytes:
    """CAMM type 2: a gyroscope's rates, as most packets of such a track are."""
    return struct.pack("<2H3f", 0, 2, 0.1, 0.2, 0.3)


def garmin_text(point: Point) -> bytes:
    """Garmin's `PNDM`: mph, then shares of half a turn, big-endian."""
    share = 2**31 / 180
    return struct.pack(
        ">4s4xH2x2i", b"PNDM", round(point.speed_mps / 0.44704),
        round(point.latitude * share), round(point.longitude * share),
    )  # fmt: skip


# --- NMEA --------------------------------------------------------------------------------------


def sentence(body: str) -> str:
    return f"${body}*{reduce(lambda a, b: a ^ b, body.encode()):02X}"


def sides(point: Point) -> tuple[str, str]:
    return "S" if point.latitude < 0 else "N", "W" if point.longitude < 0 else "E"


def ddmm(degrees: float) -> float:
    """Degrees times 100 plus minutes."""
    whole, part = divmod(abs(degrees), 1)
    return whole * 100 + part * 60


def rmc(point: Point, status: str = "A") -> str:
    north, east = sides(point)
    return sentence(
        f"GPRMC,{point.moment:%H%M%S}.00,{status},{ddmm(point.latitude):010.5f},{north},"
        f"{ddmm(point.longitude):011.5f},{east},{point.speed_mps / KNOT_MPS:.3f},45.00,"
        f"{point.moment:%d%m%y},,,A"
    )


def gga(point: Point) -> str:
    north, east = sides(point)
    return sentence(
        f"GPGGA,{point.moment:%H%M%S}.00,{ddmm(point.latitude):010.5f},{north},"
        f"{ddmm(point.longitude):011.5f},{east},1,08,0.9,{point.altitude_m:.1f},M,-20.0,M,,"
    )


def with_blackvue(film: bytes, points: Sequence[Point], clock_ahead_ms: int = 0) -> bytes:
    """BlackVue's log in a `free` box at the front of the rest; its clock may run ahead of UTC."""

    def told(point: Point) -> int:
        return round(point.moment.timestamp() * 1000) + clock_ahead_ms

    lines = "".join(
        f"[{told(point)}]{rmc(point)}\r\n[{told(point)}]{gga(point)}\r\n" for point in points
    )
    start = struct.pack(">Q", told(points[0]) - 500)
    log = box(b"free", box(b"sttm", start), box(b"gps ", lines.encode(), bytes(64)))
    return film + log


# --- freeGPS -----------------------------------------------------------------------------------


def block(size: int = 0x8000, *parts: tuple[int, bytes]) -> bytearray:
    """A block with parts at such offsets; `size` is written big-endian before its letters."""
    content = bytearray(max(0x200, *(at + len(part) for at, part in parts)))
    content[:16] = struct.pack(">I8s", size, b"freeGPS ") + struct.pack("<I", 0x4C)
    for at, part in parts:
        content[at : at + len(part)] = part
    return content


def letters(point: Point) -> bytes:
    north, east = sides(point)
    return f"A{north}{east}\0".encode()


def clock(point: Point) -> bytes:
    """Hour, minute, second, year since 2000, month, day: 4 bytes each."""
    at = point.moment
    return struct.pack("<6I", at.hour, at.minute, at.second, at.year - 2000, at.month, at.day)


def floats(point: Point) -> bytes:
    return struct.pack(
        "<4f", ddmm(point.latitude), ddmm(point.longitude), point.speed_mps / KNOT_MPS, 45.0
    )


def viofo_a119s(point: Point) -> bytes:
    return bytes(block(0x8000, (0x30, clock(point)), (0x48, letters(point)), (0x4C, floats(point))))


def viofo_a119v3(point: Point) -> bytes:
    return bytes(block(0x4000, (0x10, clock(point)), (0x28, letters(point)), (0x2C, floats(point))))


def kenwood(point: Point) -> bytes:
    parts = ((0x40, clock(point)), (0x58, letters(point)), (0x5C, floats(point)))
    return bytes(block(0x4000, (0x10, b"MN:DRV-A510W@V1."), *parts))


def iqs(point: Point) -> bytes:
    values = struct.pack(
        "<3if",
        round(abs(point.latitude) * 1e7),
        round(abs(point.longitude) * 1e7),
        round(point.speed_mps * 100),
        point.altitude_m * 1000,
    )
    parts = ((0x30, clock(point)), (0x48, letters(point)), (0x4C, values))
    return bytes(block(0x8000, (0x10, b"IQS_A7_20150417\0"), *parts))


def transcend_body(point: Point) -> bytes:
    values = struct.pack(
        "<4f", abs(point.latitude), abs(point.longitude), point.speed_mps * 3.6, 45.0
    )
    return bytes(block(0x4000, (0x30, clock(point)), (0x48, letters(point)), (0x4C, values)))


def transcend_pro(point: Point) -> bytes:
    finer = struct.pack("<d8xd24xd", ddmm(point.latitude), ddmm(point.longitude), point.altitude_m)
    content = bytearray(viofo_a119s(point))
    content[0x70 : 0x70 + len(finer)] = finer
    return bytes(content)


def rexing(point: Point) -> bytes:
    values = struct.pack(
        "<4f",
        abs(point.latitude) * 3 + 187.982162849635,
        abs(point.longitude) * 2 + 2199.19873715495,
        point.speed_mps / KNOT_MPS,
        45.0,
    )
    return bytes(block(0x8000, (0x30, clock(point)), (0x48, letters(point)), (0x4C, values)))


REXING_MARK = box(b"frea", box(b"ver ", b"3.01.054"))


def e_ace(point: Point) -> bytes:
    """The positions as text, which the camera may also encipher (`e_ace_enciphered`)."""
    return _e_ace(point, f"{ddmm(point.latitude):.6f}", f"{ddmm(point.longitude):.6f}")


def _e_ace(point: Point, latitude: str, longitude: str) -> bytes:
    return bytes(
        block(
            0x4000,
            (0x10, clock(point)),
            (0x28, letters(point)),
            (0x2C, latitude.encode()),
            (0x40, longitude.encode()),
            (0x54, struct.pack("<2f", point.speed_mps / KNOT_MPS, 45.0)),
        )
    )


def e_ace_enciphered(point: Point) -> bytes:
    """RC4 under a key of the maker's, then base64."""
    import base64

    from pipeline.footage.lucky import rc4

    hidden = [
        base64.b64encode(rc4(f"{ddmm(value):.4f}".encode(), b"customer cc gps")).decode()
        for value in (point.latitude, point.longitude)
    ]
    return _e_ace(point, *hidden)


def akaso(point: Point) -> bytes:
    north, east = sides(point)
    at = point.moment
    return bytes(
        block(
            0x8000,
            (0x10, b"20130325A"),
            (0x30, struct.pack("<3I4s", at.hour, at.minute, at.second, b"A\0\0\0")),
            (0x40, struct.pack("<f4s", ddmm(point.latitude), north.encode())),
            (0x48, struct.pack("<f4s", ddmm(point.longitude), east.encode())),
            (0x50, struct.pack("<2f", point.speed_mps * 3.6, 45.0)),
            (0x58, struct.pack("<3I", at.year - 2000, at.month, at.day)),
        )
    )


def doubles(point: Point) -> bytes:
    north, east = sides(point)
    at = point.moment
    return bytes(
        block(
            0x8000,
            (0x10, b"20130815.01"),
            (0x30, struct.pack("<3I4s", at.hour, at.minute, at.second, b"A\0\0\0")),
            (0x40, struct.pack("<d8s", ddmm(point.latitude), north.encode())),
            (0x50, struct.pack("<d8s", ddmm(point.longitude), east.encode())),
            (0x60, struct.pack("<2d", point.speed_mps / KNOT_MPS, 45.0)),
            (0x70, struct.pack("<3I", at.year - 2000, at.month, at.day)),
        )
    )


def vantrue_n4(point: Point) -> bytes:
    north, east = sides(point)
    at = point.moment
    return bytes(
        block(
            0x4000,
            (0x10, struct.pack("<3I4s", at.hour, at.minute, at.second, b"A\0\0\0")),
            (0x20, struct.pack("<d8s", ddmm(point.latitude), north.encode())),
            (0x30, struct.pack("<d8s", ddmm(point.longitude), east.encode())),
            (0x40, struct.pack("<2d", point.speed_mps / KNOT_MPS, 45.0)),
            (0x50, struct.pack("<3I", at.year - 2000, at.month, at.day)),
        )
    )


def vantrue_s1(point: Point) -> bytes:
    at = point.moment
    date = struct.pack("<6I", at.year - 2000, at.month, at.day, at.hour, at.minute, at.second)
    values = struct.pack(
        "<5f", ddmm(point.longitude), ddmm(point.latitude), point.speed_mps / KNOT_MPS, 45.0,
        point.altitude_m,
    )  # fmt: skip
    parts = ((0x40, letters(point)), (0x44, date), (0x5C, values))
    return bytes(block(0x8000, (0x30, b"horsontech"), *parts))


def nextbase_512gw(point: Point) -> bytes:
    text = f"{rmc(point)}\r\n{gga(point)}\r\n"
    return bytes(
        block(
            0x8000,
            (0x34, f"{point.moment:%Y%m%d%H%M%S}".encode()),
            (0x44, struct.pack("<3i", 284, 6, -17)),
            (0x51, text.encode()),
        )
    )


def nextbase_512g(*points: Point) -> bytes:
    """One block may hold several records, big-endian."""
    records = b"".join(
        struct.pack(
            ">2sHhH4BHBiiB8x",
            b"$S",
            round(point.speed_mps * 100),
            4500,
            point.moment.year,
            point.moment.month,
            point.moment.day,
            point.moment.hour,
            point.moment.minute,
            round(point.moment.second * 10 + point.moment.microsecond / 1e5),
            2,
            round(point.latitude * 1e7),
            round(point.longitude * 1e7),
            16,
        )
        for point in points
    )
    return bytes(block(0x8000, (0x10, b"x.xx"), (0x20, b"00000"), (0x30, records)))


def shifted_rmc(point: Point) -> bytes:
    text = bytes(value + 16 for value in rmc(point).encode())
    return bytes(block(0x4000, (0x10, b"ZXSBNXYS"), (0x3C, text)))


def azdome(point: Point) -> bytes:
    north, east = sides(point)
    text = (
        f"{point.moment:%Y%m%d%H%M%S}\x0c" + "5567GP   \0\0\0\0\0\x03"
        f"{north}{round(ddmm(point.latitude) * 1e4):08d}{east}"
        f"{round(ddmm(point.longitude) * 1e4):09d}{round(point.speed_mps * 3.6):08d}"
    )
    plain = b"\0\0XKZD\xfe\xfe" + text.encode("latin-1")
    hidden = bytes(value ^ 0xAA for value in plain.ljust(0x101, b"\0"))
    return bytes(block(0x8000, (0x10, b"\1\3"), (0x12, hidden)))


def innovv(*points: Point) -> bytes:
    records = b"".join(letters(point) + floats(point) + bytes(12) for point in points)
    return bytes(block(0x4000, (0x10, records)))


def xbht(*points: Point) -> bytes:
    records = b""
    for point in points:
        at = point.moment
        records += bytes((0, at.year - 2000, at.month, at.day, at.hour, at.minute, at.second, 0))
        records += letters(point)[:3] + b"d" + bytes(4)
        records += struct.pack(
            "<3I2H4x", round(ddmm(point.latitude) * 1e4), round(ddmm(point.longitude) * 1e4), 991,
            round(point.speed_mps * 3.6), 0,
        )  # fmt: skip
    return bytes(block(0x4000, (0x10, records)))


def xgody(point: Point) -> bytes:
    north, east = sides(point)
    text = (
        f"normal:{point.moment:%Y/%m/%d %H:%M:%S} {north}:{abs(point.latitude):.6f} "
        f"{east}:{abs(point.longitude):.6f} {point.speed_mps / KNOT_MPS:.1f} km/h "
        "x:-0.02 y:0.99 z:0.10 A:269.2 H:245.5"
    )
    return bytes(block(0xA8, (0x10, text.encode())))


def mai70_a810(point: Point) -> bytes:
    signs = (-1 if point.latitude < 0 else 1), (-1 if point.longitude < 0 else 1)
    values = struct.pack(
        "<4i",
        signs[0] * round(ddmm(point.latitude) * 1e5),
        signs[1] * round(ddmm(point.longitude) * 1e5),
        45,
        round(point.speed_mps * 3.6),
    )
    return bytes(block(0x4000, (0x1E, b"A"), (0x1F, values), (0x33, b"VV")))


def enciphered(point: Point) -> bytes:
    """Akaso V1 and Redtiger F7N: the clock is plain, the position nobody can read."""
    hidden = b"\xf1\x4e\x3e\x3d\x90\xdf\xca\x40\xe3\x50\xbf\x0b\x0b\x31\xa0\x40"
    parts = ((0x30, clock(point)), (0x48, letters(point)), (0x50, hidden))
    return bytes(block(0x8000, (0x10, b"YndAkasoCar"), *parts))


def void(point: Point) -> bytes:
    """Viofo A119S without satellites: `V`, and no position."""
    return bytes(block(0x8000, (0x30, clock(point)), (0x48, b"V\0\0\0")))


def with_blocks(
    film: bytes, blocks: Sequence[bytes], listed: bool = True, grid: int = 0x8000
) -> bytes:
    """The film with blocks in media data of their own, on a grid of 32 kB, and their index."""
    before, inside = split_film(film)
    start = len(before) + 8
    media = b""
    entries = b""
    for content in blocks:
        media += bytes(-(start + len(media)) % grid)
        entries += struct.pack(">2I", start + len(media), len(content))
        media += content
    media += bytes(grid)  # ExifTool wants room after the last one
    index = box(b"gps ", struct.pack(">2I", 0x101, len(blocks)), entries) if listed else b""
    (head,) = struct.unpack_from(">I", inside)  # the index comes behind the film's own head
    return before + box(b"mdat", media) + box(b"moov", inside[:head], index, inside[head:])


# --- GoPro -------------------------------------------------------------------------------------


def element(key: str, kind: str, size: int, content: bytes) -> bytes:
    """An element of GPMF: key, type, size of a structure, number of them, content."""
    head = key.encode() + kind.encode("latin-1") + struct.pack(">BH", size, len(content) // size)
    return head + content + bytes(-len(content) % 4)


def nest(key: str, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return key.encode() + b"\0" + struct.pack(">BH", 1, len(content)) + content


FACTORS = (10_000_000, 10_000_000, 1000, 1000, 100)


def _values(point: Point) -> list[int]:
    told = (
        point.latitude, point.longitude, point.altitude_m, point.speed_mps, point.speed_mps,
    )  # fmt: skip
    return [round(value * factor) for value, factor in zip(told, FACTORS, strict=True)]


def gps5(*points: Point, fix: int = 3) -> bytes:
    """A packet as GoPro's Hero5 to Hero10 write it."""
    samples = b"".join(struct.pack(">5i", *_values(point)) for point in points)
    at = points[0].moment
    moment = f"{at:%y%m%d%H%M%S}.{at.microsecond // 1000:03d}".encode()
    return nest(
        "DEVC",
        element("DVID", "L", 4, bytes(4)),
        element("DVNM", "c", 1, b"Hero7 Black"),
        nest("STRM", element("SCAL", "s", 2, b"\1\2"), element("ACCL", "s", 6, bytes(600))),
        nest(
            "STRM",
            element("STNM", "c", 1, b"GPS (Lat., Long., Alt., 2D speed, 3D speed)"),
            element("GPSF", "L", 4, struct.pack(">I", fix)),
            element("GPSU", "U", 16, moment),
            element("GPSP", "S", 2, struct.pack(">H", 180)),
            element("SCAL", "l", 4, struct.pack(">5i", *FACTORS)),
            element("GPS5", "l", 20, samples),
        ),
    )


def gps9(*points: Point, fix: int = 3) -> bytes:
    """A packet as GoPro's Hero11 and later write it: each sample with its own time and fix."""
    day_zero = datetime(2000, 1, 1, tzinfo=UTC)
    samples = b""
    for point in points:
        since = point.moment - day_zero
        milliseconds = since.seconds * 1000 + since.microseconds // 1000
        samples += struct.pack(">7i2H", *_values(point), since.days, milliseconds, 180, fix)
    return nest(
        "DEVC",
        element("DVNM", "c", 1, b"Hero11 Black"),
        nest(
            "STRM",
            element("TYPE", "c", 1, b"lllllllSS"),
            element("SCAL", "l", 4, struct.pack(">9i", *FACTORS, 1, 1000, 100, 1)),
            element("GPS9", "?", 32, samples),
        ),
    )


def gopro_film(film: bytes, packets: Sequence[bytes]) -> bytes:
    return with_track(film, b"meta", b"gpmd", packets, name=b"\x0aGoPro MET\0")


Layout = Callable[..., bytes]


def handmade() -> dict[str, bytes]:
    """A small film of each format and layout, for what damages them."""
    points = drive(4)
    bare = bare_film()
    before, inside = split_film(bare)
    of_rexing = before + REXING_MARK + box(b"moov", inside)
    single = (
        viofo_a119s, viofo_a119v3, kenwood, iqs, transcend_body, transcend_pro, e_ace,
        e_ace_enciphered, akaso, doubles, vantrue_n4, vantrue_s1, nextbase_512gw, nextbase_512g,
        shifted_rmc, azdome, innovv, xbht, xgody, mai70_a810, enciphered, void,
    )  # fmt: skip
    films = {
        layout.__name__: with_blocks(bare, [layout(point) for point in points], grid=0x200)
        for layout in single
    }
    seconds = (START - datetime(1980, 1, 6, tzinfo=UTC)).total_seconds()
    texts = [f"{rmc(point)}\r\n{gga(point)}".encode() for point in points]
    return films | {
        "rexing": with_blocks(of_rexing, [rexing(point) for point in points], grid=0x200),
        "several": with_blocks(bare, [nextbase_512g(*points), innovv(*points)], grid=0x200),
        "unlisted": with_blocks(bare, [viofo_a119s(points[0])], listed=False),
        "camm 5": with_track(bare, b"camm", b"camm", [camm_position(p) for p in points]),
        "camm 6": with_track(
            bare, b"camm", b"camm",
            [camm_motion() + camm_receiver(p, seconds + n) for n, p in enumerate(points)],
            wide=True,
        ),
        "blackvue": with_blackvue(bare, points),
        "nmea text": with_track(bare, b"text", b"text", texts),
        "garmin text": with_track(bare, b"text", b"text", [garmin_text(p) for p in points]),
        "gps5": gopro_film(bare, [gps5(*points[:2]), gps5(*points[2:])]),
        "gps9": gopro_film(bare, [gps9(*points[:2]), gps9(*points[2:])]),
    }  # fmt: skip
