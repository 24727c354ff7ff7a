"""Number plates: located, read, put through a country's grammar, fused over a track.

reader = make_reader(settings.plates)
readings = read_plates(frame.image, reader, time_s=frame.time_s, frame=frame.index)
for track_id, its_readings in assign(readings, tracks).items():
    plate = fuse(its_readings, tracks_by_id[track_id])
"""

from .base import AnyReader, PlateReader, TextLine, WholePlateReader
from .belongs import assign
from .fuse import fuse
from .grammar import Parse, parse
from .json_lines import as_json, vehicle_as_json
from .looks import choose_looks
from .read import read_plates
from .readers import make_reader, models_of
from .rules import plate_rules

__all__ = [
    "AnyReader",
    "Parse",
    "PlateReader",
    "TextLine",
    "WholePlateReader",
    "as_json",
    "assign",
    "choose_looks",
    "fuse",
    "make_reader",
    "models_of",
    "parse",
    "plate_rules",
    "read_plates",
    "vehicle_as_json",
]
