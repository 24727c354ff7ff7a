"""Whether a person's words stand anywhere in a folder, in whatever way files hold words.

Every file is searched as it is and, where it holds others, inside: streams and text of PDF, members
of zip archives, parts of e-mails, gzip, texts of PNG. The words are looked for composed and
decomposed, with and without diacritics and gaps, in small and capital letters, as UTF-8, UTF-16
(both orders), base64 (all three alignments), URL-encoded, quoted-printable, hexadecimal, escaped as
JSON and HTML do. What it cannot see: words in pictures and sound, and inside encryption.
"""

from __future__ import annotations

import base64
import email
import email.policy
import gzip
import io
import json
import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, quote_plus

import numpy as np
from numpy.typing import NDArray

from pipeline.reporter.pdf_text import pdf_streams, pdf_text

_SHORTEST = 6  # bytes: what is shorter is found everywhere by chance
_PREFIX = 3
_DEEPEST = 4
_LARGEST_INSIDE = 256 * 1024 * 1024
_GAPS = (" ", "", "_", "-", ".", "+")


@dataclass(frozen=True, slots=True)
class Trace:
    """One find: where, which of the words (its label, never its value), and in which form."""

    where: str
    label: str
    form: str


class Traces:
    """Looks for the words of one person; `words` maps a label such as "name" to its value."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._patterns: dict[bytes, tuple[str, str]] = {}
        for label, value in words.items():
            for text in _spellings(label, value):
                for form, pattern in _encodings(text):
                    if len(pattern) >= _SHORTEST:
                        self._patterns.setdefault(pattern, (label, form))

    def in_folder(self, folder: Path) -> Iterator[Trace]:
        """Every trace below `folder`: in files, and in the names of files and folders."""
        for where, folders, files in os.walk(folder):
            inside = Path(where).relative_to(folder)
            for name in (*folders, *files):
                shown = f"{self._shown(inside / '…')} (a name in it)"
                yield from self._in_bytes(os.fsencode(name), shown)
            for name in files:
                path = Path(where, name)
                if path.is_file() and not path.is_symlink():
                    yield from self.in_content(path.read_bytes(), self._shown(inside / name))

    def in_content(self, content: bytes, shown: str, depth: int = 0) -> Iterator[Trace]:
        """Traces in `content` itself and in what it holds."""
        yield from self._in_bytes(content, shown)
        if depth < _DEEPEST:
            for name, inner in _inside(content):
                yield from self._in_bytes(name.encode(), f"{shown}/… (a name in it)")
                yield from self.in_content(inner, f"{shown}/{self._shown(Path(name))}", depth + 1)

    def _shown(self, path: Path) -> str:
        """A path that may be shown: a part of it that holds one of the words is left out."""
        parts = ("…" if any(self._in_bytes(os.fsencode(part), "")) else part for part in path.parts)
        return "/".join(parts)

    def _in_bytes(self, content: bytes, shown: str) -> Iterator[Trace]:
        found = set()
        for start in self._candidates(content):
            for pattern in self._by_prefix[content[start : start + _PREFIX]]:
                if content.startswith(pattern, start):
                    found.add(self._patterns[pattern])
        for label, form in sorted(found):
            yield Trace(shown, label, form)

    def _candidates(self, content: bytes) -> list[int]:
        """Where one of the patterns may begin, by their first three bytes."""
        view = np.frombuffer(content, np.uint8)
        found: list[int] = []
        step = 1 << 24
        for start in range(0, max(len(view) - _PREFIX + 1, 0), step):
            part = view[start : start + step + _PREFIX - 1].astype(np.uint32)
            codes = (part[:-2] << 16) | (part[1:-1] << 8) | part[2:]
            found += (np.flatnonzero(self._table[codes]) + start).tolist()
        return found

    @cached_property
    def _by_prefix(self) -> dict[bytes, list[bytes]]:
        table: dict[bytes, list[bytes]] = {}
        for pattern in self._patterns:
            table.setdefault(pattern[:_PREFIX], []).append(pattern)
        return table

    @cached_property
    def _table(self) -> NDArray[np.bool_]:
        table = np.zeros(1 << 24, np.bool_)
        table[[int.from_bytes(prefix, "big") for prefix in self._by_prefix]] = True
        return table


# --- ways to write a word ----------------------------------------------------------------------


def without_diacritics(text: str) -> str:
    """Nguyễn Văn Đức becomes Nguyen Van Duc."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _spellings(label: str, value: str) -> set[str]:
    values = {value}
    if label == "phone":  # with the country's code, too, and in groups
        home = value.removeprefix("0")
        values |= {f"+84{home}", f"84{home}", home}
        values |= {f"{value[:4]} {value[4:7]} {value[7:]}", f"{value[:3]} {value[3:6]} {value[6:]}"}
    if label == "number":
        values |= {f"{value[:3]} {value[3:6]} {value[6:9]} {value[9:]}"}
        values |= {f"{value[:4]} {value[4:8]} {value[8:]}"}
    spelled = set()
    for text in values:
        for plain in (text, without_diacritics(text)):
            for cased in {plain, plain.lower(), plain.upper()}:
                for gap in _GAPS:
                    joined = gap.join(cased.split())
                    spelled |= {unicodedata.normalize(form, joined) for form in ("NFC", "NFD")}
    return spelled


def _encodings(text: str) -> Iterator[tuple[str, bytes]]:
    plain = text.encode()
    forms = (("UTF-8", plain), ("UTF-16-LE", text.encode("utf-16-le")))
    for name, content in (*forms, ("UTF-16-BE", text.encode("utf-16-be"))):
        yield name, content
        yield name, content.lower()  # as programs do that know ASCII only
        yield f"{name} hexadecimal", content.hex().encode()
        yield f"{name} hexadecimal", content.hex().upper().encode()
        for alignment in range(3):
            inner = _base64_at(content, alignment)
            yield f"{name} base64", inner
            yield f"{name} base64", inner.translate(bytes.maketrans(b"+/", b"-_"))
    with suppress(UnicodeEncodeError):
        yield "windows-1258", text.encode("cp1258")
    for quoted in (quote(text, safe=""), quote_plus(text), quote(text)):
        yield "URL-encoded", quoted.encode()
        yield "URL-encoded", re.sub(r"%..", lambda hit: hit[0].lower(), quoted).encode()
        yield "URL-encoded", quoted.lower().encode()
    yield "quoted-printable", re.sub("%", "=", quote(text, safe=" ,/")).encode()
    yield "JSON", json.dumps(text)[1:-1].encode()
    yield "HTML", text.encode("ascii", "xmlcharrefreplace")
    hexed = "".join(sign if sign.isascii() else f"&#x{ord(sign):x};" for sign in text)
    yield "HTML", hexed.encode()


def _base64_at(content: bytes, alignment: int) -> bytes:
    """What base64 makes of `content` when `alignment` bytes stand before it in its group of three:
    only the signs that no neighbour can change.
    """
    encoded = base64.b64encode(b"\0" * alignment + content)
    first = (0, 2, 3)[alignment]
    last = (alignment + len(content)) * 8 // 6
    return encoded[first:last]


# --- files in files ----------------------------------------------------------------------------


def _inside(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of what a file holds."""
    with suppress(zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error):
        if content[:2] == b"PK":
            yield from _members(content)
    if content[:5] == b"%PDF-":
        for number, stream in enumerate(pdf_streams(content)):
            yield f"stream {number}", stream
        yield "text", pdf_text(content).encode()
    if content[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield "gzip", gzip.decompress(content)
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png_texts(content)
    if b"MIME-Version:" in content[:4096]:
        yield from _mail_parts(content)


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if member.file_size <= _LARGEST_INSIDE:
                yield member.filename, archive.read(member)


def _png_texts(content: bytes) -> Iterator[tuple[str, bytes]]:
    position = 8
    while position + 8 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        kind = content[position + 4 : position + 8]
        data = content[position + 8 : position + 8 + length]
        if kind in (b"zTXt", b"iTXt"):
            for start in (hit.start() for hit in re.finditer(b"[\x78]", data)):
                with suppress(zlib.error):
                    yield kind.decode(), zlib.decompress(data[start:])
        position += 12 + length


def _mail_parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    yield "headers", headers.encode("utf-8", "replace")
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield part.get_filename() or part.get_content_type(), payload


def words_of(told: Mapping[str, str]) -> dict[str, str]:
    """What of a reporter to look for; of an address also its part before the first comma, where
    that is long enough not to be found by chance.
    """
    words = dict(told)
    street = told.get("address", "").split(",")[0].strip()
    if len(street) >= 10:
        words["address (street)"] = street
    return words
