"""Devices that an admin has logged in from, known by a signed cookie (OWASP, device cookies).

Wrong passwords from elsewhere never lock such a device out: it is throttled by its own failures
alone. The cookie opens nothing by itself. It is signed under the account's password, so that a new
password makes every device unknown.
"""

import hmac
import re
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Final

from accounts.passwords import derived_key

DEVICE_COOKIE: Final = "analytics_device"
DEVICE_SECONDS: Final = 180 * 24 * 60 * 60
"""How long a device is known after a log-in."""

_GRAMMAR: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9]{1,11})\.([0-9a-f]{64})", re.ASCII)


def remember_device(admin_id: int, password_hash: str, *, now: datetime) -> str:
    """A cookie by which the device is known to the account."""
    name, issued = secrets.token_urlsafe(16), str(int(now.timestamp()))
    return f"{name}.{issued}.{_mac(admin_id, password_hash, name, issued)}"


def known_device(
    cookie: str, admin_id: int | None, password_hash: str, *, now: datetime
) -> str | None:
    """The name of the device that shows ``cookie``; None when the account does not know it."""
    found = _GRAMMAR.fullmatch(cookie)
    if found is None or admin_id is None:
        return None
    name, issued, mac = found.groups()
    if not hmac.compare_digest(mac, _mac(admin_id, password_hash, name, issued)):
        return None
    return name if now.timestamp() < int(issued) + DEVICE_SECONDS else None


def _mac(admin_id: int, password_hash: str, name: str, issued: str) -> str:
    key = derived_key(password_hash, "device")
    return hmac.new(key, f"{admin_id}.{name}.{issued}".encode("ascii"), sha256).hexdigest()
