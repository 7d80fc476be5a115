"""Spoilt files at the real importer: taken whole or refused with reasons, and never by half."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.support import hypothesis_profiles
from tests.support.hostile import OWN, SHOPIFY, in_blocks, spoilt

from ingest.formats import registry
from ingest.formats.model import ImportFormat
from ingest.import_files import (
    FileKind,
    Imported,
    ImportFile,
    ImportRefusedError,
    import_files,
)

TABLES = ("orders", "order_lines", "refunds", "products", "customers", "stock_counts")
EVERYTHING = " UNION ALL ".join(
    f"SELECT '{table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"  # noqa: S608 - names of ours
    for table in (*TABLES, "ledger_versions", "dirty_days")
)
LEDGER = "SELECT coalesce(sum(gross - discounts - returns), 0) FROM ledger"
Read = Callable[[str], list[tuple[Any, ...]]]

bounded = settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def attempt(
    engine: Engine, tenant_id: int, read: Read, layout: ImportFormat, **contents: bytes
) -> bool:
    """Whether files were taken; if not, nothing has changed and it is said why."""
    files = {
        FileKind(kind): ImportFile(f"{kind}.csv", in_blocks(content, 4096))
        for kind, content in contents.items()
    }
    before = read(EVERYTHING)
    refused, imported = _outcome(lambda: import_files(engine, tenant_id, files, layout=layout))
    if imported is None:
        assert refused is not None
        assert 0 < len(refused.faults) <= refused.total
        assert read(EVERYTHING) == before
        return False
    version = read("SELECT version FROM ledger_versions")
    assert version == [(imported.summary.version,)]
    return True


def _outcome(
    attempt: Callable[[], Imported],
) -> tuple[ImportRefusedError | None, Imported | None]:
    """What came of it; anything but a refusal or a success is raised."""
    try:
        return None, attempt()
    except ImportRefusedError as refused:
        return refused, None


@bounded
@given(data=st.data())
def test_own_files(service_engine: Engine, tenant_id: int, read: Read, data: st.DataObject) -> None:
    kinds = data.draw(st.sets(st.sampled_from(sorted(OWN)), min_size=1))
    contents = {kind: data.draw(spoilt(OWN[kind], most=1)) for kind in sorted(kinds)}
    attempt(service_engine, tenant_id, read, registry.FALLBACK, **contents)


@bounded
@given(data=st.data())
def test_a_shopify_export(
    service_engine: Engine, tenant_id: int, read: Read, data: st.DataObject
) -> None:
    content = data.draw(spoilt(SHOPIFY, most=1))
    attempt(service_engine, tenant_id, read, registry.find("shopify"), orders=content)


def test_the_files_without_a_fault_are_taken(
    service_engine: Engine, tenant_id: int, read: Read
) -> None:
    """Else the two above would pass by refusing everything."""
    contents = {
        kind: "\n".join(",".join(row) for row in (rows[0], *(each.values() for each in rows)))
        for kind, rows in {**OWN, "shopify": SHOPIFY}.items()
    }
    export = contents.pop("shopify").encode()
    own = {kind: content.encode() for kind, content in contents.items()}
    assert attempt(service_engine, tenant_id, read, registry.FALLBACK, **own)
    assert read(LEDGER) == [(3 * 2000 - 2 * 50 - 900,)]
    assert attempt(service_engine, tenant_id, read, registry.find("shopify"), orders=export)
