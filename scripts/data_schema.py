#!/usr/bin/env python3
"""Write the JSON Schema of a report as data to docs/reference/report-data.schema.json.

tests/unit/report_viewer/data/test_schema.py fails when the file says something else.
"""

import json
from pathlib import Path
from typing import Final

from report_viewer.data.schema import ROOT, schemas

FILE: Final = Path(__file__).parents[1] / "docs/reference/report-data.schema.json"


def text() -> str:
    """What stands in the file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report as data: GET /api/reports/{token}/data",
        "$ref": f"#/$defs/{ROOT}",
        "$defs": schemas("#/$defs/"),
    }
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
