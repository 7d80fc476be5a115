"""Boards, from the request to the page: issued, listed, found, frozen and revoked as one link."""

from typing import Any

import httpx
import pytest
from redis import Redis
from sqlalchemy import select
from tests.integration.share_api.conftest import Command, Serve, World, assert_problem
from tests.integration.share_api.test_frozen_links import kept, path_of, sell, viewer
from tests.integration.share_api.test_issuing import verified
from tests.integration.share_api.test_link_commands import SIGNING
from tests.integration.share_api.test_link_options import options_in, published_jobs
from tests.support.jobs_worker import JobsWorker
from tests.support.samples import SECRET

from common.db.frozen_reports import FrozenReport
from common.db.tenancy import TenantDb
from common.instants import now
from common.links.options import BoardReport, LinkOptions
from common.links.token import KeyRing
from common.reports.redaction import Redaction

SHARES = "/api/admin/analytics/shares"
FIRST, SECOND, THIRD = "revenue-overview", "sales-velocity", "product-performance"
SHARE = f"/api/admin/analytics/{FIRST}/share"
BOARD = [SECOND, FIRST]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_it_is_one_link_whose_reports_are_all_asked_for(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    answer = anna.post(SHARE, json={"reports": BOARD, "period": "7d", "compare": "last-year"})
    assert answer.json().keys() == {"url", "expiresAt", "reportType", "period"}
    assert answer.json()["reportType"] == FIRST
    claims = verified(ring, answer)
    assert (claims.report, claims.redacted) == (FIRST, False)
    assert options_in(redis_client, claims).reports == tuple(BOARD)
    asked = published_jobs(redis_client)
    assert [each["report"] for each in asked] == [FIRST, SECOND]
    assert {(each["start"], each["comparison"]) for each in asked} == {
        (int(claims.window.start.timestamp()), "last-year")
    }
    entry = anna.get(answer.headers["location"]).json()
    assert (entry["reportType"], entry["reports"]) == (FIRST, BOARD)
    (audited,) = anna.get("/api/admin/analytics/audit", params={"action": "link.issued"}).json()[
        "items"
    ]
    assert audited["details"]["reports"] == BOARD


def test_a_single_report_is_a_link_as_ever(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    for body in ({}, {"reports": [FIRST]}):
        answer = anna.post(SHARE, json=body)
        assert options_in(redis_client, verified(ring, answer)) == LinkOptions()
        assert anna.get(answer.headers["location"]).json()["reports"] == [FIRST]


@pytest.mark.parametrize(
    ("reports", "pointer"),
    [
        (None, "/reports"),
        ([], "/reports"),
        ("sales-velocity", "/reports"),
        ([SECOND], "/reports"),
        ([FIRST, FIRST], "/reports"),
        ([FIRST] + [f"r{n}" for n in range(10)], "/reports"),
        ([FIRST, 7], "/reports/1"),
        ([FIRST, "no-such-report"], "/reports/1"),
        ([FIRST, "coupon-impact"], "/reports/1"),
        ([FIRST, "Sales-Velocity"], "/reports/1"),
    ],
)
def test_a_board_that_cannot_be_is_refused_by_its_place(
    anna: httpx.Client, reports: Any, pointer: str
) -> None:
    problem = assert_problem(anna.post(SHARE, json={"reports": reports}), 400)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    shares = [{"report": FIRST}, {"report": FIRST, "reports": reports}]
    problem = assert_problem(anna.post(f"{SHARES}/bulk", json={"shares": shares}), 400)
    assert [each["pointer"] for each in problem["errors"]] == [f"/shares/1{pointer}"]
    assert anna.get(SHARES).json()["items"] == []


def test_many_are_issued_at_once_and_told_again_under_their_key(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    body = {"shares": [{"report": FIRST, "reports": BOARD}, {"report": THIRD}]}
    answers = [
        anna.post(f"{SHARES}/bulk", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert [each["reports"] for each in anna.get(SHARES).json()["items"]] in (
        [[THIRD], BOARD],
        [BOARD, [THIRD]],
    )


def test_it_is_found_and_revoked_by_any_of_its_reports(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    board, plain = (anna.post(SHARE, json=body) for body in ({"reports": BOARD}, {}))
    for report, count in ((FIRST, 2), (SECOND, 1), (THIRD, 0)):
        found = anna.get(SHARES, params={"reportType": report}).json()["items"]
        assert len(found) == count, report
    revoked = anna.post(f"{SHARES}/revoke-all", json={"reportType": SECOND})
    assert revoked.json() == {"revoked": 1}
    assert anna.get(board.headers["location"]).json()["state"] == "revoked"
    assert anna.get(plain.headers["location"]).json()["state"] == "active"


def test_a_section_is_hidden_in_every_report_that_has_it(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    body = {"reports": [FIRST, SECOND, THIRD], "hide": {"sections": ["products", "daily"]}}
    answer = anna.post(SHARE, json=body)
    claims = verified(ring, answer)
    assert claims.redacted
    options = options_in(redis_client, claims)
    assert options.board == (
        BoardReport(FIRST, Redaction(sections=("daily",), csv=True)),
        BoardReport(SECOND, Redaction(sections=("daily",))),
        BoardReport(THIRD, Redaction(sections=("products",), csv=True)),
    )
    assert options.hide == Redaction(sections=("daily", "products"))
    assert [each.get("hidden") for each in published_jobs(redis_client)] == [
        "csv+section.daily", "section.daily", "csv+section.products",
    ]  # fmt: skip
    problem = assert_problem(
        anna.post(SHARE, json={"reports": BOARD, "hide": {"sections": ["products"]}}), 400
    )
    assert problem["errors"][0]["pointer"] == "/hide/sections/0"


@pytest.mark.anyio
async def test_frozen_it_is_one_moment_and_comes_back_whole(
    serve: Serve, world: World, worker: JobsWorker, redis_client: Redis, redis_url: str, secret: str
) -> None:
    service = serve()
    jobs = service.container.issuing.jobs
    sell(world, world.berlin, "first", jobs)
    forms = [f"{below}{form}" for below in ("", f"/in/{SECOND}") for form in ("", "/csv", "/data")]

    async def shown(client: httpx.AsyncClient, path: str) -> list[bytes]:
        answers = [await client.get(path + form, headers={"accept": "*/*"}) for form in forms]
        assert [each.status_code for each in answers] == [200] * len(forms)
        return [each.content for each in answers]

    with service.admin() as anna:
        issued = anna.post(SHARE, json={"frozen": True, "reports": BOARD})
        path = path_of(issued)
        assert kept(world, world.berlin) == 2
        sell(world, world.berlin, "second", jobs)
        async with viewer(redis_url, secret) as client:
            first = await shown(client, path)
            redis_client.flushdb()
            assert await shown(client, path) == first
            lost = [key for key in redis_client.keys("*:report:frozen:*") if SECOND.encode() in key]
            redis_client.delete(*lost)
            assert await shown(client, path) == first
        _lose(world, SECOND)
        redis_client.flushdb()
        async with viewer(redis_url, secret) as client:
            assert (await client.get(path)).status_code == 403, "not without one of its reports"


def _lose(world: World, report: str) -> None:
    with TenantDb(world.engine, world.berlin).transaction() as session:
        found = session.scalars(select(FrozenReport).where(FrozenReport.report == report)).one()
        session.delete(found)


def test_the_command_line_makes_boards(command: Command, world: World, redis_client: Redis) -> None:
    made = command(
        "share", FIRST, "--tenant", "berlin", "--also", SECOND, "--also", SECOND, **SIGNING
    )
    assert made.exit_code == 0, made.stderr
    claims = KeyRing(SECRET).verify(made.stdout.strip().rpartition("/")[2], now=now())
    assert options_in(redis_client, claims).reports == (FIRST, SECOND)
    refused = command("share", FIRST, "--tenant", "berlin", "--also", "coupon-impact", **SIGNING)
    assert refused.exit_code == 1
    assert "is no report type that can be shared" in refused.stderr
