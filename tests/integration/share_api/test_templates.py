"""Templates: saved, listed, changed, deleted, and links that are issued from them."""

from typing import Any

import httpx
import pytest
from redis import Redis
from tests.integration.share_api.conftest import Command, Serve, World, assert_problem
from tests.integration.share_api.test_issuing import verified
from tests.integration.share_api.test_link_commands import SIGNING
from tests.integration.share_api.test_link_options import options_in
from tests.support.samples import SECRET

from common.db.link_templates import LinkTemplate
from common.db.tenancy import TenantDb
from common.instants import now
from common.links.options import LinkKind
from common.links.ranges import Range
from common.links.token import KeyRing
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import Period
from sharing import templates

TEMPLATES = "/api/admin/analytics/templates"
SHARES = "/api/admin/analytics/shares"
FIRST, SECOND, THIRD = "revenue-overview", "sales-velocity", "product-performance"
SHARE = f"/api/admin/analytics/{FIRST}/share"
SAID: dict[str, Any] = {
    "report": FIRST,
    "reports": [SECOND, FIRST],
    "period": "7d",
    "live": True,
    "ranges": ["month"],
    "compare": "last-year",
    "hide": {"money": True},
    "expiresInSeconds": 7200,
}


def saved(client: httpx.Client, name: str = "Board", **said: Any) -> httpx.Response:
    return client.post(TEMPLATES, json={"name": name, "share": {**SAID, **said}})


def test_it_is_saved_listed_changed_and_deleted(anna: httpx.Client) -> None:
    made = saved(anna)
    assert made.status_code == 201, made.text
    found = anna.get(made.headers["location"]).json()
    assert (found["name"], found["share"]) == ("Board", SAID)
    assert saved(anna, "another", period="90d").status_code == 201
    names = [each["name"] for each in anna.get(TEMPLATES).json()["items"]]
    assert names == ["another", "Board"]
    body = {"name": "BOARD", "share": {"report": SECOND, "protected": True}}
    changed = anna.put(made.headers["location"], json=body)
    assert changed.json()["share"] == {"report": SECOND, "protected": True}
    assert changed.json()["createdAt"] == found["createdAt"]
    assert anna.delete(made.headers["location"]).status_code == 204
    for answer in (
        anna.get(made.headers["location"]),
        anna.put(made.headers["location"], json=body),
        anna.delete(made.headers["location"]),
        anna.get(f"{TEMPLATES}/no-id"),
    ):
        assert assert_problem(answer, 404)["type"].endswith(":template-not-found")
    audited = anna.get("/api/admin/analytics/audit").json()["items"]
    of_templates = [each for each in audited if each["action"].startswith("template.")]
    told = [(each["action"], each["details"]["name"]) for each in of_templates]
    assert told == [
        ("template.deleted", "BOARD"),
        ("template.changed", "BOARD"),
        ("template.created", "another"),
        ("template.created", "Board"),
    ]


def test_a_link_from_it_is_what_it_says_and_what_is_said_goes_over_it(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    saved(anna)
    answer = anna.post(SHARE, json={"template": "board", "label": "Bank"})
    assert answer.status_code == 201, answer.text
    options = options_in(redis_client, verified(ring, answer))
    assert (options.live, options.reports) == (Period.WEEK, (SECOND, FIRST))
    assert (options.ranges, options.compare) == ((Range.THIS_MONTH,), Comparison.LAST_YEAR)
    assert options.hide == Redaction(money=True)
    entry = anna.get(answer.headers["location"]).json()
    assert entry["label"] == "Bank"
    audited = anna.get("/api/admin/analytics/audit", params={"action": "link.issued"}).json()
    assert audited["items"][0]["details"]["template"] == "board"
    over = {"live": False, "compare": "previous", "hide": {}, "reports": [FIRST]}
    dates = {"first": "2026-01-01", "last": "2026-01-02"}
    answer = anna.post(SHARE, json={"template": "Board", "dates": dates, **over})
    assert answer.status_code == 201, answer.text
    options = options_in(redis_client, verified(ring, answer))
    assert (options.kind, options.compare) == (LinkKind.FIXED, Comparison.PREVIOUS)
    assert (options.hide, options.reports) == (Redaction(), ())
    assert options.ranges == (Range.THIS_MONTH,)
    assert anna.get(answer.headers["location"]).json()["period"]["name"] == "dates"
    answer = anna.post(SHARE, json={"template": "board", "hide": {"csv": True}})
    assert options_in(redis_client, verified(ring, answer)).hide == Redaction(csv=True), "whole"


def test_many_links_from_it_need_no_report(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    saved(anna)
    shares = [{"template": "Board"}, {"template": "Board", "report": SECOND}, {"report": THIRD}]
    answer = anna.post(f"{SHARES}/bulk", json={"shares": shares})
    assert [each["reportType"] for each in answer.json()["shares"]] == [FIRST, SECOND, THIRD]
    for wrong, place in (
        ({}, "/shares/1/report"),
        ({"template": "Board", "report": None}, "/shares/1"),
        ({"template": "none"}, "/shares/1/template"),
        ({"template": "Board", "report": THIRD}, "/shares/1/template"),
        ({"template": "Board", "report": "coupon-impact"}, "/shares/1/report"),
    ):
        refused = anna.post(f"{SHARES}/bulk", json={"shares": [{"report": FIRST}, wrong]})
        problem = assert_problem(refused, 400)
        assert [each["pointer"] for each in problem["errors"]] == [place], wrong


def test_under_a_key_the_same_is_told_whatever_became_of_the_template(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    made = saved(anna)
    key = {"Idempotency-Key": "k"}
    first = anna.post(SHARE, json={"template": "Board"}, headers=key)
    anna.delete(made.headers["location"])
    again = anna.post(SHARE, json={"template": "Board"}, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert_problem(anna.post(SHARE, json={"template": "Board"}), 400)


@pytest.mark.parametrize(
    ("said", "status", "pointer"),
    [
        ({"report": "coupon-impact"}, 400, "/share/report"),
        ({"report": "no-such-report"}, 400, "/share/report"),
        ({"reports": [FIRST, "coupon-impact"]}, 400, "/share/reports/1"),
        ({"reports": [SECOND, THIRD]}, 400, "/share/reports"),
        ({"hide": {"sections": ["products"]}}, 400, "/share/hide/sections/0"),
        ({"expiresInSeconds": 10**9}, 400, "/share/expiresInSeconds"),
        ({"password": "correct horse"}, 400, "/share/password"),
        ({"label": "Bank"}, 400, "/share/label"),
        ({"template": "Board"}, 400, "/share/template"),
        ({"frozen": True}, 422, "/share/frozen"),
        ({"live": False, "frozen": True}, 422, "/share/ranges"),
        ({"embed": ["https://a.example"], "protected": True}, 422, "/share/embed"),
    ],
)
def test_what_no_link_could_be_is_not_saved(
    anna: httpx.Client, said: dict[str, Any], status: int, pointer: str
) -> None:
    problem = assert_problem(saved(anna, **said), status)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert anna.get(TEMPLATES).json()["items"] == []


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 81, None, 7])
def test_a_name_is_a_line_of_text(anna: httpx.Client, name: Any) -> None:
    problem = assert_problem(saved(anna, name), 400)
    assert [each["pointer"] for each in problem["errors"]] == ["/name"]


def test_names_are_one_each_and_templates_bounded_within_a_shop(
    serve: Serve, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "MOST_TEMPLATES", 2)
    service = serve()
    with service.admin() as anna, service.admin("ben", "tokyo") as ben:
        first = saved(anna, "Ünique")
        assert assert_problem(saved(anna, "ünique"), 409)["type"].endswith(":template-name-taken")
        second = saved(anna, "Second")
        body = {"name": "ÜNIQUE", "share": {"report": FIRST}}
        assert_problem(anna.put(second.headers["location"], json=body), 409)
        assert anna.put(first.headers["location"], json=body).status_code == 200
        assert assert_problem(saved(anna, "Third"), 409)["type"].endswith(":too-many-templates")
        assert saved(ben, "Ünique").status_code == 201
        for answer in (
            ben.get(first.headers["location"]),
            ben.put(first.headers["location"], json=body),
            ben.delete(first.headers["location"]),
        ):
            assert_problem(answer, 404)
        assert_problem(ben.post(SHARE, json={"template": "Second"}), 400)


def test_what_can_be_no_more_is_a_fault_of_the_template(
    serve: Serve, world: World, redis_client: Redis
) -> None:
    """A report type that is gone, a bound that was lowered, an option of another version."""
    service = serve()
    with service.admin() as anna:
        saved(anna)

        def refused(**said: Any) -> str:
            problem = assert_problem(anna.post(SHARE, json={"template": "Board", **said}), 400)
            (fault,) = problem["errors"]
            return f"{fault['pointer']} {fault['detail']}"

        with TenantDb(world.engine, world.berlin).transaction() as session:
            row = session.query(LinkTemplate).one()
            row.wanted = {**row.wanted, "reports": [FIRST, "gone-by-now"]}
        why = "/template cannot be used as it is: reports/1 is no report type"
        assert refused().startswith(why)
        assert anna.post(SHARE, json={"template": "Board", "reports": [FIRST]}).status_code == 201
        assert refused(reports=[FIRST, "gone-by-now"]).startswith("/reports/1 ")
        own = {"template": "Board", "reports": [FIRST], "password": "correct horse battery"}
        problem = assert_problem(anna.post(SHARE, json={**own, "frozen": True}), 400)
        assert "ranges" in problem["errors"][0]["detail"]
        bound = {"maxLinkSeconds": 3600}
        assert anna.patch("/api/admin/shop", json=bound).status_code == 200
        assert "expiresInSeconds must be from 1 to 3600" in refused(reports=[FIRST])
        with TenantDb(world.engine, world.berlin).transaction() as session:
            session.query(LinkTemplate).one().wanted = {"report": FIRST, "later": True}
        assert refused().startswith("/template cannot be used as it is: ")
        assert len(anna.get(TEMPLATES).json()["items"]) == 1


def test_a_password_is_wanted_with_each_link_and_kept_in_no_template(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    saved(anna, protected=True)
    problem = assert_problem(anna.post(SHARE, json={"template": "Board"}), 400)
    assert [each["pointer"] for each in problem["errors"]] == ["/password"]
    body = {"template": "Board", "password": "correct horse battery"}
    answer = anna.post(SHARE, json=body)
    assert options_in(redis_client, verified(ring, answer)).password is not None


def test_the_command_line_issues_from_it(
    command: Command, world: World, anna: httpx.Client, redis_client: Redis
) -> None:
    saved(anna)
    tenant = ("--tenant", "berlin")
    made = command("share", *tenant, "--template", "board", "--compare", "previous", **SIGNING)
    assert made.exit_code == 0, made.stderr
    claims = KeyRing(SECRET).verify(made.stdout.strip().rpartition("/")[2], now=now())
    options = options_in(redis_client, claims)
    assert (claims.report, options.reports) == (FIRST, (SECOND, FIRST))
    assert (options.live, options.compare) == (Period.WEEK, Comparison.PREVIOUS)
    for wrong, why in (
        (("share", *tenant), "Missing argument 'REPORT'"),
        (("share", *tenant, "--template", "none"), "is no template of the shop"),
        (("share", "coupon-impact", *tenant, "--template", "board"), "not implemented"),
        (("share", THIRD, *tenant, "--template", "board"), "cannot be used as it is: reports"),
    ):
        refused = command(*wrong, **SIGNING)
        assert refused.exit_code != 0
        assert why in refused.stderr
