"""JSON Schema of the public document, taken from the document's own types."""

from typing import Any, Final

import msgspec

from common.i18n.locales import TAGS
from common.reports.document.schema import Document
from report_viewer.data.public_document import FIELD_UNITS, FOR_DRAWING, VERSION, camel

ROOT: Final = "ReportData"
_CELL: Final = {"type": ["number", "string", "null"]}
_ROW: Final = {"type": "array", "items": _CELL}


def schemas(prefix: str = "#/components/schemas/") -> dict[str, Any]:
    """The schemas of the public document by their names; ``ROOT`` is the whole.

    ``prefix`` is where references find them.
    """
    _, found = msgspec.json.schema_components((Document,), ref_template=prefix + "{name}")
    made = {name: _public(name, schema) for name, schema in found.items()}
    made["Table"]["properties"]["rows"] = {"type": "array", "items": _ROW}
    made["Footer"]["properties"]["cells"] = _ROW
    _add(made["DataGap"], sentence={"type": ["string", "null"]})
    whole = made.pop(Document.__name__)
    _add(
        whole,
        schemaVersion={"type": "integer", "const": VERSION},
        language={"type": "string", "enum": list(TAGS)},
        board={"type": "array", "items": {"type": "string"}},
    )
    return {ROOT: whole, **made}


def _public(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if "properties" not in schema:
        return {key: value for key, value in schema.items() if key in {"enum", "type"}}
    scaled = "unit" in schema["properties"] or name == "Change"
    properties = {
        camel(field): _spelled(each, scaled=scaled or (name, field) in FIELD_UNITS)
        for field, each in schema["properties"].items()
        if field not in FOR_DRAWING
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _spelled(schema: Any, *, scaled: bool) -> Any:
    """A field's schema: every field is there, so there are no defaults; scaled ones are numbers."""
    match schema:
        case dict():
            return {
                key: "number"
                if (scaled and (key, value) == ("type", "integer"))
                else _spelled(value, scaled=scaled)
                for key, value in schema.items()
                if key not in {"default", "title", "description"}
            }
        case list():
            return [_spelled(each, scaled=scaled) for each in schema]
    return schema


def _add(schema: dict[str, Any], **properties: Any) -> None:
    schema["properties"] |= properties
    schema["required"] += properties
