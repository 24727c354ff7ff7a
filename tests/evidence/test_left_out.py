"""What cameras write beside picture and sound: none of it in the clip, all of it in the list."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import av
import pytest

from pipeline.evidence.clip import cut_clip
from pipeline.evidence.left_out import inside
from tests.evidence.conftest import H264, Film
from tests.evidence.findings import footage_of

METADATA = {
    "title": "SECRETtitle",
    "artist": "SECRETartist",
    "comment": "SECRETcomment",
    "com.apple.quicktime.model": "SECRETmodel",
    "com.apple.quicktime.author": "SECRETauthor",
    "com.apple.quicktime.location.ISO6709": "+21.2731+106.1946+010/",
    "com.android.version": "SECRETandroid",
    "location": "+21.2731+106.1946/",
    "serial_number": "SECRETserial",
    "service_name": "SECRETservice",
    "service_provider": "SECRETprovider",
}
STREAM = {"handler_name": "SECREThandler", "title": "SECRETstream", "encoder": "SECRETencoder"}
SEI = "h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+SECRETsei"
SECRETS = (b"SECRET", b"21.2731")


@pytest.fixture(scope="module")
def telling(film: Film, tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Films that tell of their maker in every way that their container has."""
    folder = tmp_path_factory.mktemp("telling")
    titles = folder / "titles.srt"
    titles.write_text("1\n00:00:00,000 --> 00:00:05,000\nSECRET 21.2731\n", encoding="utf-8")
    chapters = folder / "chapters.txt"
    chapters.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=4000\ntitle=SECRETchapter\n",
        encoding="utf-8",
    )

    def make(name: str, *options: str, titled: bool = False, **more: object) -> Path:
        told = [part for key, text in METADATA.items() for part in ("-metadata", f"{key}={text}")]
        told += [part for key, text in STREAM.items() for part in ("-metadata:s", f"{key}={text}")]
        maps = ["-map", "0", "-map", "1", *(["-map", "2"] if titled else [])]
        return film(
            name,
            6,
            *(*maps, "-map_metadata", "3", "-map_chapters", "3", *told, *options),
            extra=("-i", str(titles), "-i", str(chapters)),
            **more,  # type: ignore[arg-type]
        )

    return make


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def with_vendor_boxes(path: Path) -> Path:
    """What camera makers put into `udta` and beside the media data (GoPro, Novatek, Sony …)."""
    content = bytearray(path.read_bytes())
    start = content.rfind(b"moov") - 4
    size = int.from_bytes(content[start : start + 4], "big")
    assert start + size == len(content), "moov is last"
    told = box(
        b"udta",
        box(b"CAME", b"SECRETcamera")
        + box(b"MUID", b"SECRETmedia")
        + box(b"SNum", b"SECRETnumber")
        + box(b"\xa9xyz", struct.pack(">HH", 18, 0x15C7) + b"+21.2731+106.1946/"),
    )
    content[start : start + 4] = struct.pack(">I", size + len(told))
    content += told + box(b"uuid", bytes(16) + b"SECRETuuid") + box(b"free", b"SECRETfree")
    content += box(b"skip", bytes(40)) + box(b"gps0", b"SECRETgps 21.2731")
    vendor = path.with_name(f"vendor-{path.name}")
    vendor.write_bytes(content)
    return vendor


def test_boxes_that_only_their_maker_knows(telling: Film, tmp_path: Path) -> None:
    original = with_vendor_boxes(telling("boxes.mp4"))
    clip = cut_clip(footage_of(original), 2, 4, tmp_path / "clip")
    assert clip.identity.identical
    assert not any(secret in clip.path.read_bytes() for secret in SECRETS)
    listed = set(clip.left_out)
    assert {
        *("box moov/udta/CAME", "box moov/udta/MUID", "box moov/udta/SNum"),
        *("box uuid", "box free", "box gps0", "chapters", "metadata artist"),
    } <= listed
    assert "box skip" not in listed, "there is nothing in it"
    assert not any("SECRET" in name or "21.27" in name for name in clip.left_out)


@pytest.mark.parametrize(
    ("name", "options", "titled"),
    [
        ("all.mp4", ("-c:s", "mov_text", "-movflags", "use_metadata_tags"), True),
        ("all.mov", ("-c:s", "mov_text", "-movflags", "use_metadata_tags"), True),
        ("all.mkv", ("-c:s", "srt"), True),
        ("all.ts", (), False),
        ("all.avi", ("-c:a", "pcm_s16le"), False),
    ],
)
def test_no_container_lets_it_through(
    telling: Film, tmp_path: Path, name: str, options: tuple[str, ...], titled: bool
) -> None:
    original = telling(name, *options, titled=titled)
    assert b"SECRET" in original.read_bytes()
    clip = cut_clip(footage_of(original), 2, 4, tmp_path / "clip")
    assert clip.identity.identical
    assert not any(secret in clip.path.read_bytes() for secret in SECRETS)
    assert clip.left_out, "and it says what it left"
    assert not any("SECRET" in text for text in clip.left_out)
    with av.open(str(clip.path)) as container:
        assert sorted(stream.type for stream in container.streams) == ["audio", "video"]


def test_it_can_be_kept_on_purpose(telling: Film, tmp_path: Path) -> None:
    original = telling("all.mp4", "-c:s", "mov_text", "-movflags", "use_metadata_tags", titled=True)
    clip = cut_clip(footage_of(original), 2, 4, tmp_path / "clip", keep_metadata=True)
    assert clip.identity.identical
    with av.open(str(clip.path)) as container:
        assert container.metadata["com.apple.quicktime.model"] == "SECRETmodel"
    assert not any(text.startswith("metadata") for text in clip.left_out)
    assert "subtitle stream mov_text" in clip.left_out


@pytest.mark.parametrize("name", ["sei.mp4", "sei.ts"])
def test_a_message_within_the_packets_stays_and_is_told(
    telling: Film, tmp_path: Path, name: str
) -> None:
    original = telling(name, "-bsf:v", SEI)
    clip = cut_clip(footage_of(original), 2, 4, tmp_path / "clip")
    assert clip.identity.identical and b"SECRETsei" in clip.path.read_bytes()
    assert "user data in the video stream (086f3693…)" in clip.inside
    assert not any("SECRET" in text for text in clip.inside)


def test_messages_of_h265_and_of_jpeg(film: Film, tmp_path: Path) -> None:
    hevc = film("told.mp4", 2, video=("-c:v", "libx265", "-x265-params", "log-level=error"))
    assert any(text.startswith("user data in the video stream") for text in inside(hevc))
    plain = film("plain.avi", 2, "-c:a", "pcm_s16le", video=("-c:v", "mjpeg"))
    assert inside(plain) == ("comment in the pictures (JPEG)",), "the encoder's own"
    as_exif = lambda found: b"\xff\xe1" + found[1] + b"Exif"  # noqa: E731
    exif = re.sub(rb"\xff\xfe(\0.)Lavc", as_exif, plain.read_bytes(), flags=re.DOTALL)
    changed = tmp_path / "exif.avi"
    changed.write_bytes(exif)
    assert "segment in the pictures (JPEG APP1)" in inside(changed)


def test_a_silent_film_says_nothing(film: Film) -> None:
    silent = film("silent.mp4", 2, "-bsf:v", "filter_units=remove_types=6", video=H264)
    assert inside(silent) == ()
