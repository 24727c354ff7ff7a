"""The search itself: whatever is planted is found, and nothing is found where nothing is."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import random
import unicodedata
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from fpdf import FPDF
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.evidence.fonts import font_file
from pipeline.reporter.pdf_text import pdf_text
from pipeline.reporter.traces import Traces, without_diacritics, words_of
from tests.reporter.conftest import WHO

SEARCH = Traces(words_of(WHO))
NOISE = random.Random(7).randbytes(100_000)


def labels(content: bytes) -> set[str]:
    return {trace.label for trace in SEARCH.in_content(content, "file")}


def planted(secret: bytes) -> bytes:
    return NOISE[:50_001] + secret + NOISE[50_001:]


def test_noise_holds_nothing() -> None:
    assert labels(NOISE) == set()
    assert labels(b"") == set() and labels(b"a") == set()


@pytest.mark.parametrize("label", WHO)
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: unicodedata.normalize("NFD", text).encode("utf-16-le"),
        lambda text: without_diacritics(text).encode(),
        lambda text: without_diacritics(text).lower().replace(" ", "_").encode(),
        lambda text: text.upper().encode(),
        lambda text: text.replace(" ", "").encode(),
        lambda text: quote(text).encode(),
        lambda text: quote(text).lower().encode(),
        lambda text: quote_plus(text).encode(),
        lambda text: json.dumps(text).encode(),
        lambda text: text.encode("ascii", "xmlcharrefreplace"),
        lambda text: text.encode().hex().encode(),
        lambda text: text.encode("utf-16-le").hex().upper().encode(),
    ],
)
def test_every_form_is_found(label: str, encode: Callable[[str], bytes]) -> None:
    assert labels(planted(encode(WHO[label]))) >= {label}


@pytest.mark.parametrize("label", WHO)
@pytest.mark.parametrize("before", range(3))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_base64_in_every_alignment(label: str, before: int, encoding: str) -> None:
    around = b"\xffAB"[:before]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert labels(planted(encode(around + WHO[label].encode(encoding) + b"\xfe\x01"))) == {
            *({"address (street)"} if label == "address" else ()),
            label,
        }


@pytest.mark.parametrize(
    "text", ["+84912345678", "84912345678", "0912 345 678", "091 234 5678", "+84.912.345.678"]
)
def test_a_phone_is_found_however_it_is_written(text: str) -> None:
    assert labels(planted(text.replace(".", "").encode())) == {"phone"}


def test_a_number_in_groups() -> None:
    assert labels(planted(b"001 190 123 456")) == {"number"}
    assert labels(planted(b"0011.9012.3456")) == {"number"}


def test_in_a_zip_in_a_zip() -> None:
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", f"…{WHO['name']}…")
        archive.writestr(f"{WHO['phone']}.txt", "nothing")
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", inner.getvalue())
    assert labels(outer.getvalue()) == {"name", "phone"}


def test_in_gzip_and_in_a_picture_s_texts() -> None:
    assert labels(gzip.compress(WHO["number"].encode())) == {"number"}
    texts = PngInfo()
    texts.add_text("Author", WHO["name"], zip=True)
    file = io.BytesIO()
    Image.new("RGB", (9, 9)).save(file, "PNG", pnginfo=texts)
    assert WHO["name"].encode() not in file.getvalue()
    assert labels(file.getvalue()) == {"name"}


@pytest.mark.parametrize("where", ["text", "title", "author"])
def test_in_a_document(where: str) -> None:
    """A PDF numbers the letters of its fonts in its own way and packs its pages."""
    page = FPDF()
    page.add_font("f", "", font_file(""))
    page.set_font("f", "", 12)
    page.add_page()
    page.multi_cell(60, 6, f"Người báo: {WHO['name'] if where == 'text' else '…'}, hết.")
    if where == "title":
        page.set_title(WHO["name"])
    if where == "author":
        page.set_author(WHO["name"])
    content = bytes(page.output())
    assert WHO["name"].encode() not in content
    assert labels(content) == {"name"}
    assert "Người báo:" in pdf_text(content)


def test_in_an_e_mail() -> None:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Từ {WHO['name']}"
    message.set_content(f"Số của tôi: {WHO['phone']}", cte="base64")
    message.add_attachment(
        f"{WHO['address']}".encode("utf-16-le"), maintype="application", subtype="x"
    )
    assert labels(message.as_bytes()) >= {"name", "phone", "address"}


def test_in_names_of_files_and_folders(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "Nguyen_Thi_Anh_Dao"
    folder.mkdir(parents=True)
    (folder / f"{WHO['phone']}.mp4").write_bytes(b"")
    found = list(SEARCH.in_folder(tmp_path / "out"))
    assert {trace.label for trace in found} == {"name", "phone"}
    assert not any("Nguyen" in trace.where or WHO["phone"] in trace.where for trace in found)


def test_across_the_blocks_of_a_large_file(tmp_path: Path) -> None:
    """The search looks at 16 MiB at a time."""
    for offset in (-1, -2, -5, 0, 1):
        content = bytearray((1 << 24) + 100)
        secret = WHO["number"].encode()
        start = (1 << 24) + offset - len(secret) // 2
        content[start : start + len(secret)] = secret
        assert labels(bytes(content)) == {"number"}


def test_names_that_are_no_text_do_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\xfe.bin")).write_bytes(WHO["name"].encode())
    assert {trace.label for trace in SEARCH.in_folder(tmp_path)} == {"name"}
