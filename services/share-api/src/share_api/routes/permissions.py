"""What each route needs: one declaration a route, which guards it and describes it.

A route of ``/api/admin`` declares exactly one of ``needs``, ``of_anyone_known`` and
``of_a_person`` among its dependencies; a test walks them.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from accounts.permissions import REGISTRY, Permission
from share_api.auth.bearer import PersonOnlyError, presented_key
from share_api.http.openapi import KEY_SCHEME, SESSION_SCHEME, Requirements
from share_api.routes.dependencies import CurrentActor, CurrentCaller

_SESSION: Final[dict[str, list[str]]] = {SESSION_SCHEME: []}


class Needs:
    """Refuses who lacks a permission; runs before the body and the parameters are looked at."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, actor: CurrentActor) -> None:
        """Hold the actor to the permission."""
        actor.require(self.permission)


async def _anyone_known(_: CurrentCaller) -> None:
    """Whoever has a session, with or without a tenant, or any key that is valid."""


async def _person(request: Request) -> None:
    """Nobody who shows a key, whatever it is: so no session begins, changes or ends by one."""
    if presented_key(request.headers) is not None:
        raise PersonOnlyError


def needs(permission: Permission) -> Any:
    """The declaration that a route needs a permission."""
    return Depends(Needs(permission))


of_anyone_known: Final[Any] = Depends(_anyone_known)
of_a_person: Final[Any] = Depends(_person)


def declarations(route: APIRoute) -> list[Permission | str]:
    """What a route declares: permissions, ``known`` or ``person``; one in all, if it is right."""
    found: list[Permission | str] = []
    for each in route.dependencies:
        if isinstance(each.dependency, Needs):
            found.append(each.dependency.permission)
        elif each.dependency is _anyone_known:
            found.append("known")
        elif each.dependency is _person:
            found.append("person")
    return found


def api_routes(routes: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    """The routes of an application, those of its routers included."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is not None:
            yield from api_routes(router.routes)
        elif isinstance(route, APIRoute):
            yield route


def declared_at(routes: Sequence[BaseRoute], method: str, path: str) -> Permission | str | None:
    """What the route that answers ``path`` declares; None where it declares nothing.

    Raises:
        LookupError: no route answers it.
    """
    for route in api_routes(routes):
        if method in (route.methods or ()) and route.path_regex.match(path):
            return next(iter(declarations(route)), None)
    raise LookupError(f"no route answers {method} {path}")


def operation_security(routes: Sequence[BaseRoute]) -> dict[tuple[str, str], Requirements]:
    """What the operations take as credentials, by method (in lower case) and path."""
    return {
        (method.lower(), route.path): _requirements(route, declared)
        for route in api_routes(routes)
        for declared in declarations(route)
        for method in route.methods or ()
    }


def _requirements(route: APIRoute, declared: Permission | str) -> Requirements:
    if isinstance(declared, Permission) and REGISTRY[declared].to_keys:
        return [_SESSION, {KEY_SCHEME: [declared.value]}]
    if declared == "known":
        return [_SESSION, {KEY_SCHEME: []}]
    return [] if route.name in _OPEN else [_SESSION]


_OPEN: Final = {"log_in", "log_out"}
"""Routes that take whoever comes, with a session or without."""
