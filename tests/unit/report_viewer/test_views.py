"""Views are counted in memory and added up together; programs that look by themselves are not."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from tests.unit.report_viewer.samples import Sample

from common.popularity import ViewedReport
from report_viewer import views as module
from report_viewer.views import Counting, Views


def of(sample: Sample) -> tuple[int, ViewedReport]:
    return sample.tenant_id, ViewedReport(sample.report, sample.window)


def test_views_of_many_links_add_up_by_report() -> None:
    written: list[Views] = []
    counting = Counting(written.append)
    one, other, third = Sample(), Sample(), Sample(tenant_id=8)
    for sample, times in ((one, 3), (other, 4), (third, 1)):
        count = counting.of(sample.claims)
        for _ in range(times):
            count.add()
    asyncio.run(counting.flush())
    asyncio.run(counting.flush())
    assert written == [{of(one): 7, of(third): 1}]


def test_a_count_goes_on_after_a_flush() -> None:
    written: list[Views] = []
    counting = Counting(written.append)
    count = counting.of(Sample().claims)
    for _ in range(2):
        count.add()
        count.add()
        asyncio.run(counting.flush())
    assert [sum(each.values()) for each in written] == [2, 2]


def test_a_dead_redis_loses_counts_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    def fail(views: Views) -> None:
        raise RedisConnectionError("gone")

    counting = Counting(fail)
    counting.of(Sample().claims).add()
    asyncio.run(counting.flush())
    assert "were not counted" in caplog.text
    assert counting.take() == {}


def test_what_is_counted_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_COUNTED", 10)
    counting = Counting(lambda _: None)
    counts = [counting.of(Sample(tenant_id=n).claims) for n in range(50)]
    for each in counts:
        each.add()
    assert len(counting.take()) == 10
    counts[-1].add()
    assert len(counting.take()) == 1, "one that was too many counts again later"


@pytest.mark.parametrize(
    "agent",
    [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "facebookexternalhit/1.1",
        "WhatsApp/2.23.20.0",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "LinkedInBot/1.0",
        "curl/8.5.0",
    ],
)
def test_bots(agent: str) -> None:
    assert Counting(lambda _: None).is_bot(agent.encode())


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 40) AppleWebKit/537.36 Chrome/120.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
    ],
)
def test_people(agent: str) -> None:
    assert not Counting(lambda _: None).is_bot(agent.encode())


def test_agents_are_not_remembered_for_ever() -> None:
    counting = Counting(lambda _: None)
    for number in range(5000):
        counting.is_bot(b"agent %d" % number)
    counting.is_bot(b"x" * 100_000)
    assert len(counting._agents) <= 1024
