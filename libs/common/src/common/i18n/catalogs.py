"""Catalogs: gettext catalogs, one ``<tag>.po`` a language, in a folder of each service.

Words are looked up by their English; what a catalog lacks stays English. Catalogs are read as they
are kept, so that there is nothing to compile and nothing to forget.
"""

import io
from gettext import GNUTranslations, NullTranslations
from importlib.resources.abc import Traversable

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def read_catalog(folder: Traversable, locale: Locale) -> NullTranslations:
    """The catalog of ``locale``; one that leaves English as it is, where there is none."""
    source = folder.joinpath(f"{locale}.po")
    if not source.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=locale))
    compiled.seek(0)
    return GNUTranslations(compiled)
