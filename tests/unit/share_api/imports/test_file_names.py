"""A file's name is kept as a text that can be shown anywhere: short, on one line, in its order."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.db.imports import Import
from share_api.imports.file_names import LONGEST_NAME, faults_of, file_name, names_of

MOVES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029\ufeff"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("orders_export_1.csv", "orders_export_1.csv"),
        ("Bestellungen März 2026.csv", "Bestellungen März 2026.csv"),
        ("C:\\Users\\anna\\Desktop\\orders.csv", "orders.csv"),
        ("/home/anna/orders.csv", "orders.csv"),
        ("../../etc/passwd", "passwd"),
        ("invoice\u202egpj.csv", "invoice gpj.csv"),
        ("a\x00b\r\nc\t.csv", "a b c .csv"),
        ("  orders.csv ", "orders.csv"),
        ("میخواهم\u200cها.csv", "میخواهم\u200cها.csv"),
        ("folder/", ""),
        ("\u202e\x07", ""),
        ("", ""),
        # 119 letters and 24 more: of 143 characters 95, the ellipsis and the last 24 are 120.
        ("x" * 119 + "y" * 20 + ".csv", "x" * 95 + "…" + "y" * 20 + ".csv"),
    ],
)
def test_a_name_is_its_last_part_without_what_cannot_be_seen(sent: str, kept: str) -> None:
    assert file_name(sent) == kept


@given(st.text(st.sampled_from([*"a.é/\\ \n\x00\u200d中", *MOVES]) | st.characters(), max_size=400))
def test_whatever_is_sent_what_is_kept_is_one_line_that_moves_nothing(sent: str) -> None:
    kept = file_name(sent)
    assert len(kept) <= LONGEST_NAME
    assert not set(kept) & {*"/\\\n\r\t\x00", *MOVES}
    assert not any(unicodedata.category(each) in {"Cc", "Cs"} for each in kept)
    assert file_name(kept) == kept


def test_names_are_those_of_kinds_that_have_one() -> None:
    sent = {"orders": "a/b.csv", "stock": "\u202e", "csrf": "x.csv"}
    assert names_of(sent) == {"orders": "b.csv"}


def test_a_finding_has_the_name_of_its_own_file() -> None:
    faults = [{"file": "refunds.csv"}, {"file": "orders.csv"}, {"file": None}]
    row = Import(outcome={"errors": faults}, file_names={"refunds": "März.csv"})
    assert [each["file_name"] for each in faults_of(row) or ()] == ["März.csv", None, None]
    assert faults_of(Import(outcome=None)) is None
