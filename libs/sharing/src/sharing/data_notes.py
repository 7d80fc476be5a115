"""Data notes of a link: what is not known of its days, told with the answer that issues it.

They come second: sales that cannot be looked at just now keep no link from being issued, and its
page says the same once it is computed.
"""

import logging
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import SQLAlchemyError

from common.db.accounts import Tenant
from common.db.tenancy import Access, transaction
from common.links.link_claims import LinkClaims
from common.reports import registry
from common.reports.comparison import Comparison
from common.reports.document.gap_header import header_value
from common.reports.money import currency_exponent
from common.reports.sales.gaps import read_gaps

_PATIENCE: Final = text("SET LOCAL statement_timeout = '500ms'")

_log = logging.getLogger(__name__)


def data_notes(engine: Engine, claims: LinkClaims, zone: ZoneInfo, comparison: Comparison) -> str:
    """The value of ``X-Data-Notes`` for the link's report and days; empty where it is not known."""
    try:
        with transaction(engine, Access(tenant_id=claims.tenant_id)) as session:
            session.execute(_PATIENCE)
            tenant = select(Tenant.currency).where(Tenant.id == claims.tenant_id)
            currency = session.execute(tenant).scalar_one()
            gaps = read_gaps(session, claims.tenant_id, claims.window, zone, comparison)
    except SQLAlchemyError as error:  # no connection is free either
        _log.warning("data notes were not read", extra={"error": type(error).__name__})
        return ""
    return header_value(registry.find(claims.report).touched_by(gaps), currency_exponent(currency))
