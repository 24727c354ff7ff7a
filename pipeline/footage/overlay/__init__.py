"""The text that cameras burn into the picture: date, time, speed, position, name of the street.

overlay = read_overlay(footage, settings.footage)
footage = with_overlay(footage, settings.footage)
"""

from .joining import with_overlay
from .read import OverlayReader, read_overlay, read_overlay_of_picture
from .result import Overlay

__all__ = [
    "Overlay",
    "OverlayReader",
    "read_overlay",
    "read_overlay_of_picture",
    "with_overlay",
]
