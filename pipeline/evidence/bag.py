"""The bag (BagIt, RFC 8493) that a package is: made to the side, there whole or not at all."""

from __future__ import annotations

import errno
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bagit

from pipeline import __version__
from pipeline.errors import OutputError

# It reports failures with a traceback of its own; ours are one line.
logging.getLogger("bagit").setLevel(logging.CRITICAL + 1)

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def new_bag(target: Path, description: str) -> Iterator[Path]:
    """A folder to be filled with the payload; on leaving it becomes the bag `target`.

    An older `target` is replaced. If anything fails or is interrupted, nothing is left behind and
    the older one stays. Raises OutputError.
    """
    target = target.absolute()  # bagit changes the working directory
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        bagit.make_bag(str(part), _information(target.name, description), checksums=["sha256"])
        _put_in_place(part, target)
    except bagit.BagError as error:
        raise OutputError(f"{target}: the package cannot be made ({error})") from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            remedy = "free some space and run it again"
        else:
            remedy = "choose another folder with -o"
        raise OutputError(
            f"{target}: the package cannot be written ({error.strerror or error}); {remedy}"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def open_bag(package: Path) -> bagit.Bag:
    """The bag in a folder. Raises bagit.BagError."""
    return bagit.Bag(str(package))


def _information(name: str, description: str) -> dict[str, str]:
    return {
        "External-Identifier": name,
        "External-Description": description,
        "Bag-Software-Agent": f"dashcam-evidence {__version__}, bagit {bagit.VERSION}",
    }


def _put_in_place(part: Path, target: Path) -> None:
    if not target.exists():
        part.rename(target)
        return
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    target.rename(old)
    try:
        part.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
