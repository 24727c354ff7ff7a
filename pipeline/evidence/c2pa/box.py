"""Where a C2PA manifest stands in an MP4, and whose certificate it was signed with.

The manifest is a `uuid` box of the file (C2PA 2.2, A.5); in it are JUMBF boxes (ISO 19566-5), one
for each manifest, the last of which counts; in that, `c2pa.signature` is a COSE_Sign1 (RFC 9052)
whose header has the chain of certificates (`x5chain`, RFC 9360), the signer's first. The library
that checks all of it does not hand that certificate out, hence this reading of it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONTAINERS = (".mp4", ".m4v", ".mov")
_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_LARGEST = 4 * 1024 * 1024  # bytes of a manifest; ours have 13,000
_X5CHAIN = (33, "x5chain")  # as the standard has it, and as older manifests do
_DEEPEST = 32


def manifest_of(path: Path) -> bytes | None:
    """The JUMBF of an MP4 or MOV that has a C2PA manifest; None for any other. Raises OSError."""
    if path.suffix.lower() not in CONTAINERS:
        return None
    size = path.stat().st_size
    with path.open("rb") as stream:
        at = 0
        while at + 8 <= size:
            stream.seek(at)
            head = stream.read(32)
            length, kind = struct.unpack(">I4s", head[:8])
            start = 8
            if length == 1 and len(head) >= 16:
                length, start = struct.unpack(">Q", head[8:16])[0], 16
            elif length == 0:
                length = size - at
            if length < start:
                return None
            if kind == b"uuid" and head[start : start + 16] == _UUID:
                stream.seek(at + start + 16)
                return _jumbf(stream.read(min(length - start - 16, _LARGEST)))
            at += length
    return None


def certificate_in(jumbf: bytes) -> bytes | None:
    """The signer's certificate (DER) of the active manifest; None where it is not found."""
    try:
        store = next(_boxes(jumbf))[1]
        manifests = [content for label, content in _labelled(store) if label != "c2pa"]
        for label, content in _labelled(manifests[-1]):
            if label == "c2pa.signature":
                return _certificate(content)
    except (IndexError, StopIteration, ValueError, struct.error, UnicodeDecodeError):
        pass
    return None


def _jumbf(content: bytes) -> bytes | None:
    """What follows version, flags, the box's purpose and, for a manifest, an offset."""
    purpose, zero, rest = content[4:].partition(b"\0")
    return rest[8:] if zero and purpose == b"manifest" else None


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        if length < 8:
            return
        yield kind, content[at + 8 : at + length]
        at += length


def _labelled(superbox: bytes) -> Iterator[tuple[str, bytes]]:
    """Label and content of each superbox within one."""
    for kind, content in _boxes(superbox):
        if kind != b"jumb":
            continue
        first, description = next(_boxes(content))
        if first == b"jumd":
            label = description[17:].partition(b"\0")[0]
            yield label.decode("utf-8"), content


def _certificate(signature: bytes) -> bytes | None:
    for kind, content in _boxes(signature):
        if kind != b"cbor":
            continue
        sign1, _ = _decoded(content, 0)
        headers = [_decoded(sign1[0], 0)[0], sign1[1]]
        for header in headers:
            for name in _X5CHAIN:
                chain = header.get(name) if isinstance(header, dict) else None
                if isinstance(chain, list) and chain:
                    chain = chain[0]
                if isinstance(chain, bytes):
                    return chain
    return None


def _decoded(content: bytes, at: int, depth: int = 0) -> tuple[Any, int]:
    """One item of CBOR (RFC 8949) and where the next begins; tags are passed over.

    Lengths must be definite, as COSE's are. Raises ValueError, IndexError.
    """
    if depth > _DEEPEST:
        raise ValueError("too deep")
    major, extra = content[at] >> 5, content[at] & 31
    at += 1
    if extra >= 28:
        raise ValueError("of no definite length")
    if extra >= 24:
        width = 1 << (extra - 24)
        extra = int.from_bytes(content[at : at + width], "big")
        at += width
    if major < 2:
        return (extra if major == 0 else -1 - extra), at
    if major < 4:
        if at + extra > len(content):
            raise ValueError("cut short")
        text = content[at : at + extra]
        return (text if major == 2 else text.decode("utf-8")), at + extra
    if major == 6:
        return _decoded(content, at, depth + 1)
    if major == 7:
        return None, at
    items = []
    for _ in range(extra * (1 if major == 4 else 2)):
        item, at = _decoded(content, at, depth + 1)
        items.append(item)
    if major == 4:
        return items, at
    keys = [key if isinstance(key, int | str) else str(key) for key in items[::2]]
    return dict(zip(keys, items[1::2], strict=True)), at
