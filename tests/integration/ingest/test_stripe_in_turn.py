"""Itemised reports of Stripe imported in turn: the ledger has what the latest of them comes to."""

from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.integration.ingest.test_webhook_law import IN_ONE_DATABASE, new_shop
from tests.support import hypothesis_profiles
from tests.unit.ingest.formats.stripe.test_reader import BALANCE, row, written

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, transaction
from common.reports.money import decimal_text
from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, ImportFile, import_files

BACK = ("refund", "dispute", "charge_failure", "partial_capture_reversal")
AGAIN = ("refund_failure", "dispute_reversal")
_numbers = count(1)


@pytest.fixture
def bring(service_engine, tenant_id):
    """A way to import an itemised report."""

    def run(rows):
        files = {FileKind.ORDERS: ImportFile("report.csv", [written(BALANCE, rows)])}
        return import_files(service_engine, tenant_id, files, layout=FORMATS["stripe"])

    return run


def net_by_charge(engine, tenant_id):
    query = """
        SELECT o.external_id, sum(l.gross - l.returns), sum(units_sold - units_returned)
        FROM ledger l JOIN orders o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
        GROUP BY 1
    """
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return {each[0]: (int(each[1]), int(each[2])) for each in session.execute(text(query))}


CASES = {
    "a dispute that was won": [
        ("dispute", "dp_1", "-10.00", 0), ("dispute_reversal", "dp_1", "10.00", 1000),
    ],
    "a refund of two that failed": [
        ("refund", "re_1", "-3.00", 700), ("refund", "re_2", "-2.00", 500),
        ("refund_failure", "re_2", "2.00", 700),
    ],
    "a refund of all that failed and was repeated": [
        ("refund", "re_1", "-10.00", 0), ("refund_failure", "re_1", "10.00", 1000),
        ("refund", "re_2", "-10.00", 0),
    ],
    "a dispute over more than was left": [
        ("refund", "re_1", "-2.00", 800), ("dispute", "dp_1", "-10.00", 0),
        ("dispute_reversal", "dp_1", "10.00", 800),
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_report_of_all_so_far_replaces_what_the_one_before_told(
    bring, service_engine, tenant_id, case
):
    rows = [row(1)]
    for number, (kind, source, gross, net) in enumerate(CASES[case], 2):
        rows.append(row(number, kind, gross, source_id=source))
        bring(rows)
        found = net_by_charge(service_engine, tenant_id)
        assert found == {"ch_1": (net, 1 if net else 0)}


def test_a_month_with_the_reversal_alone_leaves_a_gap_that_both_months_close(
    bring, service_engine, tenant_id
):
    october = [row(1), row(2, "dispute", "-10.00", source_id="dp_1")]
    november = [row(3, "dispute_reversal", "10.00", source_id="dp_1")]

    def gaps():
        query = "SELECT order_id FROM data_gaps WHERE kind = 'refunds-not-known'"
        with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
            return [each[0] for each in session.execute(text(query))]

    bring(october)
    bring(november)
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (0, 0)}
    assert gaps() == ["ch_1"]
    bring([*october, *november])
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (1000, 1)}
    assert gaps() == []


@st.composite
def reports(draw):
    """Rows of some charges in the order of their times, of which some are of one moment.

    What comes again is mostly all of what went back before.
    """
    charged = draw(st.lists(st.integers(1, 1000), min_size=1, max_size=5))
    told = [("charge", f"ch_{n}", "", amount) for n, amount in enumerate(charged)]
    went: list[tuple[str, str, int]] = []
    for _ in range(draw(st.integers(2, 12))):
        charge = f"ch_{draw(st.integers(0, len(charged) - 1))}"
        source, amount = draw(st.sampled_from("ab")), draw(st.integers(1, 700))
        if draw(st.booleans()) and went:
            charge, source, back = went.pop(draw(st.integers(0, len(went) - 1)))
            told.append((draw(st.sampled_from(AGAIN)), charge, source, back))
        elif draw(st.integers(0, 9)) == 0:
            told.append((draw(st.sampled_from(AGAIN)), charge, source, amount))
        else:
            told.append((draw(st.sampled_from(BACK)), charge, source, -amount))
            went.append((charge, source, amount))
    at, rows = datetime(2026, 3, 1, 10, tzinfo=UTC), []
    for number, (kind, charge, source, amount) in enumerate(told):
        at += timedelta(days=draw(st.integers(0, 1)))
        cells = {"balance_transaction_id": f"txn_{number}", "created_utc": f"{at:%Y-%m-%d %X}"}
        rows.append((charge, amount, row(1, kind, decimal_text(amount, 2), charge,
                                         **cells, source_id=source or charge)))  # fmt: skip
    return len(charged), rows


@settings(
    max_examples=hypothesis_profiles.examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(report=reports(), data=st.data())
def test_cut_at_any_time_the_ledger_has_the_sum_of_the_rows_so_far(service_engine, report, data):
    charges, rows = report
    slug = f"cut-{next(_numbers)}"
    tenant_id = create_tenant(
        service_engine, slug=slug, name=slug, currency="EUR", timezone="Europe/Berlin"
    )
    cuts = data.draw(st.sets(st.integers(charges, len(rows)), max_size=2))
    for cut in sorted({*cuts, len(rows)}):
        so_far = data.draw(st.permutations(rows[:cut]))
        content = written(BALANCE, [cells for *_, cells in so_far])
        files = {FileKind.ORDERS: ImportFile("report.csv", [content])}
        import_files(service_engine, tenant_id, files, layout=FORMATS["stripe"])
        found = net_by_charge(service_engine, tenant_id)
        for number in range(charges):
            told = [amount for charge, amount, _ in so_far if charge == f"ch_{number}"]
            charged = next(amount for charge, amount, _ in rows if charge == f"ch_{number}")
            net = min(max(sum(told), 0), charged)
            assert found[f"ch_{number}"] == (net, 1 if net else 0)


@IN_ONE_DATABASE
@given(report=reports(), data=st.data())
def test_months_in_turn_come_to_what_one_report_of_all_days_does(service_engine, report, data):
    """What went back of the charges of earlier months, some months imported again."""
    charges, rows = report
    rows = [each for each in rows if each[2]["reporting_category"] not in AGAIN]
    tenant_id = new_shop(service_engine)
    cuts = data.draw(st.sets(st.integers(charges, len(rows)), max_size=3))
    months = [rows[since:until] for since, until in pairwise(sorted({0, *cuts, len(rows)}))]
    turns = data.draw(
        st.lists(st.booleans(), min_size=len(months), max_size=len(months)), label="twice"
    )
    for month, twice in zip(months, turns, strict=True):
        for _ in range(1 + twice):
            content = written(BALANCE, [cells for *_, cells in data.draw(st.permutations(month))])
            files = {FileKind.ORDERS: ImportFile("report.csv", [content])}
            import_files(service_engine, tenant_id, files, layout=FORMATS["stripe"])
    found = net_by_charge(service_engine, tenant_id)
    for number in range(charges):
        charged, *back = [amount for charge, amount, _ in rows if charge == f"ch_{number}"]
        net = max(charged + sum(back), 0)
        assert found[f"ch_{number}"] == (net, 1 if net else 0)
    assert left_out_of(service_engine, tenant_id) == []


def left_out_of(engine, tenant_id):
    query = """
        SELECT order_id, amount FROM data_gaps
        WHERE kind = 'refunds-left-out' AND amount > 0 ORDER BY 1
    """
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return [tuple(each) for each in session.execute(text(query))]


def back_of(number, amount, charge="ch_1", month=4):
    at = f"2026-{month:02}-10 10:00:00"
    return row(number, "refund", amount, charge, created_utc=at, source_id=f"re_{number}")


def test_what_went_back_of_charges_that_nobody_told_adds_up_by_months(
    bring, service_engine, tenant_id
):
    april, may = [row(1), back_of(2, "-4.00", "ch_9")], [back_of(3, "-7.00", "ch_9", 5)]
    for month, open_then in ((april, 400), (may, 1100), (april, 1100), (may, 1100)):
        notes = bring(month).notes
        assert [each for each in notes if "neither this file nor the ledger" in each]
        assert left_out_of(service_engine, tenant_id) == [("ch_9", open_then)]


def test_more_than_is_left_of_an_earlier_charge_is_left_out_and_said(
    bring, service_engine, tenant_id
):
    bring([row(1), row(2, "refund", "-4.00", source_id="re_2")])
    notes = bring([back_of(3, "-7.00")]).notes
    assert [each for each in notes if "left of a charge of an earlier file" in each]
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (0, 0)}
    assert not [each for each in bring([back_of(3, "-5.00")]).notes if "earlier file" in each]
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (100, 1)}


def test_a_charge_that_a_file_has_with_its_goods_keeps_refunds_of_later_months_a_gap(
    bring, service_engine, tenant_id, load, line
):
    """Which of its goods they are of, no report of payments knows."""
    load(order_lines=[line("ch_1", "1"), line("ch_1", "2")])
    bring([back_of(3, "-7.00")])
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (2000, 2)}
    assert left_out_of(service_engine, tenant_id) == [("ch_1", 700)]


def test_what_an_earlier_file_left_out_stays_open_until_it_comes_again(
    bring, service_engine, tenant_id
):
    """The charge comes with another refund of its own, which settles nothing of April's."""
    march = [row(1), row(2, "refund", "-2.00", source_id="re_2")]
    bring([back_of(3, "-4.00")])
    bring(march)
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (800, 1)}
    assert left_out_of(service_engine, tenant_id) == [("ch_1", 400)]
    bring([back_of(3, "-4.00")])
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (400, 1)}
    assert left_out_of(service_engine, tenant_id) == []


@pytest.mark.parametrize(("kind", "undone"), [("dispute", "dispute_reversal"),
                                              ("refund", "refund_failure")])  # fmt: skip
def test_what_came_again_whole_takes_back_what_an_earlier_report_told(
    bring, service_engine, tenant_id, kind, undone
):
    def moved(number, what, amount):
        at = f"2026-04-{10 + number} 10:00:00"
        return row(number, what, amount, created_utc=at, source_id="x_1")

    back = moved(2, kind, "-10.00")
    bring([row(1)])
    bring([back])
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (0, 0)}
    bring([back, moved(3, undone, "10.00")])
    assert net_by_charge(service_engine, tenant_id) == {"ch_1": (1000, 1)}
    assert left_out_of(service_engine, tenant_id) == []
