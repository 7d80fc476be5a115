"""Pages of a CSV's rows put together are the CSV, whatever stands in it."""

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reports_cache.report_fields import UnreadableReportError
from report_pages import row_pages
from report_pages.row_pages import ROWS, NoSuchRowsError, cut

CELLS = st.text(st.sampled_from('ab",\r\n\u2028é'), max_size=12)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=20), st.integers(1, 7))
def test_the_pages_together_are_the_whole(rows: list[list[str]], size: int) -> None:
    whole = [["one", "two"], *rows]
    packed = gzip.compress(written(whole))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_pages, "ROWS", size)
        pages = max(-(-len(rows) // size), 1)
        told = [read(cut(packed, number)) for number in range(1, pages + 1)]
        assert all(page[0] == whole[0] for page in told)
        assert [row for page in told for row in page[1:]] == rows
        with pytest.raises(NoSuchRowsError):
            cut(packed, pages + 1)


def test_what_is_small_is_one_page_to_the_byte() -> None:
    body = written([["a", "b"], *([str(n), "x"] for n in range(ROWS))])
    assert cut(gzip.compress(body), 1) == body


@pytest.mark.parametrize(
    "packed",
    [b"", b"no gzip", gzip.compress(b"a,b\r\n" * 99)[:-9]],
    ids=["empty", "no gzip", "cut off"],
)
def test_what_cannot_be_unpacked_is_computed_again(packed: bytes) -> None:
    if not packed:
        assert cut(packed, 1) == b""
        return
    with pytest.raises(UnreadableReportError):
        cut(packed, 1)
