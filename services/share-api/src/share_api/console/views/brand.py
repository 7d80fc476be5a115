"""A shop's brand as the pages of its links show it, for an admin who sets it."""

from typing import Final, Literal

from common.i18n import report_words
from report_pages.page_brand import PageBrand, page_brand
from report_pages.report import spoken
from share_api.console.views.preview import templates
from share_api.console.visit import Visit
from sharing.brand import BrandStore

Theme = Literal["light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")


def brand_store(visit: Visit) -> BrandStore:
    """Where the shop's brand is kept."""
    return BrandStore(visit.db, visit.container.redis)


def shown_brand(visit: Visit) -> PageBrand:
    """The brand as pages show it; the shop's own name where it has no other."""
    found = brand_store(visit).read()
    return page_brand(found.brand, found.logo, name=visit.tenant.name)


def sample(visit: Visit, brand: PageBrand, theme: Theme) -> str:
    """The head and the foot of a page in one of the themes, in the admin's language."""
    words = report_words.formatter_of(visit.words.locale)
    template = templates().environment.get_template("brand_sample.html")
    return template.render(spoken(words), brand=brand, theme=theme)
