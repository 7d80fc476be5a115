"""Forms: what of a link is opened, by the path below its token: every one that it has."""

import random
from datetime import UTC, datetime, timedelta
from typing import Final

REPORTS: Final = ("revenue-overview", "product-performance", "sales-velocity")
"""Every link is a board of them."""
RANGES: Final = ("7d", "30d", "custom")
"""The days that a reader may choose of any link that is not frozen."""
FORMS: Final = (
    *("/csv", "/csv", "/rows", "/data", "/xlsx", "/csv/spreadsheet", "/pdf"),
    *("/embed", "/oembed"),
)
CHANGED: Final = ("/changed", "/changed/csv", "/changed/data")
"""What a frozen link has beside."""


def form_of(report: str, draws: random.Random, *, frozen: bool) -> str:
    """One form of a link that opens ``report`` first; empty for its page."""
    form = draws.choice(FORMS) if draws.random() < 0.3 else ""
    if frozen:
        form = draws.choice(CHANGED) if draws.random() < 0.4 else form
    else:
        if draws.random() < 0.1:
            form = f"/vs/last-year{form}"
        if draws.random() < 0.1:
            form = f"/r/{draws.choice(_days())}{form}"
    if draws.random() < 0.2:
        other = draws.choice([each for each in REPORTS if each != report])
        form = f"/in/{other}{form}"
    return form


def _days() -> tuple[str, ...]:
    """Days that a reader may choose; each shop sold something in all of them, which is its mark."""
    today = datetime.now(UTC).date()
    return "7d", "30d", f"{today - timedelta(days=9)}..{today - timedelta(days=1)}"
