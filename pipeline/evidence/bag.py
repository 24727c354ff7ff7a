"""The bag (BagIt 1.0, RFC 8493) that a package is, in one form only.

The format allows many spellings of one list: order, spaces, capitals. Here there is exactly one for
any content, so that a reader can make the lists again and compare them byte for byte.

    bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt  data/…
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pipeline.evidence.digest import sha256_of

DECLARATION, LABEL = "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
PAYLOAD = "data"
DECLARED = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

Digests = dict[str, str]  # path inside the bag, with slashes, to SHA-256


def digests_below(root: Path, folder: Path) -> Digests:
    """The digest of every file below `folder`, by its path from `root`."""
    found = sorted(
        Path(where, name).relative_to(root).as_posix()
        for where, _, names in os.walk(folder)
        for name in names
    )
    return {path: sha256_of(root / path) for path in found}


def manifest_text(digests: Mapping[str, str]) -> str:
    """The list of files as RFC 8493, section 2.1.3, writes it, sorted by path."""
    return "".join(f"{digest}  {_encoded(path)}\n" for path, digest in sorted(digests.items()))


def label_text(facts: Mapping[str, str]) -> str:
    """`bag-info.txt`: a line for each fact, sorted by its name."""
    return "".join(f"{name}: {' '.join(text.split())}\n" for name, text in sorted(facts.items()))


def label_of(text: str) -> dict[str, str]:
    """The facts of a `bag-info.txt` that `label_text` wrote."""
    lines = (line.partition(": ") for line in text.splitlines())
    return {name: value for name, _, value in lines}


def oxum(root: Path, digests: Mapping[str, str]) -> str:
    """Bytes and number of the files, as `Payload-Oxum` gives them."""
    return f"{sum((root / path).stat().st_size for path in digests)}.{len(digests)}"


def write_manifest(root: Path, digests: Mapping[str, str]) -> None:
    """Write the list of the payload."""
    _write(root / MANIFEST, manifest_text(digests))


def write_tags(root: Path, facts: Mapping[str, str]) -> None:
    """Write declaration and label, then the list of all files outside the payload."""
    _write(root / DECLARATION, DECLARED)
    _write(root / LABEL, label_text(facts))
    _write(root / TAG_MANIFEST, manifest_text(tag_digests(root)))


def tag_digests(root: Path, leave_out: frozenset[str] = frozenset()) -> Digests:
    """Digests of the files beside the payload, but for the list of them."""
    names = sorted(path.name for path in root.iterdir() if path.is_file())
    return {
        name: sha256_of(root / name) for name in names if name not in leave_out | {TAG_MANIFEST}
    }


def _encoded(path: str) -> str:
    """Percent signs and line breaks are the only letters that a list may not hold."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
