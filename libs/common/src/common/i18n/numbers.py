"""Number formatting: numbers as a locale writes them, exact, and fast enough for thousands.

What CLDR says of a locale is looked up once; a figure is then spelled from its scaled integer, and
no float is involved. Digits are always 0 to 9.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from babel import Locale
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern

_SYMBOL: Final = "¤"
_SPACE: Final = "\u00a0"
_BY_THREE: Final = 3
"""Groups that Python's own formatting makes, four times as fast."""


class Around(NamedTuple):
    """What stands before and after a number."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Affixes:
    """What surrounds a number of one kind, as it is and when it is negative."""

    positive: Around
    negative: Around


class NumberFormatter:
    """The numbers of one locale."""

    def __init__(self, locale: Locale) -> None:
        symbols = locale.number_symbols["latn"]
        plain: NumberPattern = parse_pattern(locale.decimal_formats[None])
        self._locale = locale
        self._minus = str(symbols["minusSign"]).replace("-", "\u2212")
        self._decimal, self._group = str(symbols["decimal"]), str(symbols["group"])
        self._primary, self._secondary = plain.grouping
        self._by_three = (self._primary, self._secondary) == (_BY_THREE, _BY_THREE)
        self._plain = Affixes(Around("", ""), Around(self._minus, ""))
        self._percent = self._affixes(parse_pattern(locale.percent_formats[None]))
        self._currencies: dict[str, Affixes] = {}

    def number(self, value: int, exponent: int) -> str:
        """``value`` × 10^-exponent with grouped digits: ``number(-123456, 2)`` is ``−1,234.56``."""
        return self._spell(value, exponent, self._plain)

    def percent(self, value: int, exponent: int) -> str:
        """``value`` × 10^-exponent as so many percent."""
        return self._spell(value, exponent, self._percent)

    def money(self, value: int, exponent: int, currency: str) -> str:
        """``value`` × 10^-exponent with the sign of its currency; an index has none."""
        return self._spell(value, exponent, self._money(currency))

    def symbols(self, currency: str) -> dict[str, Any]:
        """All it takes to spell the same numbers elsewhere."""
        money = self._money(currency)
        return {
            "decimal": self._decimal,
            "group": self._group,
            "minus": self._minus,
            "primary": self._primary,
            "secondary": self._secondary,
            "money": money.positive,
            "moneyNegative": money.negative,
            "percent": self._percent.positive,
            "percentNegative": self._percent.negative,
        }

    def _spell(self, value: int, exponent: int, affixes: Affixes) -> str:
        whole, fraction = divmod(abs(value), 10**exponent)
        number = f"{whole:,}".replace(",", self._group) if self._by_three else self._grouped(whole)
        if exponent:
            number = f"{number}{self._decimal}{fraction:0{exponent}d}"
        before, after = affixes.negative if value < 0 else affixes.positive
        return f"{before}{number}{after}"

    def _grouped(self, whole: int) -> str:
        digits = str(whole)
        head, groups = digits[: -self._primary], [digits[-self._primary :]]
        while head:
            groups.append(head[-self._secondary :])
            head = head[: -self._secondary]
        return self._group.join(reversed(groups))

    def _money(self, currency: str) -> Affixes:
        if not currency:
            return self._plain
        found = self._currencies.get(currency)
        if found is None:
            pattern = parse_pattern(self._locale.currency_formats["standard"])
            found = self._affixes(pattern, get_currency_symbol(currency, self._locale))
            self._currencies[currency] = found
        return found

    def _affixes(self, pattern: NumberPattern, symbol: str = "") -> Affixes:
        befores = (each.replace("-", self._minus) for each in pattern.prefix)
        positive, negative = (
            Around(_before(before, symbol), _after(after, symbol))
            for before, after in zip(befores, pattern.suffix, strict=True)
        )
        return Affixes(positive, negative)


def _before(text: str, symbol: str) -> str:
    """A sign that ends with a letter keeps its distance from the digits, as CLDR has it."""
    spaced = text.endswith(_SYMBOL) and symbol[-1:].isalpha()
    return text.replace(_SYMBOL, symbol) + (_SPACE if spaced else "")


def _after(text: str, symbol: str) -> str:
    spaced = text.startswith(_SYMBOL) and symbol[:1].isalpha()
    return (_SPACE if spaced else "") + text.replace(_SYMBOL, symbol)
