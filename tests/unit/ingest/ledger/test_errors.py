"""What an ingest error tells a person and a program."""

from ingest.ledger.errors import DuplicateRowError, Fault, RefundedLineVanishedError


def test_the_message_names_the_first_rows_and_how_many_more_there_are():
    faults = [Fault((f"O{number}", "a"), number) for number in range(1, 6)]
    error = DuplicateRowError("order_lines", faults, 9)
    assert str(error) == (
        "order_lines: stands more than once in the input: order 'O1' line 'a' (row 1);"
        " order 'O2' line 'a' (row 2); order 'O3' line 'a' (row 3) and 6 more"
    )
    assert error.faults == tuple(faults)
    assert error.total == 9
    assert error.id_names == ("order", "line")


def test_a_row_of_the_ledger_has_no_position_and_an_id_may_be_missing():
    error = RefundedLineVanishedError("refunds", [Fault(("R1", "O1", None), None)], 1)
    assert str(error).endswith("the line of this refund: refund 'R1' order 'O1'")
