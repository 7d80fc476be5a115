"""The header of data gaps: one grammar, ASCII, bounded, whatever the gaps are."""

from datetime import date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.samples import NOW, document

from common.reports.document.gap_header import LONGEST, header_value, is_value
from common.reports.document.gaps import (
    CHANGED,
    KINDS,
    UNKNOWN,
    DataGap,
    Extent,
    GapKind,
)
from common.reports.document.report_gaps import of_figures
from common.reports.document.schema import Document, decode, encode
from common.reports_cache.report_fields import (
    Meta,
    UnreadableReportError,
    unpack_meta,
)
from worker.discord.message import report_message

DAYS = st.dates(date(2000, 1, 1), date(9999, 1, 1))
EXTENTS = st.none() | st.builds(
    Extent,
    count=st.integers(1, 10**12),
    first=DAYS,
    last=DAYS,
    amount=st.none() | st.integers(-(10**18), 10**18),
)
GAPS = st.lists(
    st.builds(DataGap, st.sampled_from(GapKind), st.just(()), now=EXTENTS, before=EXTENTS),
    max_size=40,
)
UNDATED = DataGap(
    GapKind.UNDATED_REFUNDS,
    ("returns",),
    now=Extent(17, date(2026, 11, 1), date(2026, 11, 30), 340_00),
    before=Extent(3, date(2026, 10, 1), date(2026, 10, 31), 5_00),
)


def test_a_gap_is_an_item_with_parameters() -> None:
    value = (
        'undated-refunds;window=17;compared=3;amount=340.00;first="2026-11-01";last="2026-11-30"'
    )
    assert header_value((UNDATED,), 2) == value
    alone = msgspec.structs.replace(UNDATED, now=None)
    assert header_value((alone, UNDATED), 2) == (
        'undated-refunds;compared=3;amount=5.00;first="2026-10-01";last="2026-10-31", ' + value
    )
    assert header_value((), 2) == ""


@given(gaps=GAPS, exponent=st.sampled_from([0, 2, 3]))
def test_every_value_is_bounded_ascii_of_the_grammar(gaps: list[DataGap], exponent: int) -> None:
    value = header_value(gaps, exponent)
    assert value.isascii()
    assert len(value) <= LONGEST
    assert is_value(value)
    assert bool(value) == any(each.now or each.before for each in gaps)


@pytest.mark.parametrize("notes", ["x\r\nset-cookie: a=b", 'undated-refunds;window="1"', "é", ","])
def test_what_is_no_value_is_never_sent(notes: str) -> None:
    meta = Meta(as_of=NOW, data_version=1, computed_at=NOW, csv_name="a.csv", notes=notes)
    with pytest.raises(UnreadableReportError):
        unpack_meta(msgspec.json.encode(meta))


def test_what_was_written_before_gaps_is_read() -> None:
    old = {"as_of": NOW, "data_version": 1, "computed_at": NOW, "csv_name": "a.csv"}
    assert unpack_meta(msgspec.json.encode(old)).notes == ""
    made = msgspec.to_builtins(document("revenue-overview"))
    del made["gaps"]
    assert decode(msgspec.json.encode(made)).gaps == ()


@given(st.permutations(list(GapKind)))
def test_gaps_are_in_one_order_wherever_they_come_from(kinds: list[GapKind]) -> None:
    gaps = tuple(DataGap(kind, (), now=UNDATED.now) for kind in kinds)
    every = frozenset(key for rule in KINDS.values() for key in (*rule.unknown, *rule.derived))
    found = [each.kind for each in of_figures(gaps, every)]
    assert found == [kind for kind in GapKind if kind in found]


def test_a_kind_of_another_version_is_passed_over() -> None:
    strange = DataGap("of-tomorrow", ("returns",), now=UNDATED.now)
    made = msgspec.structs.replace(document("revenue-overview"), gaps=(strange, UNDATED))
    assert decode(encode(made)).gaps == (strange, UNDATED)
    assert of_figures((strange,), frozenset({"returns"})) == ()
    (field,) = _fields(made)
    assert field["value"] == "△ Returns are incomplete: 17 refunds have no date."


def test_discord_says_what_is_not_known() -> None:
    assert _fields(document("revenue-overview")) == []


def test_discord_says_what_changed_apart_from_what_is_not_known() -> None:
    changed = DataGap(GapKind.CLOSED_DAYS_CHANGED, (), now=UNDATED.now, day=date(2026, 12, 2))
    made = msgspec.structs.replace(document("revenue-overview"), gaps=(UNDATED, changed))
    (_, field) = _fields(made)
    assert field["name"] == "Changed afterwards"
    assert field["value"] == "△ 17 orders of closed days changed, last on 2 Dec 2026."


def _fields(made: Document) -> list[dict[str, str]]:
    message = report_message(made, link="https://a.example/x", expires_at=datetime.now(NOW.tzinfo))
    (embed,) = message.content["embeds"]
    return [each for each in embed["fields"] if each["name"] in {CHANGED, UNKNOWN}]
