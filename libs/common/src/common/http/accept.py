"""Accept headers (RFC 9110): their members by quality, and which type a client wants."""

from collections.abc import Iterator
from typing import Final

READ_LENGTH: Final = 512
"""A longer header is read up to here: more than any browser sends."""
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"


def preferences(header: str) -> Iterator[tuple[str, float]]:
    """The members of an Accept header with their quality; what cannot be read counts as 0."""
    for member in header.lower().split(","):
        name, *parameters = (part.strip() for part in member.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                quality = _quality(parameter[2:])
        if name:
            yield name, quality


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= 1 else 0.0


def wants_html(header: str) -> bool:
    """Whether the client names HTML, as browsers do, and likes it no less than JSON."""
    accepted = dict(preferences(header[:READ_LENGTH]))
    html = _html(accepted)
    return html > 0 and html >= max(accepted.get(name, 0.0) for name in (JSON, PROBLEM))


def wants_json(header: str) -> bool:
    """Whether the client names JSON, and likes it more than HTML."""
    accepted = dict(preferences(header[:READ_LENGTH]))
    return accepted.get(JSON, 0.0) > _html(accepted)


def _html(accepted: dict[str, float]) -> float:
    return max(accepted.get("text/html", 0.0), accepted.get("application/xhtml+xml", 0.0))
