"""What leaves this machine by itself, and what stands in files: as little as can be.

Libraries that call home are told not to, before anything imports them: Ultralytics looks up DNS on
import and installs packages by itself; OpenVINO and albumentations ask their vendors. Paths are cut
down before they are written, since a folder is often called like its owner.
"""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import Any

_QUIET = {
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
    "NO_ALBUMENTATIONS_UPDATE": "1",
    "OPENVINO_TELEMETRY_OPT_OUT": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}


def silence_libraries() -> None:
    """Set the opt-outs; what the user has set already stays."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def without_folders(value: Any) -> Any:
    """The same settings, but of each text that looks like a path only its last part."""
    if isinstance(value, dict):
        return {name: without_folders(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_folders(inner) for inner in value]
    if isinstance(value, str) and (value.startswith(("/", "~", ".")) or ":\\" in value):
        return PurePath(value.replace("\\", "/")).name
    return value
