"""Whole or not at all: things are made in a hidden place beside their own and moved there complete.

    .NAME.part   being made; its maker holds a lock on it, which dies with the maker
    .NAME.old    the older one, for the moment in which the new one takes its place

A process that is killed may leave one of them behind. `clear_leftovers` takes away what nobody
holds any more, and puts an older one back whose successor never came.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import OutputError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LEFTOVER = re.compile(r"^\.(?P<name>.+)\.(?P<kind>part|old)$")


@contextmanager
def folder_aside(target: Path) -> Iterator[Path]:
    """An empty hidden folder beside `target`, gone afterwards unless it was moved.

    Raises OutputError where it cannot be made, or another process is making the same.
    """
    part = target.with_name(f".{target.name}.part")
    with _one_line(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(target.parent)
        lock = _made(part, target)
        try:
            yield part
        finally:
            _remove(part)
            os.close(lock)


def put_in_place(part: Path, target: Path) -> None:
    """Move a file or folder to `target`, replacing an older one; it lasts through a power cut.

    The older one stays if anything fails. Raises OSError.
    """
    sync(part)
    old = target.with_name(f".{target.name}.old")
    _remove(old)
    replaced = target.is_dir() and not target.is_symlink()
    if replaced:
        target.rename(old)
    try:
        part.rename(target)
    except BaseException:
        if replaced:
            old.rename(target)
        raise
    _sync_one(target.parent)
    _remove(old)


def clear_leftovers(folder: Path) -> None:
    """Take away what killed processes left half made in `folder`."""
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            match = _LEFTOVER.match(path.name)
            if match is not None and not path.is_symlink():
                with suppress(OSError):
                    _clear(path, folder / match["name"], match["kind"])


def sync(path: Path) -> None:
    """Have the disk keep a file, or a folder with all that is in it. Raises OSError."""
    if path.is_dir():
        for inner in path.iterdir():
            sync(inner)
    _sync_one(path)


# --- behind them -------------------------------------------------------------------------------


def _clear(path: Path, target: Path, kind: str) -> None:
    if kind == "old":
        if _is_held(target.with_name(f".{target.name}.part")):
            return  # its successor is on the way
        if not target.exists():
            path.rename(target)
            return
    if not _is_held(path):
        _remove(path)


def _is_held(path: Path) -> bool:
    """Whether the maker of it lives."""
    try:
        lock = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _made(part: Path, target: Path) -> int:
    """Make the folder and hold it; returns the open lock."""
    for _ in range(5):  # another process may clear it between the two steps
        try:
            part.mkdir()
            lock = os.open(part, os.O_RDONLY)
        except FileExistsError:
            break
        except FileNotFoundError:
            continue
        with suppress(OSError):  # file systems without locks: nobody clears there, then
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if part.exists() and os.fstat(lock).st_ino == part.stat().st_ino:
            return lock
        os.close(lock)
    raise OutputError(
        f"{target}: another run is making it; wait for it, or remove the folder {part.name}"
    )


@contextmanager
def _one_line(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            remedy = "free some space and run it again"
        else:
            remedy = "choose another folder with -o"
        raise OutputError(
            f"{target}: the package cannot be written ({error.strerror or error}); {remedy}"
        ) from error


def _remove(path: Path) -> None:
    """Take it away; a folder may still get a file from a process that outlived its parent."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    for _ in range(5):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return
        time.sleep(0.05)


def _sync_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:  # folders of some file systems cannot be synced
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
