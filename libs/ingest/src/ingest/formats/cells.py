"""Converters that the exports of several platforms share: currencies, local times."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import partial
from zoneinfo import ZoneInfo

from common.http.wording import Wording
from ingest.csv.values import BadValueError, optional_instant, resaved


def sold_in(currency: str) -> Callable[[str], str]:
    """The converter of ISO 4217 codes that takes the shop's ``currency``, in any case."""

    def convert(code: str) -> str:
        if code.strip().upper() != currency:
            raise BadValueError(
                Wording("is not the shop's currency, %(currency)s", currency=currency)
            )
        return currency

    return convert


def local_instant(timezone: str) -> Callable[[str], datetime | None]:
    """The converter of ``2026-03-01 10:22[:33]`` on the clocks of an IANA ``timezone``.

    A time with an offset is taken with it. Of the hour that clocks repeat the first is meant.
    """
    zone: tzinfo = UTC if timezone == "UTC" else ZoneInfo(timezone)
    return partial(_local, zone=zone)


def _local(text: str, *, zone: tzinfo) -> datetime | None:
    text = text.strip()
    try:
        value = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise BadValueError(
            resaved(Wording("is not a time as 2026-03-01 10:22:33"), text)
        ) from None
    if value is not None and value.tzinfo is None:
        text = value.replace(tzinfo=zone).isoformat()
    return optional_instant(text)
