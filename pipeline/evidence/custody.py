"""`custody.json`: where a package comes from, and every step that made it what it is.

Each step says which files it added, changed or took away, so that the list can be followed from the
first to the last: what it ends with must be what is there. Nothing here names a person, an account,
a folder or a camera's serial number.

Schema: `docs/custody.schema.json`, made from these classes (`pipeline.evidence.schema`).
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import av
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pipeline.evidence.incident import InsidePath, Model, Sha256, Tool
from pipeline.footage.opening import open_video

CUSTODY = "custody.json"

# Names under which containers keep the maker and the kind of a camera; never the serial number.
_MAKES = ("com.apple.quicktime.make", "com.android.manufacturer", "make", "manufacturer")
_MODELS = ("com.apple.quicktime.model", "com.android.model", "model")
_LIBRARIES = ("av", "numpy", "onnxruntime", "opencv-python", "pillow", "fpdf2", "pynacl")


class Part(BaseModel):
    """A part of the record of custody: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Camera(Part):
    make: str | None
    model: str | None


class CustodyOriginal(Part):
    """A file that the camera wrote, as it was when the package was made."""

    name: str = Field(description="file name without its folder")
    sha256: Sha256
    bytes: int
    camera: Camera | None = Field(description="as the file tells; null: it does not")
    left_out: tuple[str, ...] = Field(
        description="what it has besides picture and sound, and no file of the package: "
        "kinds of streams and names of metadata, never their values"
    )


class Change(Part):
    """What a step did to one file of `data`."""

    path: InsidePath
    change: Literal["added", "changed", "removed"]
    sha256: Sha256 | None = Field(description="of the file after the step; null: it is gone")


class Step(Part):
    """Something that was done, and when."""

    action: str = Field(description='e.g. "watched", "cut", "sealed"')
    time: AwareDatetime
    note: str = ""
    key: Sha256 | None = Field(None, description="fingerprint of the key that signed after it")
    files: tuple[Change, ...] = ()


class Custody(Part):
    """The chain of custody of a package, from the camera's file to the seal."""

    schema_version: Literal["1.0"] = "1.0"
    package: str = Field(description="`id` of incident.json")
    originals: tuple[CustodyOriginal, ...]
    tool: Tool
    libraries: dict[str, str] = Field(description="versions of what the tool is built on")
    models: tuple[Model, ...]
    settings: dict[str, Any] = Field(description="in force for this package, without any path")
    left_out: tuple[str, ...] = Field(description="what the package holds nothing of, in words")
    steps: tuple[Step, ...]

    def as_text(self) -> str:
        """The file's content."""
        return self.model_dump_json(indent=2) + "\n"

    def after(self, step: Step) -> Custody:
        """The same with one more step."""
        return self.model_copy(update={"steps": (*self.steps, step)})

    def digests(self) -> dict[str, str]:
        """The files that should be there after all steps: path below `data` to SHA-256."""
        found: dict[str, str] = {}
        for step in self.steps:
            found = followed(found, step.files)
        return found


def followed(before: Mapping[str, str], changes: Sequence[Change]) -> dict[str, str]:
    """The files after a step's changes."""
    after = dict(before)
    for change in changes:
        if change.sha256 is None:
            after.pop(change.path, None)
        else:
            after[change.path] = change.sha256
    return after


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What makes one list of files into another, sorted by path."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        if path not in after:
            found.append(Change(path=path, change="removed", sha256=None))
        elif path not in before:
            found.append(Change(path=path, change="added", sha256=after[path]))
        elif before[path] != after[path]:
            found.append(Change(path=path, change="changed", sha256=after[path]))
    return tuple(found)


def step(action: str, note: str = "", **facts: Any) -> Step:
    """A step that happened now."""
    return Step(action=action, time=datetime.now(UTC).replace(microsecond=0), note=note, **facts)


def camera_of(footage: Path) -> Camera | None:
    """Make and model as the file's own metadata tells them; None where it does not."""
    try:
        with open_video(footage) as container:
            told = {name.lower(): str(text) for name, text in container.metadata.items()}
    except (av.FFmpegError, OSError, ValueError):
        return None
    make, model = (
        next((_plain(told[name]) for name in names if told.get(name)), None)
        for names in (_MAKES, _MODELS)
    )
    return Camera(make=make, model=model) if make or model else None


def libraries() -> dict[str, str]:
    """Versions of what this program is built on."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    found["ffmpeg"] = str(av.ffmpeg_version_info)
    return found


def _plain(text: str) -> str:
    """One short line: a file may claim to be from anything."""
    return "".join(letter if letter.isprintable() else "?" for letter in text.strip())[:80]
