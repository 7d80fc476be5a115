"""What comes from Redis is checked when it is read, whoever wrote it."""

import json

import pytest

from common.reports_cache.cache import Meta, UnreadableReportError, is_stale, unpack_meta

RIGHT = {
    "as_of": "2026-05-01T00:00:00Z",
    "data_version": 1,
    "computed_at": "2026-05-01T00:00:00Z",
    "csv_name": "revenue-overview-2026-04-01-2026-05-01.csv",
}


def test_what_pack_writes_is_read() -> None:
    assert unpack_meta(json.dumps(RIGHT).encode()).csv_name == RIGHT["csv_name"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("csv_name", "a\r\nSet-Cookie: x=y.csv"),
        ("csv_name", 'a"; filename="b.csv'),
        ("csv_name", "../a.csv"),
        ("csv_name", "é.csv"),
        ("csv_name", "a" * 1000 + ".csv"),
        ("csv_name", ""),
        ("csv_name", None),
        ("as_of", "2026-05-01T00:00:00"),
        ("computed_at", "2026-05-01T00:00:00"),
        ("data_version", "1"),
    ],
)
def test_what_pack_does_not_write_is_unreadable(field: str, value: object) -> None:
    with pytest.raises(UnreadableReportError):
        unpack_meta(json.dumps({**RIGHT, field: value}).encode())


def test_a_version_of_endless_digits_makes_nothing_stale() -> None:
    meta: Meta = unpack_meta(json.dumps(RIGHT).encode())
    assert is_stale(meta, b"2")
    assert not is_stale(meta, b"9" * 5000)
