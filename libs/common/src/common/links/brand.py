"""Brands in Redis: what a tenant's links show of it beside its figures, for a viewer without SQL.

Written with the state of an active link and whenever the ledger's changes: one of an earlier
revision never takes the place of a later one. What is small goes with every look at a link, and is
part of what its pages are made from; a logo, which is kept beside, is read when a page is drawn.
"""

import base64
import hashlib
import hmac
from enum import StrEnum
from typing import Final, TypeGuard

import msgspec
from redis import Redis

from common.reports.document.schema import Document
from common.reports_cache.cache import brand_key

_DIGEST: Final = 16
"""Of a logo, in bytes: enough that no two are alike."""

# KEYS: brand, logo. ARGV: the revision, the brand, the logo (or nothing).
_STORE: Final = """
local known = redis.call('get', KEYS[1])
local read, brand = pcall(cjson.decode, known or '')
if read and type(brand) == 'table' and (tonumber(brand.revision) or 0) > tonumber(ARGV[1]) then
  return 0
end
redis.call('set', KEYS[1], ARGV[2])
if ARGV[3] == '' then redis.call('unlink', KEYS[2]) else redis.call('set', KEYS[2], ARGV[3]) end
return 1
"""


class Ground(StrEnum):
    """What a logo has to stand on to be seen: one with clear parts may vanish on a dark page."""

    ANY = "any"
    LIGHT = "light"
    DARK = "dark"


class Logo(msgspec.Struct, frozen=True):
    """A logo, a PNG of so many pixels; ``digest`` names its bytes."""

    digest: str
    width: int
    height: int
    ground: Ground = Ground.ANY


class Brand(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a tenant's links show of it.

    ``name`` stands in place of the tenant's, ``accent`` is ``#rrggbb``; ``base_url`` is where its
    links point to. Empty is what is not set.
    """

    revision: int = 0
    name: str = ""
    accent: str = ""
    footer: str = ""
    logo: Logo | None = None
    base_url: str = ""


NO_BRAND: Final = Brand()
"""What is shown of a tenant that has none, or that is not known."""


def key(tenant_id: int) -> str:
    """The Redis key of a tenant's brand."""
    return brand_key(tenant_id)


def logo_key(tenant_id: int) -> str:
    """The Redis key of its logo."""
    return f"{{{tenant_id}}}:logo"


def digest_of(logo: bytes) -> str:
    """What names a logo."""
    return hashlib.sha256(logo).hexdigest()[: 2 * _DIGEST]


def is_named(logo: bytes | None, digest: str) -> TypeGuard[bytes]:
    """Whether it is the logo of that digest."""
    return logo is not None and hmac.compare_digest(digest_of(logo), digest)


def data_url(logo: bytes) -> str:
    """A logo as an address that is all of it."""
    return f"data:image/png;base64,{base64.b64encode(logo).decode('ascii')}"


def store(redis: Redis, tenant_id: int, brand: Brand, logo: bytes | None) -> bool:
    """Say what a tenant's links show from now on; whether that is the latest."""
    return bool(
        redis.eval(
            _STORE,
            2,
            *(key(tenant_id), logo_key(tenant_id)),
            *(str(brand.revision), msgspec.json.encode(brand), logo or b""),
        )
    )


def parse(data: bytes | None) -> Brand:
    """The brand behind a key's value; none where there is none, or none we can read."""
    try:
        return msgspec.json.decode(data, type=Brand) if data is not None else NO_BRAND
    except (msgspec.DecodeError, UnicodeDecodeError):
        return NO_BRAND


def branded(document: Document, name: str) -> Document:
    """A report by the ``name`` that its shop's brand has, if any: on pages and in files."""
    return msgspec.structs.replace(document, tenant_name=name) if name else document
