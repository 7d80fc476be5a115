"""What is wrong with files can be said in other languages: every reason keeps its pattern."""

import json
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.http.wording import Wording, put_together, taken_apart
from ingest.csv import values
from ingest.csv.faults import Faults
from ingest.csv.table import Columns, Table
from ingest.formats.cells import local_instant, sold_in
from ingest.ledger.errors import IngestError

CONVERTERS: list[Callable[[str], object]] = [
    values.identity, values.optional_identity, values.words, values.title, values.instant,
    partial(values.whole, least=0), values.truth, sold_in("EUR"), local_instant("Europe/Berlin"),
    *(values.amounts(exponent) for exponent in (0, 2, 3)),
]  # fmt: skip
NUMBERS = st.from_regex(r"-?[0-9]{1,4}([., '][0-9]{1,3}){0,3}", fullmatch=True)
TIMES = st.from_regex(
    r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}( [0-9]{2}:[0-9]{2})?",
    fullmatch=True,
)
CELLS = st.sampled_from(["a", "b", "c", "1", "", '"', 'x"y', "B", "b;c", "sep=,", "\ufeffa"])
COLUMNS = Columns(("a", "b"), frozenset({"a", "b"}))


def errors() -> list[type[IngestError]]:
    found, waiting = [], [IngestError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


def reason_of(convert: Callable[[str], object], text: str) -> str | None:
    try:
        convert(text)
    except values.BadValueError as error:
        return str(error)
    return None


@pytest.mark.parametrize("convert", CONVERTERS)
@given(text=NUMBERS | TIMES | st.text(max_size=30) | st.just("x" * 3000))
def test_why_a_text_is_no_value_is_a_wording(convert: Callable[[str], object], text: str) -> None:
    assert isinstance(reason_of(convert, text), Wording | None)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), max_size=5).map("\n".join))
def test_what_is_wrong_with_a_table_is_a_wording(text: str) -> None:
    faults = Faults(50)
    list(Table("orders.csv", [text.encode()], COLUMNS, faults).read())
    assert [each for each in faults.found if not isinstance(each.reason, Wording)] == []


@pytest.mark.parametrize("kind", errors(), ids=lambda kind: kind.__name__)
def test_why_rows_cannot_enter_the_ledger_is_a_wording(kind: type[IngestError]) -> None:
    assert isinstance(kind.reason, Wording)


def test_a_wording_is_the_same_after_it_was_kept_as_json() -> None:
    inner = Wording("has more than %(most)s decimals", most=2)
    said = Wording("%(reason)s (%(what)s, %(rows)s)", reason=inner, what="50%", rows=7)
    again = put_together(json.loads(json.dumps(taken_apart(said))))
    assert again == said == "has more than 2 decimals (50%, 7)"
    assert again.pattern == said.pattern
    assert isinstance(again.values["reason"], Wording)
    assert taken_apart("a plain text") is None
    assert put_together({"pattern": "100 %", "values": {}}) == "100 %"
