"""Translations: gettext catalogs, one ``<language>.po`` a language.

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
_SWITZERLAND: Final = "CH"


@cache
def translations(locale: Locale) -> NullTranslations:
    """The catalog of the language of ``locale``; one that leaves English as it is for none."""
    source = files("report_viewer").joinpath(FOLDER, f"{locale.language}.po")
    if not source.is_file():
        return NullTranslations()
    text, compiled = source.read_text(encoding="utf-8"), io.BytesIO()
    if locale.territory == _SWITZERLAND:
        text = text.replace("ß", "ss")
    write_mo(compiled, read_po(io.BytesIO(text.encode("utf-8")), locale=locale.language))
    compiled.seek(0)
    return GNUTranslations(compiled)
