import io
import json
import logging
import sys

import pytest

from common.infra.telemetry import JsonFormatter, redact

TOKEN = f"Ab4I9R{'x' * 60}.LVPLjh{'y' * 37}"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /api/reports/{TOKEN}/csv HTTP/1.1",
        f"{{'url': 'https://app.example.com/api/reports/{TOKEN}'}}",
        f"bad token {TOKEN}",
        "GET /api/reports/short-and-odd",
    ],
)
def test_tokens_are_cut(text: str) -> None:
    cut = redact(text)
    assert "LVPLjh" not in cut
    assert "Ab4I9R" not in cut
    assert "short-and-odd" not in cut


@pytest.mark.parametrize(
    "text",
    [
        'PATCH https://discord.com/api/v10/webhooks/118/short-and-odd/messages/@original "x"',
        "bad token aW50ZXJhY3Rpb246MTI6YWJjZGVmZ2hpamts.short-and-odd",
    ],
)
def test_tokens_of_interactions_are_cut(text: str) -> None:
    cut = redact(text)
    assert "[token]" in cut
    assert "short-and-odd" not in cut
    assert "YWJjZGVm" not in cut


def test_passwords_of_urls_are_cut() -> None:
    assert redact("redis://:s3cret@host:1/0") == "redis://:***@host:1/0"
    assert (
        redact("postgresql+psycopg://user:s3cret@host/db")
        == "postgresql+psycopg://user:***@host/db"
    )


def test_a_record_is_one_line_of_json_without_secrets_in_it() -> None:
    handler = logging.StreamHandler(io.StringIO())
    try:
        int(f"no such link {TOKEN}\nsecond line")
    except ValueError:
        record = logging.LogRecord("x", 40, "f", 1, "failed %s", (TOKEN,), sys.exc_info())
    record.tenant_id = 7
    line = JsonFormatter("viewer").format(record)
    handler.close()
    assert "\n" not in line
    assert TOKEN not in line
    entry = json.loads(line)
    assert entry["tenant_id"] == 7
    assert entry["service"] == "viewer"
    assert "ValueError" in entry["exception"]
