"""The JSON Schema of `incident.json`.

Written by `python -m pipeline.evidence.schema > docs/incident.schema.json`.
"""

from __future__ import annotations

import json

from pipeline.evidence.incident import IncidentRecord


def schema_text() -> str:
    """What `docs/incident.schema.json` must contain."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **IncidentRecord.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
