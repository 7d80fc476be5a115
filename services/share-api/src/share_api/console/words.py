"""Words of the console, in the languages of all pages."""

from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale

from common.i18n.catalogs import read_catalog
from common.i18n.formatter import Formatter

CATALOGS: Final = files("share_api.console").joinpath("catalogs")


@cache
def formatter_of(locale: Locale) -> Formatter:
    """The formatter of a locale, made once."""
    return Formatter(locale, read_catalog(CATALOGS, locale))
