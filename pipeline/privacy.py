"""Libraries that call home are told not to, before anything imports them.

Ultralytics looks up DNS on import and installs packages by itself; OpenVINO and albumentations ask
their vendors. A program about privacy does none of that behind a person's back.
"""

from __future__ import annotations

import os

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
