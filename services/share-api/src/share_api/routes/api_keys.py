"""Routes of API keys: making one, listing them, and revoking one."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from accounts.api_keys import KeyNotFoundError, create_key, get_key, list_keys, revoke_key
from accounts.permissions import Permission
from common.instants import now
from share_api.http.json_body import Body, parse_body
from share_api.http.openapi import located, problem_responses, request_body
from share_api.http.path_id import canonical_uuid
from share_api.routes.dependencies import CurrentActor, CurrentDb
from share_api.routes.permissions import needs
from share_api.schemas.api_keys import ApiKeyBody, ApiKeysView, ApiKeyView, CreatedApiKeyView
from share_api.schemas.requests import PageQuery

router = APIRouter(tags=["keys"])
_PATH: Final = "/api/admin/keys"

KeyId = Annotated[
    str, Path(description="The id of an API key.", json_schema_extra={"format": "uuid"})
]
_CREATED: Final = located(
    201, "The key, told this once.", "Where it is shown, without its secret, and revoked."
)


@router.post(
    _PATH,
    summary="Make an API key",
    status_code=201,
    responses={**_CREATED, **problem_responses(400, 403, 409, 503)},
    openapi_extra=request_body(ApiKeyBody),
    dependencies=[needs(Permission.KEYS_WRITE)],
)
def make_key(
    actor: CurrentActor, db: CurrentDb, response: Response, body: Body
) -> CreatedApiKeyView:
    """Make a key for a program, for some scopes and days. Its text is in this answer alone."""
    at = now()
    made, text = create_key(db, parse_body(ApiKeyBody, body).wanted(), author=actor.author, at=at)
    response.headers["Location"] = f"{_PATH}/{made.id}"
    return CreatedApiKeyView.made(made, text, now=at)


@router.get(
    _PATH,
    summary="List the API keys",
    responses=problem_responses(400, 403, 503),
    dependencies=[needs(Permission.KEYS_READ)],
)
def list_api_keys(db: CurrentDb, query: Annotated[PageQuery, Query()]) -> ApiKeysView:
    """The tenant's keys, newest first, those included that are over; never their secrets."""
    return ApiKeysView.of(list_keys(db, query.paging()), now=now())


@router.get(
    f"{_PATH}/{{key_id}}",
    summary="Show an API key",
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.KEYS_READ)],
)
def show_key(key_id: KeyId, db: CurrentDb) -> ApiKeyView:
    """One key, without its secret."""
    return ApiKeyView.of(get_key(db, _id(key_id)), now=now())


@router.delete(
    f"{_PATH}/{{key_id}}",
    summary="Revoke an API key",
    status_code=204,
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.KEYS_WRITE)],
)
def revoke_api_key(key_id: KeyId, actor: CurrentActor, db: CurrentDb) -> None:
    """The next request that shows it is refused, everywhere."""
    revoke_key(db, _id(key_id), author=actor.author, at=now())


def _id(text: str) -> UUID:
    """An id in its one spelling; anything else names no key."""
    key_id = canonical_uuid(text)
    if key_id is None:
        raise KeyNotFoundError(text)
    return key_id
