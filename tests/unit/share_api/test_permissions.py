"""Every route of the admin API declares what it needs: one declaration, neither none nor two."""

import pytest
from fastapi import APIRouter, FastAPI

from accounts.permissions import REGISTRY, Permission
from share_api.app import create_app
from share_api.routes.permissions import api_routes, declarations, needs, of_a_person
from share_api.settings import ShareApiSettings


@pytest.fixture(scope="module")
def app() -> FastAPI:
    settings = ShareApiSettings.model_validate(
        {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1",
            "PUBLIC_BASE_URL": "http://localhost",
        }
    )
    return create_app(settings)


def test_every_admin_route_declares_one(app: FastAPI) -> None:
    routes = [each for each in api_routes(app.routes) if each.path.startswith("/api/admin/")]
    assert len(routes) > 25
    assert [each.path for each in routes if len(declarations(each)) != 1] == []


def test_every_permission_is_needed_by_a_route(app: FastAPI) -> None:
    needed = {each for route in api_routes(app.routes) for each in declarations(route)}
    assert needed >= set(Permission)


def test_a_change_needs_more_than_reading(app: FastAPI) -> None:
    for route in api_routes(app.routes):
        for declared in declarations(route):
            if isinstance(declared, Permission):
                reads = route.methods == {"GET"}
                form = reads and route.path.startswith("/admin/")
                assert form or declared.endswith(":read") is reads, route.path


def test_a_declaration_is_seen() -> None:
    router = APIRouter()

    @router.get("/none")
    @router.get("/two", dependencies=[needs(Permission.AUDIT_READ), of_a_person])
    def route() -> None: ...

    app = FastAPI()
    app.include_router(router)
    counts = {each.path: len(declarations(each)) for each in api_routes(app.routes)}
    assert counts["/none"] == 0
    assert counts["/two"] == 2


def test_the_document_says_both_ways(app: FastAPI) -> None:
    document = app.openapi()
    schemes = document["components"]["securitySchemes"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    described = [each for each in api_routes(app.routes) if each.path.startswith("/api/")]
    for route in described:
        for declared in declarations(route):
            for method in map(str.lower, route.methods or ()):
                operation = document["paths"][route.path][method]
                keys = [
                    each["bearer"] for each in operation.get("security", []) if "bearer" in each
                ]
                if isinstance(declared, Permission) and REGISTRY[declared].to_keys:
                    assert keys == [[declared.value]]
                    assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]
                else:
                    assert keys == ([[]] if declared == "known" else [])


OF_A_PERSON = {
    *("login", "logout", "shops", "password", "{token}"),
    *("login/passkey/options", "login/passkey"),
    *("settings/passkeys", "settings/passkeys/new", "settings/passkeys/remove"),
}
"""What a form changes of its sender alone, or by its one-time token, by the end of its address."""


def test_every_form_of_the_console_that_changes_the_shop_names_its_permission(app: FastAPI) -> None:
    forms = [
        each
        for each in api_routes(app.routes)
        if each.path.startswith("/admin") and each.methods == {"POST"}
    ]
    assert len(forms) > 8
    bare = {each.path for each in forms if declarations(each) == ["person"]}
    assert all(any(path.endswith(f"/{end}") for end in OF_A_PERSON) for path in bare)


def test_every_page_of_the_console_declares_one(app: FastAPI) -> None:
    pages = [each for each in api_routes(app.routes) if each.path.startswith("/admin")]
    wrong = [each.path for each in pages if len(declarations(each)) != 1]
    assert wrong == ["/admin/static/{name}"]
