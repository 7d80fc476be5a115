"""From the ledger to sales velocity."""

from sqlalchemy.orm import Session

from common.reports import ledger
from common.reports.catalog.sales_velocity.definition import SalesVelocity
from common.reports.model import Scope


def query(session: Session, scope: Scope) -> SalesVelocity:
    """The daily totals of both windows, and the products, fastest first."""
    days, previous_days = ledger.by_day(session, scope)
    products = sorted(
        ledger.by_product(session, scope),
        key=lambda product: (-product.totals.units_sold, product.product_id),
    )
    return SalesVelocity(days=days, previous_days=previous_days, products=tuple(products))
