"""Translations: gettext catalogs, one ``<tag>.po`` a language.

Words are looked up by their English; what a catalog lacks stays English. Catalogs are read as they
are kept, so that there is nothing to compile and nothing to forget.
"""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER: Final = "i18n/catalogs"


@cache
def translations(locale: Locale) -> NullTranslations:
    """The catalog of ``locale``; one that leaves English as it is, where there is none."""
    source = files("report_viewer").joinpath(FOLDER, f"{locale}.po")
    if not source.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=locale))
    compiled.seek(0)
    return GNUTranslations(compiled)
