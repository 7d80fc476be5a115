"""From the ledger to product performance."""

from sqlalchemy.orm import Session

from common.reports import ledger
from common.reports.catalog.product_performance.definition import ProductPerformance
from common.reports.model import Scope


def query(session: Session, scope: Scope) -> ProductPerformance:
    """Every product's totals in both windows."""
    return ProductPerformance(products=ledger.by_product(session, scope))
