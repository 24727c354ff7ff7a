"""The channels that there are: shipped patterns, over them the person's own file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import ConfigError, UsageError
from pipeline.resources import shipped
from pipeline.wording import Language

Kind = Literal["email", "web_form", "chat", "handover"]
Megabytes = Annotated[float, Field(gt=0, le=100_000)]  # of a million bytes


class Entry(BaseModel):
    """A part of a channels file: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(Entry):
    """What a channel takes at most; what is not named is not limited."""

    message_mb: Megabytes | None = Field(None, description="a whole e-mail, as it travels")
    file_mb: Megabytes | None = Field(None, description="one file")
    files: Annotated[int, Field(ge=1)] | None = Field(None, description="files, text left out")
    text_signs: Annotated[int, Field(ge=200)] | None = Field(None, description="the text")
    clip_s: Annotated[float, Field(gt=0)] | None = Field(None, description="length of the clip")


class Title(Entry):
    vi: str
    en: str


class Channel(Entry):
    """One way to the police."""

    kind: Kind
    title: Title
    address: str | None = Field(None, description="e-mail, web page, number of an account, place")
    age_key: Annotated[str, Field(pattern=r"^age1[0-9a-z]{58}$")] | None = Field(
        None, description="the office's public key, to which the reporter is sealed"
    )
    checked: bool = Field(False, description="whether address and limits were checked")
    source: str | None = Field(None, description="where address and limits stand written")
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _checked_by_a_source(self) -> Channel:
        if self.checked and not self.source:
            raise ValueError("a channel that was checked names its source")
        return self

    def called(self, language: Language) -> str:
        return self.title.vi if language == "vi" else self.title.en


class ChannelsFile(Entry):
    channels: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")], Channel]


def own_channels_file() -> Path:
    """The person's own file; `DASHCAM_CHANNELS` names another."""
    named = os.environ.get("DASHCAM_CHANNELS")
    if named:
        return Path(named)
    return Path(platformdirs.user_config_path("dashcam-evidence")) / "channels.yaml"


def channels(extra: Path | None = None) -> dict[str, Channel]:
    """By name: shipped ones, over them the person's own, over them those in `extra`.

    Raises ConfigError.
    """
    own = own_channels_file()
    files = [
        *sorted(shipped("configs").glob("channels.*.yaml")),
        *([own] if own.exists() else []),
        *([extra] if extra else []),
    ]
    found: dict[str, Channel] = {}
    for file in files:
        found |= _read(file)
    return found


def channel_named(name: str, extra: Path | None = None) -> Channel:
    """Raises UsageError where there is none of that name, ConfigError."""
    known = channels(extra)
    if name not in known:
        raise UsageError(f"{name}: no such channel; there are: {', '.join(known)}")
    return known[name]


def _read(path: Path) -> dict[str, Channel]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ChannelsFile.model_validate(content).channels
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a readable YAML file; correct it") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {where}: {first['msg']}; correct it") from error
