"""The text that a PDF shows, for searching: its fonts number their letters in ways of their own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_STRING = re.compile(rb"\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f\s]+)>", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?=[<\n\r]|end)")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SHOWS_TEXT = re.compile(rb"[)>\]]\s*T[jJ]\b")
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MOST = 0x10000


def pdf_streams(content: bytes) -> Iterator[bytes]:
    """Its streams, without their compression."""
    for found in _STREAM.finditer(content):
        raw = found[1]
        try:
            yield zlib.decompressobj().decompress(raw)
        except zlib.error:
            yield raw


def pdf_text(content: bytes) -> str:
    """Every string of its pages, through every table of letters that it has: a line for each with
    single spaces, and one without any. Before them, every string outside its pages (title, author).
    """
    streams = list(pdf_streams(content))
    tables = [table for stream in streams if b"beginbf" in stream and (table := _table(stream))]
    lines = [_outside(_plain(*one.groups())) for one in _STRING.finditer(_STREAM.sub(b"", content))]
    for stream in streams:
        if not _SHOWS_TEXT.search(stream):
            continue
        strings = [_plain(*found.groups()) for found in _STRING.finditer(stream)]
        for table in tables:
            shown = [_through(table, one) for one in strings]
            lines.append(" ".join(" ".join(shown).split()))
            lines.append("".join("".join(shown).split()))  # words may be cut anywhere
    return "\n".join(lines)


def _through(table: dict[int, str], string: bytes) -> str:
    codes = (int.from_bytes(string[at : at + 2], "big") for at in range(0, len(string) - 1, 2))
    return "".join(table.get(code, "") for code in codes)


def _outside(string: bytes) -> str:
    """A string as ISO 32000-1, 7.9.2.2 has it: UTF-16 with its mark, else one byte a letter."""
    if string[:2] == b"\xfe\xff":
        return string[2:].decode("utf-16-be", "replace")
    return string.decode("latin-1")


def _plain(escaped: bytes | None, hexed: bytes | None) -> bytes:
    if escaped is None:
        digits = b"".join((hexed or b"").split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    return _ESCAPED.sub(_unescaped, escaped)


def _unescaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    if sign[:1] in b"01234567":
        return bytes([int(sign, 8) & 0xFF])
    return _PLAIN.get(sign, b"" if sign in (b"\n", b"\r\n") else sign)


def _table(stream: bytes) -> dict[int, str]:
    """A ToUnicode map (ISO 32000-1, 9.10.3): number of a letter in the font to the letter."""
    table: dict[int, str] = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        for code, text in _PAIR.findall(part):
            table[int(code, 16)] = _letters(text)
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
        for first, last, text in _RANGE.findall(part):
            start, end, letter = int(first, 16), int(last, 16), int(text, 16)
            for step in range(min(end - start + 1, _MOST)):
                with suppress(ValueError):
                    table[start + step] = chr(letter + step)
    return table


def _letters(text: bytes) -> str:
    return bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
