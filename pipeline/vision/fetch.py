"""Released model files from the network: with resume, checksum and a cache folder."""

from __future__ import annotations

import hashlib
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import requests

from pipeline.errors import ModelError
from pipeline.vision.registry import Entry

_BLOCK = 1 << 16
_CONNECT_S, _READ_S = 3.0, 30.0
_RETRY_AFTER_S = 24 * 3600.0


class FetchError(ModelError):
    """A file that could not be fetched whole."""


def fetch(
    entry: Entry, *, progress: Callable[[int, int], None] | None = None, patient: bool = True
) -> Path:
    """Download `entry` into the cache, going on where an earlier try broke off.

    A file appears under its name only when its checksum is right. With `patient` false a failure is
    remembered for a day, so that a machine without network does not wait for it in every run.
    Raises FetchError.
    """
    target = entry.path
    part = target.with_name(target.name + ".part")
    failed = target.with_name(target.name + ".unreachable")
    if not patient and failed.exists() and time.time() - failed.stat().st_mtime < _RETRY_AFTER_S:
        raise FetchError(f"{entry.url}: not reached earlier today; run: dashcam models pull")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if entry.member is None:
            _download(entry, part, entry.bytes, progress)
        else:
            _fetch_archive(entry, entry.member, part, progress)
        _check(entry, part)
        part.replace(target)
        failed.unlink(missing_ok=True)
    except requests.RequestException as error:
        if not patient:
            failed.touch()
        raise FetchError(
            f"{entry.url}: cannot be reached ({type(error).__name__}); check the network and try "
            "again, what was fetched so far is kept"
        ) from error
    except OSError as error:
        raise FetchError(f"{part}: cannot be written ({error.strerror or error})") from error
    return target


def _fetch_archive(
    entry: Entry, member: str, part: Path, progress: Callable[[int, int], None] | None
) -> None:
    """Download the archive and take the one file out of it; the size of the archive is not known
    beforehand, so an unfinished one has another name than a finished one."""
    archive = part.with_name(part.name + ".zip")
    if not archive.exists():
        loading = part.with_name(part.name + ".loading")
        _download(entry, loading, None, progress)
        loading.replace(archive)
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(member) as packed:
            if opened.getinfo(member).file_size != entry.bytes:
                raise zipfile.BadZipFile(f"{member} has another size")
            with part.open("wb") as stream:
                shutil.copyfileobj(packed, stream, 1 << 20)
    except (zipfile.BadZipFile, KeyError) as error:
        raise FetchError(f"{entry.url}: not the archive that is expected ({error})") from error
    finally:
        archive.unlink(missing_ok=True)


def _download(
    entry: Entry,
    part: Path,
    total: int | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    assert entry.url is not None
    have = part.stat().st_size if part.exists() else 0
    if total is not None and have >= total:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    with requests.get(
        entry.url, headers=headers, stream=True, timeout=(_CONNECT_S, _READ_S)
    ) as response:
        if response.status_code == 416:  # the file there is shorter than what we have
            part.unlink()
            raise FetchError(f"{entry.url}: it changed while being fetched; try again")
        response.raise_for_status()
        resumed = response.status_code == 206
        done = have if resumed else 0
        total = total or done + int(response.headers.get("Content-Length", 0))
        with part.open("ab" if resumed else "wb") as stream:
            for block in response.iter_content(_BLOCK):
                stream.write(block)
                done += len(block)
                if progress:
                    progress(done, total)
    if done < total:
        raise requests.ConnectionError(f"{done} of {total} bytes arrived")


def _check(entry: Entry, part: Path) -> None:
    digest = hashlib.sha256()
    with part.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != entry.sha256:
        part.unlink()
        raise FetchError(
            f"{entry.url}: its sha256 is {digest.hexdigest()[:12]}… where {entry.sha256[:12]}… is "
            "expected; it was not kept"
        )
