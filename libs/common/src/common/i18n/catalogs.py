"""Catalogs: gettext catalogs, one ``<language>.po`` a language, in a folder of each service.

One that goes by its script has that in its name: ``zh-Hans.po``. Words are looked up by their
English; what a catalog lacks stays English. Catalogs are read as they are kept, so that there is
nothing to compile and nothing to forget.
"""

import io
from gettext import GNUTranslations, NullTranslations
from importlib.resources.abc import Traversable
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from common.i18n.locales import tag_of

_SWITZERLAND: Final = "CH"


def read_catalog(folder: Traversable, locale: Locale) -> NullTranslations:
    """The catalog of the language of ``locale``; one that leaves English as it is for none.

    Swiss German has ss for ß.
    """
    words = Locale(locale.language, script=locale.script)
    source = folder.joinpath(f"{tag_of(words)}.po")
    if not source.is_file():
        return NullTranslations()
    text, compiled = source.read_text(encoding="utf-8"), io.BytesIO()
    if locale.territory == _SWITZERLAND:
        text = text.replace("ß", "ss")
    write_mo(compiled, read_po(io.BytesIO(text.encode("utf-8")), locale=words))
    compiled.seek(0)
    return GNUTranslations(compiled)
