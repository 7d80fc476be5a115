"""Routes of sales by JSON: batches of a program or a platform's plug-in, loaded at once."""

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response

from accounts.permissions import Permission
from common.db.tenancy import TenantDb
from common.instants import now
from ingest.ledger.reader_settings import Basis
from share_api.auth.actors import Actor
from share_api.container import Container
from share_api.http.bounded_body import iter_with_timeout
from share_api.http.content_length import content_length
from share_api.http.ndjson import is_ndjson
from share_api.http.openapi import (
    IDEMPOTENCY_KEY,
    REPLAYED,
    REPLAYED_HEADER,
    list_body,
    problem_responses,
)
from share_api.idempotency import KeyedRequest, key_of
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.sales.batch import BatchTooLargeError, SalesKind
from share_api.sales.loading import load_batch
from share_api.schemas.sales import ELEMENTS
from share_api.schemas.sales_batch import MOST_BYTES, MOST_BYTES_OF_LINES, BatchReader
from share_api.schemas.sales_summary import SalesSummary

router = APIRouter(tags=["sales"])
_PATH: Final = "/api/admin/sales"


@dataclass(frozen=True, slots=True)
class Received:
    """A request with a batch, and for whom it is loaded."""

    request: Request
    response: Response
    actor: Actor
    db: TenantDb
    container: Container
    check: bool


def _received(
    request: Request,
    response: Response,
    actor: CurrentActor,
    db: CurrentDb,
    container: Services,
    check: Annotated[
        bool, Query(description="Say what the batch would do, and change nothing.")
    ] = False,
) -> Received:
    return Received(request, response, actor, db, container, check)


Batch = Annotated[Received, Depends(_received)]


def _documented(kind: SalesKind) -> dict[str, Any]:
    """What every route of a kind says of itself."""
    done = {"description": "All of it is in the ledger.", "headers": REPLAYED_HEADER}
    return {
        "path": f"{_PATH}/{kind}",
        "response_model": SalesSummary,
        "responses": {200: done, **problem_responses(400, 403, 408, 409, 413, 422, 503)},
        "dependencies": [needs(Permission.SALES_WRITE)],
        "openapi_extra": {**list_body(kind, ELEMENTS[kind]), "parameters": [IDEMPOTENCY_KEY]},
    }


@router.post(**_documented(SalesKind.ORDERS), summary="Send orders")
async def send_orders(
    batch: Batch,
    prices_include_tax: Annotated[
        bool,
        Query(
            alias="pricesIncludeTax",
            description="Prices, discounts and shipping include the order's `tax`.",
        ),
    ] = False,
) -> dict[str, Any]:
    """Orders with all of their lines, at once and all or nothing; seen again, one is replaced."""
    return await _take(SalesKind.ORDERS, batch, prices_include_tax=prices_include_tax)


@router.post(**_documented(SalesKind.REFUNDS), summary="Send refunds")
async def send_refunds(batch: Batch) -> dict[str, Any]:
    """Refunds of orders that are known, at once and all or nothing."""
    return await _take(SalesKind.REFUNDS, batch)


@router.post(**_documented(SalesKind.PRODUCTS), summary="Send products")
async def send_products(batch: Batch) -> dict[str, Any]:
    """Titles, categories and costs of products, at once and all or nothing."""
    return await _take(SalesKind.PRODUCTS, batch)


@router.post(**_documented(SalesKind.STOCK), summary="Send stock counts")
async def send_stock(batch: Batch) -> dict[str, Any]:
    """What was on hand of known products, at once and all or nothing."""
    return await _take(SalesKind.STOCK, batch)


async def _take(
    kind: SalesKind, received: Received, *, prices_include_tax: bool = False
) -> dict[str, Any]:
    """Read a batch and load it; the summary."""
    request, actor, container = received.request, received.actor, received.container
    key = key_of(request.headers.getlist("idempotency-key"))
    tenant = actor.tenant
    basis = Basis(tenant.currency, tenant.timezone, tenant.gift_cards)
    reader = BatchReader(kind, basis, prices_include_tax=prices_include_tax)
    digest = await _read(request, reader)
    keyed = None if key is None else KeyedRequest(received.db, key, digest, now())
    load = partial(
        load_batch,
        received.db,
        reader.end(),
        author=actor.author,
        jobs=container.issuing.jobs,
        keyed=keyed,
        check=received.check,
    )
    loaded = await run_sync(load, limiter=container.loading)
    if loaded.replayed:
        received.response.headers[REPLAYED] = "true"
    return loaded.summary


async def _read(request: Request, reader: BatchReader) -> bytes:
    """Read the body; the digest of the request."""
    lines = is_ndjson(request.headers.get("content-type", ""))
    most = MOST_BYTES_OF_LINES if lines else MOST_BYTES
    announced = content_length(request.headers)
    if announced is not None and announced > most:
        raise BatchTooLargeError(most, "bytes")
    meant = f"{request.url.path} {lines}{' with tax' if reader.prices_include_tax else ''}\n"
    digest = hashlib.sha256(meant.encode())
    body, length = bytearray(), 0
    async for piece in iter_with_timeout(request.stream()):
        length += len(piece)
        if length > most:
            raise BatchTooLargeError(most, "bytes")
        digest.update(piece)
        if lines:
            await run_sync(reader.feed, piece)
        else:
            body += piece
    if not lines:
        await run_sync(reader.read_object, bytes(body))
    return digest.digest()
