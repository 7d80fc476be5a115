"""Words of reports: the catalogs of their pages and of their other forms, in every language."""

from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from typing import Final

from babel import Locale

from common.i18n.catalogs import read_catalog
from common.i18n.formatter import Formatter

FOLDER: Final = "i18n/report_catalogs"


@cache
def translations(locale: Locale) -> NullTranslations:
    """The catalog of ``locale``; one that leaves English as it is, where there is none."""
    return read_catalog(files("common").joinpath(FOLDER), locale)


@cache
def formatter_of(locale: Locale) -> Formatter:
    """The formatter of a locale, made once."""
    return Formatter(locale, translations(locale))
