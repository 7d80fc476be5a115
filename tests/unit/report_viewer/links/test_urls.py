"""What an address asks for is read from the path as it was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.links.ranges import range_of_path
from common.links.reader_choice import ReaderChoice
from common.reports.comparison import Comparison
from report_viewer.links.urls import PREFIX, ReportUrl, Resource, is_report_path, parse
from report_viewer.problems.errors import (
    MissingTokenError,
    NoSuchPathError,
    ViewerError,
    WrongMethodError,
)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        (b"/api/reports/abc", ReportUrl("abc")),
        (b"/api/reports/abc/csv", ReportUrl("abc", Resource.CSV)),
        (b"/api/reports/csv", ReportUrl("csv")),
        (b"/api/reports/abc/rows", ReportUrl("abc", Resource.ROWS)),
        (b"/api/reports/abc/rows/2", ReportUrl("abc", Resource.ROWS, 2)),
        (b"/api/reports/abc/rows/999999", ReportUrl("abc", Resource.ROWS, 999_999)),
        (b"/api/reports/%41bc", ReportUrl("%41bc")),
        (b"/api/reports/a%2Fcsv", ReportUrl("a%2Fcsv")),
        (b"/api/reports/%00", ReportUrl("%00")),
    ],
)
def test_a_target(path: bytes, target: ReportUrl) -> None:
    assert parse(path, "GET") == target
    assert parse(path, "HEAD") == target


@pytest.mark.parametrize(
    "path",
    [
        *(b"", b"/", b"//csv", b"/%20", b"/%20/csv", b"/%09%0a", b"/ /csv", b"//", b"///csv"),
        *(b"//view", b"/%20/view", b"//nothing"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_missing_token(path: bytes, method: str) -> None:
    with pytest.raises(MissingTokenError):
        parse(PREFIX + path, method)


def test_a_missing_token_is_no_way_around_the_methods() -> None:
    for path in (b"/", b"//csv", b"//nothing"):
        with pytest.raises(WrongMethodError):
            parse(PREFIX + path, "POST")


@pytest.mark.parametrize(
    "path",
    [
        *(b"/abc/", b"/abc/csv/", b"/abc/csv/x", b"/abc/CSV", b"/abc/x"),
        *(b"/abc/rows/1", b"/abc/rows/", b"/abc/rows/0", b"/abc/rows/01", b"/abc/rows/+1"),
        *(b"/abc/rows/2/", b"/abc/rows/2\n", b"/abc/rows/1000000", b"/abc/rows/%32"),
    ],
)
def test_nothing_is_served_below_a_report(path: bytes) -> None:
    with pytest.raises(NoSuchPathError):
        parse(PREFIX + path, "GET")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "TRACE"])
def test_reports_are_only_read(method: str) -> None:
    with pytest.raises(WrongMethodError):
        parse(PREFIX + b"/abc", method)


def test_a_view_is_told() -> None:
    assert parse(PREFIX + b"/abc/view", "POST") == ReportUrl("abc", Resource.VIEW)
    for method in ("GET", "HEAD", "PUT"):
        with pytest.raises(WrongMethodError) as refused:
            parse(PREFIX + b"/abc/view", method)
        assert refused.value.methods == ("POST",)
    with pytest.raises(MissingTokenError):
        parse(PREFIX + b"//view", "POST")


@pytest.mark.parametrize("part", list(Resource))
def test_a_path_leads_back_to_its_target(part: Resource) -> None:
    target = ReportUrl("abc", part)
    assert parse(target.path, part.methods[0]) == target


NO_RANGES = ("2026-10-31..2026-10-01", "2026-02-30..2026-03-01", "1999-12-31..2027-01-01")
RANGES = ("7d", "last-month", "2026-10-01..2026-10-31", *NO_RANGES)
"""As paths name them; the last ones are days that no link shows."""


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("part", [each for each in Resource if each is not Resource.RANGE])
def test_a_range_is_below_the_token_and_above_the_form(name: str, part: Resource) -> None:
    target = ReportUrl("abc", part, choice=ReaderChoice(days=range_of_path(name)))
    assert target.path == b"/api/reports/abc/r/%b%b" % (name.encode(), part.value)
    assert parse(target.path, part.methods[0]) == target
    assert target.place == f"abc/r/{name}"


@pytest.mark.parametrize("name", [None, *RANGES])
@pytest.mark.parametrize("against", Comparison)
@pytest.mark.parametrize("part", Resource)
def test_a_comparison_is_below_the_range_and_above_the_form(
    name: str | None, against: Comparison, part: Resource
) -> None:
    chosen = None if name is None else range_of_path(name)
    target = ReportUrl("abc", part, choice=ReaderChoice(days=chosen, against=against))
    days = b"" if name is None else b"/r/" + name.encode()
    beside = b"/vs/" + against.value.encode()
    assert target.path == b"/api/reports/abc%b%b%b" % (days, beside, part.value)
    if name is not None and part is Resource.RANGE:  # days are chosen for a link, not for days
        with pytest.raises(NoSuchPathError):
            parse(target.path, "POST")
    else:
        assert parse(target.path, part.methods[0]) == target


@pytest.mark.parametrize(
    "path",
    [
        *(b"/abc/vs", b"/abc/vs/", b"/abc/vs/none", b"/abc/vs/last-year/", b"/abc/vs/last_year"),
        *(b"/abc/vs/LAST-YEAR", b"/abc/vs/last%2Dyear", b"/abc/vs/last-year/vs/last-year"),
        *(b"/abc/vs/last-year/r/7d", b"/abc/csv/vs/last-year", b"/abc/VS/last-year"),
        *(b"/abc/vs/last-year\n", b"/abc/vs/last-year/x", b"/abc//vs/last-year"),
    ],
)
def test_what_spells_no_comparison_is_nowhere(path: bytes) -> None:
    for method in ("GET", "POST"):
        with pytest.raises(NoSuchPathError):
            parse(PREFIX + path, method)


@pytest.mark.parametrize(
    "path",
    [
        *(
            b"/abc/r/",
            b"/abc/r/31d",
            b"/abc/r/custom",
            b"/abc/r/7d/",
            b"/abc/r/7d/x",
            b"/abc/r//csv",
        ),
        *(b"/abc/r/7d/r/7d", b"/abc/r/7d/r", b"/abc/R/7d", b"/abc/r/%37d", b"/abc/csv/r/7d"),
        *(b"/abc/r/2026-2-28..2026-03-01", b"/abc/r/2026-03-02..2026-03-01/r", b"/abc/r/7d\n"),
    ],
)
def test_what_spells_no_range_is_nowhere(path: bytes) -> None:
    for method in ("GET", "POST"):
        with pytest.raises(NoSuchPathError):
            parse(PREFIX + path, method)


def test_a_page_of_rows_leads_back_to_its_target() -> None:
    target = ReportUrl("abc", Resource.ROWS, 31)
    assert parse(target.path, "GET") == target


CHOSEN = ("", "/in/sales-velocity", "/r/7d", "/vs/last-year", "/in/a/r/last-month/vs/previous")


BELOW = [
    (chosen, part)
    for chosen in CHOSEN
    for part in Resource
    if part is not Resource.UNLOCK and not (part is Resource.RANGE and "/r/" in chosen)
]


@pytest.mark.parametrize(("chosen", "part"), BELOW)
def test_a_password_leads_to_the_page_of_what_was_asked_for(chosen: str, part: Resource) -> None:
    rows = b"/7" if part is Resource.ROWS else b""
    place = f"/api/reports/abc{chosen}".encode()
    url = parse(place + part.value + rows, part.methods[0])
    page = {Resource.EMBED: b"/embed"}.get(part, b"/changed" if part.is_of_changes else b"")
    posted = parse(url.unlock.path, "POST")
    assert url.unlock.path == place + page + b"/unlock"
    assert posted.resource is Resource.UNLOCK
    assert posted.unlocked == parse(place + page, "GET")
    assert posted.unlock == posted  # after another password, too
    with pytest.raises(WrongMethodError):
        parse(url.unlock.path, "GET")


@pytest.mark.parametrize(
    "path",
    [
        *(b"/abc/unlock/", b"/abc/unlock/unlock", b"/abc/view/unlock", b"/abc/r/unlock"),
        *(b"/abc/unlock/csv", b"/abc/rows/2/unlock", b"/abc/csv/unlock", b"/abc/oembed/unlock"),
        *(
            b"/abc/changed/csv/unlock",
            b"/abc/rows/1/unlock",
            b"/abc//unlock",
            b"/abc/nothing/unlock",
        ),
        *(b"/abc//evil.example.com/unlock", b"/abc/https://evil.example.com/unlock"),
        *(b"/abc/%2f%2fevil.example.com/unlock", b"/abc/../../evil/unlock", b"/abc/csv%2funlock"),
    ],
)
def test_a_password_leads_nowhere_else(path: bytes) -> None:
    for method in ("GET", "POST"):
        with pytest.raises(NoSuchPathError):
            parse(PREFIX + path, method)


@given(st.binary(max_size=60).map(lambda below: b"/abc" + below + b"/unlock"))
def test_a_password_leads_below_its_token_whatever_the_path_says(path: bytes) -> None:
    try:
        url = parse(PREFIX + path, "POST")
    except ViewerError:
        return
    if url.token == "abc":
        assert url.unlocked.path.startswith(PREFIX + b"/abc")
        assert url.unlocked.path == (PREFIX + path).removesuffix(b"/unlock")


def test_which_paths_are_ours() -> None:
    assert is_report_path(b"/api/reports")
    assert is_report_path(b"/api/reports/x")
    assert not is_report_path(b"/api/reportsx")
    assert not is_report_path(b"/healthz")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_target_or_a_problem(rest: bytes) -> None:
    try:
        target = parse(PREFIX + b"/" + rest, "GET")
    except ViewerError:
        return
    assert target.token.isascii() or "\ufffd" in target.token


@pytest.mark.parametrize("below", ["", "/r/7d", "/vs/last-year", "/r/last-month/vs/previous"])
@pytest.mark.parametrize("part", [each for each in Resource if each is not Resource.RANGE])
def test_a_report_of_a_board_is_in_front_of_what_else_is_chosen(below: str, part: Resource) -> None:
    path = f"/api/reports/abc/in/sales-velocity{below}".encode() + part.value
    url = parse(path, part.methods[0])
    assert (url.choice.report, url.resource) == ("sales-velocity", part)
    assert (url.path, url.place) == (path, f"abc/in/sales-velocity{below}")


@pytest.mark.parametrize(
    "path",
    [
        *(b"/abc/in", b"/abc/in/", b"/abc/in/Sales", b"/abc/in/sales_velocity", b"/abc/in/a--b"),
        *(b"/abc/in/a%2Db", b"/abc/in/a/in/b", b"/abc/r/7d/in/a", b"/abc/vs/last-year/in/a"),
        *(b"/abc/in/a\n", b"/abc/in/-a", b"/abc/in/" + b"a" * 80),
    ],
)
def test_what_names_no_report_in_one_spelling_is_no_path(path: bytes) -> None:
    with pytest.raises(NoSuchPathError):
        parse(PREFIX + path, "GET")
