"""The folder of what is the person's own: their sealed identity, their register, their keys.

Only its owner can look into it, and whatever is written there appears whole.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from pipeline.errors import OutputError


def own_folder() -> Path:
    """The folder, made if it is not there; `DASHCAM_DATA` names another. Raises OutputError."""
    named = os.environ.get("DASHCAM_DATA")
    folder = Path(named) if named else Path(platformdirs.user_data_path("dashcam-evidence"))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be made ({error.strerror or error}); name another with DASHCAM_DATA"
        ) from error
    return folder


def write_own(name: str, content: bytes) -> Path:
    """Write a file that only its owner can read, whole or not at all. Raises OutputError."""
    path = own_folder() / name
    part = path.with_name(f".{name}.part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(
            f"{path}: cannot be written ({error.strerror or error}); free some space"
        ) from error
    return path
