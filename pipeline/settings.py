"""Everything a user may set, and how the layers go over each other.

    defaults below < configs/default.yaml < a user's --config FILE < environment < flags

An environment variable is `DASHCAM_`, the section, two underscores, the name:
`DASHCAM_FOOTAGE__SAMPLE_RATE_HZ=10`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from pipeline.errors import ConfigError
from pipeline.resources import shipped


class Section(BaseModel):
    """A part of the settings: unknown names are refused, values cannot change later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FootageSettings(Section):
    sample_rate_hz: float = Field(5.0, gt=0, le=60, description="pictures looked at, a second")
    time_zone: str = Field("Asia/Ho_Chi_Minh", description="zone of clocks that do not name theirs")
    joint_gap_s: float = Field(
        2.0, ge=0, description="largest hole between two loop files of one trip"
    )
    gap_s: float = Field(1.0, gt=0, description="missing pictures for longer are recorded as a gap")
    overlay: Literal["auto", "never", "always"] = Field(
        "auto",
        description="read time and place burnt into the picture; auto: where the file has no GPS "
        "or nothing better than its name or its container tells the time",
    )
    overlay_date_order: Literal["auto", "dmy", "mdy", "ymd"] = Field(
        "auto", description="how the burnt-in date is written, where it could be read in two ways"
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            raise ValueError(f"no time zone is called {name!r}, e.g. Asia/Ho_Chi_Minh") from None
        return name


class VisionSettings(Section):
    weights: Path | None = Field(
        None, description=".onnx, .pt or OpenVINO folder; default: shipped"
    )
    offline: bool = Field(False, description="never ask a network for weights")
    input_size: int = Field(640, ge=160, le=1920, description="longer side seen by the detector")
    confidence: float | None = Field(
        None, ge=0, le=1, description="detections below are dropped; default: the model's own"
    )
    iou: float = Field(0.7, gt=0, le=1, description="suppression of duplicates, where needed")
    threads: int = Field(0, ge=0, description="inference threads; 0: one per core")


class PlatesSettings(Section):
    reader: Literal["shipped", "rapidocr", "easyocr"] = "shipped"
    scope: Literal["incidents", "all", "none"] = Field(
        "incidents", description="whose plates are read: vehicles of incidents, every vehicle, none"
    )
    looks: int = Field(8, ge=1, description="frames of a track that are read at most")
    fact_probability: float = Field(
        0.8, gt=0, le=1, description="a plate below is given as alternatives, not as a fact"
    )


class EvidenceSettings(Section):
    lead_up_s: float = Field(10.0, ge=0)
    aftermath_s: float = Field(10.0, ge=0)
    stills: int = Field(
        6, ge=1, le=12, description="full pictures at most; above 6 more are spread over the act"
    )
    annotated_height: int = Field(720, ge=120, description="lines of the annotated copy at most")
    keep_metadata: bool = Field(
        False, description="clips keep the container's texts: serial numbers, owners, places"
    )
    archive: Literal["folder", "zip", "both"] = Field(
        "folder", description="a package as a folder, as one .zip, or both"
    )
    key: Path | None = Field(
        None, description="Ed25519 key (PEM) that signs packages; default: this machine's own"
    )
    timestamp_url: str | None = Field(
        None, description="time stamping authority (RFC 3161) that is told a SHA-256; default: none"
    )
    c2pa: bool = Field(
        False,
        description="a signed C2PA manifest within clip and annotated copy (extra [c2pa]); "
        "it is salted at random, so the same input no longer gives the same bytes",
    )

    @field_validator("timestamp_url")
    @classmethod
    def _stamp_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("an address starts with https:// (or http://)")
        return url


class PlacesSettings(Section):
    geocoder: str | None = Field(
        None, description="address of a Nominatim server that names roads; nobody by default"
    )
    consent: bool = Field(
        False, description="the geocoder may be told where an act happened; never asked without"
    )
    timeout_s: float = Field(5.0, gt=0, le=60, description="longest wait for the geocoder")
    zones: Path | None = Field(
        None, description="GeoJSON map: no stopping, no parking, bus stops, parking, crossings"
    )

    @field_validator("geocoder")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("an address starts with https:// (or http://)")
        return url


class Settings(Section):
    """The whole configuration of a run."""

    language: Literal["vi", "en"] = "vi"
    footage: FootageSettings = FootageSettings()
    vision: VisionSettings = VisionSettings()
    plates: PlatesSettings = PlatesSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    places: PlacesSettings = PlacesSettings()
    rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="settings of each rule by its id; `enabled: false` leaves one out",
    )


class _Layered(Settings, BaseSettings):
    """`Settings` read from its layers; only `load_settings` makes one."""

    model_config = SettingsConfigDict(env_prefix="DASHCAM_", env_nested_delimiter="__")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = init_settings().pop("files")
        flags = init_settings().pop("flags")
        return (
            InitSettingsSource(settings_cls, flags),
            EnvSettingsSource(settings_cls, env_nested_delimiter="__", env_prefix="DASHCAM_"),
            *(InitSettingsSource(settings_cls, _read_yaml(file)) for file in reversed(files)),
        )


def load_settings(config: Path | None = None, flags: dict[str, Any] | None = None) -> Settings:
    """The settings of a run from all layers; `flags` is a nested dict of what the user typed.

    Raises ConfigError, which names the value that cannot be used.
    """
    files = [file for file in (shipped("configs") / "default.yaml", config) if file is not None]
    try:
        layered = _Layered(files=files, flags=flags or {})  # type: ignore[call-arg]
        return Settings.model_validate(layered.model_dump(exclude_unset=True))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{config or 'settings'}: {where}: {first['msg']}; see: dashcam config schema"
        ) from error


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; check --config") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{path}: not a readable YAML file ({reason})") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: a configuration is a mapping of sections")
    return content
