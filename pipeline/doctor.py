"""What is missing on this machine, and how to get it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `ok` is None for something optional that is absent."""

    name: str
    ok: bool | None
    found: str
    remedy: str = ""


def examine() -> Iterator[Check]:
    """All checks. Needs no heavy import to succeed: it must run where things are broken."""
    version = sys.version.split()[0]
    yield Check("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or later")
    yield Check("System", True, f"{platform.system()} {platform.machine()}")
    yield _opencv()
    yield _ffmpeg()
    yield _models()
    yield _library("onnxruntime", "vehicle detection")
    yield _library("rapidocr", "plate reading")
    yield _one_opencv()
    yield _optional("openvino", "openvino", "detection with OpenVINO weights")
    yield _optional("ultralytics", "ultralytics", "detection with .pt weights")
    yield _optional("easyocr", "easyocr", "plate reading with EasyOCR")
    yield _optional("rfc3161_client", "timestamp", "time stamps by an authority")
    yield _optional("c2pa", "c2pa", "C2PA manifests within clips")
    yield _exiftool()
    yield _space()


def _library(name: str, purpose: str) -> Check:
    try:
        return Check(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Check(name, False, f"missing ({purpose})", "pip install dashcam-evidence")


def _optional(module: str, extra: str, purpose: str) -> Check:
    if importlib.util.find_spec(module) is None:
        remedy = f"only for {purpose}: pip install 'dashcam-evidence[{extra}]'"
        return Check(module, None, "not installed", remedy)
    return Check(module, True, f"installed ({purpose})")


def _opencv() -> Check:
    try:
        import cv2
    except ImportError as error:
        return Check(
            "OpenCV",
            False,
            str(error),
            "sudo apt-get install libgl1 libglib2.0-0 (or your system's)",
        )
    return Check("OpenCV", True, cv2.__version__)


def _one_opencv() -> Check:
    """Two OpenCV distributions share one folder: they must be of one version."""
    versions = set()
    for name in ("opencv-python", "opencv-python-headless", "opencv-contrib-python"):
        try:
            versions.add(importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            continue
    if len(versions) <= 1:
        return Check("OpenCV versions", True, ", ".join(versions) or "none")
    return Check(
        "OpenCV versions",
        False,
        " and ".join(sorted(versions)),
        f"pip install opencv-python=={max(versions)} opencv-python-headless=={max(versions)}",
    )


def _ffmpeg() -> Check:
    try:
        from pipeline.footage.binary import ffmpeg_path

        path = ffmpeg_path()
    except Exception as error:
        return Check("FFmpeg", False, str(error), "pip install imageio-ffmpeg, or install ffmpeg")
    inside = "imageio_ffmpeg" in path
    return Check("FFmpeg", True, "the one inside imageio-ffmpeg" if inside else path)


def _models() -> Check:
    try:
        from pipeline.vision.registry import registry
        from pipeline.vision.weights import SHIPPED_DETECTOR, checked

        weights = checked(registry()[SHIPPED_DETECTOR])
    except Exception as error:
        return Check("Shipped model", False, str(error), "reinstall dashcam-evidence")
    return Check("Shipped model", True, f"{weights.name} ({weights.sha256[:12]}…)")


def _exiftool() -> Check:
    path = shutil.which("exiftool")
    if path is None:
        remedy = "reads GPS of more cameras: sudo apt-get install libimage-exiftool-perl"
        return Check("ExifTool", None, "not installed", remedy)
    return Check("ExifTool", True, path)


def _space() -> Check:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    return Check("Free space here", free > 1, f"{free:.1f} GB", "free some disk space")
