"""The JSON Schemas of a package's files, made from the classes that write and read them.

Written by `python -m pipeline.evidence.schema NAME > docs/NAME.schema.json`; NAME: incident,
custody, person or tracks.
"""

from __future__ import annotations

import json
import sys

from pydantic import BaseModel

from pipeline.evidence.custody import Custody
from pipeline.evidence.incident import IncidentRecord
from pipeline.evidence.person import PersonAdds
from pipeline.evidence.track_boxes import TracksRecord

RECORDS: dict[str, type[BaseModel]] = {
    "incident": IncidentRecord,
    "custody": Custody,
    "person": PersonAdds,
    "tracks": TracksRecord,
}


def schema_text(name: str = "incident") -> str:
    """What `docs/<name>.schema.json` must contain."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **RECORDS[name].model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(schema_text(*sys.argv[1:2]), end="")
