"""Twice the bytes for about twice the time: every parser that unauthenticated bytes reach.

Each case is what reads an input, and the input of some size that is as bad as its grammar allows.
It is timed at a size and at twice that size, in turn, the best of several. Printed is the ratio:
about 2 is linear, 4 quadratic; the budget is 2.2. What is cut at a length of its own stays at 1.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from common.http.accept import wants_html
from common.i18n.negotiation import choose_locale
from common.infra.rate_limit import address_network
from common.links.token import KeyRing, LinkError
from ingest.csv.faults import Faults
from ingest.csv.table import Columns, Table
from ingest.formats.own.reader import OwnFormat
from report_viewer.app import without_cookies
from report_viewer.endpoints.csp_reports import MOST_BYTES
from report_viewer.endpoints.request_body import read_body
from report_viewer.http.client_address import ClientAddresses
from report_viewer.http.compression import Coding
from report_viewer.http.etag import etag_matches
from report_viewer.http.negotiation import choose_coding
from report_viewer.http.request_headers import joined_headers
from report_viewer.http.user_agent import classify
from report_viewer.links import urls
from report_viewer.problems.errors import ViewerError
from share_api.discord.interactions import Interaction
from share_api.http.json_body import InvalidBodyError, parse_body
from share_api.http.multipart import UploadError, iter_file_chunks
from share_api.http.same_site import CrossSiteRequestError, require_same_site
from share_api.middleware.cookies import CookieReader
from share_api.schemas.requests import LoginBody

BUDGET: Final = 2.2
SIZES: Final = (32 * 1024, 64 * 1024)
"""The longest head that is taken, and half of it; a body that is longer is taken in pieces."""

_TAKEN_AT_ONCE: Final = 0.004
"""Seconds: what takes less is read several times."""

_TRIES: Final = 3

Shape = Callable[[int], bytes]
_REFUSED: Final = (InvalidBodyError, UploadError, ViewerError, LinkError, CrossSiteRequestError)
_RING: Final = KeyRing("0f" * 31 + "aa")
_PART: Final = b'--b\r\nContent-Disposition: form-data; name="orders"\r\n\r\n'
_ORDERS: Final = b"order_id,paid_at,currency,line_id,product_id,quantity,unit_price\n"
_LINE: Final = b"O,2026-03-01T10:00:00Z,EUR,1,P,1,1.00\n"
_CODINGS: Final = (Coding.GZIP,)


def repeated(unit: bytes, before: bytes = b"", after: bytes = b"") -> Shape:
    """So many bytes of ``unit`` again and again."""
    return lambda size: before + unit * (size // len(unit)) + after


def _in_json(model: type[BaseModel]) -> Callable[[bytes], object]:
    return lambda body: parse_body(model, body)


def _many_names(size: int) -> bytes:
    names = b",".join(b'"%d":1' % number for number in range(size // 8))
    return b"{%b,%b}" % (names, names.rpartition(b",")[2])


def _in_form(body: bytes, kind: str = "multipart/form-data; boundary=b") -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 4096):
            yield body[start : start + 4096]

    async def read() -> None:
        async for _ in iter_file_chunks(kind, pieces()):
            pass

    asyncio.run(read())


def _in_cookies(value: bytes) -> None:
    async def end(scope: Scope, receive: Receive, send: Send) -> None: ...

    async def nothing() -> Message:
        return {}

    async def nowhere(_: Message) -> None: ...

    scope: Scope = {"type": "http", "headers": [(b"cookie", value)]}
    asyncio.run(CookieReader(end)(scope, nothing, nowhere))
    without_cookies({"type": "http", "headers": [(b"cookie", value)]})


def _in_proxies(value: bytes) -> None:
    scope = {"type": "http", "scheme": "http", "client": ("127.0.0.1", 1)}
    sent = {**scope, "headers": [(b"x-forwarded-for", value)]}
    asyncio.run(ClientAddresses("127.0.0.0/8").address(sent))


def _in_beacon(body: bytes) -> None:
    left = [body[start : start + 1] for start in range(len(body))]

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

    asyncio.run(read_body(receive, most_bytes=MOST_BYTES))


def _in_csv(data: bytes) -> None:
    list(Table("x.csv", [data], Columns(("a", "b"), frozenset()), Faults(5)).read())


def _in_orders(data: bytes) -> None:
    """A file of orders by columns, as a text of any length would be read if it were long."""
    reader = OwnFormat("EUR", Faults(5), least=0)
    for _ in reader.order_lines("x.csv", [_ORDERS, data]):
        pass


def _once_each(line: bytes) -> dict[bytes, bytes]:
    return joined_headers([(b"a", b"b")] * len(line))


def _origin(value: bytes) -> None:
    headers = Headers(raw=[(b"origin", value), (b"host", b"x")])
    require_same_site("POST", headers, public_base_url="https://x")


CASES: Final[Mapping[str, tuple[Callable[[bytes], object], Shape]]] = {
    "cookie, escaped quotes": (_in_cookies, repeated(b'\\"', b'a="', b'"')),
    "cookie, many": (_in_cookies, repeated(b"a=b;")),
    "cookie, spaces": (_in_cookies, repeated(b" ")),
    "header, many of a name": (_once_each, repeated(b"x")),
    "accept": (lambda v: wants_html(v.decode()), repeated(b"a;q=1,")),
    "accept-encoding": (lambda v: choose_coding(v.decode(), _CODINGS), repeated(b"a;q=1,")),
    "accept-language": (lambda v: choose_locale(v.decode()), repeated(b"a-b;q=0.1,")),
    "if-none-match": (lambda v: etag_matches(v.decode(), '"x"'), repeated(b'W/"a",')),
    "user-agent": (classify, repeated(b"Line")),
    "origin": (_origin, repeated(b"https://")),
    "x-forwarded-for, trusted": (_in_proxies, repeated(b"127.0.0.1, ")),
    "x-forwarded-for, none": (_in_proxies, repeated(b", ")),
    "address": (lambda v: address_network(v.decode()), repeated(b"1:")),
    "path": (lambda v: urls.parse(v, "GET"), repeated(b"%20", b"/api/reports/")),
    "path, slashes": (lambda v: urls.parse(v, "GET"), repeated(b"/", b"/api/reports")),
    "token": (lambda v: _RING.authenticate(v.decode()), repeated(b"A.")),
    "JSON, deep": (_in_json(LoginBody), repeated(b"[")),
    "JSON, deep objects": (_in_json(LoginBody), repeated(b'{"a":')),
    "JSON, many names, the last twice": (_in_json(LoginBody), _many_names),
    "JSON, unknown names": (_in_json(LoginBody), lambda size: _many_names(size)[:-8] + b"}"),
    "JSON, escapes": (_in_json(LoginBody), repeated(b"\\u0041", b'{"email":"', b'"}')),
    "JSON, digits": (_in_json(LoginBody), repeated(b"9", b'{"email":', b"}")),
    "JSON, decimals": (_in_json(LoginBody), repeated(b"9", b'{"email":0.', b"}")),
    "JSON, spaces": (_in_json(LoginBody), repeated(b" ")),
    "Discord": (_in_json(Interaction), repeated(b"9", b'{"id":"', b'"}')),
    "beacon": (_in_beacon, repeated(b"a")),
    "form, near boundaries": (_in_form, repeated(b"\r\n--", _PART)),
    "form, header": (_in_form, repeated(b"A", b"--b\r\n")),
    "form, after its end": (_in_form, repeated(b"x", b"--b--\r\n")),
    "form, type": (lambda v: _in_form(b"", v.decode()), repeated(b';"', b"multipart/form-data;")),
    "CSV, header": (_in_csv, lambda size: b",".join(b"%d" % n for n in range(size // 5)) + b"\n"),
    "CSV, quotes": (_in_csv, repeated(b'""', b'a,b\n"')),
    "orders, one": (_in_orders, repeated(_LINE)),
    "orders, uneven": (_in_orders, repeated(b"a,b\n" + _LINE * 9)),
    "orders, quotes in cells": (_in_orders, repeated(b'"a""b""c",')),
    "orders, blank lines": (_in_orders, repeated(b"\n")),
}


def ratio(read: Callable[[bytes], object], shape: Shape, *, rounds: int = 12) -> float:
    """How many times as long the longer input takes: the best of each, taken in turn."""
    short, long = map(shape, SIZES)
    times = max(1, int(_TAKEN_AT_ONCE / (_seconds(read, short, 1) or 1e-6)))
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, data in enumerate((short, long)):
            best[place] = min(best[place], _seconds(read, data, times))
    return best[1] / best[0]


def _seconds(read: Callable[[bytes], object], data: bytes, times: int) -> float:
    began = time.thread_time()
    for _ in range(times):
        attempt(read, data)
    return time.thread_time() - began


def attempt(read: Callable[[bytes], object], data: bytes) -> None:
    """Read an input, which may be refused."""
    with contextlib.suppress(*_REFUSED, IndexError):
        read(data)


def main() -> None:
    """Print every ratio; status 1 when one is over the budget."""
    over = 0
    for name, (read, shape) in CASES.items():
        found = ratio(read, shape)
        for _ in range(_TRIES):  # a busy machine makes one long, and a quadratic reader all
            found = min(found, ratio(read, shape)) if found > BUDGET else found
        over += found > BUDGET
        print(f"{name:36}{found:6.2f}{'  over' if found > BUDGET else ''}")
    sys.exit(bool(over))


if __name__ == "__main__":
    main()
