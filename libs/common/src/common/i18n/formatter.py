"""Formatter: the words, numbers and dates of one language."""

from datetime import datetime
from gettext import NullTranslations
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale

from common.http.wording import Wording
from common.i18n.dates import DateFormatter
from common.i18n.locales import tag_of
from common.i18n.numbers import NumberFormatter

_WHOLE: Final = 101
"""Below it every category of whole numbers is met, but for those of millions."""


class Formatter:
    """One language, with the words of a service's catalog."""

    def __init__(self, locale: Locale, translations: NullTranslations) -> None:
        self._translations = translations
        self.locale = locale
        self.tag = tag_of(locale)
        self.direction: str = locale.text_direction
        self.numerals = NumberFormatter(locale)
        self.calendar = DateFormatter(locale)
        self._examples: dict[str, int] = {}
        for count in range(_WHOLE):
            self._examples.setdefault(locale.plural_form(count), count)

    def text(self, message: str, **values: object) -> str:
        """``message`` in this language, its ``%(names)s`` replaced by ``values``.

        A ``Wording`` has its values with it: wordings among them are said in this language, and
        whole numbers as it writes them.
        """
        if isinstance(message, Wording):
            told = {name: self._value(value) for name, value in message.values.items()}
            return self.text(message.pattern, **told)
        words = self._translations.gettext(message) if message else ""
        return words % values if values else words

    def counted(self, one: str, many: str, count: int, **values: object) -> str:
        """The form of a message that goes with ``count``, which is ``%(count)s`` in it."""
        words = self._translations.ngettext(one, many, count)
        return words % {"count": self.numerals.number(count, 0), **values}

    def forms(self, one: str, many: str) -> dict[str, str]:
        """The forms of a message by the categories of CLDR (``one``, ``few``, …) of whole numbers.

        For a script, which chooses among them: ``Intl.PluralRules`` has the same categories.
        """
        ngettext = self._translations.ngettext
        return {each: ngettext(one, many, count) for each, count in self._examples.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, Wording):
            return self.text(value)
        return self.numerals.number(value, 0) if isinstance(value, int) else value

    def instant(self, value: datetime, zone: ZoneInfo) -> str:
        """An instant on the wall clock of ``zone``."""
        return self.calendar.instant(value, zone)
