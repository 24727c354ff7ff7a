"""What each channel gets: within its limits, with the proof in the text, and nobody's name."""

from __future__ import annotations

import email
import email.policy
import hashlib
import socket
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import bagit
import pytest

from pipeline.channels.channel import Channel
from pipeline.channels.source import Source, is_ready, source_of
from pipeline.channels.submission import Submission, make_submission
from pipeline.errors import CheckFailed, InputError
from pipeline.evidence.verify import verify
from tests.channels.conftest import Edit


def channel(kind: str, address: str | None = None, **limits: float) -> Channel:
    title = {"vi": "kênh thử", "en": "a channel to try"}
    return Channel.model_validate(
        {"kind": kind, "title": title, "address": address, "limits": limits}
    )


def made(package: Path, folder: Path, one: Channel, language: Any = "vi") -> Submission:
    with source_of(package, language, anyway=True) as source:
        return make_submission(source, "tried", one, folder, language)


def clip_sha256(package: Path) -> str:
    return hashlib.sha256((package / "data" / "clip.mp4").read_bytes()).hexdigest()


def mail_in(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage) and not message.defects
    return message


def attached(message: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_content() for part in message.iter_attachments()}


# --- e-mail


def test_an_e_mail_with_the_clip_as_it_is(package: Path, tmp_path: Path) -> None:
    done = made(package, tmp_path / "out", channel("email", "csgt@example.org", message_mb=20))
    message = mail_in(done.path)
    assert message["To"] == "csgt@example.org" and message["X-Unsent"] == "1"
    assert message["From"] == "draft@example.invalid" and message["Message-ID"] is None
    assert message["Subject"].startswith("Phản ánh vi phạm giao thông: Chở quá số người")
    assert "98-B3 123.45" in message["Subject"]
    files = attached(message)
    data = package / "data"
    assert files["clip.mp4"] == (data / "clip.mp4").read_bytes()
    assert files["report.vi.pdf"] == (data / "report.vi.pdf").read_bytes()
    assert {"marked.jpg", "plate.png", "vehicle.jpg"} <= set(files)
    body = message.get_body()
    assert body is not None
    text = body.get_content()
    assert "Kính gửi cơ quan Cảnh sát giao thông" in text
    assert clip_sha256(package) in text
    assert hashlib.sha256((package / "manifest-sha256.txt").read_bytes()).hexdigest() in text
    assert all(name in text for name in files)
    assert "Tôi cung cấp danh tính riêng" in text and "đã xem lại" not in text
    assert [(one.name, one.sha256) for one in done.files] == [
        (done.path.name, hashlib.sha256(done.path.read_bytes()).hexdigest())
    ]


def test_lines_of_a_message_are_as_short_as_they_must_be(package: Path, tmp_path: Path) -> None:
    """RFC 5322: at most 998 bytes in a line, which ends with CR and LF; 7 bits (RFC 2045)."""
    content = made(package, tmp_path, channel("email")).path.read_bytes()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert max(content) < 128


@pytest.mark.parametrize("limit_mb", [3.0, 1.0])
def test_an_e_mail_too_small_for_the_clip(
    package: Path, tmp_path: Path, limit_mb: float, add: Edit
) -> None:
    whole = made(package, tmp_path / "whole", channel("email")).path.stat().st_size
    report = (package / "data" / "report.vi.pdf").stat().st_size
    limit = min(limit_mb * 1e6, whole * limit_mb / 4)
    if limit < report * 1.4 + 400_000:
        limit = report * 1.4 + 400_000
    assert limit < whole
    done = made(package, tmp_path / "out", channel("email", message_mb=limit / 1e6))
    assert done.path.stat().st_size <= limit
    files = attached(mail_in(done.path))
    body = mail_in(done.path).get_body()
    assert body is not None
    text = body.get_content()
    assert clip_sha256(package) in text
    if "clip.mp4" not in files:
        assert "clip-small.mp4" in files
        assert "bản nén nhỏ để gửi" in text
        assert files["clip-small.mp4"][4:8] == b"ftyp"


def test_an_e_mail_that_cannot_be_made_small_enough(package: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="do not fit"):
        made(package, tmp_path / "out", channel("email", message_mb=0.05))
    assert not list((tmp_path / "out").iterdir()), "nothing half is left"


def test_english(package: Path, tmp_path: Path) -> None:
    message = mail_in(made(package, tmp_path, channel("email"), "en").path)
    body = message.get_body()
    assert body is not None and body.get_content().startswith("To the traffic police,")
    assert "report.en.pdf" in attached(message)


# --- folders


def test_a_web_form(package: Path, tmp_path: Path) -> None:
    one = channel("web_form", file_mb=10, files=3, text_signs=5000)
    done = made(package, tmp_path / "out", one)
    names = {path.name for path in done.path.iterdir()}
    assert names == {"text.vi.txt", "report.vi.pdf", "clip.mp4", "marked.jpg"}
    assert {file.name for file in done.files} == names
    assert (done.path / "clip.mp4").read_bytes() == (package / "data" / "clip.mp4").read_bytes()
    text = (done.path / "text.vi.txt").read_text(encoding="utf-8")
    assert clip_sha256(package) in text and "Thấy có 3 người trên xe" in text


@pytest.mark.parametrize("signs", [200, 700, 1500])
def test_a_text_no_longer_than_it_may_be(package: Path, tmp_path: Path, signs: int) -> None:
    done = made(package, tmp_path, channel("chat", text_signs=signs))
    text = (done.path / "text.vi.txt").read_text(encoding="utf-8")
    assert 50 < len(text) <= signs
    assert "Thấy có 3 người" in text


def test_a_clip_no_longer_than_it_may_be(package: Path, tmp_path: Path) -> None:
    """Around the act, which is from second 2 to 4 of a film of 8."""
    from pipeline.channels.shrink import duration_of

    done = made(package, tmp_path, channel("chat", clip_s=2.5))
    assert duration_of(done.path / "clip-small.mp4") == pytest.approx(2.5, abs=0.15)
    text = (done.path / "text.vi.txt").read_text(encoding="utf-8")
    assert "của clip gốc, nén nhỏ để gửi" in text


def test_files_no_larger_than_they_may_be(package: Path, tmp_path: Path) -> None:
    clip = (package / "data" / "clip.mp4").stat().st_size
    report = (package / "data" / "report.vi.pdf").stat().st_size
    most = max(clip - 1000, report + 1)
    done = made(package, tmp_path, channel("web_form", file_mb=most / 1e6))
    assert all(file.bytes <= most for file in done.files)


# --- handing over


def test_a_zip_of_the_whole_package(package: Path, tmp_path: Path) -> None:
    done = made(package, tmp_path / "out", channel("handover"))
    assert done.path.name == f"{package.name}.zip"
    assert verify(done.path).ok
    with zipfile.ZipFile(done.path) as archive:
        archive.extractall(tmp_path / "again")
    assert bagit.Bag(str(tmp_path / "again" / package.name)).is_valid()
    again = made(package, tmp_path / "other", channel("handover"))
    assert again.path.read_bytes() == done.path.read_bytes()


def test_a_zip_can_be_submitted_too(package: Path, tmp_path: Path) -> None:
    zipped = made(package, tmp_path / "zips", channel("handover")).path
    done = made(zipped, tmp_path / "out", channel("web_form"))
    assert (done.path / "clip.mp4").read_bytes() == (package / "data" / "clip.mp4").read_bytes()


# --- what may be submitted


def test_a_changed_package_is_refused(package: Path, tmp_path: Path) -> None:
    clip = package / "data" / "clip.mp4"
    content = bytearray(clip.read_bytes())
    content[len(content) // 2] ^= 1
    clip.write_bytes(content)
    with pytest.raises(CheckFailed, match="không nguyên vẹn"):
        made(package, tmp_path / "out", channel("handover"))
    assert not (tmp_path / "out").exists()


def test_nobody_looked_at_it(package: Path) -> None:
    with (
        pytest.raises(CheckFailed, match="dashcam form") as caught,
        source_of(package, "en"),
    ):
        pass
    assert caught.value.exit_code == 4


def test_a_sealed_identity_goes_along(package: Path, tmp_path: Path, add: Edit) -> None:
    add(package, "reporter.age", b"age-encryption.org/v1\n" + bytes(900))
    assert verify(package).ok, verify(package)
    done = made(package, tmp_path / "out", channel("email"))
    assert "reporter.age" in attached(mail_in(done.path))
    body = mail_in(done.path).get_body()
    assert body is not None and "Danh tính của tôi nằm trong tệp reporter.age" in body.get_content()


def test_ready_when_a_person_confirmed(package: Path, tmp_path: Path, add: Edit) -> None:
    import json

    from tests.channels.conftest import CONFIRMED

    add(package, "person.json", json.dumps({**CONFIRMED, "act_confirmed": False}).encode())
    with pytest.raises(CheckFailed, match="confirmation of the act"), source_of(package, "en"):
        pass
    add(package, "person.json", json.dumps(CONFIRMED).encode())
    with source_of(package, "vi") as source:
        assert is_ready(source)
        done = make_submission(source, "tried", channel("chat"), tmp_path / "out", "vi")
    text = (done.path / "text.vi.txt").read_text(encoding="utf-8")
    assert "Quốc lộ 1" in text and "tôi đã xem lại" in text


def test_an_earlier_one_is_replaced(package: Path, tmp_path: Path) -> None:
    one = channel("web_form", files=3)
    made(package, tmp_path, one)
    stray = next(path for path in tmp_path.iterdir() if path.name.endswith(".tried")) / "old.txt"
    stray.write_text("old", encoding="utf-8")
    made(package, tmp_path, one)
    assert not stray.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


# --- nothing is sent


def test_no_network_is_touched(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused(socket.socket):
        def __init__(self, *arguments: Any, **more: Any) -> None:
            raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", Refused)
    monkeypatch.setattr(socket, "create_connection", Refused)
    monkeypatch.setattr(socket, "getaddrinfo", Refused)
    with pytest.raises(AssertionError, match="a socket was opened"):
        socket.create_connection(("example.invalid", 25))
    for kind in ("email", "web_form", "chat", "handover"):
        assert made(package, tmp_path / kind, channel(kind)).path.exists()


def test_a_source_knows_its_files(package: Path) -> None:
    with source_of(package, "vi", anyway=True) as source:
        assert isinstance(source, Source)
        assert [clip.path for clip, _ in source.clips()] == ["clip.mp4"]
        assert source.pictures()[0].name == "marked.jpg"
        assert source.sealed is None and source.person() is None
