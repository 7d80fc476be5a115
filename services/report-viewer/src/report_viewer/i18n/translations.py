"""Translations: the catalogs of the viewer's pages."""

from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from typing import Final

from babel import Locale

from common.i18n.catalogs import read_catalog

FOLDER: Final = "i18n/catalogs"


@cache
def translations(locale: Locale) -> NullTranslations:
    """The catalog of ``locale``; one that leaves English as it is, where there is none."""
    return read_catalog(files("report_viewer").joinpath(FOLDER), locale)
