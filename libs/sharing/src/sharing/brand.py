"""Brand of a tenant: the ledger has it, Redis is told, and pages show it within a second.

What Redis could not be told it learns with the next link or computation of the tenant, or when a
link's state is restored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from redis import Redis

from common.db.audit import Action, Author, record
from common.db.brands import MOST_FOOTER, MOST_NAME
from common.db.tenancy import TenantDb
from common.design.accent import is_colour
from common.http.wording import Wording
from common.links import brand as told
from common.links import brand_ledger
from common.links.brand_ledger import LedgerBrand
from sharing.brand_revisions import bump, held, tell
from sharing.logo import DrawnLogo, draw

TEXTS: Final = ("name", "accent", "footer")
"""What of a brand is text."""
_LONGEST: Final = {"name": MOST_NAME, "footer": MOST_FOOTER}


class BrandTextError(ValueError):
    """A text that a brand cannot have; ``field`` says which, ``reason`` why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BrandStore:
    """Where a tenant's brand is kept and told; ``redis`` is a client that returns bytes."""

    db: TenantDb
    redis: Redis

    def read(self) -> LedgerBrand:
        """The brand as the ledger has it."""
        with self.db.transaction() as session:
            return brand_ledger.read(session, self.db.tenant_id)

    def set_texts(
        self, texts: Mapping[str, str | None], *, author: Author, at: datetime
    ) -> LedgerBrand:
        """Set some of ``TEXTS``; None takes one away.

        Raises:
            BrandTextError: one that cannot be.
            sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
        """
        return self._change({each: _checked(each, texts[each]) for each in texts}, author, at)

    def set_logo(self, sent: bytes | None, *, author: Author, at: datetime) -> LedgerBrand:
        """Set the logo by a picture, or with None take it away.

        Raises:
            LogoError: the picture cannot be one.
            sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
        """
        return self._change(_columns(None if sent is None else draw(sent)), author, at)

    def _change(self, values: Mapping[str, Any], author: Author, at: datetime) -> LedgerBrand:
        with self.db.transaction() as session:
            row = held(session, self.db.tenant_id)
            before = {each: getattr(row, each) for each in values}
            # What Redis has may be of a later revision, where the ledger is a restored copy.
            bump(session, row, at, **values)
            if before != values:
                said = {name: _said(value) for name, value in values.items() if name in _TOLD}
                was = {name: _said(before[name]) for name in said}
                record(
                    session,
                    self.db.tenant_id,
                    Action.BRAND_CHANGED,
                    author,
                    at=at,
                    now={each: said[each] for each in said if said[each] != was[each]},
                    before={each: was[each] for each in said if said[each] != was[each]},
                )
            found = brand_ledger.read(session, self.db.tenant_id)
        tell(self.redis, self.db.tenant_id, found)
        return found


_TOLD: Final = frozenset({*TEXTS, "logo"})


def _columns(logo: DrawnLogo | None) -> dict[str, Any]:
    if logo is None:
        return dict.fromkeys(("logo", "logo_width", "logo_height", "logo_ground"))
    return {
        "logo": logo.png,
        "logo_width": logo.width,
        "logo_height": logo.height,
        "logo_ground": logo.ground.value,
    }


def _said(value: str | bytes | None) -> str | None:
    """What the audit log says of a value: of a logo, which it is."""
    return told.digest_of(value) if isinstance(value, bytes) else value


def _checked(field: str, text: str | None) -> str | None:
    """A text as it is stored.

    Raises:
        BrandTextError: it cannot be one.
    """
    text = (text or "").strip()
    if not text:
        return None
    if field == "accent":
        colour = f"#{text.removeprefix('#').lower()}"
        if not is_colour(colour):
            raise BrandTextError(field, Wording("Write a colour as #rrggbb"))
        return colour
    if not text.isprintable():
        raise BrandTextError(field, Wording("Control characters are not allowed"))
    if len(text) > _LONGEST[field]:
        most = _LONGEST[field]
        raise BrandTextError(field, Wording("Use at most %(most)s characters", most=most))
    return text
