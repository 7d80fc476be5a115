"""Days of cover: how long what is on hand lasts at the pace of the window."""

from common.reports.money import RATE_EXPONENT, ratio


def days_of_cover(pieces: int | None, units: int, days: int) -> int | None:
    """How many days ``pieces`` last when ``units`` go in ``days`` in stock, as a rate.

    0 with nothing on hand; None where the pieces are not known or nothing was sold.
    """
    return None if pieces is None else ratio(max(pieces, 0) * days, units, exponent=RATE_EXPONENT)
