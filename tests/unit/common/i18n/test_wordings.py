"""A wording in another language: its pattern's translation, with its values as they are there."""

import io
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from common.http.wording import Wording
from common.i18n.formatter import Formatter
from common.i18n.locales import LOCALES

KNOWN = {
    "At most %(most)s of %(what)s.": "%(what)s: höchstens %(most)s.",
    "links": "Links",
    "Full.": "Voll.",
}


@pytest.fixture(scope="module")
def german() -> Formatter:
    catalog, file = Catalog(locale=LOCALES["de"]), io.BytesIO()
    for english, words in KNOWN.items():
        catalog.add(english, words)
    write_mo(file, catalog)
    file.seek(0)
    return Formatter(LOCALES["de"], GNUTranslations(file))


@pytest.mark.parametrize(
    ("wording", "told"),
    [
        (Wording("Full."), "Voll."),
        (
            Wording("At most %(most)s of %(what)s.", most=1500, what=Wording("links")),
            "Links: höchstens 1.500.",
        ),
        (Wording("At most %(most)s of %(what)s.", most="x", what="links"), "links: höchstens x."),
        (Wording("100 % full"), "100 % full"),
        (Wording("Nobody knows %(it)s", it=2), "Nobody knows 2"),
    ],
)
def test_a_wording_is_translated_by_its_pattern(
    german: Formatter, wording: Wording, told: str
) -> None:
    assert german.text(wording) == told
