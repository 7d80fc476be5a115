"""Decimals shown of a figure: those that are read, and no others."""

from typing import Final

from common.reports.document.metrics import Unit
from common.reports.money import divide_half_even

_HUNDRED: Final = 100
_NO_DECIMALS_FROM: Final = 1_000


def as_shown(value: int, unit: Unit, exponent: int) -> tuple[int, int]:
    """``value`` × 10^-exponent with as many decimals as are read, and how many those are."""
    if unit in {Unit.PERCENT, Unit.POINTS}:
        tenths = divide_half_even(value, 10 ** (exponent - 1))
        if value and not tenths:
            return value, exponent
        whole = abs(tenths) >= _HUNDRED * 10
        return (divide_half_even(value, 10**exponent), 0) if whole else (tenths, 1)
    if abs(value) >= _NO_DECIMALS_FROM * 10**exponent:
        return divide_half_even(value, 10**exponent), 0
    return value, exponent
