"""The OpenAPI document says what the service does."""

from importlib.metadata import version
from typing import Any

import pytest

from common.reports import registry
from share_api.app import create_app
from share_api.settings import ShareApiSettings

SHARE = "/api/admin/analytics/{report}/share"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    settings = ShareApiSettings.model_validate(
        {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1",
            "PUBLIC_BASE_URL": "http://localhost",
        }
    )
    return create_app(settings).openapi()


def test_its_version_is_that_of_the_package(document: dict[str, Any]) -> None:
    assert document["info"]["version"] == version("share-api") == version("analytics")


def test_every_operation_of_the_contract_is_there(document: dict[str, Any]) -> None:
    operations = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert operations == {
        ("POST", "/api/admin/session"),
        ("GET", "/api/admin/session"),
        ("DELETE", "/api/admin/session"),
        ("DELETE", "/api/admin/sessions"),
        ("PUT", "/api/admin/session/password"),
        ("PUT", "/api/admin/session/tenant"),
        ("GET", "/api/admin/analytics/reports"),
        ("POST", SHARE),
        ("POST", "/api/admin/analytics/shares/bulk"),
        ("PUT", "/api/admin/analytics/shares/{share_id}/password"),
        ("DELETE", "/api/admin/analytics/shares/{share_id}/password"),
        ("GET", "/api/admin/analytics/shares"),
        ("POST", "/api/admin/analytics/shares/revoke-all"),
        ("GET", "/api/admin/analytics/shares/{share_id}"),
        ("POST", "/api/admin/analytics/shares/{share_id}/address"),
        ("GET", "/api/admin/analytics/templates"),
        ("POST", "/api/admin/analytics/templates"),
        ("GET", "/api/admin/analytics/templates/{template_id}"),
        ("PUT", "/api/admin/analytics/templates/{template_id}"),
        ("DELETE", "/api/admin/analytics/templates/{template_id}"),
        ("PATCH", "/api/admin/analytics/shares/{share_id}"),
        ("GET", "/api/admin/analytics/shares.csv"),
        ("DELETE", "/api/admin/analytics/shares/{share_id}"),
        ("GET", "/api/admin/analytics/sharing"),
        ("PUT", "/api/admin/analytics/sharing"),
        ("GET", "/api/admin/analytics/audit"),
        ("POST", "/api/discord/interactions"),
        ("POST", "/api/admin/discord/connections"),
        ("GET", "/api/admin/discord/connections"),
        ("DELETE", "/api/admin/discord/connections/{guild_id}"),
        ("POST", "/api/admin/imports"),
        ("POST", "/api/admin/sales/orders"),
        ("POST", "/api/admin/sales/refunds"),
        ("POST", "/api/admin/sales/products"),
        ("POST", "/api/admin/sales/stock"),
        ("GET", "/api/admin/imports"),
        ("GET", "/api/admin/imports/{import_id}"),
        ("POST", "/api/admin/keys"),
        ("GET", "/api/admin/keys"),
        ("GET", "/api/admin/keys/{key_id}"),
        ("DELETE", "/api/admin/keys/{key_id}"),
        ("GET", "/api/admin/members"),
        ("PUT", "/api/admin/members/{member_id}"),
        ("DELETE", "/api/admin/members/{member_id}"),
        ("GET", "/api/admin/shop"),
        ("PATCH", "/api/admin/shop"),
        ("GET", "/api/admin/shop/brand"),
        ("PATCH", "/api/admin/shop/brand"),
        ("PUT", "/api/admin/shop/brand/logo"),
        ("DELETE", "/api/admin/shop/brand/logo"),
        ("POST", "/api/admin/invitations"),
        ("GET", "/api/admin/invitations"),
        ("DELETE", "/api/admin/invitations/{invitation_id}"),
        ("POST", "/api/admin/members/{member_id}/reset-link"),
        ("POST", "/api/admin/ingest/connections"),
        ("GET", "/api/admin/ingest/connections"),
        ("POST", "/api/admin/ingest/connections/{connection_id}/rotate"),
        ("POST", "/api/admin/ingest/connections/{connection_id}/pause"),
        ("POST", "/api/admin/ingest/connections/{connection_id}/resume"),
        ("POST", "/api/ingest/{connection_id}/shopify"),
        ("POST", "/api/ingest/{connection_id}/woocommerce"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
    }


def test_the_share_operation(document: dict[str, Any]) -> None:
    operation = document["paths"][SHARE]["post"]
    (report, key) = operation["parameters"]
    assert (key["name"], key["in"]) == ("Idempotency-Key", "header")
    assert report["schema"]["enum"] == [each.slug for each in registry.implemented()]
    assert operation["security"] == [{"session": []}, {"bearer": ["shares:write"]}]
    errors = {"400", "401", "403", "409", "422", "429", "500", "503"}
    assert set(operation["responses"]) == {"201", *errors}
    assert operation["responses"]["201"]["headers"].keys() == {
        "Location",
        "X-Data-Notes",
        "Idempotency-Replayed",
    }
    assert operation["requestBody"]["required"] is False
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body["additionalProperties"] is False
    assert body["properties"]["period"]["enum"] == ["7d", "30d", "90d"]
    assert body["properties"]["period"]["default"] == "30d"
    seconds = body["properties"]["expiresInSeconds"]
    assert (seconds["type"], seconds["exclusiveMinimum"]) == ("integer", 0)
    answer = document["components"]["schemas"]["IssuedView"]
    assert set(answer["required"]) == {"url", "expiresAt", "reportType", "period"}


def test_the_session_is_a_cookie(document: dict[str, Any]) -> None:
    scheme = document["components"]["securitySchemes"]["session"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == (
        "apiKey",
        "cookie",
        "analytics_session",
    )


def test_every_error_is_a_problem_and_422_is_ours(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            names = {each["name"] for each in operation.get("parameters", ())}
            assert "422" in operation["responses"] or "Idempotency-Key" not in names, path
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    (kind,) = response["content"]
                    assert kind == "application/problem+json", path
    assert "HTTPValidationError" not in str(document)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set().union(*map(references, node)) if isinstance(node, list) else set()

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) == known
