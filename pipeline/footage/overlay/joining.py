"""What is burnt into the picture, weighed in with what else is known of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.footage.clock import with_candidates
from pipeline.settings import FootageSettings
from pipeline.types import Footage

from .read import OverlayReader

# Sources of time that a burnt-in clock betters.
_POOR = (
    None,
    "filename",
    "sidecar",
    "container",
    "file",
)


def wanted(footage: Footage, settings: FootageSettings) -> bool:
    """Whether the pictures of a file are worth reading, by the setting `footage.overlay`."""
    if settings.overlay == "auto":
        return footage.clock.source in _POOR or footage.gps is None
    return settings.overlay == "always"


def with_overlay(
    footage: Footage, settings: FootageSettings, reader: OverlayReader | None = None
) -> Footage:
    """The footage with the time, the track and the name that are burnt into its pictures.

    The time joins the other candidates and is chosen only where no better source speaks; the track
    is taken where there was none. One `reader` for the files of a card saves most of the work.
    """
    if not wanted(footage, settings):
        return footage
    overlay = (reader or OverlayReader(settings)).read(footage)
    clock = footage.clock
    if overlay.time is not None:
        clock = with_candidates(clock, [overlay.time], settings, footage.duration_s)
    return replace(
        footage,
        clock=clock,
        gps=footage.gps if footage.gps is not None else overlay.gps,
        warnings=(*footage.warnings, *_new(overlay.warnings, footage.warnings)),
        overlay_place=overlay.place_text,
    )


def _new(warnings: Sequence[str], known: Sequence[str]) -> list[str]:
    return [text for text in (f"overlay: {warning}" for warning in warnings) if text not in known]
